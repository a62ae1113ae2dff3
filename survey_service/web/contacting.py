"""“Shall we contact you?”: a form of its own, which knows nothing of any answers."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey_service import clock
from survey_service.problems import Problem
from survey_service.responses import contact_wishes
from survey_service.web import i18n, rendering, security, wordings
from survey_service.web.audience import PUBLIC, QUESTIONNAIRE
from survey_service.web.context import current
from survey_service.web.i18n import gettext

blueprint = Blueprint("contacting", __name__)
AUDIENCES = {"contacting.ask": PUBLIC, "contacting.send": QUESTIONNAIRE, "contacting.sent": PUBLIC}
_FIELDS = ("name", "reach", "about")


@blueprint.get("/<lang:lang>/contact")
def ask() -> str:
    """Ask how somebody wants to be reached."""
    return _form()


@blueprint.post("/<lang:lang>/contact")
def send() -> ResponseReturnValue:
    """Keep the wish; refused, the form comes back with all that was typed."""
    if security.is_forged():
        return _form(gettext("The page was open too long. Please press the button once more.")), 422
    try:
        typed = {field: request.form.get(field, "") for field in _FIELDS}
        contact_wishes.ask(current().store, **typed, language=i18n.language().tag, today=clock.today())
    except Problem as problem:
        if not problem.code.startswith("wish."):
            raise
        return _form(wordings.problem_message(problem), str(problem.details.get("field", "name"))), problem.status
    return redirect(url_for("contacting.sent"), 303)


@blueprint.get("/<lang:lang>/contact/sent")
def sent() -> str:
    """Say that the wish has arrived."""
    return render_template("respondent/contact_sent.html", addresses=rendering.everywhere("contacting.sent"))


def _form(error: str = "", wrong: str = "name") -> str:
    return render_template(
        "respondent/contact.html",
        typed={field: request.form.get(field, "") for field in _FIELDS},
        longest=contact_wishes.LONGEST,
        error=error,
        wrong=wrong,
        addresses=rendering.everywhere("contacting.ask"),
    )
