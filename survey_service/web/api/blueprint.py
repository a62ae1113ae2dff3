"""The blueprint of the JSON API, and how it refuses: who needs a token is told so as HTTP knows it (RFC 6750)."""

from __future__ import annotations

from flask import Blueprint, request
from flask.blueprints import BlueprintSetupState
from werkzeug.wrappers import Response as BaseResponse

from survey_service.problems import Problem
from survey_service.web import problems_view
from survey_service.web.api import bearer

blueprint = Blueprint("api", __name__)


@blueprint.record
def _prepare(state: BlueprintSetupState) -> None:
    state.app.extensions[bearer.KEY] = bearer.Pace()


@blueprint.errorhandler(Problem)
def _refuse(problem: Problem) -> BaseResponse:
    response = problems_view.show(problem)
    if problem.code == "token.needed":
        wrong = ', error="invalid_token"' if "Authorization" in request.headers else ""
        response.headers["WWW-Authenticate"] = f'Bearer realm="survey-service"{wrong}'
    if problem.code == "token.scope":
        scope = problem.details["scope"]
        response.headers["WWW-Authenticate"] = (
            f'Bearer realm="survey-service", error="insufficient_scope", scope="{scope}"'
        )
    return response
