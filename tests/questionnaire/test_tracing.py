"""The trace of a test run: each page and question with its conditions, in repeats for each entry."""

from __future__ import annotations

import copy
import datetime as dt
from typing import Any

from survey_service.questionnaire import definition, tracing
from survey_service.questionnaire.judge import judge
from tests.questionnaire.test_editing import HOUSEHOLD

TODAY = dt.date(2026, 11, 23)


def traced(inputs: dict[str, Any]) -> tuple[tracing.TracedStop, ...]:
    questionnaire = definition.from_json(copy.deepcopy(HOUSEHOLD))
    return tracing.trace(questionnaire, judge(questionnaire, inputs, TODAY))


def test_pages_come_in_order_and_in_repeats_for_each_entry() -> None:
    two = traced({"OK": "yes", "size": "2", "people": [{"called": "A", "age": "7"}, {"called": "B", "age": "3"}]})
    assert [stop.stop.address for stop in two] == ["start", "people~", "person~1", "person~2", "sums"]
    assert two[1].entries == 2
    first, second = two[2].questions[2], two[3].questions[2]
    assert (first.question.name, first.shown, second.shown) == ("school", True, False)
    assert [held.holds for held in (*first.conditions, *second.conditions)] == [True, False]
    assert two[4].shown
    assert [held.holds for held in two[4].conditions] == [True]
    values = {one.question.name: one.value for one in two[4].questions}
    assert (values["total"], values["first"]) == (10, 7)


def test_a_hidden_page_says_which_condition_keeps_it_away_and_refusals_are_told() -> None:
    one = traced({"OK": "maybe", "size": "1", "people": [{}]})
    assert (one[0].questions[0].refusal is not None, one[0].questions[0].value) == (True, None)
    assert [stop.stop.address for stop in one] == ["start", "people~", "person~1", "sums"]
    assert not one[3].shown
    assert [held.holds for held in one[3].conditions] == [False]


def test_early_ends_are_traced() -> None:
    questionnaire = definition.from_json(copy.deepcopy(HOUSEHOLD))
    for answer, wanted in (("no", True), ("yes", False)):
        found = list(tracing.ends(questionnaire, judge(questionnaire, {"OK": answer}, TODAY)))
        assert [(name, held.holds) for name, held in found] == [("refused", wanted)]
