"""Opening and closing a questionnaire, and its responses as files."""

from __future__ import annotations

import tempfile
from pathlib import Path

from flask import Response, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response as BaseResponse

from survey_service import clock, languages
from survey_service.problems import Problem
from survey_service.responses.export import EXCLUSION, FORMATS, NOTES, Options, codebook, documents, packed
from survey_service.web.context import current
from survey_service.web.manage import desk
from survey_service.web.manage.desk import blueprint


@blueprint.post("/questionnaires/<name>/open")
def open_questionnaire(name: str) -> BaseResponse:
    """Open a questionnaire for new responses."""
    return _set_open(name, is_open=True)


@blueprint.post("/questionnaires/<name>/close")
def close_questionnaire(name: str) -> BaseResponse:
    """Close a questionnaire to new responses."""
    return _set_open(name, is_open=False)


def _set_open(name: str, *, is_open: bool) -> BaseResponse:
    store = current().store
    with store.transaction():
        current().publications.set_open(name, is_open)
        desk.note("questionnaire.opened" if is_open else "questionnaire.closed", name)
    return redirect(url_for("manage.home"), 303)


@blueprint.get("/questionnaires/<name>/export")
def export(name: str) -> str:
    """Show in which forms the responses can be had."""
    published = current().publications.current(name)
    return render_template(
        "manage/export.html",
        published=published,
        formats={key: form.title for key, form in FORMATS.items()},
        repeats=len(codebook.of(current().publications, name).tables) > 1,
        tags=published.questionnaire.languages,
    )


_FURTHER = {EXCLUSION: "excluded", NOTES: "notes"}
"""Columns that are asked for, and by which argument."""


@blueprint.get("/questionnaires/<name>/responses.file")
def download(name: str) -> Response:
    """Send all responses as a file; that is noted in the audit log."""
    context = current()
    book = codebook.of(context.publications, name)
    form, language = request.args.get("format", ""), request.args.get("language", "")
    if form not in FORMATS or language not in languages.registry():
        raise Problem("page.missing")
    further = tuple(name for name, asked in _FURTHER.items() if asked in request.args)
    options = Options(language, labels="labels" in request.args, columns="columns" in request.args, further=further)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "responses"
        count = FORMATS[form].write(path, documents(context.store, name, None, further), book, options)
        asked: dict[str, bool] = {_FURTHER[each]: True for each in further}
        desk.note("responses.exported", name, format=form, count=count, **asked)
        file = path.open("rb")  # what is open can still be read when the folder has gone
    response = send_file(
        file,
        mimetype="application/zip" if packed(form, book) else FORMATS[form].media_type,
        as_attachment=True,
        download_name=f"{name}-{clock.today().isoformat()}.{f'{form}.zip' if packed(form, book) else form}",
    )
    response.headers["Cache-Control"] = "no-store"  # Flask allows files to be kept
    return response
