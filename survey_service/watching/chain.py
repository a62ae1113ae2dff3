"""Looking once a day whether the audit log is whole, and what came of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from survey_service import clock
from survey_service.accounts import audit
from survey_service.store import rounds
from survey_service.store.base import CollectionSpec, Document, Store
from survey_service.watching import work

CHECKS = CollectionSpec("audit_checks", unique=("log",))
EVERY = 86_400.0


@dataclass(frozen=True)
class Check:
    """What came of a look: when (UTC), how many entries there were, the hash of the newest one, and the number of the
    first entry that is missing or was changed, 0 if the log is whole.
    """

    at: dt.datetime
    count: int
    hash: str
    fault: int


def check_daily(store: Store) -> Check | None:
    """Look if that was not done for a day by any process, and return what came of it."""
    if not rounds.claim(store, "audit", every=EVERY, now=clock.now().timestamp()):
        return None
    with work.noted(store, work.AUDIT):
        return check(store)


def check(store: Store) -> Check:
    """Look now, keep what came of it and return that."""
    count, newest = audit.newest(store)
    found = audit.first_fault(store)
    at = clock.now().astimezone(dt.UTC)
    body: Document = {
        "log": "audit",
        "at": at.isoformat(timespec="seconds"),
        "count": count,
        "hash": newest,
        "fault": found or 0,
    }
    with store.transaction():
        stored = store.collection(CHECKS).first(log="audit")
        if stored is None:
            store.collection(CHECKS).add(body)
        else:
            store.collection(CHECKS).replace(stored.id, body, version=stored.version)
    return _check(body)


def last(store: Store) -> Check | None:
    """Return what came of the last look, or None."""
    stored = store.collection(CHECKS).first(log="audit")
    return None if stored is None else _check(stored.body)


def _check(body: Document) -> Check:
    return Check(dt.datetime.fromisoformat(body["at"]), body["count"], body["hash"], body["fault"])
