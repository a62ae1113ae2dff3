"""Many offers of one organisation from a file: look through it, see what would become of it, then confirm or discard.

Only for contacts of a whole organisation; what is new or changed waits for the desk, as everything that providers send.
"""

from __future__ import annotations

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey_service import clock
from survey_service.bulk.applying import apply
from survey_service.bulk.tables import Terms
from survey_service.offers import events, organisations, people
from survey_service.offers.contacts import Contact
from survey_service.problems import Problem
from survey_service.questionnaire.xlsform.workbook import MAX_BYTES
from survey_service.responses.loading import waiting
from survey_service.responses.loading.waiting import Waiting
from survey_service.responses.revisions import Published
from survey_service.web import bulk_view, incoming, provider_visit, wordings
from survey_service.web.bulk_view import Looked
from survey_service.web.context import current
from survey_service.web.i18n import gettext
from survey_service.web.provider import frame
from survey_service.web.provider.frame import blueprint

MOST_ROWS = 500
BODY = MAX_BYTES + 100_000


def _present() -> Contact:
    """Return who is there. Raises Problem access.denied for whoever looks after a single offer only."""
    contact = provider_visit.present()
    if contact.offer:
        raise Problem("access.denied")
    return contact


@blueprint.get("/bulk")
def bulk() -> str:
    """Ask for a file."""
    return _form()


def _form(problem: Problem | None = None) -> str:
    return render_template(
        "provider/bulk.html",
        organisation=_organisation(_present()),
        problem=wordings.problem_message(problem) if problem is not None else "",
        title=gettext(problem.kind.title) if problem is not None else "",
        rows=bulk_view.number(MOST_ROWS),
        megabytes=MAX_BYTES // 1_000_000,
    )


def _organisation(contact: Contact) -> str:
    return organisations.find(current().store, contact.organisation).name


@blueprint.get("/bulk/template.<kind>")
def bulk_template(kind: str) -> Response:
    """Send the template; as a workbook it has the organisation's own entries."""
    contact = _present()
    bodies = (stored.body for stored in people.offers_of(current().store, contact))
    kept = [body for body in bodies if body["moderation"] not in ("withdrawn", "merged")]
    return bulk_view.template_file(kind, kept)


@blueprint.post("/bulk")
def look_through_bulk() -> ResponseReturnValue:
    """Read a file and show what would become of it; the file waits, nothing is stored."""
    contact = _present()
    try:
        published = bulk_view.form()
        file, data = incoming.brought()
        looked = _looked(data, file, published, contact)
    except Problem as problem:
        if not problem.code.startswith(bulk_view.ANSWERED):
            raise
        return _form(problem), problem.status
    instance, now = current().settings.instance, clock.now()
    language = bulk_view.spoken(published)
    told = Waiting(_account(contact), file, published.questionnaire.name, published.revision, language, now.isoformat())
    waiting.sweep(instance, now)
    return _preview(looked, published, told, waiting.put(instance, told, data))


def _account(contact: Contact) -> str:
    return f"provider {contact.contact}"


def _looked(data: bytes, file: str, published: Published, contact: Contact) -> Looked:
    language = bulk_view.spoken(published)
    terms = Terms(file, language, "published" in request.form, organisation=_organisation(contact))
    return bulk_view.look_through(data, published, terms, MOST_ROWS, contact.organisation)


def _preview(looked: Looked, published: Published, told: Waiting, token: str, *, meanwhile: bool = False) -> str:
    return render_template(
        "provider/bulk_preview.html",
        told=told,
        token=token,
        agreed="published" in request.form,
        meanwhile=meanwhile,
        hours=waiting.HOURS,
        linked=lambda offers: bulk_view.linked(offers, lambda offer: url_for("provider.offer", offer=offer)),
        **bulk_view.shown(looked, published),
    )


@blueprint.post("/bulk/<token>/findings.csv")
def bulk_findings(token: str) -> Response:
    """Send all that was found in the file that waits."""
    contact, published = _present(), bulk_view.form()
    told, data = waiting.get(current().settings.instance, token, _account(contact), clock.now())
    return bulk_view.findings_file(_looked(data, told.file, published, contact), published)


@blueprint.post("/bulk/<token>")
def confirm_bulk(token: str) -> ResponseReturnValue:
    """Take what fits in the file that waits, all of it or nothing, or discard it; either way it is erased."""
    contact, context = _present(), current()
    told, data = waiting.get(context.settings.instance, token, _account(contact), clock.now())
    if "load" not in request.form:
        waiting.erase(context.settings.instance, token)
        return frame.to("bulk")
    published = bulk_view.form()
    looked = _looked(data, told.file, published, contact)
    if looked.plan.mark != request.form.get("mark"):
        return _preview(looked, published, told, token, meanwhile=True), 409
    also_like = "also_like" in request.form
    apply(
        context.store,
        looked.plan,
        events.PROVIDER,
        receipt_key=context.receipt_key,
        today=clock.today(),
        also_like=also_like,
    )
    waiting.erase(context.settings.instance, token)
    return frame.to("mine", sent="yes")
