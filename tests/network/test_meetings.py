"""Meetings: times across summer time, minutes, who was there, the calendar file read back by another library."""

from __future__ import annotations

import datetime as dt
from typing import Any

import icalendar
import pytest

from survey_service import clock
from survey_service.network import bodies, erasing, meetings, members
from survey_service.network.calendar import calendar
from survey_service.network.meetings import Turnout
from survey_service.network.model import Meeting
from survey_service.store.base import Store
from tests.network.conftest import NOW, TODAY, join, refusal

BOTH_STORES = True
ADDRESS = "https://survey.example"


def meet(store: Store, body: int, **more: Any) -> Meeting:
    return meetings.add(store, body, **{"day": "2026-12-03", "time": "18:00", "place": "Rathaus", **more})


def event(meeting: Meeting) -> Any:
    text = calendar(meeting, "AK Wohnen; Treffen", "de", ADDRESS, NOW)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    return icalendar.Calendar.from_ical(text).walk("VEVENT")[0]


def test_a_meeting_is_kept_as_it_was_said(store: Store, body: int) -> None:
    made = meet(
        store, body, ends="20:30", agenda="1. Begrüßung\r\n2. Stand\u0000", minutes_url=" https://a.example/p?x=1#2 "
    )
    assert meetings.of_id(store, made.id) == made
    assert (made.agenda, made.minutes_url, made.sequence) == ("1. Begrüßung\n2. Stand", "https://a.example/p?x=1#2", 0)
    assert meetings.begins(made).isoformat() == "2026-12-03T18:00:00+01:00"
    assert meetings.finishes(made).isoformat() == "2026-12-03T20:30:00+01:00"
    later = meetings.change(store, made.id, time="19:00")
    assert (later.time, later.sequence) == ("19:00", 1)
    assert meetings.change(store, made.id, minutes_url="").sequence == 1  # nobody who was invited need know
    first = meet(store, body, day="2026-11-30")
    assert [each.id for each in meetings.of_body(store, body)] == [made.id, first.id]
    assert meetings.upcoming(store, NOW) == {body: first}
    assert meetings.change(store, first.id, cancelled=True).sequence == 1
    assert meetings.upcoming(store, NOW)[body].id == made.id
    assert meetings.upcoming(store, dt.datetime(2026, 12, 3, 19, 30, tzinfo=dt.UTC)) == {}


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"place": " "}, "meeting.fields"), ({"place": "x" * 201}, "meeting.fields"),
        ({"agenda": "x" * 2_001}, "meeting.fields"), ({"day": "3.12.2026"}, "meeting.time"),
        ({"day": "2026-02-29"}, "meeting.time"), ({"time": "24:00"}, "meeting.time"),
        ({"time": "6 pm"}, "meeting.time"),
        ({"time": "١٨:٠٠"}, "meeting.time"), ({"ends": "18:00"}, "meeting.time"), ({"ends": "17:59"}, "meeting.time"),
        ({"day": "2027-03-28", "time": "02:30"}, "meeting.no_such_time"),
        ({"day": "2027-03-28", "time": "01:30", "ends": "02:00"}, "meeting.no_such_time"),
        ({"minutes_url": "ftp://a.example/x"}, "meeting.minutes"),
        ({"minutes_url": "//a.example"}, "meeting.minutes"),
        ({"minutes_url": "javascript:alert(1)"}, "meeting.minutes"), ({"minutes_url": "https://"}, "meeting.minutes"),
        ({"minutes_url": "https://a.example/\nx"}, "meeting.minutes"),
        ({"minutes_url": "a.example"}, "meeting.minutes"),
        ({"minutes_url": "https://me:pw@a.example/"}, "meeting.minutes"),
        ({"minutes_url": "https://a.example/" + "x" * 2_000}, "meeting.minutes"),
        ({"minutes_url": "https://[a/"}, "meeting.minutes"),
        ({"minutes_url": f"https://{'ä' * 70}.example/"}, "meeting.minutes"),
        ({"minutes_url": 'https://a.example/"><b>'}, "meeting.minutes"),
    ],
)  # fmt: skip
def test_what_is_no_meeting_is_refused(store: Store, body: int, given: dict[str, str], code: str) -> None:
    assert refusal(meet, store, body, **given) == code
    assert meetings.of_body(store, body) == []
    assert refusal(meetings.change, store, 99) == "meeting.missing"


@pytest.mark.parametrize(
    ("day", "time", "ends", "begin", "end"),
    [
        ("2027-03-27", "18:00", "", "2027-03-27T17:00:00", "2027-03-27T19:00:00"),
        ("2027-03-28", "18:00", "", "2027-03-28T16:00:00", "2027-03-28T18:00:00"),
        ("2027-03-28", "01:30", "", "2027-03-28T00:30:00", "2027-03-28T02:30:00"),  # two hours, whatever clocks do
        ("2027-10-31", "01:30", "03:30", "2027-10-30T23:30:00", "2027-10-31T02:30:00"),
        ("2027-10-31", "02:30", "", "2027-10-31T00:30:00", "2027-10-31T02:30:00"),  # the first of the two
        ("2026-12-31", "23:00", "", "2026-12-31T22:00:00", "2027-01-01T00:00:00"),
    ],
)
def test_times_hold_across_summer_time_also_in_calendars(
    store: Store, body: int, day: str, time: str, ends: str, begin: str, end: str
) -> None:
    made = meet(store, body, day=day, time=time, ends=ends)
    found = event(made)
    for moments in ((meetings.begins(made), meetings.finishes(made)), (found["DTSTART"].dt, found["DTEND"].dt)):
        assert [each.astimezone(dt.UTC).isoformat()[:19] for each in moments] == [begin, end]


def test_a_calendar_knows_a_meeting_again(store: Store, body: int) -> None:
    made = meet(store, body, agenda="1. Stand, Ausblick; Fragen\n2. Ende\\", place="Rathaus, Markt 1")
    found = event(made)
    assert (found["UID"], found["SEQUENCE"], found["STATUS"]) == ("meeting-1@survey.example", 0, "CONFIRMED")
    assert (found["SUMMARY"], found["LOCATION"]) == ("AK Wohnen; Treffen", "Rathaus, Markt 1")
    assert found["DESCRIPTION"] == "1. Stand, Ausblick; Fragen\n2. Ende\\"
    cancelled = event(meetings.change(store, made.id, cancelled=True))
    assert (cancelled["UID"], cancelled["SEQUENCE"], cancelled["STATUS"]) == (found["UID"], 1, "CANCELLED")


def test_who_was_there_counts_once_for_an_organisation(store: Store, body: int) -> None:
    anna, ben = (join(store, body, name, "Diakonie") for name in ("Anna Amt", "Ben Bau"))
    cem, dana = join(store, body, "Cem Cafe", "Caritas"), join(store, body, "Dana Dorf")
    late = join(store, body, "Emil Eck", since="2026-12-04")
    made = meet(store, body)
    noted = meetings.note_people(
        store, made.id, [ben.id, anna.id], {anna.id: "Diakonie", dana.id: " das  Dorf ", cem.id: ""}
    )
    assert (noted.present, noted.spoke) == ((anna.id, ben.id, dana.id), {anna.id: "Diakonie", dana.id: "das Dorf"})
    assert meetings.of_id(store, made.id) == noted
    assert meetings.turnout(store, noted) == Turnout(2, 3)
    assert refusal(meetings.note_people, store, made.id, [late.id], {}) == "meeting.people"
    assert refusal(meetings.note_people, store, made.id, [99], {}) == "meeting.people"
    assert refusal(meetings.note_people, store, made.id, [], {anna.id: "x" * 201}) == "meeting.words"
    assert meetings.of_id(store, made.id) == noted
    moved = meetings.change(store, made.id, day="2026-11-20")  # before any of them was a member: they stay noted
    assert [member.id for member in meetings.may_come(store, moved)] == [anna.id, ben.id, dana.id]
    assert meetings.note_people(store, made.id, [], {}).present == ()


def test_of_somebody_who_left_only_the_presence_stays(store: Store, body: int) -> None:
    anna = join(store, body, "Anna Amt", "Diakonie", since="2026-01-01")
    own = join(store, body, "Ben Bau", "Ben Bau", since="2026-01-01")
    made = meet(store, body, day="2026-05-05")
    meetings.note_people(store, made.id, [], {anna.id: "Frau Frei", own.id: "Ben Bau"})
    for member in (anna, own):
        members.leave(store, member.id, "2026-07-01")
    assert erasing.forget_left(store, dt.date(2026, 10, 1)) == 0
    assert erasing.forget_left(store, dt.date(2026, 10, 2)) == 2
    assert erasing.forget_left(store, dt.date(2026, 10, 3)) == 0
    found = meetings.of_id(store, made.id)
    assert (found.present, found.spoke) == ((anna.id, own.id), {})
    assert meetings.turnout(store, found) == Turnout(2, 2)
    assert [member.organisation for member in meetings.may_come(store, found)] == ["Diakonie", ""]
    whole = str([stored.body for stored in store.collection(members.MEMBERS).find()])
    whole += str([stored.body for stored in store.collection(meetings.MEETINGS).find()])
    for name in ("Anna", "anna", "Frei", "Ben", "ben"):
        assert name not in whole


def test_a_closed_body_meets_no_more(store: Store, body: int) -> None:
    made = meet(store, body)
    bodies.close(store, body)
    assert refusal(meet, store, body) == "body.closed"
    assert refusal(meet, store, 99) == "body.missing"
    assert meetings.change(store, made.id, minutes_url="https://a.example").minutes_url == "https://a.example"
    with clock.fixed(NOW + dt.timedelta(days=1)):
        assert meetings.note_invited(store, made.id).invited == "2026-11-24"
    assert TODAY == "2026-11-23"
