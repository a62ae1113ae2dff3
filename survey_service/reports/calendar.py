"""When a report is due by the calendar, and which time it covers. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

MONTHLY, QUARTERLY, YEARLY, WAVE = "monthly", "quarterly", "yearly", "wave"
RHYTHMS = (MONTHLY, QUARTERLY, YEARLY, WAVE)
"""Each month, quarter or year when it is over; or when a questionnaire has closed."""
_MONTHS: Mapping[str, int] = {MONTHLY: 1, QUARTERLY: 3, YEARLY: 12}
HOUR = 3
"""The hour of the day, in UTC, at which a report is made: when hardly anybody answers."""


def next_due(rhythm: str, now: dt.datetime) -> dt.datetime:
    """Return the first moment after ``now`` at which a month, quarter or year is over (not for a wave)."""
    length = _MONTHS[rhythm]
    first = dt.datetime(now.year, (now.month - 1) // length * length + 1, 1, HOUR, tzinfo=dt.UTC)
    return first if first > now else _later(first, length)


def covered(rhythm: str, due: dt.datetime) -> str:
    """Return what a report that is due then covers: the month, quarter or year that is over; for a wave its quarter."""
    day = (due - dt.timedelta(days=1)).date()
    return _NAMES[rhythm](day)


def _later(first: dt.datetime, months: int) -> dt.datetime:
    years, month = divmod(first.month - 1 + months, 12)
    return first.replace(year=first.year + years, month=month + 1)


def _quarter(day: dt.date) -> str:
    return f"{day.year}-Q{(day.month - 1) // 3 + 1}"


_NAMES: Mapping[str, Callable[[dt.date], str]] = {
    MONTHLY: lambda day: f"{day:%Y-%m}",
    QUARTERLY: _quarter,
    YEARLY: lambda day: f"{day.year}",
    WAVE: _quarter,
}
