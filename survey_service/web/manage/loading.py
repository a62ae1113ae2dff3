"""Loading responses from a file on the desk: look through it, see what would become of it, then confirm or discard.

Between the two steps the file waits in the instance (``responses.loading.waiting``); nothing is stored before.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from survey_service import clock, languages
from survey_service.problems import D_, Problem
from survey_service.questionnaire.xlsform.workbook import MAX_BYTES
from survey_service.responses import loading
from survey_service.responses.loading import Loading, Terms, files, findings, waiting
from survey_service.responses.loading.findings import COLUMN, MISSING, REFUSED, ROW, Finding
from survey_service.responses.loading.waiting import Waiting
from survey_service.responses.revisions import Published
from survey_service.web import i18n, incoming, wordings
from survey_service.web.context import current
from survey_service.web.i18n import gettext
from survey_service.web.manage import desk
from survey_service.web.manage.desk import blueprint

MOST_ROWS = 5_000
"""Rows that a request has the time to judge; the command takes more."""
_MOST_SHOWN, _MOST_ROWS_NAMED = 200, 20
_ANSWERED = ("import.", "loading.", "questionnaire.missing")
KINDS: Mapping[str, str] = {
    REFUSED: D_("Answer left out"),
    MISSING: D_("Required answer missing"),
    ROW: D_("Row left out or incomplete"),
    COLUMN: D_("Column or sheet not read"),
}
"""What a finding means for the file, by its kind."""
COUNTS: Mapping[str, str] = {
    REFUSED: D_("Answers that do not fit and are left out"),
    MISSING: D_("Required answers that are missing"),
    ROW: D_("Rows left out or incomplete"),
    COLUMN: D_("Columns and sheets that are not read"),
}


@blueprint.get("/responses/load")
def load_responses() -> str:
    """Ask for a file, or say what was loaded."""
    return _form(loaded=_number("loaded"), before=_number("before"))


def _number(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _form(problem: Problem | None = None, **shown: int | None) -> str:
    published = [entry for entry in current().publications.all() if entry.questionnaire.audience != "providers"]
    offered = {tag for entry in published for tag in entry.questionnaire.languages}
    return render_template(
        "manage/load.html",
        published=published,
        tags=[tag for tag in languages.registry() if tag in offered],
        given=request.form or request.args,
        problem=wordings.problem_message(problem) if problem is not None else "",
        title=gettext(problem.kind.title) if problem is not None else "",
        megabytes=MAX_BYTES // 1_000_000,
        **{"loaded": None, "before": None, **shown},
    )


@blueprint.post("/responses/load")
def look_through() -> str | tuple[str, int]:
    """Read a file in a process of its own and show what would become of it; the file waits, nothing is stored."""
    try:
        file, data = incoming.brought()
        published = current().publications.current(request.form.get("questionnaire", ""))
        language = _language(published, request.form.get("language", ""))
        found = _read(data, file, published, language)
    except Problem as problem:
        if not problem.code.startswith(_ANSWERED):
            raise
        return _form(problem), problem.status
    now = clock.now().isoformat()
    told = Waiting(_account(), file, published.questionnaire.name, published.revision, language, now)
    waiting.sweep(current().settings.instance, clock.now())
    return _preview(found, published, told, waiting.put(current().settings.instance, told, data))


def _language(published: Published, chosen: str) -> str:
    """Return the language of responses that name none. Raises Problem loading.language."""
    tags = published.questionnaire.languages
    if chosen and chosen not in tags:
        title = wordings.in_attribute(published.questionnaire.label)
        raise Problem("loading.language", name=title, known=", ".join(tags))
    return chosen or tags[0]


def _read(data: bytes, file: str, published: Published, language: str) -> Loading:
    terms = Terms(published, language, current().receipt_key, clock.today())
    return loading.read(files.read_confined(data, file), terms, most=MOST_ROWS)


def _account() -> str:
    return desk.signed_in().account.name


def _preview(found: Loading, published: Published, told: Waiting, token: str) -> str:
    fresh = len(loading.new(current().store, found))
    groups = findings.alike(found.findings, _reason)
    counts = [(gettext(words), found.counts.get(kind, 0)) for kind, words in COUNTS.items()]
    return render_template(
        "manage/load_preview.html",
        published=published,
        told=told,
        token=token,
        fresh=fresh,
        counts=[
            (gettext("Rows of responses in the file"), found.rows),
            (gettext("Would be loaded"), fresh),
            (gettext("Were loaded before"), len(found.documents) - fresh),
            *counts,
            (gettext("Answers to questions that were not asked"), found.not_asked),
            (gettext("Columns that are computed anew"), len(found.computed)),
        ],
        groups=groups[:_MOST_SHOWN],
        more=len(groups) - _MOST_SHOWN,
        kinds=KINDS,
        most_rows=_MOST_ROWS_NAMED,
        hours=waiting.HOURS,
    )


def _reason(finding: Finding) -> str:
    return finding.reason(i18n.language().tag, gettext)


@blueprint.post("/responses/load/<token>")
def confirm_loading(token: str) -> BaseResponse:
    """Load the file that waits, all of it or nothing, or discard it; either way it is erased."""
    context = current()
    instance, store = context.settings.instance, context.store
    told, data = waiting.get(instance, token, _account(), clock.now())
    if "load" not in request.form:
        waiting.erase(instance, token)
        return redirect(url_for(".load_responses"), 303)
    name = told.questionnaire
    published = context.publications.current(name)
    if published.revision != told.revision:
        waiting.erase(instance, token)
        raise Problem("loading.changed")
    found = _read(data, told.file, published, told.language)
    with store.transaction():
        count = loading.keep(store, found)
        desk.note("responses.loaded", name, count=count)
    waiting.erase(instance, token)
    before = len(found.documents) - count
    return redirect(url_for(".load_responses", loaded=count, before=before, questionnaire=name), 303)
