"""The files of responses: read by whoever may read responses, one at a time, never shown within the desk."""

from __future__ import annotations

import io
from typing import Any

from flask import Response, g, send_file

from survey_service.problems import Problem
from survey_service.questionnaire import uploads
from survey_service.responses import files
from survey_service.responses.collection import RESPONSES
from survey_service.store.base import Store
from survey_service.web.context import current
from survey_service.web.manage import desk
from survey_service.web.manage.desk import blueprint


@blueprint.get("/responses/<int:number>/files/<file>")
def response_file(number: int, file: str) -> Response:
    """Send a file of a response to be saved; that is noted in the audit log."""
    context = current()
    answer = _answer(context.store, number, file)
    try:
        content = io.BytesIO(files.read(context.settings.instance, file))
    except FileNotFoundError:
        raise Problem("response.file_missing") from None
    desk.note("file.read", str(number), file=file)
    response = send_file(content, mimetype=answer["type"], as_attachment=True, download_name=answer["name"])
    response.headers["Cache-Control"] = "no-store"
    g.sandboxed = True
    return response


def _answer(store: Store, number: int, file: str) -> dict[str, Any]:
    """Return the answer of a response that is this file. Raises Problem page.missing."""
    stored = store.collection(RESPONSES).get(number)
    named = () if stored is None else uploads.files_in(stored.body["answers"])
    answer = next((answer for answer in named if answer["file"] == file), None)
    if answer is None:
        raise Problem("page.missing")
    return dict(answer)
