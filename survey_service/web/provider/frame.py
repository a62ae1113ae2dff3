"""What all pages of providers share: who is there, the way on from a refusal, the languages."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from survey_service import languages
from survey_service.accounts import access
from survey_service.languages import Language
from survey_service.problems import Problem
from survey_service.web import i18n, problems_view, provider_visit
from survey_service.web.context import current
from survey_service.web.provider import names

blueprint = Blueprint("provider", __name__, url_prefix="/provider/<provider_lang:lang>")


def guard(action: str) -> None:
    """Let the present request pass if it comes from a contact. Raises Problems visit.missing and access.denied."""
    provider_visit.present()
    if not access.allowed((access.PROVIDER,), action):
        raise Problem("access.denied")


def to(endpoint: str, **values: Any) -> BaseResponse:
    """Redirect to another page of providers, with GET."""
    return redirect(url_for(f"provider.{endpoint}", **values), 303)


def addresses() -> list[tuple[Language, str]]:
    """Return the address of the present page in each language of providers; of the start page if it has none by GET."""
    endpoint, values = _shown(), dict(request.view_args or {})
    if endpoint is None:
        endpoint, values = "provider.start", {}
    if request.args.get("q"):
        values["q"] = request.args["q"]
    spoken = [entry for entry in languages.registry().values() if entry.provider]
    return [(entry, url_for(endpoint, lang=entry.tag, **values)) for entry in spoken]


def _shown() -> str | None:
    """Return the endpoint that shows the present page by GET, also if it came as the answer to a form; None if none
    does.
    """
    rule = request.url_rule.rule if request.url_rule is not None else ""
    rules = (other for other in current_app.url_map.iter_rules() if other.rule == rule)
    return next((other.endpoint for other in rules if "GET" in (other.methods or ())), None)


@blueprint.errorhandler(Problem)
def _refuse(problem: Problem) -> BaseResponse:
    g.way_on = url_for("provider.start", lang=i18n.language().tag)
    return problems_view.show(problem)


@blueprint.context_processor
def _helpers() -> dict[str, object]:
    settings = current().settings
    return {
        "addresses": addresses(),
        "contact": provider_visit.contact(),
        "office": settings.operator_email,
        **names.HELPERS,
    }
