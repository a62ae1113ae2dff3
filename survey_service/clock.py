"""The only place that reads time; tests set it."""

from __future__ import annotations

import contextlib
import datetime as dt
import time
from collections.abc import Iterator

_fixed: dt.datetime | None = None


def now() -> dt.datetime:
    """Return the present moment, aware, in UTC."""
    return _fixed if _fixed is not None else dt.datetime.now(dt.UTC)


def today() -> dt.date:
    """Return today's date in UTC."""
    return now().date()


def monotonic() -> float:
    """Return seconds of a clock that never goes back; for durations only."""
    return time.monotonic()


def period(day: dt.date) -> str:
    """Return the coarse period a response is filed under, a quarter: ``2026-Q4``. No exact time is ever kept."""
    return f"{day.year}-Q{(day.month - 1) // 3 + 1}"


@contextlib.contextmanager
def fixed(moment: dt.datetime) -> Iterator[None]:
    """Hold the clock at ``moment`` (aware) inside the block; for tests and for the demo wave."""
    global _fixed
    before, _fixed = _fixed, moment
    try:
        yield
    finally:
        _fixed = before
