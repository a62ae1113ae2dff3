"""How fresh an offer is, and which reminder is due: by hand, and over clocks that jump."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_service import settings as settings_module
from survey_service.offers import freshness
from survey_service.problems import Problem

TODAY = dt.date(2026, 11, 23)
DAYS = (150, 165, 180)
VALUES = settings_module.load(Path("nowhere"))


def body(age: int | None = 0, ends: str | None = None, **more: Any) -> dict[str, Any]:
    confirmed = None if age is None else (TODAY - dt.timedelta(days=age)).isoformat()
    return {"confirmed": confirmed, "ends": ends, "listed": True, "status": "active", **more}


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (-3, "fresh"),
        (0, "fresh"),
        (149, "fresh"),
        (150, "due"),
        (180, "due"),
        (181, "unconfirmed"),
        (9_999, "unconfirmed"),
        (None, "unconfirmed"),
    ],
)
def test_states_by_age(age: int | None, expected: str) -> None:
    assert freshness.state(body(age), TODAY, VALUES) == expected
    assert freshness.counts(body(age), TODAY, VALUES) == (expected in ("fresh", "due"))


def test_the_last_day_of_a_funding_still_counts() -> None:
    assert freshness.state(body(ends="2026-11-23"), TODAY, VALUES) == "fresh"
    assert freshness.state(body(ends="2026-11-22"), TODAY, VALUES) == "ended"
    assert freshness.state(body(999, ends="2026-11-22"), TODAY, VALUES) == "ended"
    assert not freshness.counts(body(ends="2026-11-22"), TODAY, VALUES)
    assert freshness.state(body(ends="nonsense"), TODAY, VALUES) == "fresh"


@pytest.mark.parametrize("changes", [{"listed": False}, {"status": "inactive"}])
def test_what_is_not_listed_or_not_active_does_not_count(changes: dict[str, Any]) -> None:
    assert not freshness.counts(body(**changes), TODAY, VALUES)


@pytest.mark.parametrize(
    ("age", "reminded", "step"),
    [
        (149, 0, None), (150, 0, 150), (150, 150, None), (164, 150, None), (165, 150, 165), (180, 165, 180),
        (181, 180, None), (400, 180, None), (400, 0, 180), (170, 0, 165), (200, 150, 180), (10, 180, None),
        (190, 200, None),
    ],
)  # fmt: skip
def test_the_reminder_that_is_due(age: int, reminded: int, step: int | None) -> None:
    assert freshness.reminder(age, reminded, DAYS) == step


@pytest.mark.parametrize(
    ("step", "age", "kind"),
    [
        (150, 150, "reminder_first"), (150, 164, "reminder_first"), (165, 170, "reminder_second"),
        (180, 180, "reminder_last"), (180, 181, "not_confirmed"), (180, 400, "not_confirmed"),
    ],
)  # fmt: skip
def test_which_letter_a_reminder_is(step: int, age: int, kind: str) -> None:
    assert freshness.letter_of(step, age, DAYS) == kind


def test_with_one_reminder_only_it_is_the_last() -> None:
    assert freshness.letter_of(90, 90, (90,)) == "reminder_last"
    assert freshness.letter_of(90, 91, (90,)) == "not_confirmed"


@given(
    days=st.lists(st.integers(1, 400), min_size=1, max_size=5, unique=True).map(sorted),
    moves=st.lists(st.one_of(st.integers(-30, 90), st.just("confirm")), max_size=60),
)
def test_over_any_clock_each_step_comes_at_most_once_in_order_and_never_after_confirmation(
    days: list[int], moves: list[int | str]
) -> None:
    today = confirmed = 0
    reminded = 0
    sent: list[int] = []
    for move in moves:
        if move == "confirm":
            confirmed, reminded, sent = today, 0, []
            age = 0
        else:
            today += int(move)
            age = max(0, today - confirmed)
        step = freshness.reminder(age, reminded, days)
        if step is not None:
            assert step in days
            assert step <= age
            assert not sent or step > sent[-1]
            sent.append(step)
            reminded = step
        assert freshness.reminder(age, reminded, days) is None  # asked again on the same day
        later = [day for day in days if day <= age]
        assert not later or reminded >= later[-1]  # nobody is forgotten


def test_the_end_of_a_project_is_told_before_and_after_once_each() -> None:
    ends = "2026-12-23"
    assert freshness.ending(body(ends="2026-12-24"), TODAY, 30) is None
    notice = freshness.ending(body(ends=ends), TODAY, 30)
    assert notice == freshness.Ending("project_ends", dt.date(2026, 12, 23), "2026-12-23 notice")
    told = body(ends=ends, ending_told=notice.mark)
    assert freshness.ending(told, dt.date(2026, 12, 23), 30) is None
    over = freshness.ending(told, dt.date(2026, 12, 24), 30)
    assert over is not None
    assert (over.kind, over.mark) == ("project_ended", "2026-12-23 over")
    done = body(ends=ends, ending_told=over.mark)
    assert freshness.ending(done, dt.date(2027, 6, 1), 30) is None
    assert freshness.ending(done, dt.date(2026, 12, 1), 30) is None  # the clock went back
    longer = {**done, "ends": "2027-06-15"}
    prolonged = freshness.ending(longer, dt.date(2027, 6, 1), 30)
    assert prolonged is not None
    assert prolonged.kind == "project_ends"


def test_a_project_found_ended_gets_one_letter_and_an_offer_none() -> None:
    found = freshness.ending(body(ends="2026-01-01"), TODAY, 30)
    assert found is not None
    assert found.kind == "project_ended"
    assert freshness.ending(body(), TODAY, 30) is None


@pytest.mark.parametrize(("text", "days"), [("150 165 180", DAYS), ("90", (90,)), ("30, 60", (30, 60))])
def test_the_setting(text: str, days: tuple[int, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SURVEY_REMINDER_DAYS", text)
    assert settings_module.load(tmp_path).reminder_days == days


@pytest.mark.parametrize("text", ["", "0", "-1 5", "180 150", "150 150", "1.5", "x", "1 2 3 4 5 6", "١٥٠", "9999"])
def test_a_setting_that_does_not_grow_is_refused(text: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SURVEY_REMINDER_DAYS", text)
    with pytest.raises(Problem) as caught:
        settings_module.load(tmp_path)
    assert caught.value.code == "settings.invalid"


def test_figures_and_reminders_end_on_the_same_day_by_default() -> None:
    assert VALUES.reminder_days[-1] == freshness.LAST
