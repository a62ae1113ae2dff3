"""Weekly times as HSDS schedules: its time zone is a fixed offset, so that each season is a schedule of its own."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from survey_service.offers.hsds.codes import JSON, uid

ZONE = "Europe/Berlin"
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_LONGEST = 366


@dataclass(frozen=True)
class Season:
    """The days, first and last, on which noon has the same offset from UTC, in hours; no more than a year each way."""

    first: dt.date
    last: dt.date
    offset: float


@functools.lru_cache(maxsize=8)
def seasons(today: dt.date, zone: str = ZONE) -> tuple[Season, ...]:
    """Return the season that ``today`` belongs to and the one after it; one season where the clock never changes."""
    present = _season(today, zone)
    following = present.last + dt.timedelta(days=1)
    if _offset(following, zone) == present.offset:
        return (present,)
    return present, _season(following, zone)


def _season(day: dt.date, zone: str) -> Season:
    offset = _offset(day, zone)
    first = last = day
    for _ in range(_LONGEST):
        if _offset(first - dt.timedelta(days=1), zone) != offset:
            break
        first -= dt.timedelta(days=1)
    for _ in range(_LONGEST):
        if _offset(last + dt.timedelta(days=1), zone) != offset:
            break
        last += dt.timedelta(days=1)
    return Season(first, last, offset)


def _offset(day: dt.date, zone: str) -> float:
    offset = dt.datetime.combine(day, dt.time(12), ZoneInfo(zone)).utcoffset() or dt.timedelta()
    return offset / dt.timedelta(hours=1)


def schedules(key: str, answers: Mapping[str, Any], today: dt.date) -> Iterator[JSON]:
    """Yield the schedules of an entry; ``key`` is the offer's id. After the end of a project's funding there are none.

    Times that only words describe make one schedule with a description and no rule.
    """
    text = answers.get("A08_times", "")
    days = [day for day in WEEKDAYS if day in answers.get("A08_days", ())]
    if not days:
        if text:
            yield {"id": uid("schedule", key, "text"), "description": text}
        return
    ends = dt.date.fromisoformat(answers["A21"]) if answers.get("A21") else dt.date.max
    for season in seasons(today):
        last = min(season.last, ends)
        begins = [season.first + dt.timedelta(days=ahead) for ahead in range(7)]
        start = next(day for day in begins if WEEKDAYS[day.weekday()] in days)
        if start <= last:
            yield _rule(key, answers, days, season, start, last)


def _rule(key: str, answers: Mapping[str, Any], days: list[str], season: Season, start: dt.date, last: dt.date) -> JSON:
    whole = int(season.offset) if season.offset == int(season.offset) else season.offset
    schedule: JSON = {
        "id": uid("schedule", key, season.first.isoformat()),
        "valid_from": season.first.isoformat(),
        "valid_to": last.isoformat(),
        "dtstart": start.isoformat(),
        "timezone": whole,
        "until": last.isoformat(),
        "wkst": "MO",
        "freq": "WEEKLY",
        "interval": 1,
        "byday": ",".join(days),
    }
    for field, question in (("opens_at", "A08_from"), ("closes_at", "A08_to")):
        if answers.get(question):
            schedule[field] = f"{answers[question]}:00"
    return {**schedule, "description": answers["A08_times"]} if answers.get("A08_times") else schedule
