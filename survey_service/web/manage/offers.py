"""Offers on the desk: the list by state of moderation, one offer with all its answers, publish and return."""

from __future__ import annotations

from collections.abc import Iterator

from flask import redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from survey_service.offers import moderation, register
from survey_service.problems import Problem
from survey_service.questionnaire.model import Choice, Text
from survey_service.store.base import Stored
from survey_service.web.context import current
from survey_service.web.manage import answers, desk
from survey_service.web.manage.desk import blueprint
from survey_service.web.manage.names import MODERATION


@blueprint.get("/offers")
def offers() -> str:
    """List the offers in one state of moderation; without ``?state`` those that wait for a decision."""
    state = request.args.get("state", "submitted")
    if state not in MODERATION:
        raise Problem("page.missing")
    choices = _field_choices()
    rows = [
        (stored.body, Markup(", ").join(answers.label(choices, code) for code in stored.body["fields"]))
        for stored in register.all_offers(current().store, state)
    ]
    return render_template("manage/offers.html", state=state, states=MODERATION, rows=rows)


@blueprint.get("/offers/<offer>")
def offer(offer: str) -> str:
    """Show an offer with all that its provider answered; that is noted in the audit log."""
    stored = _find(offer)
    desk.note("offer.read", offer)
    return render_template("manage/offer.html", stored=stored, rows=list(_rows(stored)))


@blueprint.post("/offers/<offer>")
def moderate(offer: str) -> BaseResponse:
    """Publish or return an offer."""
    decision = request.form.get("decision", "")
    if decision not in moderation.DECISIONS:
        raise Problem("request.bad")
    with current().store.transaction():
        reason = request.form.get("reason", "")
        moderation.decide(current().store, offer, decision, desk.signed_in().account.name, reason=reason)
        desk.note("offer.moderated", offer, moderation=decision)
    return redirect(url_for("manage.offers"), 303)


def _find(offer: str) -> Stored:
    return register.find(current().store, offer)


def _rows(stored: Stored) -> Iterator[tuple[Text, Markup]]:
    """Yield each answered question of the offer with its answer, as the provider's revision asks it."""
    given = stored.body["answers"]
    for question in current().publications.revision(stored.body["revision"]).questionnaire.questions.values():
        if question.name in given:
            yield question.label, answers.shown(question, given[question.name])


def _field_choices() -> dict[str, Choice]:
    """Return the fields of action by code, as the newest questionnaire for providers lists them."""
    models = (published.questionnaire for published in current().publications.all())
    questions = (model.questions.get("A05_fields") for model in models if model.audience == "providers")
    return {choice.name: choice for question in questions if question for choice in question.choices}
