"""The page for whoever helps somebody to answer: a neutral script, how they help, and the other person's language."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from survey_service.responses.modes import HELPED, IN_BROWSER, WEB
from survey_service.web import helping, i18n, rendering, visit
from survey_service.web.audience import PUBLIC
from survey_service.web.context import current
from survey_service.web.helping import ALONE, Help

blueprint = Blueprint("helper", __name__)
AUDIENCES = {"helper.script": PUBLIC}
_HOW, _LANGUAGE = "how", "language"


@blueprint.route("/<lang:lang>/help/<questionnaire>", methods=["GET", "POST"])
def script(questionnaire: str) -> ResponseReturnValue:
    """Show the script in the helper's language; then lead to the questionnaire in the language that was chosen."""
    begun = visit.begun(current(), questionnaire)
    present = begun or visit.fresh(current(), questionnaire)
    offered = rendering.languages_of(present.questionnaire)
    how, tag = request.form.get(_HOW, ""), request.form.get(_LANGUAGE, "")
    if request.method == "GET" or how not in IN_BROWSER or tag not in {entry.tag for entry in offered}:
        return _page(present, how, 200 if request.method == "GET" else 422)
    own = i18n.language().tag
    chosen = ALONE if how == WEB else Help(how, own if own != tag else "")
    i18n.use(tag)
    if begun is None:
        return rendering.to("start", questionnaire=questionnaire, **{helping.WITH: chosen.argument})
    begun = visit.help_from_now(current(), begun, chosen)
    return rendering.onward(begun, begun.needed_stop)


def _page(present: visit.Visit, how: str, status: int) -> ResponseReturnValue:
    html = render_template(
        "respondent/helper.html",
        questionnaire=present.questionnaire,
        how=how if how in IN_BROWSER else present.help.mode if present.help != ALONE else HELPED[0],
        helping=present.help != ALONE,
        offered=rendering.languages_of(present.questionnaire),
        addresses=rendering.everywhere("helper.script", questionnaire=present.questionnaire.name),
    )
    return html, status
