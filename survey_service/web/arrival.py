"""Where links and posters lead: the languages of one questionnaire; and the question that a shared tablet asks."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from survey_service import languages
from survey_service.web import i18n, kiosk, rendering, way_in
from survey_service.web.audience import PUBLIC
from survey_service.web.context import current

blueprint = Blueprint("arrival", __name__)
AUDIENCES = {"arrival.choose": PUBLIC, "arrival.idle": PUBLIC, "arrival.providers": PUBLIC}


@blueprint.get("/q/<questionnaire>")
@blueprint.get("/q/<questionnaire>/<tag>")
def choose(questionnaire: str, tag: str = "") -> str:
    """Offer the languages of a questionnaire, each by its own name. A tag that counts for nothing does no harm."""
    model = current().publications.current(questionnaire).questionnaire
    known: dict[str, Any] = {way_in.FROM: way_in.tag()} if tag and way_in.tag() else {}
    entries = rendering.languages_of(model)
    addresses = [
        (entry, url_for("respondent.start", lang=entry.tag, questionnaire=questionnaire, **known)) for entry in entries
    ]
    return rendering.language_choice(addresses)


@blueprint.get("/provider/")
def providers() -> Response:
    """Lead providers to their pages, in the language of theirs that the browser accepts."""
    spoken = [entry for entry in languages.registry().values() if entry.provider]
    tag = languages.negotiate(list(request.accept_languages.values()), spoken)
    return rendering.elsewhere("provider.start", lang=tag or i18n.DEFAULT)


@blueprint.get("/<lang:lang>/kiosk")
@blueprint.get("/<lang:lang>/kiosk/<questionnaire>")
def idle(questionnaire: str = "") -> str:
    """Ask whether somebody is still there, on a page of this questionnaire or of none."""
    return render_template(
        "respondent/idle.html",
        seconds=kiosk.WARNING_SECONDS,
        back=kiosk.back(questionnaire),
    )
