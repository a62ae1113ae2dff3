"""The way through a questionnaire is computed from the answers."""

from __future__ import annotations

from typing import Any

from survey_service.questionnaire import journey
from survey_service.questionnaire.journey import Stop
from survey_service.questionnaire.judge import judge
from survey_service.questionnaire.model import Questionnaire
from tests.conftest import TODAY


def names(small: Questionnaire, **inputs: Any) -> list[str]:
    return [stop.address for stop in journey.stops(small, judge(small, inputs, TODAY))]


def at(questionnaire: Questionnaire, address: str) -> Stop:
    stop = journey.find(questionnaire, address)
    assert stop is not None
    return stop


def test_pages_appear_and_vanish_with_the_answers(small: Questionnaire) -> None:
    assert names(small) == ["start", "about"]
    assert names(small, likes=["red"]) == ["start", "about", "more"]
    assert names(small, likes=["blue"]) == ["start", "about"]


def test_next_and_previous_skip_what_is_not_shown(small: Questionnaire) -> None:
    judgement = judge(small, {"OK": "yes"}, TODAY)
    after = journey.after(small, judgement, at(small, "start"))
    assert after is not None
    assert after.address == "about"
    assert journey.after(small, judgement, at(small, "about")) is None
    before = journey.before(small, judgement, at(small, "about"))
    assert before is not None
    assert before.address == "start"
    assert journey.before(small, judgement, at(small, "start")) is None


def test_a_page_behind_an_unanswered_required_question_stays_closed(small: Questionnaire) -> None:
    closed = judge(small, {}, TODAY)
    assert not journey.may_visit(small, closed, at(small, "about"))
    assert journey.may_visit(small, closed, at(small, "start"))
    opened = judge(small, {"OK": "yes"}, TODAY)
    assert journey.may_visit(small, opened, at(small, "about"))
    assert not journey.may_visit(small, opened, at(small, "more"))
    assert journey.find(small, "nowhere") is None


def test_progress_counts_shown_pages(small: Questionnaire) -> None:
    judgement = judge(small, {"OK": "yes", "likes": ["red"]}, TODAY)
    assert journey.progress(small, judgement, at(small, "about")) == (2, 3)
    assert journey.progress(small, judge(small, {"OK": "yes"}, TODAY), at(small, "about")) == (2, 2)
