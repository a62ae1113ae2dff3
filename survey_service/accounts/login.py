"""The way in: lock-out → password → audit → a new session; and the way from a token back to its account."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from survey_service.accounts import accounts, audit, lockout, sessions
from survey_service.accounts.accounts import Account
from survey_service.accounts.sessions import Session
from survey_service.problems import Problem
from survey_service.store.base import Store

UNKNOWN = "unknown account"


@dataclass(frozen=True)
class Visitor:
    """Somebody who is signed in: the account and the session."""

    account: Account
    session: Session


def sign_in(store: Store, name: str, password: str, language: str, *, now: dt.datetime) -> str:
    """Return the token of a new session.

    Raises Problem access.wrong, alike for an unknown name, a wrong password and a disabled account, and access.locked.
    """
    key = accounts.key_of(name)
    last = lockout.take(store, key, now=now)
    account = accounts.verify(store, name, password)
    if account is None:
        audit.append(store, UNKNOWN, "login.failed", _known(store, name), {"locked": last}, now=now)
        raise Problem("access.wrong")
    with store.transaction():
        lockout.give_back(store, key)
        token = sessions.begin(store, account.id, account.credentials, language, now=now)
        audit.append(store, account.name, "login.succeeded", account.name, {}, now=now)
    return token


def confirm(store: Store, account: Account, password: str, *, now: dt.datetime) -> None:
    """Pass if somebody who is signed in gives the account's own password once more, before a grave step.

    Raises Problem access.confirm, counted as a failed login, and access.locked.
    """
    key = accounts.key_of(account.name)
    last = lockout.take(store, key, now=now)
    if accounts.verify(store, account.name, password) is None:
        audit.append(store, account.name, "login.failed", account.name, {"locked": last}, now=now)
        raise Problem("access.confirm")
    lockout.give_back(store, key)


def visitor(store: Store, token: str, *, now: dt.datetime) -> Visitor | None:
    """Return who holds the token of a live session, or None.

    A session from before a change of password, roles or state counts for nothing, even if it outlived the change.
    """
    session = sessions.find(store, token, now=now)
    account = None if session is None else accounts.by_id(store, session.account)
    if session is None or account is None or account.disabled or account.credentials != session.credentials:
        return None
    return Visitor(account, session)


def sign_out(store: Store, token: str, *, now: dt.datetime) -> None:
    """End the session of a token."""
    who = visitor(store, token, now=now)
    sessions.end(store, token)
    if who is not None:
        audit.append(store, who.account.name, "logout", who.account.name, {}, now=now)


def _known(store: Store, name: str) -> str:
    """Return the account's shown name, or a fixed word: what was typed may be a password in the wrong field."""
    try:
        return accounts.find(store, name).name
    except Problem:
        return UNKNOWN
