"""How a refusal looks: one page for people, one shape for programs (RFC 9457), decided here and nowhere else."""

from __future__ import annotations

import tempfile
import traceback
from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask, Response, current_app, jsonify, render_template, request
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.wrappers import Response as BaseResponse

from survey_service.problems import Problem
from survey_service.store.disk import FULL
from survey_service.web import audience, tracing, wordings
from survey_service.web.i18n import gettext
from survey_service.web.openrosa import shapes

_CODES: Mapping[int, str] = {
    400: "request.bad",
    404: "page.missing",
    405: "request.method",
    413: "request.too_large",
    414: "request.too_long",
    415: "request.media_type",
}
_PHONES = "/openrosa/"
_PROGRAM_PATHS = ("/api/", "/hsds/", "/healthz", "/readyz", "/metrics")
_RETRY_SECONDS = "30"


def wants_json() -> bool:
    """Tell whether a program is asking: by the endpoint's audience, the address, or what it accepts."""
    access = audience.present()
    if access is not None:
        return access.audience == audience.PROGRAM.audience
    if request.path.startswith(_PROGRAM_PATHS):
        return True
    accepted = request.accept_mimetypes
    return accepted["application/problem+json"] > accepted["text/html"]


def problem_json(problem: Problem) -> Response:
    """Return a Problem as ``application/problem+json``: type, title, status, detail, code, faults."""
    body: dict[str, Any] = {
        "type": f"urn:survey-service:problem:{problem.code}",
        "title": gettext(problem.kind.title),
        "status": problem.status,
        "detail": wordings.problem_message(problem),
        "code": problem.code,
    }
    faults = wordings.problem_faults(problem)
    if faults:
        body["faults"] = faults
    response = jsonify(body)
    response.status_code = problem.status
    response.mimetype = "application/problem+json"
    return response


def problem_message(problem: Problem) -> Response:
    """Return a Problem as OpenRosa clients show it: what is wrong, and where."""
    faults = [f"{fault.get('question', '')}: {fault.get('message', '')}" for fault in wordings.problem_faults(problem)]
    return shapes.message("\n".join([wordings.problem_message(problem), *faults]), shapes.FAILURE, problem.status)


def _shape() -> Callable[[Problem], Response]:
    if request.path.startswith(_PHONES):
        return problem_message
    return problem_json if wants_json() else problem_page


def problem_page(problem: Problem) -> Response:
    """Return a Problem as a page in the reader's language, with a way on."""
    page = render_template(
        "problem.html",
        title=gettext(problem.kind.title),
        message=wordings.problem_message(problem),
        faults=wordings.problem_faults(problem),
        code=problem.code,
    )
    return Response(page, problem.status, mimetype="text/html")


def show(problem: Problem) -> Response:
    """Return a Problem in the shape the asker understands.

    What ails the store is for the operator: it is noted, and people read that nothing can be saved right now.
    """
    if problem.code.startswith("store.") and problem.status >= 500:
        current_app.logger.error("%s at %s", problem, request.endpoint)
        problem = Problem("service.unavailable")
    response = _shape()(problem)
    if problem.status in (429, 503):
        response.headers["Retry-After"] = _RETRY_SECONDS
    return response


def of_http(error: HTTPException) -> BaseResponse:
    """Turn an error of Flask or Werkzeug into the matching Problem; redirects stay what they are."""
    status = error.code or 500
    if status < 400:
        return error.get_response()
    if status >= 500:
        return of_exception(error)
    if isinstance(error, SecurityError):  # an unknown host: no address can be built, so no page either
        return Response(wordings.problem_message(Problem("request.host")), status, mimetype="text/plain")
    response = show(Problem(_CODES.get(status, "request.bad")))
    for name, value in error.get_headers(request.environ):
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def of_exception(error: Exception) -> Response:
    """Note an unexpected error under a reference and show that; neither page nor log holds an answer.

    The log gets the class of the error and the lines of code, not its message: that may quote what somebody typed.
    A full disk is no surprise: the file that was being sent cannot be taken right now.
    """
    if isinstance(error, OSError) and error.errno in FULL:
        return show(Problem("store.full", folder=tempfile.gettempdir()))
    reference = tracing.request_id()[:8]
    frames = "".join(traceback.format_tb(error.__traceback__))
    current_app.logger.error("%s: %s at %s\n%s", reference, type(error).__name__, request.endpoint, frames)
    return show(Problem("service.failed", reference=reference))


def install(app: Flask) -> None:
    """Show every error of the application through this module."""
    app.register_error_handler(Problem, show)
    app.register_error_handler(HTTPException, of_http)
    app.register_error_handler(Exception, of_exception)
