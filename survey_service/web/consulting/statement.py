"""One statement: what it says, what it rests on, and the vote on it, which can be changed until the last day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from survey_service.concept.words import GROUPS
from survey_service.consulting import ballots
from survey_service.consulting.ballots import Refused
from survey_service.consulting.model import Put, Vote
from survey_service.network import bodies
from survey_service.problems import Problem
from survey_service.web import i18n, rendering, security
from survey_service.web.consulting import evidence, questions
from survey_service.web.consulting.evidence import apart
from survey_service.web.consulting.pages import switched
from survey_service.web.consulting.questions import ON_STATEMENT, SPEAKING
from survey_service.web.consulting.seat import Seat, blueprint, day, take
from survey_service.web.context import current
from survey_service.web.i18n import gettext


@blueprint.route("/<token>/statements/<item>", methods=["GET", "POST"])
def statement(token: str, item: str) -> ResponseReturnValue:
    """Show a statement with the organisation's vote in the form, or take a vote and go on to the next one."""
    seat = take(token)
    put = seat.put(item)
    if request.method == "POST":
        return _take(seat, put)
    if seat.is_over:
        return seat.to("results")
    if seat.attending is None:
        return seat.to("start")
    vote = seat.vote(put)
    return _page(seat, put, dict(vote.answers) if vote else {})


def _take(seat: Seat, put: Put) -> ResponseReturnValue:
    inputs = questions.typed(seat, ON_STATEMENT)
    if security.is_forged():
        return _page(seat, put, inputs, notice=rendering.expired()), 400
    if switched(seat):
        return _page(seat, put, inputs)
    if seat.attending is None:
        return seat.to("start")
    store, form = current().store, seat.form
    answers = {**inputs, SPEAKING: seat.attending.speaking}
    group = bodies.of_id(store, seat.invitation.body).code
    tag = i18n.language().tag
    try:
        ballots.cast(
            store, seat.invitation, put.item, put.wording, answers, form=form, group=group, language=tag
        )  # fmt: skip
    except Refused:
        return _page(seat, put, inputs, flagged=True), 422
    except Problem as problem:
        if problem.code != "consulting.closed":
            raise
        notice = gettext(
            "This vote ended on %(day)s. Votes can't be cast or changed any more.", day=day(seat.round.closes)
        )
        return _page(seat, put, inputs, notice=notice), problem.status  # nothing typed is lost
    following = take(seat.token).next_open(put)
    if following is None:
        return seat.to("summary", saved="yes")
    return seat.to("statement", item=following.item, saved="yes")


def _page(seat: Seat, put: Put, inputs: Mapping[str, Any], *, flagged: bool = False, notice: str = "") -> str:
    judgement = questions.on_statement(seat, put, inputs)
    wording, vote = seat.wordings[put], seat.vote(put)
    return render_template(
        "consulting/statement.html",
        seat=seat,
        put=put,
        number=seat.round.items.index(put) + 1,
        wording=wording,
        group=gettext(GROUPS[put.kind]),
        field=seat.fields[put.field],
        evidence=list(evidence.lines(wording)),
        earlier=_earlier(seat, vote) if vote else "",
        items=questions.items(seat, ON_STATEMENT, judgement, inputs, flagged=flagged),
        has_errors=flagged,
        notice=notice,
        action=seat.url("statement", item=put.item),
    )


def _earlier(seat: Seat, vote: Vote) -> str:
    """Return what is said of the vote there is: one's own, or a colleague's, who is named."""
    when = day(vote.moment)
    if vote.member == seat.invitation.member:
        return gettext("You voted on %(day)s. You can change your vote.", day=when)
    return gettext(
        "%(name)s voted for your organisation on %(day)s. If you vote too, only your vote counts.",
        name=apart(vote.name),
        day=when,
    )
