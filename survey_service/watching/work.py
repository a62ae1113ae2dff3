"""The record of scheduled work: when each was done last, when it failed and why, and whether it is late."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from survey_service import clock
from survey_service.problems import Problem
from survey_service.store.base import CollectionSpec, Document, Store

WORK = CollectionSpec("scheduled_work", unique=("name",))
TIDYING, REPORTS, REMINDERS, VOTES, MAIL, AUDIT, TEXTS, WEBHOOKS = (
    *("tidying", "reports", "reminders", "votes", "mail", "audit", "texts", "webhooks"),
)
EVERY: Mapping[str, float] = {
    TIDYING: 3_600,
    REPORTS: 60,
    REMINDERS: 3_600,
    VOTES: 600,
    MAIL: 60,
    AUDIT: 86_400,
    TEXTS: 3_600,
    WEBHOOKS: 30,
}
"""Work → seconds between two rounds."""
NOTED = 600.0
"""Rounds that go well are noted at most so often, in seconds: one a minute would fill the journal."""
UNEXPECTED = "unexpected"


@dataclass(frozen=True)
class Work:
    """A work and its rounds: ``done`` is when the last one that was noted ended well, ``failed`` when one failed since,
    both None for never; ``fault`` is the code of the Problem it failed with, ``times`` how often in a row.
    """

    name: str
    every: float
    done: dt.datetime | None = None
    failed: dt.datetime | None = None
    fault: str = ""
    times: int = 0

    @property
    def due(self) -> dt.datetime | None:
        """When it is due next; None before the first round."""
        last = max((moment for moment in (self.done, self.failed) if moment is not None), default=None)
        return None if last is None else last + dt.timedelta(seconds=self.every)

    def late(self, now: dt.datetime) -> bool:
        """Tell whether it should long have been done: three rounds and an hour were missed."""
        return self.due is not None and now > self.due + dt.timedelta(seconds=3 * self.every + 3_600)


@contextlib.contextmanager
def noted(store: Store, name: str) -> Iterator[None]:
    """Note how the round in the block ends. What it raises is raised; that it cannot be noted is no fault of it."""
    try:
        yield
    except Exception as error:
        with contextlib.suppress(Problem):
            _note(store, name, error.code if isinstance(error, Problem) else UNEXPECTED)
        raise
    with contextlib.suppress(Problem):
        _note(store, name, "")


def all_work(store: Store) -> list[Work]:
    """Return all work by name, also what was never done."""
    known = {stored.body["name"]: stored.body for stored in store.collection(WORK).iterate()}
    return [_work(name, every, known.get(name, {})) for name, every in EVERY.items()]


def _note(store: Store, name: str, fault: str) -> None:
    if name not in EVERY:
        raise ValueError(f"{name!r} is no scheduled work")
    collection, now = store.collection(WORK), clock.now().timestamp()
    stored = collection.first(name=name)
    before: Document = stored.body if stored is not None else {}
    fresh = before.get("done") is not None and 0 <= now - before["done"] < NOTED
    if not fault and not before.get("fault") and fresh:
        return
    body = {"name": name, "done": before.get("done"), "failed": None, "fault": fault, "times": 0}
    body |= {"failed": now, "times": before.get("times", 0) + 1} if fault else {"done": now}
    if stored is None:
        collection.add(body)
    else:
        collection.replace(stored.id, body, version=stored.version)


def _work(name: str, every: float, body: Mapping[str, float | str | int | None]) -> Work:
    return Work(
        name,
        every,
        _moment(body.get("done")),
        _moment(body.get("failed")),
        str(body.get("fault", "")),
        int(body.get("times") or 0),
    )


def _moment(seconds: float | str | None) -> dt.datetime | None:
    return dt.datetime.fromtimestamp(float(seconds), dt.UTC) if seconds is not None else None
