"""Texts to a translator as a file, and back, on the desk."""

from __future__ import annotations

from flask import Response, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from survey_service import clock, languages
from survey_service.problems import D_, Problem
from survey_service.questionnaire.exchange import CHANGED_SOURCE, FUZZY, UNKNOWN, Comparison
from survey_service.translating import exchange
from survey_service.web import wordings
from survey_service.web.context import current
from survey_service.web.manage import desk
from survey_service.web.manage import translation_views as views
from survey_service.web.manage.desk import blueprint

REASONS = {
    CHANGED_SOURCE: D_("The source has changed since the file was made. Translate the new wording."),
    UNKNOWN: D_("There is no such text here (any more)."),
    FUZZY: D_("It is marked as unsure (fuzzy). Remove the mark if it is right."),
}
"""Why a text of a file was not applied."""


@blueprint.get("/translations/<scope>/<tag>/file")
def download_translations(scope: str, tag: str) -> BaseResponse:
    """Send the texts of one part for a translator; that is noted in the audit log."""
    form = request.args.get("format", "")
    content = exchange.export(current().workbench, [scope], tag, form)
    desk.note("translations.exported", scope, language=tag, format=form)
    response = Response(content, mimetype=exchange.FORMATS[form].media_type)
    response.headers["Content-Disposition"] = f"attachment; filename={scope}-{tag}.{form}"
    return response


@blueprint.post("/translations/<scope>/<tag>/file")
def upload_translations(scope: str, tag: str) -> tuple[str, int]:
    """Save what a translator has written into a file, and say what was done with each text."""
    workbench = current().workbench
    workbench.entries(scope, tag)  # there is such a part
    sent = request.files.get("file")
    content = sent.read() if sent is not None else b""
    try:
        if not content:
            raise Problem("translation.file_kind")
        by = desk.signed_in().account.name
        done = exchange.take_back(workbench, [scope], tag, content, by=by, now=clock.now())
    except Problem as problem:
        if not problem.code.startswith(("translation.", "workbook.")):
            raise
        return _result(scope, tag, None, problem), problem.status
    return _result(scope, tag, done, None), 200


def _result(scope: str, tag: str, done: Comparison | None, problem: Problem | None) -> str:
    return render_template(
        "manage/translation_file.html",
        scope=scope,
        target=languages.language(tag),
        title=views.scope_name(current().workbench, scope),
        done=done,
        reasons=REASONS,
        problem=problem,
        message=wordings.problem_message(problem) if problem is not None else "",
        faults=wordings.problem_faults(problem) if problem is not None else [],
    )
