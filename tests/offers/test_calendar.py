"""Opening hours as a calendar: read back by another library, and held to RFC 5545 line by line."""

from __future__ import annotations

import datetime as dt
import re

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_service.offers import calendar, hours
from survey_service.offers.calendar import Event
from survey_service.offers.hours import Span

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)  # a Monday, ten o'clock in Berlin
ADDRESS = "https://survey.example/de/offers/abc2345678"


def event(**changes: object) -> Event:
    values: dict[str, object] = {
        "offer": "abc2345678",
        "name": "Sprachcafé",
        "place": "Am Markt 1, 09861 Meiningen",
        "about": "In den Ferien geschlossen; bitte anrufen.\nDanke\\",
        "address": ADDRESS,
        "language": "de",
    }
    return Event(**{**values, **changes})  # type: ignore[arg-type]


def week(*rows: tuple[str, str, str]) -> list[Span]:
    return [Span(day, dt.time.fromisoformat(opens), dt.time.fromisoformat(closes)) for day, opens, closes in rows]


def read(text: str) -> list[icalendar.Event]:
    return icalendar.Calendar.from_ical(text).walk("VEVENT")


def test_another_library_reads_what_was_said() -> None:
    text = calendar.calendar(event(), week(("MO", "09:00", "12:30"), ("WE", "09:00", "12:30")), NOW)
    (found,) = read(text)
    assert found["SUMMARY"] == "Sprachcafé"
    assert found["LOCATION"] == "Am Markt 1, 09861 Meiningen"
    assert found["DESCRIPTION"] == "In den Ferien geschlossen; bitte anrufen.\nDanke\\"
    assert found["URL"] == ADDRESS
    assert found["UID"] == "abc2345678-1@survey.example"
    assert found["RRULE"].to_ical() == b"FREQ=WEEKLY;BYDAY=MO,WE"
    assert found["DTSTART"].dt.isoformat() == "2026-11-23T09:00:00+01:00"
    assert found["DTEND"].dt.isoformat() == "2026-11-23T12:30:00+01:00"
    assert found["DTSTART"].params["TZID"] == "Europe/Berlin"
    (zone,) = icalendar.Calendar.from_ical(text).walk("VTIMEZONE")
    offset = zone.to_tz().utcoffset(dt.datetime(2026, 7, 1, 12))
    assert (zone.tz_name, offset) == ("Europe/Berlin", dt.timedelta(hours=2))


def test_a_night_ends_on_the_next_day_and_other_hours_are_events_of_their_own() -> None:
    text = calendar.calendar(event(), week(("FR", "22:00", "02:00"), ("MO", "09:00", "10:00")), NOW)
    morning, night = read(text)
    assert morning["RRULE"].to_ical() == b"FREQ=WEEKLY;BYDAY=MO"
    assert (night["DTSTART"].dt.isoformat(), night["DTEND"].dt.isoformat()) == (
        "2026-11-27T22:00:00+01:00",
        "2026-11-28T02:00:00+01:00",
    )
    assert morning["UID"] != night["UID"]


def test_a_project_ends_with_its_last_day() -> None:
    text = calendar.calendar(event(until=dt.date(2027, 6, 30)), week(("MO", "09:00", "10:00")), NOW)
    assert "UNTIL=20270630T215959Z" in text, "one second before midnight in summer time"
    assert read(calendar.calendar(event(until=dt.date(2026, 11, 24)), week(("FR", "09:00", "10:00")), NOW)) == []


def test_lines_are_folded_at_75_octets_without_cutting_a_letter() -> None:
    name = "مقهى اللغات " * 12 + "😀" * 40
    text = calendar.calendar(event(name=name), week(("MO", "09:00", "10:00")), NOW)
    for line in text.split("\r\n"):
        assert len(line.encode("utf-8")) <= 75
    assert read(text)[0]["SUMMARY"] == name


@given(st.text(max_size=200), st.text(max_size=100))
def test_whatever_is_typed_makes_no_line_of_its_own(name: str, about: str) -> None:
    surrogates = re.compile(r"[\ud800-\udfff]")
    name, about = surrogates.sub("", name), surrogates.sub("", about)
    text = calendar.calendar(event(name=name, about=about), week(("MO", "09:00", "10:00")), NOW)
    unfolded = text.replace("\r\n ", "")
    names = [re.split("[:;]", line)[0] for line in unfolded.split("\r\n") if line]
    assert names.count("BEGIN") == names.count("END") == 5
    assert set(names) <= {
        *("BEGIN", "END", "VERSION", "PRODID", "CALSCALE", "TZID", "TZOFFSETFROM", "TZOFFSETTO", "TZNAME"),
        *("DTSTART", "DTEND", "DTSTAMP", "RRULE", "UID", "SUMMARY", "LOCATION", "DESCRIPTION", "URL", "TRANSP"),
    }
    assert text.endswith("END:VCALENDAR\r\n")
    assert "\n" not in text.replace("\r\n", "")


@pytest.mark.parametrize("day", hours.DAYS)
def test_the_first_time_is_today_or_later(day: str) -> None:
    (found,) = read(calendar.calendar(event(), week((day, "09:00", "10:00")), NOW))
    first = found["DTSTART"].dt.date()
    assert hours.DAYS[first.weekday()] == day
    assert dt.timedelta() <= first - NOW.date() < dt.timedelta(7)
