"""Foreign schedules as answers: one weekly time, and in words what else there is."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass

from survey_service.offers.hsds.source import Leaf, Part
from survey_service.offers.hsds.taking import FOLLOWS, NOT_WEEKLY, OVER, SEASONS, Taking, mark
from survey_service.offers.hsds.times import WEEKDAYS, seasons

_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)(?::[0-5]\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?")
_FRAME = ("valid_from", "valid_to", "dtstart", "until", "timezone", "wkst", "freq", "interval")
_NEVER = ("bymonthday", "byyearday", "byweekno", "count")


@dataclass(frozen=True)
class _Weekly:
    """Weekly times: the days, and from when to when ("" if it is not said)."""

    days: tuple[str, ...]
    opens: str
    closes: str

    @property
    def crosses_midnight(self) -> bool:
        return bool(self.opens and self.closes and self.closes <= self.opens)


def schedules(taking: Taking, found: Iterable[Part], today: dt.date) -> None:
    """Take the first weekly time as such and the others in words; what is over, or not weekly, has no place."""
    times: dict[_Weekly, list[Leaf]] = {}
    texts: list[tuple[str, list[Leaf]]] = []
    for part in found:
        description = part.leaf("description")
        if description is not None:
            texts.append((description.text, [description]))
        if _is_over(part, today):
            mark(_rule(part), OVER)
            continue
        weekly = _weekly(part)
        if weekly is None:
            mark(_rule(part), NOT_WEEKLY)
            continue
        said = [leaf for key in ("byday", "opens_at", "closes_at") if (leaf := part.leaf(key)) is not None]
        mark((part.leaf(key) for key in _FRAME), SEASONS if _is_limited(part) else FOLLOWS)
        times.setdefault(weekly, []).extend(said)
    first = next((weekly for weekly in times if not weekly.crosses_midnight), None)
    if first is not None:
        leaves = times.pop(first)
        taking.give("A08_days", list(first.days), *leaves)
        for question, value in (("A08_from", first.opens), ("A08_to", first.closes)):
            if value:
                taking.give(question, value)
    texts += [(_in_words(taking, weekly), leaves) for weekly, leaves in times.items()]
    taking.join("A08_times", texts)


def _rule(part: Part) -> list[Leaf]:
    return [leaf for leaf in part.leaves() if leaf.key in (*_FRAME, *_NEVER, "byday", "opens_at", "closes_at")]


def _is_over(part: Part, today: dt.date) -> bool:
    for key in ("valid_to", "until"):
        try:
            if part.leaf(key) is not None and dt.date.fromisoformat(part.text(key)[:10]) < today:
                return True
        except ValueError:
            continue
    return False


def _is_limited(part: Part) -> bool:
    """Tell whether days bound the times other than those of a season, so that something is lost without them."""
    if not any(part.leaf(key) is not None for key in ("valid_from", "valid_to", "until")):
        return False
    try:
        first, last = (dt.date.fromisoformat(part.text(key)) for key in ("valid_from", "valid_to"))
        season = seasons(first)[0]
    except ValueError:
        return True
    return (first, last) != (season.first, season.last) or part.text("until") not in ("", last.isoformat())


def _weekly(part: Part) -> _Weekly | None:
    if part.text("freq") != "WEEKLY" or any(part.leaf(key) is not None for key in _NEVER):
        return None
    if part.text("interval") not in ("", "1", "1.0"):
        return None
    named = [day.strip().upper() for day in part.text("byday").split(",")]
    if not set(named) <= set(WEEKDAYS):
        return None
    hours = []
    for key in ("opens_at", "closes_at"):
        matched = _TIME.fullmatch(part.text(key)) if part.leaf(key) is not None else None
        if matched is None and part.leaf(key) is not None:
            return None
        hours.append(f"{matched[1]}:{matched[2]}" if matched is not None else "")
    return _Weekly(tuple(day for day in WEEKDAYS if day in named), hours[0], hours[1])


def _in_words(taking: Taking, weekly: _Weekly) -> str:
    days = ", ".join(taking.codes.label("A08_days", day) for day in weekly.days)
    hours = "–".join(filter(None, (weekly.opens, weekly.closes)))
    return f"{days} {hours}".strip()
