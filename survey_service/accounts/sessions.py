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
from survey_service.problems import Problem
from survey_service.store.base import CollectionSpec, Document, Store, Stored

__all__ = ["ABSOLUTE", "IDLE", "SESSIONS", "Session", "begin", "choose_language", "end", "end_all", "find"]


def _with_stage(body: Document) -> Document:
    return {"browser": "", "confirmed": body["started"], "complete": True, **body}


SESSIONS = CollectionSpec("sessions", indexes=("account",), unique=("token_hash",), migrations=(_with_stage,))
HALF_WAY = dt.timedelta(minutes=10)
"""How long somebody whose password was right has for the second factor."""


@dataclass(frozen=True)
class Session:
    """One session. ``credentials`` is the account's at login; ``language`` the tag chosen for the desk, or empty.

    ``started``, ``used`` and ``confirmed`` (when its holder last showed who they are) are POSIX times, ``browser`` is
    its family. It is not ``complete`` while the second factor is still to come, and then opens nothing.
    """

    id: int
    account: int
    credentials: int
    language: str
    started: float
    used: float
    confirmed: float
    browser: str
    complete: bool


def begin(
    store: Store,
    account: int,
    credentials: int,
    language: str,
    *,
    now: dt.datetime,
    browser: str = "",
    complete: bool = True,
) -> str:
    """Begin a session and return its token."""
    facts = {"account": account, "credentials": credentials, "language": language}
    facts |= {"browser": browser, "complete": complete, "confirmed": now.timestamp()}
    return live.begin(store, SESSIONS, facts, now=now)


def find(store: Store, token: str, *, now: dt.datetime) -> Session | None:
    """Return the live session of a token, or None, and note that it was used."""
    stored = live.find(store, SESSIONS, token, now=now)
    return None if stored is None else _session(stored)


def of(store: Store, account: int, *, now: dt.datetime) -> list[Session]:
    """Return the live sessions of an account, newest first."""
    live.forget_ended(store, SESSIONS, now=now)
    found = [_session(stored) for stored in store.collection(SESSIONS).find(account=account)]
    return sorted((session for session in found if session.complete), key=lambda session: -session.started)


def choose_language(store: Store, session: Session, language: str) -> None:
    """Keep the language of the desk for the rest of a session."""
    stored = store.collection(SESSIONS).get(session.id)
    if stored is not None:
        live.change(store, SESSIONS, stored, language=language)


def confirm(store: Store, session: Session, *, now: dt.datetime) -> None:
    """Note that the holder of a session has just shown who they are."""
    stored = store.collection(SESSIONS).get(session.id)
    if stored is not None:
        live.change(store, SESSIONS, stored, confirmed=now.timestamp())


def end(store: Store, token: str) -> None:
    """End the session of a token; it is no fault if there is none."""
    live.end(store, SESSIONS, token)


def end_one(store: Store, account: int, number: int) -> None:
    """End a session of an account. Raises Problem page.missing if it has no such one."""
    stored = store.collection(SESSIONS).get(number)
    if stored is None or stored.body["account"] != account:
        raise Problem("page.missing")
    store.collection(SESSIONS).delete(number)


def end_others(store: Store, account: int, kept: int) -> int:
    """End all sessions of an account but one, and return how many."""
    found = [stored.id for stored in store.collection(SESSIONS).find(account=account) if stored.id != kept]
    for number in found:
        store.collection(SESSIONS).delete(number)
    return len(found)


def end_all(store: Store, account: int) -> None:
    """End all sessions of an account."""
    live.end_all(store, SESSIONS, account=account)


def _session(stored: Stored) -> Session:
    body = stored.body
    return Session(
        stored.id,
        body["account"],
        body["credentials"],
        body["language"],
        started=body["started"],
        used=body["used"],
        confirmed=body["confirmed"],
        browser=body["browser"],
        complete=body["complete"],
    )
