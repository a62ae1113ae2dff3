"""Small changes of trusted providers, published by themselves: each with what differs, and a way back."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from survey_service.offers import events, moderation, register
from survey_service.offers.events import Event
from survey_service.problems import Problem
from survey_service.web import wordings
from survey_service.web.context import current
from survey_service.web.manage import desk, offer_letters, offer_words
from survey_service.web.manage.desk import blueprint
from survey_service.web.manage.offers import page_number

PAGE_SIZE = 20


@blueprint.get("/offers/live")
def live_changes() -> str:
    """List what has gone live by itself, newest first."""
    return _page()


@blueprint.post("/offers/<offer>/live/<int:number>")
def take_back_change(offer: str, number: int) -> ResponseReturnValue:
    """Publish again what stood before such a change; its people get a letter with the reason."""
    reason = desk.lines("reason")
    try:
        with current().store.transaction():
            taken = moderation.take_back(current().store, offer, number, desk.signed_in().account.name, reason=reason)
            desk.note("offer.taken_back", offer, change=number)
    except Problem as problem:
        if problem.code != "offer.reason":
            raise
        return _page(number, problem), problem.status
    offer_letters.tell(taken.body, "returned", reason=reason)
    return redirect(url_for("manage.live_changes"), 303)


def _page(wrong: int = 0, problem: Problem | None = None) -> str:
    found = events.of_kind(current().store, "live")[::-1]
    pages = max(1, -(-len(found) // PAGE_SIZE))
    page = page_number(pages)
    shown = found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    return render_template(
        "manage/offers_live.html",
        rows=[_row(event) for event in shown],
        total=len(found),
        page=page,
        pages=pages,
        wrong=wrong,
        error=wordings.problem_message(problem) if problem is not None else "",
        longest=moderation.LONGEST_REASON,
    )


def _row(event: Event) -> dict[str, Any]:
    body = register.find(current().store, event.offer).body
    return {
        "event": event,
        "offer": body,
        "when": offer_words.moment(event.moment),
        "changed": offer_words.differences(body, event.before, event.answers) if event.before is not None else [],
        "can_go_back": moderation.can_be_taken_back(body, event),
    }
