"""Second factors: what an account has beside its password, and whether it needs one by now."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from survey_service.accounts import audit, passkeys, recovery, sessions, totp
from survey_service.accounts.access import GUARDED
from survey_service.accounts.accounts import Account
from survey_service.accounts.passkeys import Passkey
from survey_service.problems import Problem
from survey_service.store.base import CollectionSpec, Store

STANDING = CollectionSpec("account_standing", unique=("account",))
APP, PASSKEY, RECOVERY = "app", "passkey", "recovery"


@dataclass(frozen=True)
class Held:
    """What an account has: an authenticator app, passkeys, and so many recovery codes."""

    app: bool
    passkeys: tuple[Passkey, ...]
    recovery: int

    def __bool__(self) -> bool:
        return self.app or bool(self.passkeys)


@dataclass(frozen=True)
class Standing:
    """When an account was last signed in to, as a day or "", how often without a second factor so far, and which
    ``credentials`` it had then.
    """

    day: str = ""
    without: int = 0
    credentials: int = 0


@dataclass(frozen=True)
class Policy:
    """Whether admins and managers need a second factor, and how many times they may sign in before they have one."""

    required: bool
    grace: int

    def left(self, account: Account, held: Held, standing: Standing) -> int | None:
        """Return how many more sign-ins an account has without one, None if it needs none; below 0 it is due."""
        if not self.required or held or account.exempt or GUARDED.isdisjoint(account.roles):
            return None
        return self.grace - standing.without


def held(store: Store, account: int) -> Held:
    """Return what an account has."""
    return Held(totp.has(store, account), tuple(passkeys.every(store, account)), recovery.left(store, account))


def standing(store: Store, account: int) -> Standing:
    """Return when and how an account was signed in to."""
    stored = store.collection(STANDING).first(account=account)
    if stored is None:
        return Standing()
    return Standing(stored.body["day"], stored.body["without"], stored.body["credentials"])


def count(store: Store, account: Account, *, without: bool, now: dt.datetime) -> None:
    """Note a sign-in, of which the day is kept; within the caller's transaction."""
    stored = store.collection(STANDING).first(account=account.id)
    before = 0 if stored is None else stored.body["without"]
    body = {"account": account.id, "day": now.date().isoformat(), "without": before + without}
    body["credentials"] = account.credentials
    if stored is None:
        store.collection(STANDING).add(body)
    else:
        store.collection(STANDING).replace(stored.id, body, version=stored.version)


def app_added(store: Store, account: Account, code: str, key: str, *, kept: int, now: dt.datetime) -> tuple[str, ...]:
    """Put the app that was shown in force, end the other sessions, and return recovery codes if there were none.

    Raises Problems factor.code and factor.stale.
    """
    totp.confirm(store, account.id, code, key, now=now)
    return _added(store, account, APP, key, kept, now)


def passkey_added(store: Store, account: Account, key: str, *, kept: int, now: dt.datetime) -> tuple[str, ...]:
    """Note that a passkey was added, end the other sessions, and return recovery codes if there were none."""
    return _added(store, account, PASSKEY, key, kept, now)


def renew_codes(store: Store, account: Account, key: str, *, now: dt.datetime) -> tuple[str, ...]:
    """Return new recovery codes; the old ones are void. Raises Problem factor.none without a second factor."""
    if not held(store, account.id):
        raise Problem("factor.none")
    with store.transaction():
        codes = recovery.renew(store, account.id, key)
        audit.append(store, account.name, "factor.codes", account.name, {}, now=now)
    return codes


def remove_app(store: Store, account: Account, *, now: dt.datetime) -> None:
    """Remove one's app; without any second factor left the recovery codes go, too."""
    with store.transaction():
        if totp.remove(store, account.id):
            _removed(store, account, APP, now)


def remove_passkey(store: Store, account: Account, number: int, *, now: dt.datetime) -> None:
    """Remove one of one's passkeys. Raises Problem page.missing."""
    with store.transaction():
        passkeys.remove(store, account.id, number)
        _removed(store, account, PASSKEY, now)


def remove_all(store: Store, account: Account, *, actor: str, now: dt.datetime) -> None:
    """Take away all that an account has, for somebody who has lost it, and end its sessions: the password is left."""
    with store.transaction():
        totp.remove(store, account.id)
        passkeys.remove_all(store, account.id)
        recovery.remove(store, account.id)
        sessions.end_all(store, account.id)
        audit.append(store, actor, "factor.reset", account.name, {}, now=now)


def _added(store: Store, account: Account, kind: str, key: str, kept: int, now: dt.datetime) -> tuple[str, ...]:
    with store.transaction():
        sessions.end_others(store, account.id, kept)
        audit.append(store, account.name, "factor.added", account.name, {"kind": kind}, now=now)
        if recovery.left(store, account.id):
            return ()
        return recovery.renew(store, account.id, key)


def _removed(store: Store, account: Account, kind: str, now: dt.datetime) -> None:
    audit.append(store, account.name, "factor.removed", account.name, {"kind": kind}, now=now)
    if not held(store, account.id):
        recovery.remove(store, account.id)
