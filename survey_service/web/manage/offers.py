"""Offers on the desk: the list by state with filters, one offer with what would change, and the decision about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from survey_service import clock
from survey_service.offers import duplicates, lists, merging, moderation, notices, organisations, register
from survey_service.offers.lists import Row, Wanted
from survey_service.problems import Problem
from survey_service.questionnaire.model import Choice
from survey_service.store.base import Stored
from survey_service.web import wordings
from survey_service.web.context import current
from survey_service.web.manage import answers, desk, offer_letters, offer_words
from survey_service.web.manage.desk import blueprint
from survey_service.web.manage.names import MODERATION

PAGE_SIZE = 50
_LONGEST_SEARCH = 100
DECISIONS = (*moderation.DECISIONS, "taken_off")
_ASKED_AGAIN = {"offer.changed", "offer.reason"}
"""Problems after which the page of the offer is shown again, with what was typed."""


@blueprint.get("/offers")
def offers() -> str:
    """List the offers in one state of moderation, those that wait longest first; without ``?state`` those that wait for
    a decision.
    """
    state = request.args.get("state", "submitted")
    if state not in MODERATION:
        raise Problem("page.missing")
    wanted = _wanted(state)
    rows, counts = lists.choose(all_rows(), wanted)
    pages = max(1, -(-len(rows) // PAGE_SIZE))
    number = page_number(pages)
    shown = rows[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    fields = offer_words.choices_of("A05_fields")
    return render_template(
        "manage/offers.html",
        state=state,
        states=MODERATION,
        counts=counts,
        wanted=wanted,
        filters=_filters(wanted),
        organisation=organisations.name_of(current().store, wanted.organisation) if wanted.organisation else "",
        field_choices=fields,
        municipality_choices=offer_words.choices_of("A17"),
        rows=[(row, _field_names(fields, row), waited(row)) for row in shown],
        seen=_marks(shown) if state == "submitted" else {},
        total=len(rows),
        page=number,
        pages=pages,
        done=_done(),
    )


@blueprint.get("/offers/<offer>")
def offer(offer: str) -> str:
    """Show an offer: what would change, all that is said, what happened. That is noted in the audit log."""
    stored = register.find(current().store, offer)
    desk.note("offer.read", offer)
    return offer_page(stored)


@blueprint.post("/offers/<offer>")
def moderate(offer: str) -> ResponseReturnValue:
    """Publish, return or reject an offer, or take it off; its people get a letter."""
    decision, reason = request.form.get("decision", ""), desk.lines("reason")
    if decision not in DECISIONS:
        raise Problem("request.bad")
    try:
        decided = _decide(offer, decision, reason)
    except Problem as problem:
        if problem.code not in _ASKED_AGAIN:
            raise
        return offer_page(register.find(current().store, offer), problem), problem.status
    offer_letters.tell(decided.body, decision, reason=reason)
    return redirect(url_for("manage.offers", done=offer), 303)


@blueprint.post("/offers/chosen")
def choose_offers() -> BaseResponse:
    """Publish the offers that were ticked, as they were looked at; or compare two of them."""
    chosen = list(dict.fromkeys(request.form.getlist("offer")))[:PAGE_SIZE]
    if request.form.get("action") == "compare":
        if len(chosen) != 2:
            raise Problem("offer.two")
        return redirect(url_for("manage.merge_form", offer=chosen[0], other=chosen[1]), 303)
    if request.form.get("action") != "publish":
        raise Problem("request.bad")
    published = [stored for stored in map(_publish_chosen, chosen) if stored is not None]
    for stored in published:
        offer_letters.tell(stored.body, "published")
    return redirect(url_for("manage.offers", published=len(published), kept=len(chosen) - len(published)), 303)


def offer_page(stored: Stored, problem: Problem | None = None) -> str:
    """Return the page of one offer; ``problem`` is why what was decided is not done."""
    store, body = current().store, stored.body
    waits = body["public"] is not None and body["public"] != body["answers"]
    pairs = duplicates.like(lists.row_of(store, stored), all_rows(), duplicates.distinct(store))
    others = [(pair.second if pair.first.offer == body["offer"] else pair.first, pair.reasons) for pair in pairs]
    return render_template(
        "manage/offer.html",
        offer=body,
        rows=list(offer_words.said(body, body["answers"])),
        changed=offer_words.differences(body, body["public"], body["answers"]) if waits else [],
        history=offer_words.history(body),
        notices=[notice for notice in notices.of(store, body["offer"]) if notice.state == notices.OPEN],
        notice_kinds=notices.ABOUT,
        seen=moderation.mark(body),
        is_over=body["moderation"] in moderation.OVER,
        into=register.find(store, body["merged_into"]).body if body["merged_into"] else None,
        merged=[other.body for other in merging.merged_into(store, body["offer"])],
        others=[(row, offer_words.reason_names(reasons)) for row, reasons in others],
        people=offer_letters.people(body),
        typed=desk.lines("reason") if problem is not None else "",
        problem=problem,
        error=wordings.problem_message(problem) if problem is not None else "",
        longest=moderation.LONGEST_REASON,
    )


def all_rows() -> list[Row]:
    """Return a row for each offer, as it is now."""
    return current().offer_rows.refresh(current().store)


def proposed_pairs() -> list[duplicates.Pair]:
    """Return the pairs of offers that may be one."""
    return current().offer_pairs.get(all_rows(), duplicates.distinct(current().store))


def page_number(pages: int) -> int:
    """Return the number of the page that is asked for, at most the last one. Raises Problem page.missing."""
    text = request.args.get("page", "1")
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) >= 1):
        raise Problem("page.missing")
    return min(int(text), pages)


def waited(row: Row) -> int:
    """Return for how many days the newest answers have been there."""
    return max(0, (clock.today() - dt.date.fromisoformat(row.since[:10])).days)


def _decide(offer: str, decision: str, reason: str) -> Stored:
    store, by, seen = current().store, desk.signed_in().account.name, request.form.get("seen", "")
    with store.transaction():
        if decision == "taken_off":
            decided = moderation.take_off(store, offer, by, reason=reason, seen=seen)
            desk.note("offer.taken_off", offer)
        else:
            decided = moderation.decide(store, offer, decision, by, reason=reason, seen=seen)
            desk.note("offer.moderated", offer, moderation=decision)
    return decided


def _publish_chosen(offer: str) -> Stored | None:
    """Publish an offer if it is still as it was looked at; None if somebody has changed it or decided meanwhile."""
    store, seen = current().store, request.form.get(f"seen-{offer}", "")
    try:
        with store.transaction():
            decided = moderation.decide(store, offer, "published", desk.signed_in().account.name, seen=seen or "none")
            desk.note("offer.moderated", offer, moderation="published")
            return decided
    except Problem as problem:
        if not problem.code.startswith("offer."):
            raise
        return None


def _wanted(state: str) -> Wanted:
    days = current().settings.reminder_days[-1]
    return Wanted(
        state=state,
        field=request.args.get("field", ""),
        municipality=request.args.get("municipality", ""),
        organisation=request.args.get("organisation", ""),
        unconfirmed_before=(clock.today() - dt.timedelta(days=days)).isoformat()
        if "unconfirmed" in request.args
        else "",
        words=request.args.get("q", "").strip()[:_LONGEST_SEARCH],
    )


def _filters(wanted: Wanted) -> dict[str, str]:
    """Return the filters as arguments of the address, for links to other states and pages."""
    given = {
        "field": wanted.field,
        "municipality": wanted.municipality,
        "organisation": wanted.organisation,
        "unconfirmed": "yes" if wanted.unconfirmed_before else "",
        "q": wanted.words,
    }
    return {name: value for name, value in given.items() if value}


def _field_names(choices: Mapping[str, Choice], row: Row) -> Markup:
    return Markup(", ").join(answers.label(choices, code) for code in row.fields)


def _marks(rows: list[Row]) -> dict[str, str]:
    found = (register.find(current().store, row.offer).body for row in rows)
    return {body["offer"]: moderation.mark(body) for body in found}


def _done() -> dict[str, Any] | None:
    """Return the offer that was decided about just now, with how many people are written to."""
    found = current().store.collection(register.OFFERS).first(offer=request.args.get("done", ""))
    return None if found is None else {**found.body, "people": len(offer_letters.people(found.body))}
