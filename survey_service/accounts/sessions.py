"""Sessions of the desk, see ``live``: ended at once by logout, password or role change.

flask-login would keep the account's id in a signed cookie, which stays good after logout wherever it was copied to; the
rules here (idle and absolute end, ended at once by logout, password or role change) need a record on the server anyway,
and with it a look-up by token is all that is left to do.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from survey_service.accounts import live
from survey_service.accounts.live import ABSOLUTE, IDLE
from survey_service.store.base import CollectionSpec, Store

__all__ = ["ABSOLUTE", "IDLE", "SESSIONS", "Session", "begin", "choose_language", "end", "end_all", "find"]

SESSIONS = CollectionSpec("sessions", indexes=("account",), unique=("token_hash",))


@dataclass(frozen=True)
class Session:
    """One session. ``credentials`` is the account's at login; ``language`` the tag chosen for the desk, or empty."""

    id: int
    account: int
    credentials: int
    language: str


def begin(store: Store, account: int, credentials: int, language: str, *, now: dt.datetime) -> str:
    """Begin a session and return its token."""
    return live.begin(store, SESSIONS, {"account": account, "credentials": credentials, "language": language}, now=now)


def find(store: Store, token: str, *, now: dt.datetime) -> Session | None:
    """Return the live session of a token, or None, and note that it was used."""
    stored = live.find(store, SESSIONS, token, now=now)
    if stored is None:
        return None
    return Session(stored.id, stored.body["account"], stored.body["credentials"], stored.body["language"])


def choose_language(store: Store, session: Session, language: str) -> None:
    """Keep the language of the desk for the rest of a session."""
    stored = store.collection(SESSIONS).get(session.id)
    if stored is not None:
        live.change(store, SESSIONS, stored, language=language)


def end(store: Store, token: str) -> None:
    """End the session of a token; it is no fault if there is none."""
    live.end(store, SESSIONS, token)


def end_all(store: Store, account: int) -> None:
    """End all sessions of an account."""
    live.end_all(store, SESSIONS, account=account)
