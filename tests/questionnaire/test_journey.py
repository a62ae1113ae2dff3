"""The way through a questionnaire is computed from the answers."""

from __future__ import annotations

from typing import Any

from survey_service.questionnaire import journey
from survey_service.questionnaire.judge import judge
from survey_service.questionnaire.model import Questionnaire
from tests.conftest import TODAY


def names(small: Questionnaire, **inputs: Any) -> list[str]:
    return [page.name for page in journey.shown_pages(small, judge(small, inputs, TODAY))]


def test_pages_appear_and_vanish_with_the_answers(small: Questionnaire) -> None:
    assert names(small) == ["start", "about"]
    assert names(small, likes=["red"]) == ["start", "about", "more"]
    assert names(small, likes=["blue"]) == ["start", "about"]


def test_next_and_previous_skip_what_is_not_shown(small: Questionnaire) -> None:
    judgement = judge(small, {"OK": "yes"}, TODAY)
    after = journey.page_after(small, judgement, "start")
    assert after is not None
    assert after.name == "about"
    assert journey.page_after(small, judgement, "about") is None
    before = journey.page_before(small, judgement, "about")
    assert before is not None
    assert before.name == "start"
    assert journey.page_before(small, judgement, "start") is None


def test_a_page_behind_an_unanswered_required_question_stays_closed(small: Questionnaire) -> None:
    closed = judge(small, {}, TODAY)
    assert not journey.may_visit(small, closed, "about")
    assert journey.may_visit(small, closed, "start")
    opened = judge(small, {"OK": "yes"}, TODAY)
    assert journey.may_visit(small, opened, "about")
    assert not journey.may_visit(small, opened, "more")
    assert not journey.may_visit(small, opened, "nowhere")


def test_progress_counts_shown_pages(small: Questionnaire) -> None:
    judgement = judge(small, {"OK": "yes", "likes": ["red"]}, TODAY)
    assert journey.progress(small, judgement, "about") == (2, 3)
    assert journey.progress(small, judge(small, {"OK": "yes"}, TODAY), "about") == (2, 2)
