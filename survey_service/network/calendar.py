"""A meeting as a file for calendars (iCalendar, RFC 5545), in the time of Europe/Berlin."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from survey_service.network.meetings import begins, finishes
from survey_service.network.model import Meeting
from survey_service.offers.calendar import escaped, host, written

MEDIA_TYPE = "text/calendar"


def calendar(meeting: Meeting, name: str, language: str, address: str, moment: dt.datetime) -> str:
    """Return a meeting of the body called ``name`` as a calendar made at ``moment`` (aware).

    ``address`` is that of the service: calendars know a meeting again by its host and number when it has changed.
    """
    return written(_event(meeting, name, language, address, moment), "METHOD:PUBLISH")


def _event(meeting: Meeting, name: str, language: str, address: str, moment: dt.datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:meeting-{meeting.id}@{host(address)}"
    yield f"SEQUENCE:{meeting.sequence}"
    yield f"DTSTAMP:{moment.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;TZID=Europe/Berlin:{begins(meeting):%Y%m%dT%H%M%S}"
    yield f"DTEND;TZID=Europe/Berlin:{finishes(meeting):%Y%m%dT%H%M%S}"
    yield f"SUMMARY;LANGUAGE={language}:{escaped(name)}"
    yield f"LOCATION:{escaped(meeting.place)}"
    if meeting.agenda:
        yield f"DESCRIPTION:{escaped(meeting.agenda)}"
    yield f"STATUS:{'CANCELLED' if meeting.cancelled else 'CONFIRMED'}"
    yield "END:VEVENT"
