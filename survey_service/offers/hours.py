"""When an offer is open: weekly spans of local time in Europe/Berlin, from what its provider answered.

A span that closes at or before the time it opens ends on the next day. Clocks are compared as they hang on the wall, so
that the two days of summer time need no rule of their own: a span counts by what the clock shows on that day.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Berlin")
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
MIDNIGHT = dt.time(0)
_CLOCK = re.compile(r"\s*([0-9]{1,2})[:.]([0-9]{2})\s*")
_DAY, _WEEK = 24 * 60, 7 * 24 * 60


@dataclass(frozen=True)
class Span:
    """Open on ``day`` (``MO`` … ``SU``) from ``opens`` until ``closes``, which is on the next day unless it is later.

    ``closes`` 00:00 is the midnight at the end of the day; 00:00 to 00:00 is all of it.
    """

    day: str
    opens: dt.time
    closes: dt.time


@dataclass(frozen=True)
class Line:
    """Days of the week, in their order, that have the same hours: pairs of opening and closing times."""

    days: tuple[str, ...]
    hours: tuple[tuple[dt.time, dt.time], ...]


def spans(answers: Mapping[str, Any]) -> tuple[Span, ...]:
    """Return the weekly spans of an offer's answers, Monday first; none if days or one of both times are missing, or if
    both times are the same.
    """
    opens, closes = clock_time(answers.get("A08_from")), clock_time(answers.get("A08_to"))
    if opens is None or closes is None or (opens == closes != MIDNIGHT):
        return ()
    chosen = answers.get("A08_days") or ()
    return tuple(Span(day, opens, closes) for day in DAYS if day in chosen)


def clock_time(text: object) -> dt.time | None:
    """Return the time of day of a text such as ``09:00``, ``9.30`` or ``٠٩:٠٠``; None if it is none. 24:00 is
    midnight.
    """
    if not isinstance(text, str):
        return None
    plain = "".join(str(unicodedata.digit(letter)) if letter.isdigit() else letter for letter in text)
    found = _CLOCK.fullmatch(plain)
    if found is None:
        return None
    hour, minute = int(found[1]), int(found[2])
    if (hour, minute) == (24, 0):
        return MIDNIGHT
    return dt.time(hour, minute) if hour < 24 and minute < 60 else None


def merged(given: Iterable[Span]) -> tuple[Span, ...]:
    """Return spans that are open at the same moments of the week as the given ones, none of which overlap or touch on
    the same day, in the order of the week. One that lasts beyond midnight stays one, up to the length of a day.
    """
    pieces = sorted(piece for span in given for piece in _pieces(span))
    runs: list[tuple[int, int]] = []
    for begin, end in pieces:
        if runs and begin <= runs[-1][1]:
            runs[-1] = (runs[-1][0], max(end, runs[-1][1]))
        else:
            runs.append((begin, end))
    if len(runs) > 1 and runs[0][0] == 0 and runs[-1][1] == _WEEK:
        (_, end), *middle, (begin, _) = runs  # what lasts over the midnight from Sunday to Monday
        runs = [*middle, (begin, _WEEK + end)]
    return tuple(sorted((span for run in runs for span in _days_of(*run)), key=_begin))


def lines(given: Iterable[Span]) -> tuple[Line, ...]:
    """Return the week in as few lines as it can be said in: days with the same hours stand together."""
    by_day = itertools.groupby(merged(given), key=lambda span: span.day)
    hours = {day: tuple((span.opens, span.closes) for span in found) for day, found in by_day}
    return tuple(
        Line(tuple(day for day in hours if hours[day] == same), same) for same in dict.fromkeys(hours.values())
    )


def is_open(given: Iterable[Span], now: dt.datetime) -> bool:
    """Tell whether the clock on the wall shows, at an aware moment, a time within one of the spans."""
    local = now.astimezone(ZONE)
    minute = local.weekday() * _DAY + local.hour * 60 + local.minute
    return any(begin <= minute < end for span in given for begin, end in _pieces(span))


def next_opening(given: Iterable[Span], now: dt.datetime) -> dt.datetime | None:
    """Return the next moment after ``now`` (aware) at which a span begins, in local time; None without spans.

    A span that begins in the hour that the clock leaves out on the first day of summer time begins at the end of it.
    """
    local, week = now.astimezone(ZONE), merged(given)
    moments = (
        _moment(local.date() + dt.timedelta(ahead), span.opens)
        for span in week
        for ahead in range(15)
        if DAYS[(local.weekday() + ahead) % 7] == span.day
    )
    soonest = min((moment for moment in moments if moment > now and is_open(week, moment)), default=None)
    return None if soonest is None else soonest.astimezone(ZONE)


def _moment(day: dt.date, time: dt.time) -> dt.datetime:
    """Return the moment (UTC) at which the clock first shows a time of a day, or one after it if it never does."""
    local = dt.datetime.combine(day, time, ZONE)
    moment = local.astimezone(dt.UTC)
    shown = moment.astimezone(ZONE).replace(tzinfo=None) == local.replace(tzinfo=None)
    return moment if shown else moment.replace(minute=0)  # clocks change on the hour


def _begin(span: Span) -> int:
    return DAYS.index(span.day) * _DAY + span.opens.hour * 60 + span.opens.minute


def _pieces(span: Span) -> tuple[tuple[int, int], ...]:
    """Return from which to which minute of the week a span lasts, in two pieces if it goes on into the next week."""
    begin = _begin(span)
    end = DAYS.index(span.day) * _DAY + span.closes.hour * 60 + span.closes.minute
    end += _DAY if span.closes <= span.opens else 0
    return ((begin, end),) if end <= _WEEK else ((begin, _WEEK), (0, end - _WEEK))


def _days_of(begin: int, end: int) -> Iterable[Span]:
    """Yield the spans of a run of minutes: one if it lasts less than a day, else parted at midnights."""
    while begin < end:
        stop = end if end - begin < _DAY else min(end, (begin // _DAY + 1) * _DAY)
        yield Span(DAYS[begin // _DAY % 7], _time(begin), _time(stop))
        begin = stop


def _time(minute: int) -> dt.time:
    return dt.time(minute // 60 % 24, minute % 60)
