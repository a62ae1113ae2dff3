"""The way in: lock-out → password → second factor → audit → a new session; and the way from a token to its account."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from survey_service.accounts import accounts, audit, factors, lockout, passkeys, recovery, sessions, totp
from survey_service.accounts.accounts import Account
from survey_service.accounts.passkeys import Site
from survey_service.accounts.sessions import Session
from survey_service.problems import Problem
from survey_service.store.base import Store

UNKNOWN = "unknown account"
PASSWORD = "password"  # noqa: S105 - a way, no password
AGAIN = dt.timedelta(minutes=15)
"""After so long somebody shows once more who they are before a grave step."""


@dataclass(frozen=True)
class Visitor:
    """Somebody who is signed in: the account and the session."""

    account: Account
    session: Session

    def is_fresh(self, now: dt.datetime, life: dt.timedelta = AGAIN) -> bool:
        """Tell whether they have shown a short while ago who they are."""
        return abs(now.timestamp() - self.session.confirmed) < life.total_seconds()


@dataclass(frozen=True)
class Caller:
    """The browser that asks: its family, a keyed mark of its network, and what its attempts are counted by if somebody
    has signed in with it before (see ``known``), each "" if that is not so.
    """

    browser: str = ""
    network: str = ""
    known: str = ""


_NOBODY = Caller()


def sign_in(
    store: Store, name: str, password: str, language: str, *, now: dt.datetime, caller: Caller = _NOBODY
) -> str:
    """Return the token of a new session; for an account with a second factor it is one that waits for that.

    Raises Problem access.wrong, alike for an unknown name, a wrong password and a disabled account, access.locked and
    access.locked_address.
    """
    key = accounts.key_of(name)
    counted, last = _take(store, key, caller, now)
    account = accounts.verify(store, name, password)
    if account is None:
        audit.append(store, UNKNOWN, "login.failed", _known(store, name), {"locked": last}, now=now)
        raise Problem("access.wrong")
    with store.transaction():
        lockout.give_back(store, counted)
        if caller.network and not caller.known:
            lockout.take_back(store, caller.network, lockout.ADDRESS)
        if factors.held(store, account.id):
            return sessions.begin(
                store, account.id, account.credentials, language, now=now, browser=caller.browser, complete=False
            )
        return _begin(store, account, language, caller, PASSWORD, now)


def awaiting(store: Store, token: str, *, now: dt.datetime) -> Visitor | None:
    """Return whose password was right a few minutes ago while the second factor is still to come, or None."""
    found = _holder(store, token, now)
    if found is None or found.session.complete:
        return None
    if now.timestamp() - found.session.started >= sessions.HALF_WAY.total_seconds():
        return None
    return found


def second_by_code(store: Store, token: str, code: str, key: str, *, now: dt.datetime, caller: Caller = _NOBODY) -> str:
    """Return the token of the session that a code of the app, or a recovery code, opens after the password.

    Raises Problems access.login if no password was given before, factor.wrong and access.locked_factor.
    """
    who = _waiting(store, token, now)
    way = _by_code(store, who.account, code, key, caller, now)
    return _complete(store, who, token, caller, way, now)


def second_by_passkey(
    store: Store, token: str, answer: str, site: Site, key: str, *, now: dt.datetime, caller: Caller = _NOBODY
) -> str:
    """Return the token of the session that a passkey opens after the password.

    Raises Problems access.login, factor.passkey and factor.stale.
    """
    who = _waiting(store, token, now)
    passkeys.shown(store, who.account.id, answer, site, key, now=now)
    return _complete(store, who, token, caller, factors.PASSKEY, now)


def by_passkey(
    store: Store, answer: str, language: str, site: Site, key: str, *, now: dt.datetime, caller: Caller = _NOBODY
) -> str:
    """Return the token of a session that a passkey opens alone: its device has asked who holds it.

    No lock of a name stands before it: there is nothing to guess. Raises Problems factor.passkey and factor.stale.
    """
    account = accounts.by_id(store, passkeys.shown(store, None, answer, site, key, now=now))
    if account is None or account.disabled:
        raise Problem("factor.passkey")
    with store.transaction():
        return _begin(store, account, language, caller, factors.PASSKEY, now)


def confirm(store: Store, account: Account, password: str, *, now: dt.datetime) -> None:
    """Pass if somebody who is signed in gives the account's own password once more, before a grave step.

    Raises Problem access.confirm, counted as a failed login, and access.locked.
    """
    _by_password(store, account, password, now)


def again(store: Store, who: Visitor, given: str, key: str, *, now: dt.datetime, caller: Caller = _NOBODY) -> None:
    """Let somebody show once more who they are: by a code, or by the password where that is all they have.

    Raises Problems factor.wrong, access.confirm, access.locked and access.locked_factor.
    """
    if factors.held(store, who.account.id):
        way = _by_code(store, who.account, given, key, caller, now)
    else:
        _by_password(store, who.account, given, now)
        way = PASSWORD
    _confirmed(store, who, way, now)


def again_by_passkey(store: Store, who: Visitor, answer: str, site: Site, key: str, *, now: dt.datetime) -> None:
    """Let somebody show a passkey once more. Raises Problems factor.passkey and factor.stale."""
    passkeys.shown(store, who.account.id, answer, site, key, now=now)
    _confirmed(store, who, factors.PASSKEY, now)


def visitor(store: Store, token: str, *, now: dt.datetime) -> Visitor | None:
    """Return who holds the token of a live session, or None.

    A session from before a change of password, roles or state counts for nothing, even if it outlived the change; one
    that still waits for the second factor opens nothing.
    """
    found = _holder(store, token, now)
    return found if found is not None and found.session.complete else None


def sign_out(store: Store, token: str, *, now: dt.datetime) -> None:
    """End the session of a token."""
    who = visitor(store, token, now=now)
    sessions.end(store, token)
    if who is not None:
        audit.append(store, who.account.name, "logout", who.account.name, {}, now=now)


def _holder(store: Store, token: str, now: dt.datetime) -> Visitor | None:
    session = sessions.find(store, token, now=now)
    account = None if session is None else accounts.by_id(store, session.account)
    if session is None or account is None or account.disabled or account.credentials != session.credentials:
        return None
    return Visitor(account, session)


def _waiting(store: Store, token: str, now: dt.datetime) -> Visitor:
    who = awaiting(store, token, now=now)
    if who is None:
        raise Problem("access.login")
    return who


def _take(store: Store, key: str, caller: Caller, now: dt.datetime) -> tuple[str, bool]:
    """Count an attempt and return by what, and whether it was the last one allowed."""
    if caller.known:
        counted = f"{key} {caller.known}"
        return counted, lockout.take(store, counted, now=now)
    if caller.network:
        lockout.check(store, caller.network, now=now, rule=lockout.ADDRESS)
    last = lockout.take(store, key, now=now)
    if caller.network:
        lockout.take(store, caller.network, now=now, rule=lockout.ADDRESS)
    return key, last


def _by_password(store: Store, account: Account, password: str, now: dt.datetime) -> None:
    """Verify the password of somebody who is signed in: strangers who try the name do not count here."""
    counted = f"{accounts.key_of(account.name)} signed in"
    last = lockout.take(store, counted, now=now)
    if accounts.verify(store, account.name, password) is None:
        audit.append(store, account.name, "login.failed", account.name, {"locked": last}, now=now)
        raise Problem("access.confirm")
    lockout.give_back(store, counted)


def _by_code(store: Store, account: Account, code: str, key: str, caller: Caller, now: dt.datetime) -> str:
    """Use a code up and return which kind it was."""
    counted = f"{account.id} {caller.known}"
    last = lockout.take(store, counted, now=now, rule=lockout.FACTOR)
    plain = totp.plain(code)
    is_app = len(plain) == totp.DIGITS and plain.isascii() and plain.isdigit()
    right = (
        totp.verify(store, account.id, plain, key, now=now) if is_app else recovery.use(store, account.id, code, key)
    )
    if not right:
        audit.append(store, account.name, "login.failed", account.name, {"locked": last}, now=now)
        raise Problem("factor.wrong")
    lockout.give_back(store, counted, lockout.FACTOR)
    return factors.APP if is_app else factors.RECOVERY


def _complete(store: Store, who: Visitor, token: str, caller: Caller, way: str, now: dt.datetime) -> str:
    with store.transaction():
        sessions.end(store, token)
        return _begin(store, who.account, who.session.language, caller, way, now)


def _begin(store: Store, account: Account, language: str, caller: Caller, way: str, now: dt.datetime) -> str:
    """Begin a session within the caller's transaction, and note the sign-in."""
    token = sessions.begin(store, account.id, account.credentials, language, now=now, browser=caller.browser)
    factors.count(store, account, without=way == PASSWORD, now=now)
    details = {} if way == PASSWORD else {"way": way}
    audit.append(store, account.name, "login.succeeded", account.name, details, now=now)
    return token


def _confirmed(store: Store, who: Visitor, way: str, now: dt.datetime) -> None:
    with store.transaction():
        sessions.confirm(store, who.session, now=now)
        audit.append(store, who.account.name, "login.confirmed", who.account.name, {"way": way}, now=now)


def _known(store: Store, name: str) -> str:
    """Return the account's shown name, or a fixed word: what was typed may be a password in the wrong field."""
    try:
        return accounts.find(store, name).name
    except Problem:
        return UNKNOWN
