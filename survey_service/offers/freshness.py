"""How fresh an offer is, by days alone: confirmed lately, due to be confirmed, not confirmed, or ended.

Nothing is ever deleted for its age. What is not confirmed or has ended is shown as such and does not count.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # a worker for reports, which must start fast, needs no settings
    from survey_service.settings import Settings

FRESH, DUE, UNCONFIRMED, ENDED = "fresh", "due", "unconfirmed", "ended"
STATES = (FRESH, DUE, UNCONFIRMED, ENDED)
LAST = 180
"""Days after which an offer counts as not confirmed in figures, which counties compare: the same everywhere.

It is also the last of the setting ``reminder_days`` unless an operator sets others.
"""
SILENT = frozenset({"defunct"})
"""Statuses (A06) of offers about which nobody is asked."""
_NOTICE, _OVER = "notice", "over"


def state(body: Mapping[str, Any], today: dt.date, settings: Settings) -> str:
    """Return the state of an offer (its document) on a day, one of STATES.

    With reminders after 150, 165 and 180 days it is due from day 150 and not confirmed from day 181 on. A project has
    ended the day after its funding ends.
    """
    if has_ended(body, today):
        return ENDED
    days = settings.reminder_days
    age = age_of(body, today)
    if age is None or age > days[-1]:
        return UNCONFIRMED
    return DUE if age >= days[0] else FRESH


def age_of(body: Mapping[str, Any], today: dt.date) -> int | None:
    """Return how many days ago an offer was confirmed, None if never; a day to come counts as today."""
    confirmed = _day(body.get("confirmed"))
    return None if confirmed is None else max(0, (today - confirmed).days)


def has_ended(body: Mapping[str, Any], today: dt.date) -> bool:
    """Tell whether the funding of an offer has ended; its last day still counts."""
    ends = _day(body.get("ends"))
    return ends is not None and ends < today


def counts(body: Mapping[str, Any], today: dt.date, settings: Settings) -> bool:
    """Tell whether a listed offer counts as one that exists: active, confirmed and not ended."""
    return bool(body["listed"]) and body["status"] == "active" and state(body, today, settings) in (FRESH, DUE)


def reminder(age: int, reminded: int, days: Sequence[int]) -> int | None:
    """Return the reminder that is due now, as its day of ``days``, or None.

    It is the last one whose day has come, if it is later than the one sent last since the confirmation: whoever was not
    looked at for months gets one, not all.
    """
    reached = [day for day in days if day <= age]
    return reached[-1] if reached and reached[-1] > reminded else None


def letter_of(step: int, age: int, days: Sequence[int]) -> str:
    """Return the kind of letter that a reminder is; past the last day it no longer reminds but says what is now so."""
    if step == days[-1]:
        return "not_confirmed" if age > step else "reminder_last"
    return "reminder_first" if step == days[0] else "reminder_second"


@dataclass(frozen=True)
class Ending:
    """What is to be said about the end of a project: ``kind`` of letter, the last ``day`` of the funding, and the
    ``mark`` to keep in the document, so that it is said once for each such day."""

    kind: str
    day: dt.date
    mark: str


def ending(body: Mapping[str, Any], today: dt.date, notice_days: int) -> Ending | None:
    """Return what is to be said now about the end of an offer's funding, or None.

    A project that has ended already when it is first looked at gets the second letter only.
    """
    ends, told = _day(body.get("ends")), body.get("ending_told", "")
    if ends is None:
        return None
    over = f"{ends.isoformat()} {_OVER}"
    if ends < today:
        return Ending("project_ended", ends, over) if told != over else None
    mark = f"{ends.isoformat()} {_NOTICE}"
    if (ends - today).days > notice_days or told in (mark, over):
        return None
    return Ending("project_ends", ends, mark)


def _day(iso: Any) -> dt.date | None:
    try:
        return dt.date.fromisoformat(iso) if iso else None
    except (TypeError, ValueError):
        return None
