"""Sessions kept on the server, of whomever: the browser holds a random token, the store only its hash.

What a session is of stands in its document beside that. It ends after 30 idle minutes, after 12 hours, and when it is
ended.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping
from typing import Any

from survey_service import digests
from survey_service.problems import Problem
from survey_service.store.base import CollectionSpec, Store, Stored

IDLE = dt.timedelta(minutes=30)
ABSOLUTE = dt.timedelta(hours=12)
_TOUCH_AFTER = dt.timedelta(minutes=1)
_TOKEN_BYTES = 16


def begin(store: Store, spec: CollectionSpec, facts: Mapping[str, Any], *, now: dt.datetime) -> str:
    """Begin a session with these facts and return its token, 128 random bits, never given out before."""
    forget_ended(store, spec, now=now)
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    times = {"started": now.timestamp(), "used": now.timestamp()}
    store.collection(spec).add({"token_hash": digests.of_token(token), **facts, **times})
    return token


def find(store: Store, spec: CollectionSpec, token: str, *, now: dt.datetime) -> Stored | None:
    """Return the live session of a token, or None, and note that it was used.

    The use is noted once a minute, not at every request, so a session may end up to a minute before 30 idle minutes.
    """
    stored = store.collection(spec).first(token_hash=digests.of_token(token)) if token else None
    if stored is None or _ended(stored, now):
        return None
    if now.timestamp() - stored.body["used"] >= _TOUCH_AFTER.total_seconds():
        change(store, spec, stored, used=now.timestamp())
    return stored


def end(store: Store, spec: CollectionSpec, token: str) -> None:
    """End the session of a token; it is no fault if there is none."""
    stored = store.collection(spec).first(token_hash=digests.of_token(token)) if token else None
    if stored is not None:
        _delete(store, spec, stored)


def end_all(store: Store, spec: CollectionSpec, **facts: Any) -> None:
    """End all sessions with these facts."""
    for stored in store.collection(spec).find(**facts):
        _delete(store, spec, stored)


def forget_ended(store: Store, spec: CollectionSpec, *, now: dt.datetime) -> None:
    """Erase what is left of sessions whose time is over."""
    for stored in list(store.collection(spec).iterate()):
        if _ended(stored, now):
            _delete(store, spec, stored)


def change(store: Store, spec: CollectionSpec, stored: Stored, **changes: str | float) -> None:
    """Change facts of a session; it is no fault if another request did so, or ended it, at the same time."""
    try:
        store.collection(spec).replace(stored.id, {**stored.body, **changes}, version=stored.version)
    except Problem as problem:
        if problem.code not in ("store.conflict", "store.missing"):
            raise


def _ended(stored: Stored, now: dt.datetime) -> bool:
    idle: float = now.timestamp() - stored.body["used"]
    age: float = now.timestamp() - stored.body["started"]
    return idle >= IDLE.total_seconds() or age >= ABSOLUTE.total_seconds()


def _delete(store: Store, spec: CollectionSpec, stored: Stored) -> None:
    try:
        store.collection(spec).delete(stored.id)
    except Problem as problem:
        if problem.code != "store.missing":
            raise
