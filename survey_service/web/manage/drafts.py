"""Working copies on the desk: bring a workbook, see what became of it, look at it in each language, publish it."""

from __future__ import annotations

import contextlib
from collections import Counter
from dataclasses import dataclass

from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from survey_service import clock, languages
from survey_service.problems import Problem
from survey_service.questionnaire import media, reach
from survey_service.questionnaire.builder import AUDIENCES
from survey_service.questionnaire.loader import missing_texts
from survey_service.questionnaire.xlsform import exporting, listfiles, worker
from survey_service.questionnaire.xlsform.importing import Options
from survey_service.questionnaire.xlsform.notices import Notice, by_weight
from survey_service.questionnaire.xlsform.report import ALTERED, KEPT, LEFT_OUT, STRUCTURE
from survey_service.responses import definitions, imports
from survey_service.web import wordings
from survey_service.web.context import current
from survey_service.web.i18n import gettext
from survey_service.web.manage import conditions, desk, preview
from survey_service.web.manage.desk import blueprint

_FATES = (KEPT, STRUCTURE, ALTERED, LEFT_OUT)


@dataclass(frozen=True)
class Remark:
    """One notice as a row of a table: its kind, where, and what it says in the desk's language."""

    kind: str
    place: str
    text: str


def remarks(notices: list[Notice]) -> list[Remark]:
    """Return notices by weight, in the desk's language."""
    return [Remark(one.kind, one.place, one.said.text(gettext)) for one in by_weight(notices)]


@blueprint.get("/questionnaires/import")
def bring() -> str:
    """Ask for a workbook."""
    return _form()


def _form(found: list[Remark] | None = None, problem: Problem | None = None, rows: Counter[str] | None = None) -> str:
    return render_template(
        "manage/import.html",
        audiences=AUDIENCES,
        tags=list(languages.registry()),
        given=request.form,
        remarks=found or [],
        reason=wordings.problem_message(problem) if problem is not None else "",
        rows=rows or Counter(),
        fates=_FATES,
    )


@blueprint.post("/questionnaires/import")
def take() -> str | BaseResponse | tuple[str, int]:
    """Read the workbook and keep it as a working copy, or say what stands against it."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return _form(problem=Problem("import.no_file")), 422
    with contextlib.closing(file):
        data = file.read()
    given = request.form
    options = Options(
        name=given.get("name", "").strip(),
        language=given.get("language", "") if given.get("language", "") in languages.registry() else "",
        audience=given.get("audience", "") if given.get("audience", "") in AUDIENCES else "",
        consent=given.get("consent", "").strip(),
        allow_twice="twice" in given,
        files=_lists(),
    )
    found = imports.read(data, file.filename, options)
    if found.questionnaire is None:
        rows = Counter(found.report.rows.values())
        return _form(remarks(found.report.notices), imports.refusal(found), rows), 422
    with current().store.transaction():
        imports.keep(current().store, found, data, file.filename, clock.today().isoformat())
        desk.note("questionnaire.imported", found.questionnaire.name)
    return redirect(url_for("manage.draft", name=found.questionnaire.name), 303)


def _lists() -> dict[str, str]:
    """Return the texts of the files with choice lists that were brought along, by name."""
    found = {}
    for file in request.files.getlist("lists"):
        with contextlib.closing(file):
            if file.filename:
                found[file.filename] = listfiles.decoded(file.read())
    return found


@blueprint.get("/drafts/<name>")
def draft(name: str) -> str:
    """Show a working copy: what its import had to say, what is missing, what can never be reached."""
    copy = definitions.get(current().store, name)
    questionnaire = copy.questionnaire
    label = conditions.Labels(questionnaire)
    findings = [
        (finding.place, gettext(reach.MESSAGES[finding.code], **label.values(finding.values)))
        for finding in reach.check(reach.items_of(questionnaire))
    ]
    return render_template(
        "manage/draft.html",
        copy=copy,
        questionnaire=questionnaire,
        remarks=remarks([worker.notice_from_json(notice) for notice in copy.notices]),
        missing={tag: len(missing_texts(questionnaire, tag)) for tag in questionnaire.languages},
        findings=findings,
        media_named=len(media.named(questionnaire)),
        media_missing=len(media.missing(questionnaire)),
        is_published=current().publications.find(name) is not None,
    )


@blueprint.get("/drafts/<name>/preview")
def preview_draft(name: str) -> str:
    """Show all pages of a working copy in one language as on a phone, each with its conditions in words."""
    copy = definitions.get(current().store, name)
    tag = request.args.get("language", copy.questionnaire.languages[0])
    if tag not in copy.questionnaire.languages:
        raise Problem("page.missing")
    return render_template(
        "manage/preview.html", copy=copy, questionnaire=copy.questionnaire, tag=tag, pages=preview.pages(copy, tag)
    )


@blueprint.get("/drafts/<name>/workbook")
def draft_workbook(name: str) -> Response:
    """Send a working copy as XLSForm."""
    copy = definitions.get(current().store, name)
    return Response(
        exporting.write(copy.questionnaire),
        mimetype="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        headers={"Content-Disposition": f'attachment; filename="{name}.xlsx"'},
    )


@blueprint.post("/drafts/<name>/languages")
def choose_draft_languages(name: str) -> BaseResponse:
    """Offer a working copy in fewer languages. Raises Problem publish.no_language."""
    copy = definitions.get(current().store, name)
    kept = [tag for tag in copy.questionnaire.languages if tag in request.form.getlist("language")]
    if not kept:
        raise Problem("publish.no_language")
    with current().store.transaction():
        definitions.offer_in(current().store, name, kept)
        desk.note("questionnaire.edited", name)
    return redirect(url_for("manage.draft", name=name), 303)


@blueprint.post("/drafts/<name>/discard")
def discard_draft(name: str) -> BaseResponse:
    """Delete a working copy; what is published stays."""
    with current().store.transaction():
        definitions.discard(current().store, name)
        desk.note("questionnaire.discarded", name)
    return redirect(url_for("manage.home"), 303)
