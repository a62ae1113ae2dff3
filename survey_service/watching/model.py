"""A decision that waits, what is looked at to find it, and how urgent it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from survey_service.accounts.accounts import Account
from survey_service.accounts.factors import Policy
from survey_service.monitoring.definitions import Indicators
from survey_service.offers.lists import Row
from survey_service.problems import Problem
from survey_service.responses.revisions import Publications
from survey_service.settings import Settings
from survey_service.store.base import Store
from survey_service.watching.standing import Texts

TODAY, WEEK, LATER = "today", "week", "later"
URGENCIES = (TODAY, WEEK, LATER)
"""When a decision is to be made: today, this week, when there is time."""


@dataclass(frozen=True)
class Look:
    """What is looked at, for whom and when: ``now`` is aware; ``offers`` and ``indicators`` are fetched when needed."""

    store: Store
    settings: Settings
    publications: Publications
    texts: Texts
    offers: Callable[[], Sequence[Row]]
    indicators: Callable[[], Indicators]
    account: Account
    policy: Policy
    now: dt.datetime

    @property
    def today(self) -> dt.date:
        """The day, of UTC as all days of the service."""
        return self.now.astimezone(dt.UTC).date()


@dataclass(frozen=True)
class Decision:
    """Something that waits. ``count`` is how many of it, ``since`` the day (ISO) since when the oldest does, ``until``
    the day on which it ends, "" where there is none. ``subject`` is what it is about, a questionnaire for example;
    ``facts`` are short values for its words. ``kind`` and ``urgency`` are set by the table.
    """

    count: int
    since: str = ""
    until: str = ""
    subject: str = ""
    facts: Mapping[str, str | int] = field(default_factory=dict)
    kind: str = ""
    urgency: str = ""
    problem: Problem | None = None
    """Why it could not be looked at."""

    def age(self, today: dt.date) -> int | None:
        """Return for how many days it has been waiting, None if that is not known."""
        return max(0, (today - dt.date.fromisoformat(self.since)).days) if self.since else None

    def left(self, today: dt.date) -> int | None:
        """Return how many days are left, None if it does not end."""
        return (dt.date.fromisoformat(self.until) - today).days if self.until else None


Find = Callable[[Look], Iterable[Decision]]
Urgency = Callable[[Decision, dt.date], str]


@dataclass(frozen=True)
class Kind:
    """A row of the table: a name, the area it belongs to, the action of whoever may decide, how to find what waits, and
    when that is to be decided.
    """

    name: str
    area: str
    action: str
    find: Find
    urgency: Urgency


def at_once(_decision: Decision, _today: dt.date) -> str:
    """Say that it is to be decided today, whatever its age."""
    return TODAY


def this_week(_decision: Decision, _today: dt.date) -> str:
    """Say that it can wait some days."""
    return WEEK


def some_time(_decision: Decision, _today: dt.date) -> str:
    """Say that nothing gets worse while it waits."""
    return LATER


def after(days: int) -> Urgency:
    """Return a rule: today for what has been waiting for so many days, or nobody knows how long; else this week."""

    def urgency(decision: Decision, today: dt.date) -> str:
        age = decision.age(today)
        return TODAY if age is None or age >= days else WEEK

    return urgency


def before(days: int) -> Urgency:
    """Return a rule: today for what ends within so many days, else this week."""

    def urgency(decision: Decision, today: dt.date) -> str:
        left = decision.left(today)
        return TODAY if left is not None and left <= days else WEEK

    return urgency


def oldest(days: Iterable[str]) -> str:
    """Return the earliest of some days or moments in ISO 8601 as a day, "" of none."""
    return min((day[:10] for day in days if day), default="")


def counted(count: int, since: str = "") -> list[Decision]:
    """Return a decision about so many things, or none."""
    return [Decision(count, since)] if count else []
