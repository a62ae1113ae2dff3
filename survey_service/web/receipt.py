"""The page for the holder of a receipt: see, correct or withdraw a response. Nothing of it is kept on the device."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey_service import clock
from survey_service.problems import Problem
from survey_service.questionnaire import uploads
from survey_service.questionnaire.plan import NOT_SHOWN
from survey_service.responses import drafts, files, holder
from survey_service.responses.revisions import Published
from survey_service.store.base import Stored
from survey_service.web import device, i18n, rendering, summary, wordings
from survey_service.web.audience import PUBLIC
from survey_service.web.context import current
from survey_service.web.visit import Visit

blueprint = Blueprint("receipt", __name__)
AUDIENCES = {"receipt.enter": PUBLIC, "receipt.show": PUBLIC, "receipt.withdrawn": PUBLIC}


@blueprint.get("/<lang:lang>/receipt")
def enter() -> str:
    """Ask for the four words."""
    return _form()


@blueprint.post("/<lang:lang>/receipt")
def show() -> ResponseReturnValue:
    """Show the response of the words, or do with it what the pressed button says."""
    words = request.form.get("words", "")
    try:
        stored = holder.find(current().store, words)
    except Problem as problem:
        return _form(words, wordings.problem_message(problem)), problem.status
    published = current().publications.revision(stored.body["revision"])
    if "_correct" in request.form:
        return _correct(stored, published)
    if "_withdraw" in request.form:
        return render_template(
            "respondent/withdraw.html", words=words, has_files=any(uploads.ids(stored.body["answers"]))
        )
    if "_withdraw_now" in request.form:
        holder.withdraw(current().store, words)
        files.clear(current().store, current().settings.instance, stored.body["key"])
        return redirect(url_for("receipt.withdrawn"), 303)
    came = files.issued(current().store, stored.body["key"])
    visit = Visit(published, None, holder.inputs_of(published.questionnaire, stored.body), files=came)
    return render_template(
        "respondent/response.html",
        questionnaire=published.questionnaire,
        sections=summary.sections(visit),
        words=words,
        correctable=i18n.language().tag in published.questionnaire.languages,
    )


@blueprint.get("/<lang:lang>/receipt/withdrawn")
def withdrawn() -> str:
    """Say that the response is erased, and what cannot be taken back."""
    addresses = rendering.everywhere("receipt.withdrawn")
    return render_template("respondent/withdrawn.html", addresses=addresses)


def _form(words: str = "", error: str = "") -> str:
    addresses = rendering.everywhere("receipt.enter")
    return render_template("respondent/receipt.html", words=words, error=error, addresses=addresses)


def _seen(states: Mapping[str, Any], prefix: str) -> Iterator[str]:
    """Yield the keys of all that the respondent saw."""
    for name, state in states.items():
        if state != NOT_SHOWN:
            yield prefix + name
        for number, entry in enumerate(state if isinstance(state, list) else (), 1):
            yield from _seen(entry, f"{prefix}{name}~{number}/")


def _correct(stored: Stored, published: Published) -> ResponseReturnValue:
    """Begin a draft with the answers of the response; sending it puts them in the response's place."""
    context, questionnaire = current(), published.questionnaire
    draft = drafts.start(
        context.store,
        published,
        i18n.language().tag,
        clock.today(),
        correcting=stored.body["key"],
        inputs=holder.inputs_of(questionnaire, stored.body),
        seen=tuple(_seen(stored.body["states"], "")),
        seed=stored.body["seed"],
    )
    device.hold(questionnaire.name, draft.token, draft.key)
    return rendering.to("check", questionnaire=questionnaire.name)
