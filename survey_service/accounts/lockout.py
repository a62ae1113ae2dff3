"""Lock-out: after five wrong logins within a minute an account's sixth is refused. Kept in the store, so a restart
forgives nothing. Unknown names are counted alike, so that a lock tells nothing about who has an account."""

from __future__ import annotations

import datetime as dt
import hashlib

from survey_service.problems import Problem
from survey_service.store.base import CollectionSpec, Store

ATTEMPTS = CollectionSpec("login_attempts", unique=("name_hash",))
WINDOW = dt.timedelta(seconds=60)
MOST_WRONG = 5


def take(store: Store, key: str, *, now: dt.datetime) -> bool:
    """Count an attempt as wrong before its password is looked at; `give_back` clears the count if it was right.

    So twenty attempts at once cannot slip past the limit. ``key`` is the name as compared. Returns whether this one was
    the last allowed within the window. Raises Problem access.locked; a refused attempt does not prolong the lock.
    """
    attempts = store.collection(ATTEMPTS)
    with store.transaction():
        stored = attempts.first(name_hash=_hash(key))
        recent = [] if stored is None else _recent(stored.body["times"], now)
        if len(recent) >= MOST_WRONG:
            raise Problem("access.locked")
        body = {"name_hash": _hash(key), "times": [*recent, now.timestamp()]}
        if stored is None:
            _forget_old(store, now)
            attempts.add(body)
        else:
            attempts.replace(stored.id, body, version=stored.version)
    return len(recent) + 1 == MOST_WRONG


def give_back(store: Store, key: str) -> None:
    """Forget the wrong attempts of a name, after a right one."""
    with store.transaction():
        stored = store.collection(ATTEMPTS).first(name_hash=_hash(key))
        if stored is not None:
            store.collection(ATTEMPTS).delete(stored.id)


def _recent(times: list[float], now: dt.datetime) -> list[float]:
    return [moment for moment in times if abs(now.timestamp() - moment) < WINDOW.total_seconds()]


def _forget_old(store: Store, now: dt.datetime) -> None:
    attempts = store.collection(ATTEMPTS)
    for stored in list(attempts.iterate()):
        if not _recent(stored.body["times"], now):
            attempts.delete(stored.id)


def _hash(key: str) -> str:
    """Return what is kept of a name: some people type their password into the wrong field."""
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
