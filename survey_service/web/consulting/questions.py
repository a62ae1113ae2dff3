"""The questions of the questionnaire ``consultation`` on the pages of a link, judged and rendered as everywhere."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask import request
from markupsafe import Markup

from survey_service import clock
from survey_service.consulting import ballots
from survey_service.consulting.ballots import Refused
from survey_service.consulting.model import Put, Vote
from survey_service.questionnaire.journey import Stop
from survey_service.questionnaire.judge import Circumstances, Judgement, judge
from survey_service.questionnaire.model import Page
from survey_service.web import i18n, page_form, readable, wordings
from survey_service.web.consulting.seat import Seat
from survey_service.web.page_form import Item

CONSENT, SPEAKING = "K0", "K5"
ON_STATEMENT = ("K1", "K2", "K3", "K4")
_ORGANISATION = "organisation"


def stop(seat: Seat, names: Sequence[str]) -> Stop:
    """Return a page of these questions; who has no organisation can't speak for one."""
    questions = [seat.form.questions[name] for name in names if name in seat.form.questions]
    if not seat.invitation.organisation:
        questions = [
            dataclasses.replace(question, choices=tuple(c for c in question.choices if c.name != _ORGANISATION))
            if question.name == SPEAKING
            else question
            for question in questions
        ]
    return Stop(Page(name="consulting", label={}, questions=tuple(questions)))


def typed(seat: Seat, names: Sequence[str]) -> dict[str, Any]:
    """Return what the present request sent as answers to these questions."""
    return dict(page_form.read(stop(seat, names), request.form, frozenset(names)).storable)


def at_start(seat: Seat, inputs: Mapping[str, Any]) -> Judgement:
    """Judge consent and K5; both are shown, whatever was answered."""
    around = Circumstances(language=i18n.language().tag, now=clock.now())
    known = {"K5_organisation": seat.invitation.organisation or seat.invitation.name}
    found = judge(seat.form, {**known, **inputs}, clock.today(), around)
    shown = judge(seat.form, {**known, **inputs, CONSENT: "yes"}, clock.today(), around)
    return dataclasses.replace(shown, refusals=found.refusals, consented=found.consented, screen_out=found.screen_out)


def on_statement(seat: Seat, put: Put, inputs: Mapping[str, Any]) -> Judgement:
    """Judge the answers to K1–K4."""
    try:
        return ballots.judged(seat.form, seat.invitation, put.item, put.wording, {**inputs, SPEAKING: ""})
    except Refused as refused:
        return refused.judgement


def items(
    seat: Seat, names: Sequence[str], judgement: Judgement, inputs: Mapping[str, Any], *, flagged: bool
) -> list[Item]:
    """Return the questions filled with ``inputs``, with why they are refused if ``flagged``."""
    return page_form.build(stop(seat, names), seat.form, judgement, inputs, 0, names if flagged else ())


def told(seat: Seat, vote: Vote) -> Iterator[tuple[Markup, Markup]]:
    """Yield what was asked and what a vote says, for each question that was answered."""
    for name in ON_STATEMENT:
        question = seat.form.questions.get(name)
        if question is not None and name in vote.answers:
            lines = readable.lines_of(question, vote.answers[name])
            yield wordings.in_page(question.label), Markup("<br>").join(lines)


def choice(seat: Seat, vote: Vote) -> Markup:
    """Return what K1 says in a vote."""
    return Markup("").join(readable.lines_of(seat.form.questions["K1"], vote.answers["K1"]))
