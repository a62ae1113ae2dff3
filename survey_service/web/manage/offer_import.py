"""Many offers from a file at the desk: look through it, see what would become of it, then confirm or discard.

Between the steps the file waits in the instance (``responses.loading.waiting``); nothing is stored before.
"""

from __future__ import annotations

from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from survey_service import clock
from survey_service.bulk.applying import apply
from survey_service.bulk.tables import Terms
from survey_service.offers import register
from survey_service.problems import Problem
from survey_service.questionnaire.xlsform.workbook import MAX_BYTES
from survey_service.responses.loading import waiting
from survey_service.responses.loading.waiting import Waiting
from survey_service.responses.revisions import Published
from survey_service.web import bulk_view, incoming, wordings
from survey_service.web.bulk_view import Looked
from survey_service.web.context import current
from survey_service.web.i18n import gettext
from survey_service.web.manage import desk
from survey_service.web.manage.desk import blueprint

MOST_ROWS = 10_000
_TOLD = ("new", "changed", "unchanged", "refused", "like")


@blueprint.get("/offers/import")
def import_offers() -> str:
    """Ask for a file, or say what was imported."""
    told = {name: int(request.args[name]) for name in _TOLD if _is_number(request.args.get(name, ""))}
    return _form(told=told)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _form(problem: Problem | None = None, told: dict[str, int] | None = None) -> str:
    published = bulk_view.form()
    return render_template(
        "manage/offer_import.html",
        problem=wordings.problem_message(problem) if problem is not None else "",
        title=gettext(problem.kind.title) if problem is not None else "",
        tags=bulk_view.known_languages(published),
        fields=bulk_view.fields_of(published.questionnaire),
        given=request.form,
        told=told or {},
        rows=MOST_ROWS,
        megabytes=MAX_BYTES // 1_000_000,
    )


@blueprint.get("/offers/import/template.<kind>")
def offer_template(kind: str) -> Response:
    """Send the empty template."""
    return bulk_view.template_file(kind)


@blueprint.get("/offers/import/entries.xlsx")
def offer_entries() -> Response:
    """Send the template with all offers that are there, to be changed and brought back; that is audited."""
    bodies = [stored.body for stored in register.all_offers(current().store)]
    kept = [body for body in bodies if body["moderation"] not in ("withdrawn", "merged")]
    desk.note("offers.exported", "offers", count=len(kept))
    return bulk_view.template_file("xlsx", kept)


@blueprint.post("/offers/import")
def look_through_offers() -> str | tuple[str, int]:
    """Read a file and show what would become of it; the file waits, nothing is stored."""
    try:
        published = bulk_view.form()
        file, data = incoming.brought()
        language = bulk_view.language_of(published)
        looked = _looked(data, file, language, published)
    except Problem as problem:
        if not problem.code.startswith(bulk_view.ANSWERED):
            raise
        return _form(problem), problem.status
    instance, now = current().settings.instance, clock.now()
    told = Waiting(_account(), file, published.questionnaire.name, published.revision, language, now.isoformat())
    waiting.sweep(instance, now)
    return _preview(looked, published, told, waiting.put(instance, told, data))


def _looked(data: bytes, file: str, language: str, published: Published) -> Looked:
    terms = Terms(file, language, published="published" in request.form)
    return bulk_view.look_through(data, published, terms, MOST_ROWS)


def _account() -> str:
    return desk.signed_in().account.name


def _preview(looked: Looked, published: Published, told: Waiting, token: str, *, changed: bool = False) -> str:
    return render_template(
        "manage/offer_import_preview.html",
        told=told,
        token=token,
        agreed="published" in request.form,
        field=request.form.get("field", ""),
        meanwhile=changed,
        hours=waiting.HOURS,
        linked=lambda offers: bulk_view.linked(offers, lambda offer: url_for(".offer", offer=offer)),
        **bulk_view.shown(looked, published),
    )


@blueprint.post("/offers/import/<token>/findings.csv")
def offer_findings(token: str) -> Response:
    """Send all that was found in the file that waits."""
    published = bulk_view.form()
    told, data = waiting.get(current().settings.instance, token, _account(), clock.now())
    return bulk_view.findings_file(_looked(data, told.file, told.language, published), published)


@blueprint.post("/offers/import/<token>")
def confirm_offers(token: str) -> BaseResponse | str | tuple[str, int]:
    """Import what fits in the file that waits, all of it or nothing, or discard it; either way it is erased.

    If the register was changed since the preview, the new preview is shown instead.
    """
    context = current()
    instance, store = context.settings.instance, context.store
    told, data = waiting.get(instance, token, _account(), clock.now())
    if "load" not in request.form:
        waiting.erase(instance, token)
        return redirect(url_for(".import_offers"), 303)
    published = bulk_view.form()
    looked = _looked(data, told.file, told.language, published)
    if looked.plan.mark != request.form.get("mark"):
        return _preview(looked, published, told, token, changed=True), 409
    publish = "publish" in request.form and desk.may("moderate_offers")
    with store.transaction():
        counts = apply(
            store,
            looked.plan,
            _account(),
            receipt_key=context.receipt_key,
            today=clock.today(),
            publish=publish,
            also_like="also_like" in request.form,
        )
        desk.note("offers.imported", "offers", new=counts.new, changed=counts.changed, published=publish)
    waiting.erase(instance, token)
    return redirect(url_for(".import_offers", **{name: getattr(counts, name) for name in _TOLD}), 303)
