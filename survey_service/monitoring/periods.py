"""The periods in which indicators are observed: years and quarters. A wave is named by the quarter in which it was."""

from __future__ import annotations

import datetime as dt
import re

YEAR, QUARTER, WAVE = "year", "quarter", "wave"
KINDS = (YEAR, QUARTER, WAVE)
_PATTERNS = {YEAR: re.compile(r"(?:19|20)\d\d"), QUARTER: re.compile(r"(?:19|20)\d\d-Q[1-4]")}
_YEAR_FIRST = re.compile(r"(?P<year>\d{4})(?:[-/ ]+Q?|Q)(?P<quarter>[1-4])", re.I)
_YEAR_LAST = re.compile(r"Q?(?P<quarter>[1-4])(?:\.? ?(?:Quartal|quarter))?[-/ ]+(?P<year>\d{4})", re.I)


def fits(period: str, kind: str) -> bool:
    """Tell whether a period (``2026`` or ``2026-Q2``) is one of this kind."""
    return _PATTERNS[YEAR if kind == YEAR else QUARTER].fullmatch(period) is not None


def read(text: str) -> str:
    """Return a period as it is stored, from what people type: 2026, 2026-Q2, Q2 2026, 2/2026, 2. Quartal 2026.

    What is none of these is returned as it is.
    """
    plain = " ".join(text.split())
    found = _YEAR_FIRST.fullmatch(plain) or _YEAR_LAST.fullmatch(plain)
    return f"{found['year']}-Q{found['quarter']}" if found is not None else plain


def last_over(kind: str, today: dt.date) -> tuple[str, dt.date] | None:
    """Return the year or quarter that was over last, and the day after it; None for waves, which have no calendar."""
    if kind == YEAR:
        return str(today.year - 1), dt.date(today.year, 1, 1)
    if kind != QUARTER:
        return None
    begun = (today.month - 1) // 3
    year, quarter = (today.year, begun) if begun else (today.year - 1, 4)
    return f"{year}-Q{quarter}", dt.date(today.year, 3 * begun + 1, 1)
