"""An offer's opening hours as a calendar that telephones take (iCalendar, RFC 5545): weekly events in Europe/Berlin."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from survey_service.offers.hours import DAYS, ZONE, Line, Span, lines

_ZONE = (
    "BEGIN:VTIMEZONE",
    "TZID:Europe/Berlin",
    "BEGIN:DAYLIGHT",
    "DTSTART:19810329T020000",
    "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
    "TZOFFSETFROM:+0100",
    "TZOFFSETTO:+0200",
    "TZNAME:CEST",
    "END:DAYLIGHT",
    "BEGIN:STANDARD",
    "DTSTART:19961027T030000",
    "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
    "TZOFFSETFROM:+0200",
    "TZOFFSETTO:+0100",
    "TZNAME:CET",
    "END:STANDARD",
    "END:VTIMEZONE",
)
_OCTETS = 75
_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")


@dataclass(frozen=True)
class Event:
    """What a calendar says of an offer; ``language`` is a BCP 47 tag, ``until`` the last day of it, or None."""

    offer: str
    name: str
    place: str
    about: str
    address: str
    language: str
    until: dt.date | None = None


def calendar(event: Event, spans: Sequence[Span], moment: dt.datetime) -> str:
    """Return the calendar of an offer's weekly spans, from the day of ``moment`` (aware, UTC) on.

    Days with the same hours are one event.
    """
    return written(
        line
        for number, (days, opens, closes) in enumerate(_series(lines(spans)), 1)
        for line in _event(event, number, days, opens, closes, moment)
    )


def written(events: Iterable[str], *properties: str) -> str:
    """Return the lines of events as a calendar, with further properties of it. Its zone is Europe/Berlin; lines end
    with CR LF and have at most 75 octets.
    """
    begin = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//survey-service//offers//EN", "CALSCALE:GREGORIAN")
    every = (*begin, *properties, *_ZONE, *events, "END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in every for folded in _folded(line))


def _series(week: Sequence[Line]) -> Iterator[tuple[tuple[str, ...], dt.time, dt.time]]:
    for line in week:
        for opens, closes in line.hours:
            yield line.days, opens, closes


def _event(
    event: Event, number: int, days: tuple[str, ...], opens: dt.time, closes: dt.time, moment: dt.datetime
) -> Iterator[str]:
    today = moment.astimezone(ZONE).date()
    first = min(today + dt.timedelta((DAYS.index(day) - today.weekday()) % 7) for day in days)
    if event.until is not None and first > event.until:
        return
    last = first if closes > opens else first + dt.timedelta(1)
    until = f";UNTIL={_until(event.until)}" if event.until is not None else ""
    language = f";LANGUAGE={event.language}"
    yield "BEGIN:VEVENT"
    yield f"UID:{event.offer}-{number}@{host(event.address)}"
    yield f"DTSTAMP:{moment.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;TZID=Europe/Berlin:{first:%Y%m%d}T{opens:%H%M%S}"
    yield f"DTEND;TZID=Europe/Berlin:{last:%Y%m%d}T{closes:%H%M%S}"
    yield f"RRULE:FREQ=WEEKLY;BYDAY={','.join(days)}{until}"
    yield f"SUMMARY{language}:{escaped(event.name)}"
    if event.place:
        yield f"LOCATION:{escaped(event.place)}"
    if event.about:
        yield f"DESCRIPTION{language}:{escaped(event.about)}"
    yield f"URL:{_CONTROLS.sub('', event.address)}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _until(day: dt.date) -> str:
    """Return the last second of a day in Berlin, as UTC."""
    last = dt.datetime.combine(day, dt.time(23, 59, 59), ZONE).astimezone(dt.UTC)
    return f"{last:%Y%m%dT%H%M%SZ}"


def host(address: str) -> str:
    """Return the host of an address, for what must be unique in all the world."""
    return address.split("/")[2] if "//" in address else "localhost"


def escaped(text: str) -> str:
    """Return a text as it stands in a calendar."""
    plain = _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """Yield a line in pieces of at most 75 octets, each but the first behind a blank; no letter is cut apart."""
    piece, size = "", 0
    for letter in line:
        octets = len(letter.encode("utf-8", "replace"))
        if size + octets > _OCTETS:
            yield piece
            piece, size = " ", 1
        piece += letter
        size += octets
    yield piece
