"""Days and times as they are stored, and as files know them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

Moment = dt.date | dt.time | dt.datetime


def _utc(text: str) -> dt.datetime:
    """Return a date-time without an offset: one that has an offset is told in UTC."""
    found = dt.datetime.fromisoformat(text)
    return found.astimezone(dt.UTC).replace(tzinfo=None) if found.tzinfo is not None else found


READERS: Mapping[str, Callable[[str], Moment]] = {
    "date": dt.date.fromisoformat,
    "today": dt.date.fromisoformat,
    "time": dt.time.fromisoformat,
    "datetime": _utc,
    "start": _utc,
    "end": _utc,
}
"""Question type → what reads a stored answer of it. ``start`` and ``end`` are in UTC, ``datetime`` as it was typed."""
FORMATS: Mapping[type, str] = {dt.date: "yyyy-mm-dd", dt.time: "hh:mm", dt.datetime: "yyyy-mm-dd hh:mm"}
"""How a spreadsheet shows them."""
