"""The rules of the date and time functions.

A moment is what a clock on the wall shows where it was written down: a day and a time of day without an offset. So
``2026-11-24T00:30:00+01:00`` is the 24th, whatever the server's zone. A number is days since 1970-01-01 UTC. Source:
the ODK XForms specification, section "XPath Functions".
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from survey_service.questionnaire.values import DATE, NAN, SPACES, Value, days_of, to_number

if TYPE_CHECKING:
    from babel import Locale

_DAY = dt.timedelta(days=1)
_EPOCH = dt.datetime(1970, 1, 1)
_TIME = re.compile(
    r"([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9])(?:\.([0-9]{1,9}))?)?(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])?"
)


def moment_of(value: Value) -> tuple[dt.datetime, str] | None:
    """Return the moment of a date, a date-time or a number of days, with its offset as text; None if it is none."""
    if isinstance(value, str):
        match = DATE.fullmatch(value.strip(SPACES))
        if match is not None:
            return _written(match)
    days = to_number(value)
    if not -800_000 < days < 3_000_000:
        return None
    try:
        return _EPOCH + dt.timedelta(milliseconds=math.floor(days * 86_400_000 + 0.5)), "+00:00"
    except OverflowError:
        return None


def _written(match: re.Match[str]) -> tuple[dt.datetime, str] | None:
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    try:
        moment = dt.datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), _micro(fraction)
        )
    except ValueError:
        return None
    return moment, "+00:00" if offset in (None, "Z") else offset


def _micro(fraction: str | None) -> int:
    return int(((fraction or "") + "000")[:3]) * 1000


def date(value: Value) -> str:
    """Return the day as YYYY-MM-DD, the empty text if the value is no day."""
    found = moment_of(value)
    return found[0].date().isoformat() if found else ""


def date_time(value: Value) -> str:
    """Return the date and time with offset, ``2026-11-23T14:05:00.000+01:00``; the empty text if the value is none."""
    found = moment_of(value)
    return found[0].isoformat(timespec="milliseconds") + found[1] if found else ""


def decimal_date_time(value: Value) -> float:
    """Return the days since 1970-01-01 UTC of a date or date-time; a number stays as it is, another text is NaN."""
    return days_of(value.strip(SPACES)) if isinstance(value, str) else float(value)


def decimal_time(value: Value) -> float:
    """Return the part of a day that has passed at a time of day, ``18:00`` is 0.75; NaN if the value is no time.

    An offset changes nothing: it is the time that the clock on the wall showed.
    """
    match = _TIME.fullmatch(value.strip(SPACES)) if isinstance(value, str) else None
    if match is not None:
        moment = dt.datetime(1970, 1, 1, int(match[1]), int(match[2]), int(match[3] or 0), _micro(match[4]))
    else:
        found = moment_of(value) if isinstance(value, str) and "T" in value else None
        if found is None:
            return NAN
        moment = found[0]
    return (moment - moment.replace(hour=0, minute=0, second=0, microsecond=0)) / _DAY


_Part = Callable[[dt.datetime, str], str]
DATE_PARTS: Mapping[str, _Part] = {
    "Y": lambda moment, _language: f"{moment.year:04}",
    "y": lambda moment, _language: f"{moment.year % 100:02}",
    "m": lambda moment, _language: f"{moment.month:02}",
    "n": lambda moment, _language: str(moment.month),
    "b": lambda moment, language: _locale(language).months["format"]["abbreviated"][moment.month],
    "d": lambda moment, _language: f"{moment.day:02}",
    "e": lambda moment, _language: str(moment.day),
    "a": lambda moment, language: _locale(language).days["format"]["abbreviated"][moment.weekday()],
    "%": lambda _moment, _language: "%",
}
ALL_PARTS: Mapping[str, _Part] = {
    **DATE_PARTS,
    "H": lambda moment, _language: f"{moment.hour:02}",
    "h": lambda moment, _language: str(moment.hour),
    "M": lambda moment, _language: f"{moment.minute:02}",
    "S": lambda moment, _language: f"{moment.second:02}",
    "3": lambda moment, _language: f"{moment.microsecond // 1000:03}",
}


def _locale(language: str) -> Locale:
    from babel import Locale, UnknownLocaleError  # few questionnaires name days or months

    for tag in (language.replace("-", "_"), language.split("-", maxsplit=1)[0], "en"):
        try:
            return Locale.parse(tag)
        except (UnknownLocaleError, ValueError):
            continue
    raise AssertionError  # pragma: no cover - Babel knows English


def formatter(pattern: str) -> Callable[[Value, str], str]:
    """Return what writes a date or date-time in a language as ``pattern`` says (see ALL_PARTS).

    It gives the empty text for what is neither. A time of day alone counts as of 1970-01-01.
    """
    pieces = [
        ALL_PARTS[piece[1]] if piece.startswith("%") else _fixed(piece)
        for piece in re.findall("%.|[^%]+", pattern, re.DOTALL)
    ]

    def write(value: Value, language: str) -> str:
        found = moment_of(value)
        if found is None and isinstance(value, str):
            found = moment_of(decimal_time(value))
        return "".join([piece(found[0], language) for piece in pieces]) if found else ""

    return write


def _fixed(text: str) -> _Part:
    return lambda _moment, _language: text


def now_text(now: dt.datetime | None, today: dt.date) -> str:
    """Return what ``now()`` is: the moment given, or the midnight (UTC) at which today begins."""
    moment = now or dt.datetime(today.year, today.month, today.day, tzinfo=dt.UTC)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    return moment.isoformat(timespec="milliseconds")
