"""The catalogue of Problems: every refusal the service can give.

A Problem has a code (stable, never reused), an HTTP status, a title and a message in English source text that gettext
translates, and named details. A message says what happened, where, and what to do. The web floor renders one shape for
HTML and one for JSON (RFC 9457); commands print the message on stderr and exit 1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


def N_(text: str) -> str:
    """Mark a text that anybody may see for extraction by gettext, without translating it here."""
    return text


def D_(text: str) -> str:
    """Mark a text that only the manager or an operator can see for extraction by gettext."""
    return text


def P_(text: str) -> str:
    """Mark a text that only providers and the desk can see for extraction by gettext."""
    return text


@dataclass(frozen=True)
class Said:
    """What is to be said in any language: an English source text with ``%(name)s`` for each of ``values``.

    A value may be said itself; a tuple of such is a list, each on a line of its own. See ``said``.
    """

    message: str
    values: Mapping[str, object] = field(default_factory=dict)

    def text(self, translate: Callable[[str], str] = str) -> str:
        """Return it as a text; ``translate`` is a gettext function, without it the English source is used."""
        values = {name: _text_of(value, translate) for name, value in self.values.items()}
        return translate(self.message) % values if values else translate(self.message)

    def __str__(self) -> str:
        return self.text()


def _text_of(value: object, translate: Callable[[str], str]) -> object:
    if isinstance(value, tuple):
        return "\n".join(f"  {_text_of(each, translate)}" for each in value)
    return value.text(translate) if isinstance(value, Said) else value


def said(message: str, /, **values: object) -> Said:
    """Return a source text, marked by ``D_`` or ``N_``, with its values."""
    return Said(message, values)


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
    "access.denied": Kind(403, D_("Not allowed"), D_("Your account may not do this. Ask an administrator.")),
    "access.login": Kind(401, D_("Sign in first"), D_("This page is for the integration team. Please sign in.")),
    "access.wrong": Kind(401, D_("Sign-in failed"), D_("User name or password is wrong. Try again.")),
    "access.confirm": Kind(
        422, D_("Password is wrong"), D_("Your password is wrong. Nothing was changed. Type it once more.")
    ),
    "access.locked": Kind(
        429, D_("Too many attempts"), D_("Too many failed attempts for this account. Wait a minute and try again.")
    ),
    "access.locked_address": Kind(
        429,
        D_("Too many attempts"),
        D_("Too many failed attempts from your network. Wait ten minutes, or sign in with a passkey."),
    ),
    "access.locked_factor": Kind(
        429,
        D_("Too many attempts"),
        D_("Too many wrong codes. Wait 15 minutes, or use a passkey."),
    ),
    "access.again": Kind(
        403,
        D_("Please confirm that it is you"),
        D_("You signed in a while ago. Nothing was done. Confirm that it is you, then do it once more."),
    ),
    "access.factor_due": Kind(
        403,
        D_("A second factor is needed"),
        D_("Your account needs a second factor before you go on. Set one up under “My account”."),
    ),
    "factor.code": Kind(
        422,
        D_("Code is wrong"),
        D_("This code does not fit. Look whether the clock of your phone is right, and type the code it shows now."),
    ),
    "factor.wrong": Kind(
        422,
        D_("Code is wrong"),
        D_("This code is wrong, or it was used before. Wait for the next one and type that."),
    ),
    "factor.stale": Kind(
        422, D_("Too late"), D_("This page was open too long, or was used before. Please begin once more.")
    ),
    "factor.passkey": Kind(
        422, D_("Passkey not accepted"), D_("This passkey could not be used here. Try again, or use another way.")
    ),
    "factor.most": Kind(
        422, D_("Too many passkeys"), D_("An account has at most %(most)s passkeys. Remove one first.")
    ),
    "factor.none": Kind(
        422, D_("No second factor"), D_("Recovery codes belong to a second factor. Set up an app or a passkey first.")
    ),
    "factor.unreadable": Kind(
        500,
        D_("Second factor not readable"),
        D_(
            "The file factor.key of this instance is not the one with which the app was set up. The operator puts it "
            "back, or takes the second factor away (survey-service users reset --no-second-factor)."
        ),
    ),
    "service.failed": Kind(
        500,
        N_("Something went wrong"),
        N_("The fault is ours and has been noted under %(reference)s. Please try again."),
    ),
    "service.unavailable": Kind(
        503, N_("Not available right now"), N_("The service cannot save at the moment. Try again in a minute.")
    ),
    "service.address": Kind(
        503,
        D_("Address not usable"),
        D_("The service cannot listen on %(host)s port %(port)s: %(reason)s. Choose another with --host and --port."),
    ),
    "file.unwritable": Kind(
        500, D_("File not writable"), D_("%(path)s cannot be written: %(reason)s. Choose another file.")
    ),
    "check.failed": Kind(500, D_("Faults found"), D_("%(count)s faults were found. Mend them and check again.")),
    "upgrade.unsound": Kind(
        500, D_("Not as it should be"), D_("After the upgrade the instance is not as it should be: %(reason)s.")
    ),
    "upgrade.running": Kind(
        409,
        D_("Service still running"),
        D_(
            "Machines with the service were seen within the last %(seconds)s seconds: %(names)s. Nothing was changed. "
            "Stop the service on all of them, wait for so long, and begin again."
        ),
    ),
    "upgrade.failed": Kind(
        500,
        D_("Upgrade failed"),
        D_("The upgrade failed: %(reason)s The backup made before it is whole. The way back:\n%(listing)s"),
    ),
    "work.failed": Kind(
        500,
        D_("Not everything was done"),
        D_("Not done: %(works)s. The messages above say why. The next round tries again."),
    ),
    "questionnaire.missing": Kind(
        404,
        N_("Questionnaire not found"),
        N_("There is no open questionnaire at this address. Start again from the list."),
    ),
    "questionnaire.unknown": Kind(
        404,
        D_("No such questionnaire"),
        D_("There is no questionnaire “%(name)s” in this instance. Published: %(known)s."),
    ),
    "questionnaire.faulty": Kind(
        500, D_("Questionnaire files are faulty"), D_("%(count)s faults were found:\n%(listing)s")
    ),
    "questionnaire.closed": Kind(
        410,
        N_("Questionnaire closed"),
        N_("This questionnaire no longer takes new answers. You can answer others from the list."),
    ),
    "questionnaire.planned": Kind(
        403, N_("Not open yet"), N_("This questionnaire opens on %(day)s. Please come back then.")
    ),
    "questionnaire.paused": Kind(
        403, N_("Paused"), N_("This questionnaire is paused and takes no new answers now. Please come back later.")
    ),
    "questionnaire.full": Kind(
        410,
        N_("Enough answers"),
        N_("This questionnaire has as many answers as it needs and takes no more. Thank you for your interest."),
    ),
    "schedule.invalid": Kind(422, D_("Not a usable schedule"), D_("These entries need another look: %(fields)s.")),
    "revision.note": Kind(422, D_("Note too long"), D_("Use at most %(limit)s characters in the note.")),
    "verdict.reason": Kind(
        422,
        D_("Reason missing or too long"),
        D_("Give a reason for the other verdict, in at most %(limit)s characters."),
    ),
    "verdict.missing": Kind(
        404, D_("Nothing to judge"), D_("The revision did not change this question. Load the page again.")
    ),
    "response.invalid": Kind(422, N_("Please check your answers"), N_("%(count)s answers need another look.")),
    "response.file_missing": Kind(
        404,
        D_("The file is not there"),
        D_(
            "The response names this file, but its content is not in the folder of the instance. With several hosts, "
            "the folder “uploads” must be the same for all; after a restore, use the backup of the same day."
        ),
    ),
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
    "code.missing": Kind(
        403,
        N_("A code is needed"),
        N_("This questionnaire asks for a code. Type the code that stands on your invitation."),
    ),
    "code.wrong": Kind(
        403,
        N_("The code does not fit"),
        N_("This is not the right code. Compare it with your invitation and type it again."),
    ),
    "code.locked": Kind(
        429,
        N_("Too many wrong codes"),
        N_("From this network too many wrong codes were typed. Wait ten minutes and try again."),
    ),
    "editing.missing": Kind(
        404, D_("Not there"), D_("There is nothing named “%(name)s” here. It may have been deleted meanwhile.")
    ),
    "editing.exists": Kind(
        409,
        D_("There is one already"),
        D_("There is a questionnaire or working copy named “%(name)s” already. Choose another short name."),
    ),
    "editing.taken": Kind(422, D_("Name taken"), D_("“%(name)s” has that name already. Choose another one.")),
    "editing.last": Kind(
        422,
        D_("The only one"),
        D_("“%(name)s” is the only one here. Add another one first, or delete what it stands in."),
    ),
    "editing.end": Kind(422, D_("Already at the end"), D_("“%(name)s” cannot be moved further in this direction.")),
    "editing.referred": Kind(
        422,
        D_("Still used"),
        D_("“%(name)s” is still used by: %(places)s. Change these first, then delete it."),
    ),
    "bank.depends": Kind(
        422,
        D_("Depends on other questions"),
        D_("“%(name)s” is calculated from questions that are not here. Insert those first."),
    ),
    "import.failed": Kind(
        422,
        D_("The workbook could not be read"),
        D_("Reading it took more than %(seconds)s seconds or %(mebibytes)s MiB of memory. Make it smaller."),
    ),
    "import.no_file": Kind(422, D_("No file"), D_("Choose a workbook first.")),
    "loading.unusable": Kind(
        422,
        D_("The workbook cannot be read"),
        D_("%(reason)s Nothing was loaded."),
    ),
    "loading.no_rows": Kind(
        422,
        D_("No responses in the workbook"),
        D_(
            "No sheet of the workbook has columns that are called like questions of “%(name)s”. Export it with the "
            "questions' names as headings, not their labels. Nothing was loaded."
        ),
    ),
    "loading.too_many": Kind(
        422,
        D_("Too many rows for the desk"),
        D_(
            "The file has %(count)s rows of responses, and the desk takes %(limit)s. Load parts of it one after "
            "another, or an administrator runs survey-service responses import %(name)s FILE."
        ),
    ),
    "loading.language": Kind(
        422,
        D_("Not offered in this language"),
        D_("“%(name)s” is not offered in the language chosen. Choose one of: %(known)s."),
    ),
    "loading.gone": Kind(
        404,
        D_("File no longer here"),
        D_(
            "The file is not here any more: it waits %(hours)s hour at most, for the account that brought it. Nothing "
            "was loaded now; bring it again."
        ),
    ),
    "loading.changed": Kind(
        409,
        D_("Questionnaire changed meanwhile"),
        D_("A new revision was published since the file was looked through. Nothing was loaded; bring the file again."),
    ),
    "loading.offers": Kind(
        422,
        D_("Offers are not loaded from a file"),
        D_("“%(name)s” asks providers, who confirm each offer themselves. Nothing was loaded."),
    ),
    "bulk.no_rows": Kind(
        422,
        P_("No entries in the file"),
        P_("No sheet has columns that are called like the questions. Use the template. Nothing was imported."),
    ),
    "bulk.too_many": Kind(
        422,
        P_("Too many rows"),
        P_("The file has %(count)s rows, and %(limit)s are taken at once. Split it. Nothing was imported."),
    ),
    "bulk.columns": Kind(
        422,
        P_("Too many columns"),
        P_("The file has %(count)s columns, and a file can have %(limit)s. Use the template. Nothing was imported."),
    ),
    "bulk.changed": Kind(
        409,
        P_("Directory changed meanwhile"),
        P_("Something was changed since the file was looked through. Nothing was imported; look through it again."),
    ),
    "publish.missing_texts": Kind(
        409,
        D_("Texts are missing"),
        D_("%(count)s texts are missing in “%(language)s”, the first one is %(first)s. Add them, or do not offer it."),
    ),
    "media.no_file": Kind(422, D_("No file"), D_("Choose at least one file first.")),
    "publish.missing_files": Kind(
        409,
        D_("Files are missing"),
        D_("%(count)s pictures, sounds or films are missing: %(files)s. Bring them on the page of the working copy."),
    ),
    "publish.no_language": Kind(422, D_("No language"), D_("Choose at least one language.")),
    "import.too_large": Kind(
        413, D_("The workbook is too large"), D_("A workbook can have at most %(limit)s MB. Make it smaller.")
    ),
    "import.refused": Kind(
        422,
        D_("The workbook cannot be used"),
        D_("Errors: %(count)s; nothing was changed.\n%(listing)s"),
    ),
    "entries.full": Kind(
        409, N_("No more entries"), N_("There can be at most %(limit)s entries here. Change or remove one of them.")
    ),
    "draft.missing": Kind(
        404,
        N_("Start again, please"),
        N_("There are no saved answers on this device. They were sent, erased, or too old."),
    ),
    "draft.moved": Kind(
        409,
        N_("Your answers are on another device"),
        N_("You went on with these answers on another phone or computer. To continue here, type your four words."),
    ),
    "draft.sent": Kind(
        409,
        N_("Sent already"),
        N_("These answers were sent already. With your four words you can see, change or erase them."),
    ),
    "receipt.word": Kind(
        422,
        N_("Please check the words"),
        N_("“%(word)s” cannot be one of the words. Look at it once more. A word looks like this: %(example)s."),
    ),
    "receipt.incomplete": Kind(
        422, N_("Please check the words"), N_("Please type all four words, with a blank or a hyphen between them.")
    ),
    "receipt.locked": Kind(
        429,
        N_("Too many wrong words"),
        N_("Wrong words were typed very often from this network. Your answers are safe. Try again in ten minutes."),
    ),
    "erasure.short": Kind(
        422, D_("Too short to be searched for"), D_("Type at least %(least)s characters of a name or address.")
    ),
    "erasure.reason": Kind(422, D_("Which reason?"), D_("Choose why this response is to be erased.")),
    "receipt.missing": Kind(
        404, N_("Receipt not found"), N_("There is no response for these words. Check the spelling.")
    ),
    "link.tag": Kind(
        422,
        D_("Tag not usable"),
        D_("A tag has 1 to 40 small letters a to z, digits and hyphens, for example “vhs-kurs”."),
    ),
    "link.exists": Kind(409, D_("Tag taken"), D_("There is already a link with the tag “%(tag)s”. Choose another.")),
    "link.missing": Kind(404, D_("No such link"), D_("There is no link with this tag. Go back to the list.")),
    "link.code": Kind(
        422,
        D_("Code not usable"),
        D_("A code has %(shortest)s to %(longest)s letters and digits; blanks and hyphens do not count."),
    ),
    "channel.label": Kind(
        422,
        D_("Name not usable"),
        D_("Say in 1 to %(longest)s letters who fills in with this channel, for example “VHS, tablet 1”."),
    ),
    "channel.until": Kind(
        422, D_("Day not usable"), D_("Choose a day from today to %(days)s days ahead as the channel's last one.")
    ),
    "channel.cannot": Kind(
        422,
        D_("Not on phones with ODK Collect"),
        D_("A form on a phone cannot say what this questionnaire asks: %(what)s. No channel was opened."),
    ),
    "phone.unusable": Kind(
        422,
        D_("Not a filled-in form"),
        D_("What the phone sent is no filled-in form of this questionnaire (%(reason)s). Fetch the form again."),
    ),
    "poster.script": Kind(
        503,
        D_("A font is missing"),
        D_(
            "The PDF would show empty boxes, because this computer has no font for the script %(script)s. Operators: "
            "install the Debian package %(package)s. The print view in the browser works without it."
        ),
    ),
    "poster.character": Kind(
        422,
        D_("A character without a font"),
        D_(
            "No font that PDFs are set with has the character %(character)s. Take it out of the text, or use the print "
            "view in the browser."
        ),
    ),
    "poster.languages": Kind(
        422, D_("No language chosen"), D_("Choose at least one language that this questionnaire is offered in.")
    ),
    "settings.invalid": Kind(500, D_("Setting not usable"), D_("%(name)s: %(reason)s")),
    "user.exists": Kind(409, D_("User name taken"), D_("There is already an account “%(name)s”. Choose another name.")),
    "user.missing": Kind(404, D_("No such account"), D_("There is no account “%(name)s”.")),
    "user.weak_password": Kind(
        422, D_("Password too short"), D_("Use at least 12 characters, for example four words.")
    ),
    "user.long_password": Kind(422, D_("Password too long"), D_("Use at most %(longest)s characters.")),
    "user.guessable_password": Kind(
        422, D_("Password easy to guess"), D_("This password is easy to guess. Use, for example, four unrelated words.")
    ),
    "user.wrong_password": Kind(
        422, D_("Present password is wrong"), D_("The present password is wrong. Nothing was changed.")
    ),
    "user.repeated_password": Kind(
        422, D_("Passwords differ"), D_("The new password and its repetition differ. Nothing was changed.")
    ),
    "user.name": Kind(
        422,
        D_("User name not usable"),
        D_("Use 1 to %(longest)s letters of one alphabet, digits, blanks and . - _ @ in a user name."),
    ),
    "user.last": Kind(
        409,
        D_("The only administrator"),
        D_("This is the only account that may manage people. Give the role “admin” to somebody else first."),
    ),
    "user.self": Kind(
        422, D_("Your own account"), D_("You cannot do this to your own account. Another administrator can.")
    ),
    "user.invitations": Kind(
        429, D_("Too many invitations"), D_("%(most)s invitations are open. Take back those that are not needed.")
    ),
    "handover.successor": Kind(
        422, D_("Nobody to hand over to"), D_("Choose an account that is active and is not your own.")
    ),
    "handover.early": Kind(
        409,
        D_("Too early"),
        D_("Your successor has not signed in as a manager yet. Hand over once they have."),
    ),
    "user.role": Kind(422, D_("No such role"), D_("“%(role)s” is no role. Use one or more of: %(known)s.")),
    "offer.withdrawn": Kind(
        409, D_("Offer withdrawn"), D_("The provider has withdrawn this offer. It can no longer be published.")
    ),
    "hsds.query": Kind(400, D_("Parameter not usable"), D_("The parameter “%(name)s” cannot be used. %(reason)s")),
    "hsds.page": Kind(404, D_("No such page"), D_("There is no page %(page)s: the list has %(pages)s.")),
    "hsds.faulty": Kind(
        422,
        D_("Some entries do not fit"),
        D_("%(count)s entries would be left out. Nothing was changed; --skip-faulty takes over the others."),
    ),
    "hsds.file": Kind(422, D_("The file cannot be read"), D_("%(place)s: %(reason)s Nothing was changed.")),
    "offer.missing": Kind(404, D_("Offer not found"), D_("There is no such offer.")),
    "offer.gone": Kind(
        410, N_("No longer in the directory"), N_("This offer is no longer in the directory. There may be others.")
    ),
    "notice.about": Kind(422, N_("What is wrong?"), N_("Please choose what is wrong.")),
    "notice.long": Kind(422, N_("The text is too long"), N_("Please write at most %(most)s characters.")),
    "notice.many": Kind(
        429,
        N_("Others have told us already"),
        N_("Several people have told us that something is wrong here. We will look at it. Thank you!"),
    ),
    "wish.missing": Kind(
        422,
        N_("How can we reach you?"),
        N_("Please write what we should call you, and a telephone number or an e-mail address."),
    ),
    "wish.long": Kind(422, N_("The text is too long"), N_("Please write at most %(most)s characters.")),
    "wish.many": Kind(
        429,
        N_("Very many people are writing to us"),
        N_("Please try again tomorrow. Your answers have arrived all the same."),
    ),
    "wish.gone": Kind(404, D_("Wish not found"), D_("It was erased already.")),
    "notice.missing": Kind(404, D_("Notice not found"), D_("There is no such notice.")),
    "review.reason": Kind(
        422, D_("The reason is missing"), D_("Please choose why the responses are to be excluded. Nothing changed.")
    ),
    "review.state": Kind(422, D_("Nothing was chosen"), D_("Please choose what is to be done. Nothing changed.")),
    "review.remark": Kind(422, N_("The text is too long"), N_("Please write at most %(most)s characters.")),
    "review.note": Kind(422, D_("The note is empty or too long"), D_("Please write 1 to %(most)s characters.")),
    "review.many": Kind(
        422, D_("There are many notes already"), D_("A response can have %(most)s notes. Please remove one first.")
    ),
    "review.none": Kind(422, D_("No response was chosen"), D_("Please choose at least one. Nothing changed.")),
    "review.offers": Kind(
        409, D_("Offers are moderated"), D_("Please decide about offers on the page “Offers”. Nothing changed.")
    ),
    "review.undo": Kind(
        409, D_("This can no longer be undone"), D_("It was undone already, or it is older than a day.")
    ),
    "filter.name": Kind(
        422,
        D_("The filter needs a name"),
        D_("Please write 1 to %(most)s characters, none that you have used already."),
    ),
    "offer.reason": Kind(
        422,
        D_("The reason is missing"),
        D_("Say in a sentence why, so that the provider knows what to do. Nothing changed."),
    ),
    "offer.changed": Kind(
        409,
        D_("The entry has changed"),
        D_(
            "Since you opened this page, the entry was changed or decided about. Nothing was changed. Look at it again."
        ),
    ),
    "offer.merged": Kind(
        409,
        D_("The entry was merged"),
        D_("This entry was merged into another one. Undo that first."),
    ),
    "offer.two": Kind(
        422, D_("Choose two entries"), D_("Tick exactly two entries to compare them. Nothing was changed.")
    ),
    "offer.not_merged": Kind(
        409, D_("The entry is not merged"), D_("This entry is not merged with another one. Nothing was changed.")
    ),
    "offer.waiting": Kind(
        409,
        D_("A change is waiting"),
        D_("“%(name)s” has a change that waits for a decision. Decide about it first, then merge."),
    ),
    "offer.itself": Kind(422, D_("The same entry"), D_("An entry cannot be merged with itself. Nothing was changed.")),
    "offer.not_newest": Kind(
        409,
        D_("Not the newest change"),
        D_("The entry was changed again after this. Take the newest change back first."),
    ),
    "organisation.itself": Kind(
        422, D_("The same organisation"), D_("Choose another organisation than this one. Nothing was changed.")
    ),
    "organisation.name": Kind(
        422, D_("The name is missing"), D_("Write a name of at most %(longest)s letters. Nothing was changed.")
    ),
    "organisation.taken": Kind(
        409,
        D_("There is such an organisation"),
        D_("“%(name)s” is in the list already. Merge the two organisations instead."),
    ),
    "organisation.not_merged": Kind(
        409, D_("The organisation is not merged"), D_("This organisation is not merged with another one.")
    ),
    "organisation.merged": Kind(
        409, D_("The organisation was merged"), D_("This organisation was merged into another one. Undo that first.")
    ),
    "organisation.missing": Kind(404, D_("Organisation not found"), D_("There is no such organisation.")),
    "contact.same": Kind(
        422, P_("This is your own address"), P_("Write the e-mail address of the person who takes over from you.")
    ),
    "contact.locked": Kind(
        429,
        N_("Too many requests"),
        N_("Links were asked for very often from here. Please try again in ten minutes."),
    ),
    "visit.missing": Kind(
        401,
        P_("Please use your link"),
        P_("Your visit is over, or it has not begun yet. Ask for a new link by e-mail. You find it on the start page."),
    ),
    "contact.missing": Kind(404, D_("Contact not found"), D_("There is no such contact.")),
    "indicator.missing": Kind(404, D_("Indicator not found"), D_("There is no indicator “%(indicator)s”.")),
    "observation.period": Kind(
        422,
        D_("Period not usable"),
        D_("“%(period)s” is no period of %(indicator)s. Write a year as 2026, a quarter as 2026-Q2. Nothing changed."),
    ),
    "observation.area": Kind(
        422,
        D_("No such municipality"),
        D_("“%(area)s” is the key of no municipality of the county. Nothing changed."),
    ),
    "observation.version": Kind(
        422,
        D_("No such definition"),
        D_("The definition of %(indicator)s has no version %(version)s. Nothing changed."),
    ),
    "observation.source": Kind(
        422,
        D_("The source is missing"),
        D_("Say where the figure comes from, so that it can be traced. Nothing changed."),
    ),
    "observation.denominator": Kind(
        422,
        D_("Denominator not usable"),
        D_("A share needs a numerator and a denominator above 0, or the percentage alone. Nothing changed."),
    ),
    "observation.share": Kind(
        422,
        D_("Not a share"),
        D_("A share is from 0 to 100 percent, and the same as numerator by denominator. Nothing changed."),
    ),
    "observation.reason": Kind(
        422,
        D_("The reason is missing"),
        D_("The figure of %(indicator)s for %(period)s is final. Say why it is corrected. Nothing changed."),
    ),
    "observation.faulty": Kind(
        422, D_("The table has faults"), D_("%(count)s faults were found, so nothing changed:\n%(listing)s")
    ),
    "observation.synthetic": Kind(
        409,
        D_("Figures not usable"),
        D_("The report rests on invented or withdrawn answers. Its figures are not taken over."),
    ),
    "goal.neutral": Kind(
        422,
        D_("No target possible"),
        D_("%(indicator)s rises with better outreach, so more is neither better nor worse. It gets no target."),
    ),
    "goal.baseline": Kind(
        422,
        D_("The baseline is missing"),
        D_("There is no figure of %(indicator)s for %(period)s to start from. Enter it first. Nothing changed."),
    ),
    "goal.period": Kind(
        422,
        D_("Period not usable"),
        D_("“%(period)s” is no period after the baseline. Nothing changed."),
    ),
    "goal.target": Kind(
        422,
        D_("Target not usable"),
        D_("The target of %(indicator)s must be a percentage that is better than the baseline. Nothing changed."),
    ),
    "figures.changed": Kind(
        409,
        D_("The figures have changed"),
        D_("Since the preview was made, figures or targets have changed. Look at it again. Nothing was published."),
    ),
    "figures.nothing": Kind(
        422,
        D_("Nothing to publish"),
        D_("What was chosen is published already, or there are no figures of it. Nothing was published."),
    ),
    "figures.reason": Kind(
        422,
        D_("The reason is missing"),
        D_("Figures that everybody has seen are corrected or withdrawn. Say why. Nothing was published."),
    ),
    "figures.broken": Kind(
        500,
        D_("A publication was altered"),
        D_("Publication %(number)s is not what was published: its content does not fit its hash. Restore a backup."),
    ),
    "translation.placeholder_missing": Kind(
        422,
        D_("A placeholder is missing"),
        D_("The source has the placeholder %(placeholder)s, the translation does not. Put it in as it is."),
    ),
    "translation.placeholder_unknown": Kind(
        422,
        D_("An unknown placeholder"),
        D_("The translation has the placeholder %(placeholder)s, the source does not. Remove it or mend its name."),
    ),
    "translation.percent": Kind(
        422,
        D_("A percent sign on its own"),
        D_("“%(text)s” would be read as a placeholder. Write the percent sign twice (%%%%)."),
    ),
    "translation.markup_missing": Kind(
        422, D_("Markup is missing"), D_("The source has %(markup)s, the translation does not. Put it in as it is.")
    ),
    "translation.markup_unknown": Kind(
        422, D_("Other markup"), D_("The translation has %(markup)s, the source does not. Remove it.")
    ),
    "translation.line_start": Kind(
        422,
        D_("The beginnings differ"),
        D_("Only one of source and translation begins with an empty line. Make both alike."),
    ),
    "translation.line_end": Kind(
        422,
        D_("The ends differ"),
        D_("Only one of source and translation ends with a line break. Make both alike."),
    ),
    "translation.forms": Kind(
        422,
        D_("Plural forms are missing"),
        D_("This text needs %(wanted)s forms in this language, and %(found)s are filled in. Fill in all or none."),
    ),
    "translation.long": Kind(
        422, D_("Text too long"), D_("The text has %(count)s characters. At most %(most)s are possible.")
    ),
    "translation.changed": Kind(
        409,
        D_("Changed in the meantime"),
        D_("Source or translation have changed since this page was opened. Compare, and save again."),
    ),
    "translation.missing": Kind(404, D_("No such text"), D_("There is no text “%(name)s” to translate here.")),
    "translation.incomplete": Kind(
        409,
        D_("Texts are missing"),
        D_("“%(name)s” was not published: in %(languages)s texts are missing. Translate them, or leave it out."),
    ),
    "translation.no_language": Kind(
        409,
        D_("No language is complete"),
        D_("“%(name)s” was not published: no language is left in which all texts exist. Translate the missing ones."),
    ),
    "translation.file_kind": Kind(
        422, D_("Not a file for translators"), D_("Choose a PO file (.po) or an Excel workbook (.xlsx).")
    ),
    "translation.large": Kind(
        422, D_("File too large"), D_("The file is larger than %(most)s MB. Nothing was changed. Export it again.")
    ),
    "translation.po": Kind(
        422,
        D_("PO file not readable"),
        D_(
            "The PO file cannot be read from line %(line)s on. Nothing was changed. Mend it there and save it as UTF-8."
        ),
    ),
    "translation.language": Kind(
        422,
        D_("Another language"),
        D_("The file holds texts in “%(found)s”, and “%(wanted)s” was chosen. Nothing was changed."),
    ),
    "translation.no_rows": Kind(
        422,
        D_("No texts in the file"),
        D_("The file holds no texts, or more than %(most)s. Nothing was changed. Export it again."),
    ),
    "translation.columns": Kind(
        422,
        D_("Columns are missing"),
        D_("The first row of the sheet lacks these columns: %(columns)s. Nothing was changed. Export it again."),
    ),
    "translation.formula": Kind(
        422,
        D_("A formula in the sheet"),
        D_("The cell in row %(row)s, column %(column)s is no text. Nothing was changed. Write a text in it."),
    ),
    "translation.twice": Kind(
        422, D_("A text stands twice"), D_("The same text stands in line %(line)s already. Remove one of them.")
    ),
    "translation.rows": Kind(
        422,
        D_("Texts are faulty"),
        D_("Texts that cannot be used: %(count)s. Nothing was changed. Mend them and send them again."),
    ),
    "workbook.kind": Kind(
        422, D_("Not an Excel workbook"), D_("The file is no Excel workbook (.xlsx). Nothing was changed.")
    ),
    "workbook.locked": Kind(
        422,
        D_("Workbook not readable"),
        D_("The workbook has a password or is of the old kind (.xls). Save it as .xlsx without a password."),
    ),
    "workbook.damaged": Kind(
        422, D_("Workbook damaged"), D_("The workbook cannot be read. Nothing was changed. Save it again as .xlsx.")
    ),
    "workbook.large": Kind(
        422, D_("Workbook too large"), D_("The workbook is larger than %(most)s MB. Nothing was changed.")
    ),
    "workbook.parts": Kind(
        422,
        D_("Workbook with too many parts"),
        D_("The workbook has %(count)s parts, at most %(most)s are possible. Nothing was changed."),
    ),
    "workbook.ratio": Kind(
        422,
        D_("Workbook not trusted"),
        D_("%(part)s in the workbook is packed more than %(most)s times. Nothing was changed. Save it again as .xlsx."),
    ),
    "workbook.entities": Kind(
        422,
        D_("Workbook not trusted"),
        D_("%(part)s in the workbook declares a document type. Nothing was changed. Save it again as .xlsx."),
    ),
    "report.missing": Kind(404, D_("Report not found"), D_("There is no such report. Choose one from the list.")),
    "report.not_again": Kind(
        409,
        D_("Report cannot be computed again"),
        D_("Report %(number)s cannot be computed again. %(reason)s What it says stays readable."),
    ),
    "report.chart": Kind(
        503,
        D_("Picture not drawn"),
        D_("The picture could not be drawn just now. Its figures stand in the table below it. Try again in a minute."),
    ),
    "mail.address": Kind(
        422, P_("No e-mail address"), P_("“%(address)s” is no e-mail address. Write one such as name@example.org.")
    ),
    "mail.letters": Kind(
        422,
        P_("E-mail address with special letters"),
        P_(
            "“%(address)s” has letters such as ä or é in it, which many mail servers do not take. Write another "
            "address, or the name of the server in the form that begins with xn--."
        ),
    ),
    "mail.missing": Kind(
        404, D_("Message not found"), D_("There is no such message in the outbox. It may have been sent meanwhile.")
    ),
    "hook.missing": Kind(
        404, D_("Webhook not found"), D_("There is no such webhook or delivery. It may have been removed meanwhile.")
    ),
    "hook.name": Kind(422, D_("A name is needed"), D_("Give it a name of at most %(most)s characters.")),
    "hook.kinds": Kind(422, D_("Nothing was chosen"), D_("Choose at least one thing that it is to be told.")),
    "hook.address": Kind(422, D_("Webhooks cannot go to this address"), D_("%(reason)s. Check the address.")),
    "hook.unreadable": Kind(
        500,
        D_("The secret of the webhook cannot be opened"),
        D_(
            "The file factor.key of this instance is not the one it was sealed with. The operator puts it back, or you "
            "make a new secret."
        ),
    ),
    "hook.many": Kind(422, D_("Too many webhooks"), D_("There can be %(most)s at most. Remove one first.")),
    "token.needed": Kind(
        401, D_("A token is needed"), D_("Send a token that holds, as Authorization: Bearer …. The desk makes them.")
    ),
    "token.scope": Kind(403, D_("The token does not open this"), D_("For this it needs the scope %(scope)s.")),
    "token.pace": Kind(429, D_("Too many requests"), D_("Wait a little; %(most)s in ten minutes are allowed.")),
    "token.locked": Kind(429, D_("Too many wrong tokens"), D_("Wait ten minutes, then send a token that holds.")),
    "token.name": Kind(422, D_("A name is needed"), D_("Give it a name of at most %(most)s characters.")),
    "token.scopes": Kind(422, D_("Nothing was chosen"), D_("Choose at least one thing that the token is to open.")),
    "token.life": Kind(422, D_("No such time"), D_("Choose from the list for how long the token is to hold.")),
    "token.many": Kind(422, D_("Too many tokens"), D_("There can be %(most)s at most. Revoke one first.")),
    "token.missing": Kind(404, D_("Token not found"), D_("There is no such token. Perhaps it was revoked meanwhile.")),
    "api.query": Kind(400, D_("Parameter not usable"), D_("The parameter “%(name)s” cannot be used. %(reason)s")),
    "schedule.missing": Kind(
        404, D_("Schedule not found"), D_("There is no such schedule of reports. Choose one from the list.")
    ),
    "schedule.rhythm": Kind(
        422, D_("Schedule not understood"), D_("Choose a report, when it is made, and for a wave the questionnaire.")
    ),
    "plugin.missing": Kind(
        404, D_("Report plugin not found"), D_("There is no report plugin “%(name)s”. Available: %(known)s.")
    ),
    "plugin.busy": Kind(
        503, D_("Reports are being made"), D_("%(most)s reports are being made already. Try again in a minute.")
    ),
    "plugin.failed": Kind(
        502,
        D_("The report plugin failed"),
        D_("The report plugin “%(name)s” ended with %(reason)s. Everything else works on."),
    ),
    "plugin.timeout": Kind(
        504, D_("The report took too long"), D_("The report plugin “%(name)s” was stopped after %(seconds)s seconds.")
    ),
    "plugin.output": Kind(
        502,
        D_("The report is not usable"),
        D_("The report plugin “%(name)s” returned something that is not a report: %(reason)s."),
    ),
    "plugin.scratch": Kind(
        502,
        D_("The report wrote too much"),
        D_(
            "The report plugin “%(name)s” was stopped: it wrote more than %(mebibytes)s MiB or %(most)s files. "
            "Everything else works on."
        ),
    ),
    "plugin.unprotected": Kind(
        503,
        D_("The report plugin is off"),
        D_(
            "The report plugin “%(name)s” is not run, because this machine cannot shut it in (%(lacking)s). Use a "
            "Linux kernel with Landlock and seccomp; docs/sandbox.md says more."
        ),
    ),
    "plugin.cancelled": Kind(
        409, D_("Cancelled"), D_("The report of the plugin “%(name)s” was cancelled. Nothing was stored.")
    ),
    "plugin.interrupted": Kind(
        503,
        D_("Interrupted"),
        D_(
            "The service ended while the report plugin “%(name)s” was running. Nothing was stored; make the report "
            "again."
        ),
    ),
    "run.missing": Kind(404, D_("Run not found"), D_("This run of a report is no longer kept.")),
    "plugin.faulty": Kind(
        500,
        D_("Report plugin not usable"),
        D_("The report plugin “%(name)s” cannot be used: %(reason)s. Mend or remove it; everything else works on."),
    ),
    "plugin.questionnaire": Kind(
        409,
        D_("Questionnaire not published"),
        D_("The report plugin “%(name)s” reads the questionnaire “%(questionnaire)s”. Publish that one first."),
    ),
    "plugin.disabled": Kind(
        409,
        D_("Report plugin disabled"),
        D_("The report plugin “%(name)s” is disabled. Enable it on its page; its reports can be read all the same."),
    ),
    "plugin.safe_mode": Kind(
        503,
        D_("Safe mode"),
        D_(
            "The service runs in safe mode (SURVEY_SAFE_MODE), so the report plugin “%(name)s” is not run; those that "
            "come with the service are."
        ),
    ),
    "plugin.changed": Kind(
        500,
        D_("Report plugin was changed"),
        D_(
            "“%(path)s” of the report plugin “%(name)s” is gone or is not what was approved. It is not run. Remove the "
            "plugin and install it again, or restore a backup."
        ),
    ),
    "plugin.taken": Kind(
        409,
        D_("Name taken"),
        D_("A report plugin “%(name)s” comes with the service. Ask the author of this one to rename it."),
    ),
    "plugin.name": Kind(
        422,
        D_("Name not usable"),
        D_(
            "“%(name)s” cannot be the name of a plugin. Use small letters, digits and “_”, a letter first, and no name "
            "that another package has."
        ),
    ),
    "plugin.there": Kind(
        409, D_("Already there"), D_("Version %(version)s of the report plugin “%(name)s” is there already.")
    ),
    "plugin.same_version": Kind(
        409,
        D_("Version taken"),
        D_(
            "Another file was installed as version %(version)s of the report plugin “%(name)s”. Ask its author for a "
            "new version number."
        ),
    ),
    "plugin.version": Kind(
        404,
        D_("No such version"),
        D_("There is no version %(version)s of the report plugin “%(name)s” here that this could be done with."),
    ),
    "plugin.unreadable": Kind(
        422, D_("File not readable"), D_("%(path)s cannot be read: %(reason)s. Name another file.")
    ),
    "plugin.other": Kind(
        422, D_("Another plugin"), D_("%(path)s is not a version of the report plugin “%(name)s”. Use install for it.")
    ),
    "plugin.not_waiting": Kind(
        409, D_("Nothing waits"), D_("No version of the report plugin “%(name)s” waits for approval.")
    ),
    "plugin.no_candidate": Kind(
        409, D_("No newer version"), D_("No approved version of the report plugin “%(name)s” waits to become active.")
    ),
    "plugin.no_earlier": Kind(
        409, D_("No earlier version"), D_("There is no earlier version of the report plugin “%(name)s” to go back to.")
    ),
    "plugin.not_installed": Kind(
        409,
        D_("Not installed"),
        D_("The report plugin “%(name)s” is not an installed one. One that comes with the service can be disabled."),
    ),
    "plugin.not_indexed": Kind(
        404,
        D_("Not on offer"),
        D_("The folder of plugins (SURVEY_PLUGIN_INDEX) has no usable wheel of “%(name)s”. It has: %(known)s."),
    ),
    "plugin.index": Kind(
        500, D_("Folder of plugins not usable"), D_("%(path)s: %(reason)s. Mend it, or change SURVEY_PLUGIN_INDEX.")
    ),
    "wheel.none": Kind(422, D_("No file"), D_("Choose a file whose name ends in .whl.")),
    "wheel.name": Kind(
        422,
        D_("Not a pure wheel"),
        D_(
            "“%(file)s” is not the name of a wheel that runs everywhere; such a name ends in -py3-none-any.whl. Send "
            "the file under the name that it was built with."
        ),
    ),
    "wheel.size": Kind(
        413,
        D_("Wheel too large"),
        D_("The file has %(size)s bytes, and a report plugin may have %(most)s. Leave out what it does not need."),
    ),
    "wheel.damaged": Kind(
        422,
        D_("Wheel damaged"),
        D_("The file is not a whole zip archive (%(reason)s). Send it again, or ask its author for a new one."),
    ),
    "wheel.count": Kind(
        422,
        D_("Too many files"),
        D_("The wheel has %(count)s files, and a report plugin may have %(most)s. Leave out what it does not need."),
    ),
    "wheel.unpacked": Kind(
        422,
        D_("Wheel too large"),
        D_("Unpacked, the wheel would have more than %(most)s bytes. Leave out what it does not need."),
    ),
    "wheel.ratio": Kind(
        422,
        D_("Wheel not trusted"),
        D_("“%(path)s” in the wheel is packed more than %(most)s times. Do not use this file; ask its author."),
    ),
    "wheel.path": Kind(
        422,
        D_("Wheel not trusted"),
        D_("“%(path)s” in the wheel is no path that a plugin may have. Do not use this file; ask its author."),
    ),
    "wheel.twice": Kind(
        422,
        D_("Wheel not trusted"),
        D_(
            "“%(path)s” stands in the wheel twice, or under a name that differs only in small and capital letters. Do"
            " not use this file; ask its author."
        ),
    ),
    "wheel.link": Kind(
        422,
        D_("Wheel not trusted"),
        D_(
            "“%(path)s” in the wheel is a link or something else that is no file. Do not use this file; ask its author."
        ),
    ),
    "wheel.locked": Kind(
        422,
        D_("Wheel encrypted"),
        D_("“%(path)s” in the wheel is encrypted. Ask its author for one that is not."),
    ),
    "wheel.impure": Kind(
        422,
        D_("Not allowed in a plugin"),
        D_(
            "“%(path)s” may not be in a report plugin: it has one package, whose files end in %(kinds)s. Ask its "
            "author for a wheel without it."
        ),
    ),
    "wheel.record": Kind(
        422,
        D_("Wheel was changed"),
        D_(
            "“%(path)s” is not what the list of files in the wheel (RECORD) says. Do not use this file; ask its author."
        ),
    ),
    "wheel.metadata": Kind(
        422,
        D_("Wheel not usable"),
        D_("%(file)s in the wheel: %(reason)s. Ask its author to build it again."),
    ),
    "wheel.python": Kind(
        422,
        D_("Another Python is needed"),
        D_(
            "The plugin needs Python %(needed)s, and this service runs on %(version)s. Ask its author for a version "
            "that fits."
        ),
    ),
    "wheel.requires": Kind(
        422,
        D_("Something is missing"),
        D_(
            "The plugin needs %(missing)s, which this service does not have. A plugin may use only what the service "
            "itself brings along."
        ),
    ),
    "wheel.entry_point": Kind(
        422,
        D_("No report plugin"),
        D_("The wheel names %(count)s plugins in the group %(group)s; it must be one. Ask its author."),
    ),
    "wheel.module": Kind(
        422,
        D_("Name taken"),
        D_(
            "The package “%(module)s” of the plugin has the name of another one that is installed. Ask its author to "
            "rename it."
        ),
    ),
    "wheel.manifest": Kind(
        422,
        D_("Plugin not described"),
        D_("What the plugin says of itself cannot be used: %(reason)s. Ask its author to mend it."),
    ),
    "snapshot.damaged": Kind(
        500,
        D_("Snapshot damaged"),
        D_("The snapshot %(snapshot)s was changed after it was frozen (%(file)s). Remove its folder and run again."),
    ),
    "store.conflict": Kind(
        409, D_("Changed in the meantime"), D_("Somebody else changed this document (%(collection)s). Load it again.")
    ),
    "store.missing": Kind(404, D_("Document gone"), D_("The document no longer exists (%(collection)s).")),
    "store.duplicate": Kind(
        409, D_("Already there"), D_("There is already a document with this value (%(collection)s, %(field)s).")
    ),
    "store.unstorable": Kind(
        422,
        D_("Characters that cannot be stored"),
        D_("A text or number cannot be stored: %(reason)s. Remove it and try again."),
    ),
    "store.unreachable": Kind(
        503, D_("Database not reachable"), D_("The database does not answer. Nothing was saved. Try again in a minute.")
    ),
    "secrets.differ": Kind(
        500,
        D_("Secrets differ"),
        D_(
            "%(name)s in the folder of this machine is not the secret that the other machines use. Move the file away "
            "if this machine is to join them; what was made with it is then not usable any more."
        ),
    ),
    "secrets.sealed": Kind(
        500,
        D_("Secrets are sealed with another key"),
        D_(
            "The secret “%(name)s” in the store was sealed with another SURVEY_SECRET_KEY. Set the one before, or seal "
            "all with the new one: survey-service store seal."
        ),
    ),
    "store.driver": Kind(
        500,
        D_("PostgreSQL driver missing"),
        D_(
            "SURVEY_STORE names a PostgreSQL database, but its driver is not installed. Run: "
            "pip install 'survey-service[postgres]'."
        ),
    ),
    "store.locked": Kind(
        503,
        D_("Store in use"),
        D_(
            "The store in %(folder)s is in use by process %(pid)s. Stop that process, or set SURVEY_STORE to a "
            "postgresql:// address to run several processes."
        ),
    ),
    "store.closed": Kind(
        503, D_("Store closed"), D_("The store in %(folder)s has been closed. Start the service again.")
    ),
    "store.forked": Kind(
        503,
        D_("Store belongs to another process"),
        D_(
            "Process %(pid)s was forked from process %(owner)s, which has the store in %(folder)s "
            "open, and may not use "
            "it. Use threads, or set SURVEY_STORE to a postgresql:// address to run several processes."
        ),
    ),
    "store.full": Kind(
        503,
        D_("No room to save"),
        D_("Nothing was saved, because the disk is full. Reading goes on. Free some room in %(folder)s and try again."),
    ),
    "store.failed": Kind(
        503,
        D_("Saving has failed"),
        D_(
            "The disk reported an error (%(reason)s), so nothing more is saved in %(folder)s until the "
            "service is started "
            "again. Check the disk first. Whether the last changes were saved shows after the start."
        ),
    ),
    "store.unusable": Kind(
        500, D_("Store cannot be opened"), D_("The store in %(folder)s cannot be opened or written: %(reason)s.")
    ),
    "store.damaged": Kind(
        500,
        D_("Store damaged"),
        D_(
            "The store in %(folder)s is damaged (%(file)s, byte %(offset)s: %(reason)s). It was not "
            "opened, and nothing was "
            "changed. Restore a backup, or let “survey-service store check --repair” keep what can still be read."
        ),
    ),
    "audit.broken": Kind(
        500,
        D_("The audit log is not whole"),
        D_(
            "From entry %(number)s on the audit log of %(place)s is not what was written: an entry was changed or is "
            "missing. Compare it with a backup or an export of before. Nothing was changed now."
        ),
    ),
    "audit.unreadable": Kind(
        422,
        D_("Not an export of the audit log"),
        D_("%(path)s is not an audit log exported as JSON lines: %(reason)s"),
    ),
    "store.newer": Kind(
        500,
        D_("Data of a later version"),
        D_(
            "The documents of %(collection)s were written by a later version of the service (%(found)s; this one knows "
            "%(known)s). Nothing was changed. Install the later version again, or restore a backup of before."
        ),
    ),
    "store.occupied": Kind(
        409,
        D_("Something is there already"),
        D_(
            "There are documents in %(place)s already. Nothing was changed. Name an empty place, or, for a restore, "
            "give --replace: then what is there is put aside."
        ),
    ),
    "store.mismatch": Kind(
        500,
        D_("The copy is not the same"),
        D_(
            "Of %(collection)s %(read)s documents were read and %(written)s written, or their content differs. The "
            "copy was taken back and nothing else was changed. Check the disk, then try again."
        ),
    ),
    "store.connected": Kind(
        503,
        D_("Database in use"),
        D_(
            "%(count)s connections of a running service use this database. Stop the service first. Nothing was changed."
        ),
    ),
    "backup.damaged": Kind(
        422,
        D_("Backup not usable"),
        D_("The backup %(path)s is not whole or was changed: %(reason)s. Nothing was changed. Use another one."),
    ),
    "backup.newer": Kind(
        422,
        D_("Backup of a later version"),
        D_(
            "The backup %(path)s was made by a later version of the service (%(found)s; this one knows %(known)s). "
            "Nothing was changed. Install the later version first."
        ),
    ),
    "backup.locked": Kind(
        422,
        D_("Backup not opened"),
        D_("The backup %(path)s is encrypted, and this key does not open it, or it is damaged. Nothing was changed."),
    ),
    "backup.slow": Kind(
        503,
        D_("Backup not opened"),
        D_(
            "This machine is too busy or too slow to open the backup %(path)s with its passphrase. Try again when it "
            "has less to do, or open it with the tool age. Nothing was changed."
        ),
    ),
    "backup.needs_identity": Kind(
        422,
        D_("Backup not opened"),
        D_("The backup %(path)s is encrypted. Give the file with the identity (--identity-file). Nothing was changed."),
    ),
    "backup.needs_passphrase": Kind(
        422,
        D_("Backup not opened"),
        D_(
            "The backup %(path)s is encrypted. Give the file with the passphrase (--passphrase-file). Nothing was "
            "changed."
        ),
    ),
    "backup.recipient": Kind(
        422,
        D_("Key not usable"),
        D_("“%(text)s” is no key of age. A recipient begins with “age1”, an identity with “AGE-SECRET-KEY-1”."),
    ),
    "backup.unfinished": Kind(
        503,
        D_("Restore not finished"),
        D_(
            "A restore into %(folder)s was interrupted, so what is there is not whole. Run survey-service restore "
            "again with --replace; the service starts after that."
        ),
    ),
    "export.columns": Kind(
        422,
        D_("Too many columns for this kind of file"),
        D_("This export has %(count)s columns, and such a file holds %(limit)s. Choose CSV or JSON Lines instead."),
    ),
    "export.rows": Kind(
        422,
        D_("Too many responses for this kind of file"),
        D_("Such a file holds %(limit)s responses, and there are more. Choose CSV or JSON Lines instead."),
    ),
    "export.text": Kind(
        422,
        D_("A text is too long for this kind of file"),
        D_(
            "Response %(number)s has a text of %(count)s characters, and a cell holds %(limit)s. Choose CSV or JSON "
            "Lines instead."
        ),
    ),
    "file.exists": Kind(
        409, D_("File exists"), D_("%(path)s exists already and was left as it is. Name another file.")
    ),
    "store.embedded_only": Kind(
        500,
        D_("Only for the embedded store"),
        D_("The store of this instance is of the kind “%(scheme)s”. Use the tools of that database instead."),
    ),
    "coding.missing": Kind(
        404, D_("Not found"), D_("There is no such text, code or task for you. Go back to the list and choose again.")
    ),
    "coding.gone": Kind(
        410,
        D_("The text is no longer there"),
        D_("It was withdrawn, changed, excluded, or erased by its age. Go on with the next one."),
    ),
    "coding.codes": Kind(
        422,
        D_("Codes missing"),
        D_("Please choose one or more codes of the codebook, or “not codable”, not both."),
    ),
    "coding.memo": Kind(422, D_("Memo too long"), D_("Please use at most %(limit)s characters for the memo.")),
    "coding.locked": Kind(
        409,
        D_("Already compared"),
        D_("The codes of both people were compared, so they can't change any more. Decide under “Decide” instead."),
    ),
    "coding.blind": Kind(
        409,
        D_("Not both are done"),
        D_("Codes are compared once both people have coded all texts. Until then neither sees the other's."),
    ),
    "coding.people": Kind(
        422, D_("Two people are needed"), D_("Please choose two different people with an account for coding.")
    ),
    "coding.questions": Kind(422, D_("Questions missing"), D_("Please choose at least one question with free texts.")),
    "concept.missing": Kind(404, D_("Not in the concept"), D_("The concept has no such version or item.")),
    "concept.open": Kind(
        409,
        D_("A draft exists already"),
        D_("Version %(number)s is not decided yet. Work on that. Nothing changed."),
    ),
    "concept.adopted": Kind(
        409,
        D_("Adopted versions stay as they are"),
        D_("Version %(number)s is adopted and can't be changed. Begin a revision. Nothing changed."),
    ),
    "concept.consulting": Kind(
        409,
        D_("The version is in consultation"),
        D_("Version %(number)s is in consultation. Take it back to the draft before you change it. Nothing changed."),
    ),
    "concept.state": Kind(
        409, D_("Not possible now"), D_("Version %(number)s is not in the state for that. Nothing changed.")
    ),
    "concept.exact": Kind(
        422,
        D_("A number would be told exactly"),
        D_("In no. %(numbers)s stands a number of people that is public only rounded. Word it without the number."),
    ),
    "concept.empty": Kind(
        422, D_("The concept is empty"), D_("Version %(number)s has no item yet. Add one first. Nothing changed.")
    ),
    "concept.decision": Kind(
        422,
        D_("Please check the decision"),
        D_("Give body, result, the day (not in the future) and from when to when the version holds. Nothing changed."),
    ),
    "concept.text": Kind(
        422,
        D_("Please check the text"),
        D_("The German text is missing, or a text has more than %(limit)s characters. Nothing changed."),
    ),
    "concept.kind": Kind(
        422, D_("Please check your entries"), D_("Choose a kind and a field of action. Nothing changed.")
    ),
    "concept.basis": Kind(
        422, D_("What does it rest on?"), D_("Say whose judgement it is, or accept it from a report. Nothing changed.")
    ),
    "concept.measure": Kind(
        422,
        D_("Please check the measure"),
        D_("A measure needs a lead actor, horizon, effort and due day; the budget is in euros. Nothing changed."),
    ),
    "concept.serves": Kind(
        422,
        D_("No such statement"),
        D_("A statement that this measure should answer is not in this version any more. Choose again."),
    ),
    "concept.progress": Kind(
        422,
        D_("Please check the state"),
        D_("Choose a state of the measure; “done” needs the day, not in the future. Nothing changed."),
    ),
    "concept.conflict": Kind(
        409,
        D_("Somebody else has changed it"),
        D_("%(by)s has saved another text since you opened the page. Both stand below. Nothing was overwritten."),
    ),
    "concept.synthetic": Kind(
        409,
        D_("Not for the concept"),
        D_("Report %(report)s rests on invented or withdrawn answers. Nothing was accepted."),
    ),
    "concept.inputs": Kind(
        422, D_("Nothing to accept"), D_("Report %(report)s has none of the statements chosen. Nothing was accepted.")
    ),
    "concept.figures": Kind(
        409, D_("No other figures"), D_("There are no other figures for this statement now. Nothing changed.")
    ),
    "concept.reason": Kind(422, D_("The reason is missing"), D_("Say why the statement stays. Nothing changed.")),
    "concept.broken": Kind(
        500,
        D_("The concept was changed"),
        D_("Version %(number)s is not what was adopted: its hash differs. Restore it from a backup."),
    ),
    "consulting.missing": Kind(
        404, D_("No such round"), D_("There is no such consultation round. It may have been discarded meanwhile.")
    ),
    "consulting.entries": Kind(
        422,
        D_("Please check the round"),
        D_(
            "A round needs a title of at most 200 characters, a last day that is not over, a body, and an item of the "
            "open version. To be checked: %(names)s. Nothing changed."
        ),
    ),
    "consulting.language": Kind(
        422,
        D_("Texts are missing"),
        D_("In the language “%(language)s” these items have no text: %(items)s. Leave it out or write them first."),
    ),
    "consulting.state": Kind(
        409, D_("Not possible now"), D_("The round is not in the state for that. Load the page again. Nothing changed.")
    ),
    "consulting.changed": Kind(
        409,
        D_("The concept was changed meanwhile"),
        D_(
            "These statement versions are not in the draft any more: %(items)s. Put the present wordings to the vote: "
            "save the round again, or prepare a further one. Nothing was opened."
        ),
    ),
    "consulting.running": Kind(
        409,
        D_("A round is running"),
        D_("The round “%(round)s” takes votes on this version. Close it first. Nothing changed."),
    ),
    "consulting.no_comment": Kind(
        404, D_("No such comment"), D_("There is no such comment in this round. Load the page again.")
    ),
    "consulting.answer": Kind(
        422,
        D_("Please check the answer"),
        D_("Choose accepted, in part or rejected, and give a reason of at most %(limit)s characters. Nothing changed."),
    ),
    "consulting.conflict": Kind(
        409,
        D_("Answered meanwhile"),
        D_("%(by)s has answered meanwhile. Read that answer first; yours is still in the form. Nothing changed."),
    ),
    "consulting.group": Kind(
        422, D_("No group"), D_("A group needs two comments or more on the same statement version. Nothing changed.")
    ),
    "consulting.unanswered": Kind(
        409,
        D_("Comments are not answered yet"),
        D_("%(count)s comments have no answer: %(numbers)s. Answer them first. Nothing changed."),
    ),
    "consulting.final": Kind(
        409, D_("The table is final"), D_("The table of this round is final and stays as it is. Nothing changed.")
    ),
    "consulting.broken": Kind(
        500,
        D_("The table was changed"),
        D_("The table of “%(round)s” is not what was made final: its hash differs. Restore it from a backup."),
    ),
    "consulting.proposal": Kind(
        422,
        D_("Nothing to take over"),
        D_("Only a proposed wording that was accepted can be taken over. Nothing changed."),
    ),
    "consulting.foreign": Kind(
        422,
        D_("Not in German"),
        D_("The proposed wording is in the language “%(language)s”. Translate it and word the item by hand."),
    ),
    "consulting.worded": Kind(
        409,
        D_("Worded anew meanwhile"),
        D_("The item has the wording %(number)s by now. Compare both and word it by hand. Nothing changed."),
    ),
    "consulting.closed": Kind(
        410, N_("The vote is over"), N_("This vote ended on %(day)s. Votes can't be cast or changed any more.")
    ),
    "consulting.not_put": Kind(
        404, N_("Not put to the vote"), N_("This vote does not ask about that wording. Go back to the list.")
    ),
    "body.missing": Kind(404, D_("Body not found"), D_("There is no such body. Choose one from the list.")),
    "body.fields": Kind(
        422,
        D_("Please check the body"),
        D_("A body needs a German name and a kind; a name has at most %(limit)s characters. Nothing changed."),
    ),
    "body.order": Kind(
        422, D_("Please check the body"), D_("Its place among the bodies is a number up to 9999. Nothing changed.")
    ),
    "body.taken": Kind(409, D_("Body exists"), D_("There is a body with the code %(name)s. Nothing changed.")),
    "body.closed": Kind(
        409,
        D_("The body is closed"),
        D_("A closed body gets no members and meetings. Open it again first. Nothing changed."),
    ),
    "member.missing": Kind(404, D_("Member not found"), D_("The body has no such member. Choose one from the list.")),
    "member.fields": Kind(
        422,
        D_("Please check the member"),
        D_("A member needs a name; a text has at most %(limit)s characters. Nothing changed."),
    ),
    "member.days": Kind(
        422,
        D_("Please check the days"),
        D_("Give each day like 2026-12-31; the last can't be before the first. Nothing changed."),
    ),
    "member.twice": Kind(
        409,
        D_("A member already"),
        D_("%(address)s is the address of a member of this body at that time. Nothing changed."),
    ),
    "member.erased": Kind(
        409,
        D_("Name and address are erased"),
        D_("This person left long ago. If they come back, add them as a new member."),
    ),
    "member.there": Kind(
        409,
        D_("Still a member"),
        D_("Name and address can be erased after the last day as a member. Nothing changed."),
    ),
    "members.faulty": Kind(
        422, D_("The table has faults"), D_("%(count)s faults were found, so nothing changed:\n%(listing)s")
    ),
    "meeting.missing": Kind(
        404, D_("Meeting not found"), D_("The body has no such meeting. Choose one from the list.")
    ),
    "meeting.fields": Kind(
        422,
        D_("Please check the meeting"),
        D_("A meeting needs a place; a place has at most %(limit)s characters, an agenda %(most)s. Nothing changed."),
    ),
    "meeting.time": Kind(
        422,
        D_("Please check day and time"),
        D_("Give day and time like 2026-12-03 and 18:00, and an end that is later. Nothing changed."),
    ),
    "meeting.no_such_time": Kind(
        422,
        D_("There is no such time"),
        D_("On %(day)s clocks go from 2:00 to 3:00: there is no %(time)s. Choose another time. Nothing changed."),
    ),
    "meeting.minutes": Kind(
        422,
        D_("Please check the address of the minutes"),
        D_("The address must begin with http:// or https:// and be of one piece. Nothing changed."),
    ),
    "meeting.people": Kind(
        422, D_("Please check who was there"), D_("Somebody is no member of the body on that day. Nothing changed.")
    ),
    "meeting.words": Kind(
        422,
        D_("Text too long"),
        D_("Please use at most %(limit)s characters for whom somebody spoke. Nothing changed."),
    ),
    "meeting.over": Kind(
        409, D_("Nobody was invited"), D_("The meeting is over or cancelled. Nobody is invited to it any more.")
    ),
    "closing.text": Kind(
        422, D_("Please check the text"), D_("A text has more than %(limit)s characters. Nothing changed.")
    ),
    "closing.day": Kind(422, D_("Please check the day"), D_("Give a day in the future, or none. Nothing changed.")),
    "closing.conflict": Kind(
        409,
        D_("Somebody else has changed it"),
        D_("Somebody has saved another text since you opened the page. Yours stands below. Compare, then save."),
    ),
    "closing.incomplete": Kind(
        422, D_("Texts are missing"), D_("Not all texts are there in: %(languages)s. Nothing was published.")
    ),
    "closing.exact": Kind(
        422,
        D_("A number would be told exactly"),
        D_("In no. %(numbers)s stands a number of people that is public only rounded. Word it without the number."),
    ),
    "closing.changed": Kind(
        409,
        D_("The preview has changed"),
        D_("Something has changed since you saw the preview. Look at it again. Nothing was published."),
    ),
    "closing.nothing": Kind(
        409, D_("Nothing new"), D_("This is published already, just as it is. Nothing was published.")
    ),
    "closing.empty": Kind(
        422, D_("The newsletter is empty"), D_("Choose at least one item first. Nothing was published.")
    ),
    "closing.missing": Kind(404, D_("Not found"), D_("There is no such publication.")),
    "closing.broken": Kind(
        500,
        D_("A publication was changed"),
        D_("Publication %(number)s is not what was published: its hash differs. Restore it from a backup."),
    ),
    "coding.overlap": Kind(
        409,
        D_("Coded already"),
        D_("Texts of the question %(question)s in this period belong to another task. Choose others."),
    ),
    "coding.fields": Kind(422, D_("Please check your entries"), D_("Some entries are missing or too long.")),
    "coding.merge": Kind(
        422, D_("Not possible"), D_("A code can only be merged into another one that is in use. Choose another one.")
    ),
    "coding.translation": Kind(
        422, D_("Translation too long"), D_("Please use at most %(limit)s characters for the translation.")
    ),
    "coding.reviewer": Kind(
        403, D_("Somebody else reviews"), D_("Whoever wrote a translation can't review it. Ask the other person.")
    ),
    "quote.consent": Kind(
        403, D_("Must not be quoted"), D_("The respondent has not allowed to be quoted. Use the codes instead.")
    ),
    "quote.translation": Kind(
        409, D_("Translation not reviewed"), D_("Only a reviewed translation can be quoted. Let it be reviewed first.")
    ),
    "quote.words": Kind(
        422,
        D_("Not the words of the text"),
        D_("A quote has the words of the text in their order. Leave words out with […]. Not found: “%(words)s”."),
    ),
    "quote.unchecked": Kind(
        422, D_("Please confirm"), D_("Please read the quote and confirm that it names nobody and leads to nobody.")
    ),
    "package.county": Kind(
        409,
        D_("Not known which county this is"),
        D_(
            "A package says which county it is of. Set SURVEY_OPERATOR to its name, and see that all municipalities of "
            "the list “municipalities” begin with the key of one county."
        ),
    ),
    "package.size": Kind(
        413,
        D_("Package too large"),
        D_("The package has %(size)s bytes, and it may have %(most)s. Nothing was changed."),
    ),
    "package.damaged": Kind(
        422,
        D_("Package damaged"),
        D_("The file is no whole package: %(reason)s. Ask for the file as it was made. Nothing was changed."),
    ),
    "package.manifest": Kind(
        422,
        D_("Not a package"),
        D_("What the file says of itself is not that of a package: %(reason)s. Nothing was changed."),
    ),
    "package.version": Kind(
        422,
        D_("Other form of package"),
        D_(
            "The package is of the form %(version)s, and this service knows %(known)s. Bring the older service up to "
            "date. Nothing was changed."
        ),
    ),
    "package.kind": Kind(
        422,
        D_("Unknown kind of package"),
        D_("The package is of the kind “%(kind)s”. This service knows: %(known)s. Nothing was changed."),
    ),
    "package.signature": Kind(
        422,
        D_("The signature is broken"),
        D_(
            "The package says that it is of %(name)s (%(county)s), but it was changed after it was signed. Do not use "
            "it; ask for it once more. Nothing was changed."
        ),
    ),
    "package.content": Kind(
        422,
        D_("The content was changed"),
        D_("“%(path)s” in the package is missing, or not what was signed. Do not use it. Nothing was changed."),
    ),
    "package.moment": Kind(
        422,
        D_("A package of the future"),
        D_("The package was made on %(moment)s. Ask the sender to set the clock. Nothing was changed."),
    ),
    "package.own": Kind(
        409,
        D_("Your own package"),
        D_("The package is of your own county, %(name)s (%(county)s). It is for others. Nothing was changed."),
    ),
    "package.unknown_key": Kind(
        409,
        D_("Sender not known yet"),
        D_(
            "The package says that it is of %(name)s (%(county)s). Its key has the fingerprint %(fingerprint)s. Call "
            "that county and compare; then trust the key and bring the package again. Nothing was changed."
        ),
    ),
    "package.other_key": Kind(
        409,
        D_("Warning: the sender has another key"),
        D_(
            "%(name)s (%(county)s) has had the key %(known)s so far. This package was signed with %(fingerprint)s. Do "
            "not use it before you have called that county. Nothing was changed."
        ),
    ),
    "package.trust": Kind(
        422,
        D_("Another fingerprint"),
        D_("The fingerprint of %(name)s is not the one that was compared. Do not trust the key. Nothing was changed."),
    ),
    "package.older": Kind(
        409,
        D_("Not the newest package"),
        D_("The package was made on %(made)s, and you have one of %(known)s already. Nothing was changed."),
    ),
    "package.faulty": Kind(
        422,
        D_("The content of the package has faults"),
        D_("%(count)s faults were found, so nothing was changed:\n%(listing)s"),
    ),
    "package.copy": Kind(
        409,
        D_("There is a working copy"),
        D_("There is a working copy of “%(name)s” already. Publish or discard it first. Nothing was changed."),
    ),
    "package.nothing": Kind(
        409, D_("Nothing is published"), D_("A package holds published figures only. Publish figures first.")
    ),
    "package.bundled": Kind(
        409,
        D_("Every county has it"),
        D_("The report plugin “%(name)s” comes with the service, so it needs no package."),
    ),
    "package.missing": Kind(404, D_("Not there"), D_("There is no such package or sender here any more.")),
    "store.url": Kind(
        500, D_("Store address not usable"), D_("SURVEY_STORE begins with “%(scheme)s”. Use tinydb: or postgresql://….")
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

    @property
    def said(self) -> Said:
        """The message with its details."""
        return Said(self.kind.message, self.details)

    def message(self, translate: Callable[[str], str] = str) -> str:
        """Return the message; ``translate`` is a gettext function, without it the English source is used."""
        return self.said.text(translate)
