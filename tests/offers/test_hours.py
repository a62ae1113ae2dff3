"""Opening hours: what answers mean, computed by hand, and what holds for any week."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_service.offers import hours
from survey_service.offers.hours import Line, Span


def at(text: str) -> dt.time:
    return dt.time.fromisoformat(text)


def span(day: str, opens: str, closes: str) -> Span:
    return Span(day, at(opens), at(closes))


def berlin(text: str, fold: int = 0) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=hours.ZONE, fold=fold).astimezone(dt.UTC)


WEEK = st.lists(
    st.builds(
        Span,
        st.sampled_from(hours.DAYS),
        st.times().map(lambda time: time.replace(second=0, microsecond=0)),
        st.times().map(lambda time: time.replace(second=0, microsecond=0)),
    ),
    max_size=8,
)
MOMENTS = st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2027, 12, 31), timezones=st.just(dt.UTC))


def test_answers_become_spans_from_monday_on() -> None:
    answers = {"A08_days": ["WE", "MO"], "A08_from": "09:00", "A08_to": "12:30"}
    assert hours.spans(answers) == (span("MO", "09:00", "12:30"), span("WE", "09:00", "12:30"))


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"A08_days": ["MO"]},
        {"A08_days": ["MO"], "A08_from": "09:00"},
        {"A08_days": ["MO"], "A08_from": "09:00", "A08_to": "09:00"},
        {"A08_days": ["MO"], "A08_from": "morgens", "A08_to": "12:00"},
        {"A08_days": ["XX"], "A08_from": "09:00", "A08_to": "12:00"},
        {"A08_days": None, "A08_from": "09:00", "A08_to": "12:00"},
        {"A08_from": "09:00", "A08_to": "12:00"},
    ],
)
def test_what_is_no_weekly_span_is_none(answers: dict[str, object]) -> None:
    assert hours.spans(answers) == ()


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("09:00", "09:00"),
        ("9.30", "09:30"),
        ("٠٩:٠٠", "09:00"),
        ("۱۸:۴۵", "18:45"),
        ("24:00", "00:00"),
        ("24:01", None),
        ("12:60", None),
        ("12", None),
        ("", None),
        (9, None),
        (None, None),
    ],
)
def test_times_of_day(text: object, time: str | None) -> None:
    assert hours.clock_time(text) == (at(time) if time else None)


def test_overlapping_spans_are_said_once() -> None:
    week = [span("MO", "09:00", "12:00"), span("MO", "11:00", "13:00"), span("MO", "15:00", "16:00")]
    assert hours.merged(week) == (span("MO", "09:00", "13:00"), span("MO", "15:00", "16:00"))
    assert hours.merged([span("TU", "09:00", "12:00"), span("TU", "12:00", "14:00")]) == (span("TU", "09:00", "14:00"),)


def test_a_span_across_midnight_stays_one_and_takes_in_what_overlaps_it() -> None:
    assert hours.merged([span("SU", "22:00", "02:00")]) == (span("SU", "22:00", "02:00"),)
    week = [span("FR", "22:00", "02:00"), span("SA", "01:00", "03:00")]
    assert hours.merged(week) == (span("FR", "22:00", "03:00"),)
    assert hours.merged([span("SU", "22:00", "02:00"), span("MO", "01:30", "04:00")]) == (span("SU", "22:00", "04:00"),)


def test_a_week_that_never_closes_is_seven_whole_days() -> None:
    week = [span(day, "00:00", "00:00") for day in hours.DAYS]
    assert hours.merged(week) == tuple(week)
    assert hours.lines(week) == (Line(hours.DAYS, ((at("00:00"), at("00:00")),)),)
    assert hours.is_open(week, berlin("2026-03-29T03:30"))


def test_days_with_the_same_hours_stand_in_one_line() -> None:
    week = [span("MO", "09:00", "12:00"), span("TU", "14:00", "18:00"), span("WE", "09:00", "12:00")]
    assert hours.lines(week) == (
        Line(("MO", "WE"), ((at("09:00"), at("12:00")),)),
        Line(("TU",), ((at("14:00"), at("18:00")),)),
    )


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-23T08:59", False),  # a Monday
        ("2026-11-23T09:00", True),
        ("2026-11-23T11:59", True),
        ("2026-11-23T12:00", False),
        ("2026-11-24T10:00", False),
    ],
)
def test_open_by_the_clock_on_the_wall(moment: str, is_open: bool) -> None:
    assert hours.is_open([span("MO", "09:00", "12:00")], berlin(moment)) is is_open


def test_the_first_day_of_summer_time() -> None:
    """On 29 March 2026 the clock goes from 2:00 to 3:00."""
    night = [span("SA", "22:00", "03:30")]
    assert hours.is_open(night, berlin("2026-03-29T01:59"))
    assert hours.is_open(night, berlin("2026-03-29T03:29"))
    assert not hours.is_open(night, berlin("2026-03-29T03:30"))
    left_out = hours.next_opening([span("SU", "02:30", "06:00")], berlin("2026-03-29T01:00"))
    assert left_out == dt.datetime(2026, 3, 29, 1, 0, tzinfo=dt.UTC), "3:00 in summer time"
    never = hours.next_opening([span("SU", "02:15", "02:45")], berlin("2026-03-29T01:00"))
    assert never == berlin("2026-04-05T02:15"), "on that Sunday no clock shows that time"


def test_the_last_day_of_summer_time() -> None:
    """On 25 October 2026 the clock goes from 3:00 back to 2:00."""
    night = [span("SU", "02:15", "02:45")]
    assert hours.is_open(night, berlin("2026-10-25T02:30"))
    assert hours.is_open(night, berlin("2026-10-25T02:30", fold=1))
    assert not hours.is_open(night, berlin("2026-10-25T02:50"))
    found = hours.next_opening(night, berlin("2026-10-25T00:00"))
    assert found is not None
    assert found.astimezone(dt.UTC) == dt.datetime(2026, 10, 25, 0, 15, tzinfo=dt.UTC)


def test_the_next_opening() -> None:
    week = [span("MO", "09:00", "12:00"), span("WE", "14:00", "18:00")]
    found = hours.next_opening(week, berlin("2026-11-23T09:00"))
    assert found is not None
    assert (found.isoformat(), hours.DAYS[found.weekday()]) == ("2026-11-25T14:00:00+01:00", "WE")
    assert hours.next_opening(week, berlin("2026-11-25T14:00")) == berlin("2026-11-30T09:00")
    assert hours.next_opening([], berlin("2026-11-25T14:00")) is None
    only = [span("MO", "09:00", "12:00")]
    assert hours.next_opening(only, berlin("2026-11-23T09:00")) == berlin("2026-11-30T09:00"), "in a week"


@given(WEEK, MOMENTS)
def test_merging_changes_nothing_about_when_it_is_open(week: list[Span], moment: dt.datetime) -> None:
    merged = hours.merged(week)
    assert hours.is_open(merged, moment) is hours.is_open(week, moment)
    assert hours.merged(merged) == merged
    assert hours.merged(reversed(week)) == merged


@given(WEEK)
def test_lines_say_each_day_once_and_each_span(week: list[Span]) -> None:
    lines = hours.lines(week)
    days = [day for line in lines for day in line.days]
    assert len(days) == len(set(days))
    said = {Span(day, *pair) for line in lines for day in line.days for pair in line.hours}
    assert said == set(hours.merged(week))


@given(WEEK.filter(bool), MOMENTS)
def test_the_next_opening_is_within_two_weeks(week: list[Span], moment: dt.datetime) -> None:
    found = hours.next_opening(week, moment)
    assert found is not None
    assert dt.timedelta() < found.astimezone(dt.UTC) - moment <= dt.timedelta(days=14, hours=1)
    if not hours.is_open(week, moment):
        assert hours.is_open(week, found)
