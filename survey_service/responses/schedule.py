"""When a questionnaire takes new responses: its switch, first and last day, a limit of responses, a pause."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from survey_service.problems import Problem
from survey_service.questionnaire.model import Text

OPEN, CLOSED, PLANNED, ENDED, PAUSED, FULL = "open", "closed", "planned", "ended", "paused", "full"
STATES = (OPEN, CLOSED, PLANNED, ENDED, PAUSED, FULL)
"""Open; closed by hand; not yet, or no longer, by its days; paused; as many responses as there may be."""

MOST_RESPONSES = 10_000_000
LONGEST_MESSAGE = 500


@dataclass(frozen=True)
class Schedule:
    """``opens`` and ``closes`` are the first and the last day as ``2026-12-01``, or empty.

    ``limit`` is how many responses of all revisions may be stored, 0 for any number. ``message`` is what people read
    during a pause, beside the service's own words. ``closed`` is the day on which it was closed by hand, or empty.
    """

    is_open: bool = True
    opens: str = ""
    closes: str = ""
    limit: int = 0
    paused: bool = False
    message: Text = field(default_factory=dict)
    closed: str = ""

    def state(self, today: str, count: Callable[[], int]) -> str:
        """Return one of STATES on a day; ``count`` returns the number of stored responses and is asked if it matters.

        Days in the form of ISO 8601 can be compared as text.
        """
        if not self.is_open:
            return CLOSED
        if today < self.opens:
            return PLANNED
        if self.closes and today > self.closes:
            return ENDED
        if self.paused:
            return PAUSED
        return FULL if self.limit and count() >= self.limit else OPEN

    def takes_late(self, state: str, today: dt.date, days: int) -> bool:
        """Tell whether what a phone without a network holds is still taken: so many days after the last day."""
        if state == PLANNED:
            return False
        last = self.closed if state == CLOSED else self.closes if state == ENDED else ""
        return state not in (CLOSED, ENDED) or bool(last and (today - dt.date.fromisoformat(last)).days <= days)

    def switched(self, before: Schedule, today: dt.date) -> Schedule:
        """Return this schedule with the day on which it was closed by hand, if that is today or was so ``before``."""
        closed = "" if self.is_open else today.isoformat() if before.is_open else before.closed
        return replace(self, closed=closed)

    def to_json(self) -> dict[str, Any]:
        return {
            "open": self.is_open,
            "opens": self.opens,
            "closes": self.closes,
            "limit": self.limit,
            "paused": self.paused,
            "message": dict(self.message),
            "closed": self.closed,
        }


def of(body: Mapping[str, Any]) -> Schedule:
    """Return the schedule in a publication's document."""
    return Schedule(
        body["open"],
        body["opens"],
        body["closes"],
        body["limit"],
        body["paused"],
        body["message"],
        body.get("closed", ""),
    )


def checked(schedule: Schedule) -> Schedule:
    """Return a schedule that somebody has asked for. Raises Problem schedule.invalid, a fault for each field."""
    faults = [*_day_faults(schedule), *_number_faults(schedule)]
    faults += [
        {"field": f"message-{tag}", "fault": "long", "limit": LONGEST_MESSAGE}
        for tag, text in schedule.message.items()
        if len(text) > LONGEST_MESSAGE
    ]
    if faults:
        raise Problem("schedule.invalid", fields=", ".join(fault["field"] for fault in faults), faults=tuple(faults))
    return schedule


def _day_faults(schedule: Schedule) -> list[dict[str, Any]]:
    faults = [{"field": name, "fault": "day"} for name in ("opens", "closes") if not _is_day(getattr(schedule, name))]
    if not faults and schedule.closes and schedule.closes < schedule.opens:
        faults.append({"field": "closes", "fault": "order"})
    return faults


def _number_faults(schedule: Schedule) -> list[dict[str, Any]]:
    fits = 0 <= schedule.limit <= MOST_RESPONSES
    return [] if fits else [{"field": "limit", "fault": "number", "limit": MOST_RESPONSES}]


def _is_day(text: str) -> bool:
    try:
        return not text or dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def refusal(schedule: Schedule, state: str, *, day: Callable[[str], str] = str) -> Problem:
    """Return the Problem that whoever wants to begin now meets; ``day`` writes a day as people read it."""
    if state == PLANNED:
        return Problem("questionnaire.planned", day=day(schedule.opens))
    if state == PAUSED:
        return Problem("questionnaire.paused", faults=({"text": schedule.message},) if schedule.message else ())
    return Problem("questionnaire.full" if state == FULL else "questionnaire.closed")
