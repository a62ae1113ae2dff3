"""Sessions of the desk, kept on the server: the browser holds a random token, the store only its hash.

flask-login would keep the account's id in a signed cookie, which stays good after logout wherever it was copied to; the
rules here (idle and absolute end, ended at once by logout, password or role change) need a record on the server anyway,
and with it a look-up by token is all that is left to do.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass

from survey_service.problems import Problem
from survey_service.store.base import CollectionSpec, Store, Stored

SESSIONS = CollectionSpec("sessions", indexes=("account",), unique=("token_hash",))
IDLE = dt.timedelta(minutes=30)
ABSOLUTE = dt.timedelta(hours=12)
_TOUCH_AFTER = dt.timedelta(minutes=1)
_TOKEN_BYTES = 16


@dataclass(frozen=True)
class Session:
    """One session. ``credentials`` is the account's at login; ``language`` the tag chosen for the desk, or empty."""

    id: int
    account: int
    credentials: int
    language: str


def begin(store: Store, account: int, credentials: int, language: str, *, now: dt.datetime) -> str:
    """Begin a session and return its token, 128 random bits, never given out before."""
    _forget_ended(store, now)
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    store.collection(SESSIONS).add(
        {
            "token_hash": _hash(token),
            "account": account,
            "credentials": credentials,
            "language": language,
            "started": now.timestamp(),
            "used": now.timestamp(),
        }
    )
    return token


def find(store: Store, token: str, *, now: dt.datetime) -> Session | None:
    """Return the live session of a token, or None, and note that it was used.

    The use is noted once a minute, not at every request, so a session may end up to a minute before 30 idle minutes.
    """
    sessions = store.collection(SESSIONS)
    stored = sessions.first(token_hash=_hash(token)) if token else None
    if stored is None or _ended(stored, now):
        return None
    if now.timestamp() - stored.body["used"] >= _TOUCH_AFTER.total_seconds():
        _change(store, stored, used=now.timestamp())
    body = stored.body
    return Session(stored.id, body["account"], body["credentials"], body["language"])


def choose_language(store: Store, session: Session, language: str) -> None:
    """Keep the language of the desk for the rest of a session."""
    stored = store.collection(SESSIONS).get(session.id)
    if stored is not None:
        _change(store, stored, language=language)


def end(store: Store, token: str) -> None:
    """End the session of a token; it is no fault if there is none."""
    stored = store.collection(SESSIONS).first(token_hash=_hash(token)) if token else None
    if stored is not None:
        _delete(store, stored)


def end_all(store: Store, account: int) -> None:
    """End all sessions of an account."""
    for stored in store.collection(SESSIONS).find(account=account):
        _delete(store, stored)


def _ended(stored: Stored, now: dt.datetime) -> bool:
    idle: float = now.timestamp() - stored.body["used"]
    age: float = now.timestamp() - stored.body["started"]
    return idle >= IDLE.total_seconds() or age >= ABSOLUTE.total_seconds()


def _forget_ended(store: Store, now: dt.datetime) -> None:
    for stored in list(store.collection(SESSIONS).iterate()):
        if _ended(stored, now):
            _delete(store, stored)


def _change(store: Store, stored: Stored, **changes: str | float) -> None:
    try:
        store.collection(SESSIONS).replace(stored.id, {**stored.body, **changes}, version=stored.version)
    except Problem as problem:
        if problem.code not in ("store.conflict", "store.missing"):
            raise  # two requests at once: one of them noted it, or the session has just been ended


def _delete(store: Store, stored: Stored) -> None:
    try:
        store.collection(SESSIONS).delete(stored.id)
    except Problem as problem:
        if problem.code != "store.missing":
            raise


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
