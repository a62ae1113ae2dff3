"""What a phone judges a questionnaire by, and why it sometimes cannot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from survey_service.questionnaire import offline
from survey_service.questionnaire.loader import Library
from survey_service.questionnaire.model import Questionnaire, shuffled
from tests.conftest import SMALL

Load = Callable[[str], Questionnaire]


def test_the_plan_says_what_the_judge_does(questionnaire: Load) -> None:
    plan = offline.plan(questionnaire(SMALL), "en")
    assert plan["consent"] == "OK"
    steps = {step["name"]: step for _, some in plan["runs"] for step in some}
    assert steps["OK"] == {"name": "OK", "type": "select_one", "asks": True, "required": True}
    assert steps["age"] == {"name": "age", "type": "integer", "asks": True, "params": {"min": 0, "max": 120}}
    assert steps["town"]["relevant"] == ["<=", 18, ["$", "age"]]
    assert steps["likes"]["exclusive"] == ["none", "pna"]
    assert "filter" not in steps["why"], "which choices pass does not depend on answers"
    (more,) = [gates for gates, some in plan["runs"] if some[0]["name"] == "why"]
    assert more == [["selected", ["$", "likes"], "red"]]
    assert [end["name"] for end in plan["ends"]] == ["young"]


def test_a_filter_that_looks_at_answers_goes_along_with_the_columns_it_uses(questionnaire: Load) -> None:
    text = SMALL.replace("""choice_filter: "warm = '1'\"""", """choice_filter: "warm = '1' or ${age} > 50\"""")
    steps = {step["name"]: step for _, some in offline.plan(questionnaire(text), "de")["runs"] for step in some}
    assert steps["why"]["filter"] == ["or", ["=", ["col", "warm"], "1"], ["<", 50, ["$", "age"]]]
    assert steps["why"]["columns"]["red"] == {"warm": "1"}


def test_only_messages_that_can_be_needed_go_along(questionnaire: Load) -> None:
    assert offline.messages(questionnaire(SMALL)) == {
        *("required", "constraint", "stop", "not_a_choice", "not_a_whole_number", "too_small", "too_large"),
        *("too_long", "too_few", "too_many", "exclusive", "not_a_date", "not_a_month", "date_range", "calendar"),
    }


def test_the_bundled_questionnaires_can_be_answered_on_a_phone(bundled: Library) -> None:
    assert [offline.obstacles(form) for form in bundled.questionnaires.values()] == [[]] * 4


@pytest.mark.parametrize(
    ("change", "obstacle"),
    [
        (('relevant: "${age} >= 18"', "relevant: \"uuid() != ''\""), "town: uuid()"),
        (("{type: date, name: since,", "{type: start, name: since,"), "since: a value that is made once"),
        (("{type: date, name: since,", "{type: today, name: since,"), "since: today"),
    ],
)
def test_what_a_phone_cannot_do_is_named(questionnaire: Load, change: tuple[str, str], obstacle: str) -> None:
    assert offline.obstacles(questionnaire(SMALL.replace(*change))) == [obstacle]


def test_orders_depend_on_the_seed_and_are_all_as_likely() -> None:
    """Six orders of three; 6,000 seeds give about 1,000 each (standard deviation 29)."""
    counts = Counter("".join(shuffled("abc", f"{seed}:B08")) for seed in range(6_000))
    assert len(counts) == 6
    assert all(850 < count < 1_150 for count in counts.values())
    assert shuffled(range(9), "7:x") == shuffled(range(9), "7:x")
    assert sorted(shuffled(range(9), "7:x")) == list(range(9))
