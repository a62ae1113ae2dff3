"""Invitations to a meeting: once to each member, anew when something has changed, with a file for calendars."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import icalendar
import pytest

from survey_service import clock, outbox
from survey_service import settings as settings_module
from survey_service.letters import meeting as inviting
from survey_service.letters.meeting import Invited
from survey_service.network import bodies, meetings, members
from survey_service.problems import Problem
from survey_service.settings import Settings
from survey_service.store.base import Store

BOTH_STORES = True
NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def at_nine() -> Iterator[None]:
    with clock.fixed(NOW):
        yield


@pytest.fixture
def values(tmp_path: Path) -> Settings:
    return settings_module.load(tmp_path / "instance", public_url="https://survey.example", operator="Landkreis Muster")


def mails(values: Settings) -> dict[str, EmailMessage]:
    paths = sorted((values.instance / "outbox").glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
    found = [outbox.message(path) for path in paths]
    return {str(message["To"]): message for message in found}


def text(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return " ".join(str(body.get_content()).split())


def file(message: EmailMessage) -> icalendar.Calendar:
    (attached,) = message.iter_attachments()
    assert attached.get_content_type() == "text/calendar"
    assert attached.get_filename() == "meeting.ics"
    found = icalendar.Calendar.from_ical(str(attached.get_content()))
    assert isinstance(found, icalendar.Calendar)
    return found


def test_each_member_is_invited_once_and_anew_when_it_has_changed(store: Store, values: Settings) -> None:
    body = bodies.add(store, {"de": "Arbeitskreis Wohnen", "en": "Housing group"}, "working_group").id
    members.add(store, body, name="Anna Amt", email="anna@example.org")
    members.add(store, body, name="Ben Bau", email="ben@example.org", language="ar")
    members.add(store, body, name="Carol Cole", email="carol@example.org", language="en")
    left = members.add(store, body, name="Dana Dorf", email="dana@example.org")
    members.leave(store, left.id, "2026-12-02")
    made = meetings.add(
        store, body, day="2026-12-03", time="18:00", ends="20:00", place="Rathaus", agenda="1. Stand\n2. Ausblick"
    )
    assert inviting.invite(store, values, made.id) == Invited(sent=3)
    assert meetings.of_id(store, made.id).invited == "2026-11-23"
    sent = mails(values)
    assert sorted(sent) == ["anna@example.org", "ben@example.org", "carol@example.org"]
    assert "Donnerstag, 3. Dezember 2026, 18:00–20:00" in text(sent["anna@example.org"])
    assert "Rathaus" in text(sent["anna@example.org"])
    assert "1. Stand 2. Ausblick" in text(sent["anna@example.org"])
    assert "Arbeitskreis Wohnen" in text(sent["ben@example.org"])  # letters are in German and English
    assert "“Housing group” meets on Thursday, December 3, 2026, 18:00–20:00." in text(sent["carol@example.org"])
    (event,) = file(sent["carol@example.org"]).walk("VEVENT")
    assert (event["SUMMARY"], event["DTSTART"].dt.isoformat()) == ("Housing group", "2026-12-03T18:00:00+01:00")
    members.add(store, body, name="Emil Eck", email="emil@example.org")
    assert inviting.invite(store, values, made.id) == Invited(sent=1, before=3)
    meetings.change(store, made.id, time="19:00", agenda="")
    assert inviting.invite(store, values, made.id) == Invited(sent=4)
    anew = mails(values)["carol@example.org"]
    assert "19:00–20:00. Place: Rathaus The attached file" in text(anew)
    (moved,) = file(anew).walk("VEVENT")
    assert (moved["UID"], moved["SEQUENCE"]) == (event["UID"], 1)
    meetings.change(store, made.id, cancelled=True)
    assert inviting.invite(store, values, made.id) == Invited(sent=4)
    (gone,) = file(mails(values)["emil@example.org"]).walk("VEVENT")
    assert (gone["UID"], gone["STATUS"]) == (event["UID"], "CANCELLED")


def test_nobody_is_invited_to_what_is_over_or_was_never_announced(store: Store, values: Settings) -> None:
    body = bodies.add(store, {"de": "Beirat"}, "board").id
    members.add(store, body, name="Anna Amt", email="anna@example.org", since="2026-01-01")
    over = meetings.add(store, body, day="2026-11-23", time="07:00", place="Rathaus")
    cancelled = meetings.add(store, body, day="2026-12-03", time="18:00", place="Rathaus")
    meetings.change(store, cancelled.id, cancelled=True)
    for id, code in ((over.id, "meeting.over"), (cancelled.id, "meeting.over"), (99, "meeting.missing")):
        with pytest.raises(Problem) as caught:
            inviting.invite(store, values, id)
        assert caught.value.code == code
    assert mails(values) == {}
