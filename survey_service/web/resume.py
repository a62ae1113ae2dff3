"""Going on later, or on another phone: four words lead to a draft, and are its receipt once it is sent."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date

from survey_service import clock
from survey_service.problems import Problem
from survey_service.responses import drafts, receipts
from survey_service.store.base import Stored
from survey_service.web import device, i18n, kiosk, rendering, visit, wordings, words
from survey_service.web.audience import PUBLIC
from survey_service.web.context import current

blueprint = Blueprint("resume", __name__)
AUDIENCES = {"resume.enter": PUBLIC, "resume.move": PUBLIC, "resume.keep": PUBLIC, "resume.leave": PUBLIC}


@blueprint.get("/<lang:lang>/resume")
def enter() -> str:
    """Ask for the four words."""
    return _form()


@blueprint.post("/<lang:lang>/resume")
def move() -> ResponseReturnValue:
    """Move the draft of the words to this device; if it was sent, lead to the response."""
    typed = request.form.get("words", "")
    try:
        found = words.look_up(typed)
    except Problem as problem:
        return _form(typed, wordings.problem_message(problem)), problem.status
    if found.draft is None:
        return render_template("respondent/sent.html", words=typed)
    if _other_draft(found.draft) and "_replace" not in request.form:
        return render_template(
            "respondent/replace.html", words=typed, questionnaire=found.draft.body["questionnaire"]
        ), 409
    return _take_over(typed)


def _take_over(typed: str) -> ResponseReturnValue:
    context = current()
    try:
        draft = drafts.take_over(context.store, typed, clock.today())
    except Problem as problem:
        if problem.code != "draft.sent":
            raise
        return render_template("respondent/sent.html", words=typed)
    held = device.held(draft.questionnaire)
    if held is not None and held.key != draft.key:
        visit.end(context, draft.questionnaire)
    device.hold(draft.questionnaire, draft.token, draft.key)
    offered = context.publications.revision(draft.revision).questionnaire.languages
    tag = i18n.language().tag
    return rendering.to("start", questionnaire=draft.questionnaire, lang=tag if tag in offered else draft.language)


def _other_draft(stored: Stored) -> bool:
    """Tell whether this device holds another draft of the same questionnaire, which would be lost."""
    held = device.held(stored.body["questionnaire"])
    if held is None or not held.token or held.key == stored.body["key"]:
        return False
    try:
        drafts.load(current().store, held.token)
    except Problem:
        return False
    return True


@blueprint.get("/<lang:lang>/resume/<questionnaire>")
def keep(questionnaire: str) -> str:
    """Show the four words of the draft that this device holds, and until which day it is kept."""
    context = current()
    present = visit.under_way(context, questionnaire)
    draft, entries = present.kept, rendering.languages_of(present.questionnaire)
    receipt = receipts.words_for(draft.key, context.receipt_key)
    return render_template(
        "respondent/keep.html",
        receipt=receipt if receipts.hash_of(receipt) == draft.receipt_hash else "",
        day=format_date(draft.last_day, "long"),
        questionnaire=questionnaire,
        addresses=[(entry, url_for(".keep", lang=entry.tag, questionnaire=questionnaire)) for entry in entries],
        address=words.public("resume.enter").partition("://")[2],
    )


@blueprint.post("/<lang:lang>/resume/<questionnaire>")
def leave(questionnaire: str) -> ResponseReturnValue:
    """Let this device forget a draft, which stays for whoever has the words."""
    device.drop(questionnaire)
    if "_anew" in request.form:
        return rendering.to("start", questionnaire=questionnaire)
    response = kiosk.restart() or rendering.to("erased")
    response.headers["Clear-Site-Data"] = '"cache"'  # pages kept for the back button go too
    return response


def _form(typed: str = "", error: str = "") -> str:
    addresses = rendering.everywhere("resume.enter")
    return render_template("respondent/resume.html", words=typed, error=error, addresses=addresses)
