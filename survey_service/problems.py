"""The catalogue of Problems: every refusal the service can give.

A Problem has a code (stable, never reused), an HTTP status, a title and a message in English source text that gettext
translates, and named details. A message says what happened, where, and what to do. The web floor renders one shape for
HTML and one for JSON (RFC 9457); commands print the message on stderr and exit 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


def N_(text: str) -> str:
    """Mark a text for extraction by gettext without translating it here."""
    return text


@dataclass(frozen=True)
class Kind:
    """One entry of the catalogue: HTTP status, title and message (with ``%(name)s`` for details)."""

    status: int
    title: str
    message: str


CATALOGUE: Mapping[str, Kind] = {
    "request.bad": Kind(400, N_("Request not understood"), N_("The request could not be read. Go back and try again.")),
    "request.forged": Kind(
        400,
        N_("The page was open too long"),
        N_("For your safety this page expires. Your answers are still here. Please send the page again."),
    ),
    "request.foreign": Kind(
        403, N_("Not from this page"), N_("The request came from another site. Open this service and try again there.")
    ),
    "request.host": Kind(
        400,
        N_("Unknown address"),
        N_("This service does not answer under this address. Operators: set SURVEY_PUBLIC_URL to it."),
    ),
    "request.too_large": Kind(
        413, N_("Too much data"), N_("The request is larger than the service accepts. Send less at once.")
    ),
    "request.too_long": Kind(
        414, N_("Address too long"), N_("The address has too many parts. Use the link on the page.")
    ),
    "request.method": Kind(405, N_("Not possible here"), N_("This address does not take that kind of request.")),
    "request.media_type": Kind(415, N_("Wrong format"), N_("Send the request as application/json.")),
    "request.not_json": Kind(400, N_("Not valid JSON"), N_("The body is not a JSON object: %(reason)s.")),
    "request.members": Kind(
        422, N_("Not a complete request"), N_("These members are missing, unknown or of the wrong kind: %(members)s.")
    ),
    "page.missing": Kind(
        404, N_("Page not found"), N_("There is nothing at this address. Check the address or start again.")
    ),
    "access.denied": Kind(403, N_("Not allowed"), N_("Your account may not do this. Ask an administrator.")),
    "access.login": Kind(401, N_("Sign in first"), N_("This page is for the integration team. Please sign in.")),
    "access.wrong": Kind(401, N_("Sign-in failed"), N_("User name or password is wrong. Try again.")),
    "access.locked": Kind(
        429, N_("Too many attempts"), N_("Too many failed attempts for this account. Wait a minute and try again.")
    ),
    "service.failed": Kind(
        500,
        N_("Something went wrong"),
        N_("The fault is ours and has been noted under %(reference)s. Please try again."),
    ),
    "service.unavailable": Kind(
        503, N_("Not available right now"), N_("The service cannot save at the moment. Try again in a minute.")
    ),
    "questionnaire.missing": Kind(
        404,
        N_("Questionnaire not found"),
        N_("There is no open questionnaire at this address. Start again from the list."),
    ),
    "questionnaire.faulty": Kind(
        500, N_("Questionnaire files are faulty"), N_("%(count)s faults were found:\n%(listing)s")
    ),
    "questionnaire.closed": Kind(
        410,
        N_("Questionnaire closed"),
        N_("This questionnaire no longer takes new answers. You can answer others from the list."),
    ),
    "response.invalid": Kind(422, N_("Please check your answers"), N_("%(count)s answers need another look.")),
    "response.conflict": Kind(
        409,
        N_("Already sent with other answers"),
        N_("A response with this id was received before with other answers. The first one was kept."),
    ),
    "response.screened_out": Kind(
        422, N_("Nothing was stored"), N_("These answers end the questionnaire (%(reason)s). Nothing was stored.")
    ),
    "response.no_consent": Kind(
        422, N_("Consent is missing"), N_("Without consent nothing may be stored. Nothing was stored.")
    ),
    "response.language": Kind(
        422, N_("Language not offered"), N_("This questionnaire is not offered in “%(language)s”.")
    ),
    "draft.missing": Kind(
        404,
        N_("Start again, please"),
        N_("There are no saved answers on this device. They were sent, erased, or too old."),
    ),
    "receipt.missing": Kind(
        404, N_("Receipt not found"), N_("There is no response for these words. Check the spelling.")
    ),
    "settings.invalid": Kind(500, N_("Setting not usable"), N_("%(name)s: %(reason)s")),
    "user.exists": Kind(409, N_("User name taken"), N_("There is already an account “%(name)s”. Choose another name.")),
    "user.missing": Kind(404, N_("No such account"), N_("There is no account “%(name)s”.")),
    "user.weak_password": Kind(
        422, N_("Password too short"), N_("Use at least 12 characters, for example four words.")
    ),
    "user.long_password": Kind(422, N_("Password too long"), N_("Use at most %(longest)s characters.")),
    "user.guessable_password": Kind(
        422, N_("Password easy to guess"), N_("This password is easy to guess. Use, for example, four unrelated words.")
    ),
    "user.wrong_password": Kind(
        422, N_("Present password is wrong"), N_("The present password is wrong. Nothing was changed.")
    ),
    "user.repeated_password": Kind(
        422, N_("Passwords differ"), N_("The new password and its repetition differ. Nothing was changed.")
    ),
    "user.name": Kind(
        422,
        N_("User name not usable"),
        N_("Use 1 to %(longest)s letters of one alphabet, digits, blanks and . - _ @ in a user name."),
    ),
    "user.role": Kind(422, N_("No such role"), N_("“%(role)s” is no role. Use one or more of: %(known)s.")),
    "offer.withdrawn": Kind(
        409, N_("Offer withdrawn"), N_("The provider has withdrawn this offer. It can no longer be published.")
    ),
    "offer.missing": Kind(404, N_("Offer not found"), N_("There is no such offer.")),
    "report.missing": Kind(404, N_("Report not found"), N_("There is no such report. Choose one from the list.")),
    "plugin.missing": Kind(
        404, N_("Report plugin not found"), N_("There is no report plugin “%(name)s”. Available: %(known)s.")
    ),
    "plugin.failed": Kind(
        502,
        N_("The report plugin failed"),
        N_("The report plugin “%(name)s” ended with %(reason)s. Everything else works on."),
    ),
    "plugin.timeout": Kind(
        504, N_("The report took too long"), N_("The report plugin “%(name)s” was stopped after %(seconds)s seconds.")
    ),
    "plugin.output": Kind(
        502,
        N_("The report is not usable"),
        N_("The report plugin “%(name)s” returned something that is not a report: %(reason)s."),
    ),
    "plugin.faulty": Kind(
        500,
        N_("Report plugin not usable"),
        N_("The report plugin “%(name)s” cannot be used: %(reason)s. Mend or remove it; everything else works on."),
    ),
    "plugin.questionnaire": Kind(
        409,
        N_("Questionnaire not published"),
        N_("The report plugin “%(name)s” reads the questionnaire “%(questionnaire)s”. Publish that one first."),
    ),
    "snapshot.damaged": Kind(
        500,
        N_("Snapshot damaged"),
        N_("The snapshot %(snapshot)s was changed after it was frozen (%(file)s). Remove its folder and run again."),
    ),
    "store.conflict": Kind(
        409, N_("Changed in the meantime"), N_("Somebody else changed this document (%(collection)s). Load it again.")
    ),
    "store.missing": Kind(404, N_("Document gone"), N_("The document no longer exists (%(collection)s).")),
    "store.duplicate": Kind(
        409, N_("Already there"), N_("There is already a document with this value (%(collection)s, %(field)s).")
    ),
    "store.unstorable": Kind(
        422,
        N_("Characters that cannot be stored"),
        N_("A text or number cannot be stored: %(reason)s. Remove it and try again."),
    ),
    "store.locked": Kind(
        503,
        N_("Store in use"),
        N_(
            "The store in %(folder)s is in use by process %(pid)s. Stop that process, or set SURVEY_STORE to a "
            "postgresql:// address to run several processes."
        ),
    ),
    "store.closed": Kind(
        503, N_("Store closed"), N_("The store in %(folder)s has been closed. Start the service again.")
    ),
    "store.forked": Kind(
        503,
        N_("Store belongs to another process"),
        N_(
            "Process %(pid)s was forked from process %(owner)s, which has the store in %(folder)s open, and may not use "
            "it. Use threads, or set SURVEY_STORE to a postgresql:// address to run several processes."
        ),
    ),
    "store.full": Kind(
        503,
        N_("No room to save"),
        N_("Nothing was saved, because the disk is full. Reading goes on. Free some room in %(folder)s and try again."),
    ),
    "store.failed": Kind(
        503,
        N_("Saving has failed"),
        N_(
            "The disk reported an error (%(reason)s), so nothing more is saved in %(folder)s until the service is started "
            "again. Check the disk first. Whether the last changes were saved shows after the start."
        ),
    ),
    "store.unusable": Kind(
        500, N_("Store cannot be opened"), N_("The store in %(folder)s cannot be opened or written: %(reason)s.")
    ),
    "store.damaged": Kind(
        500,
        N_("Store damaged"),
        N_(
            "The store in %(folder)s is damaged (%(file)s, byte %(offset)s: %(reason)s). It was not opened, and nothing was "
            "changed. Restore a backup, or let “survey-service store check --repair” keep what can still be read."
        ),
    ),
    "store.url": Kind(
        500, N_("Store address not usable"), N_("SURVEY_STORE is %(url)s. Use tinydb: or postgresql://….")
    ),
}


class Problem(Exception):
    """A refusal with a code of the catalogue; ``details`` fill the message and are shown in JSON.

    ``faults`` are located part-problems, each a JSON object such as ``{"question": …, "message": …}``.
    """

    def __init__(self, code: str, *, faults: tuple[Mapping[str, Any], ...] = (), **details: Any) -> None:
        self.code = code
        self.kind = CATALOGUE[code]
        self.details = details
        self.faults = faults
        super().__init__(self.message())

    @property
    def status(self) -> int:
        return self.kind.status

    def message(self, translate: Any = None) -> str:
        """Return the message; ``translate`` is a gettext function, without it the English source is used."""
        text = self.kind.message if translate is None else translate(self.kind.message)
        return str(text) % self.details if self.details else str(text)
