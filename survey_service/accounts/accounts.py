"""Accounts: a name, roles and a password. Names that look the same are the same."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from survey_service import mail
from survey_service.accounts import audit, passwords, sessions
from survey_service.accounts.access import ADMIN, ROLES
from survey_service.problems import Problem
from survey_service.store.base import CollectionSpec, Document, Store, Stored


def _with_email(body: Document) -> Document:
    return {"email": "", "exempt": False, **body}


ACCOUNTS = CollectionSpec("accounts", unique=("key",), migrations=(_with_email,))
LONGEST_NAME = 64
_PUNCTUATION = frozenset(" .-_@")
_INVISIBLE = frozenset("\u115f\u1160")  # letters to Unicode, nothing to the eye


@dataclass(frozen=True)
class Account:
    """One account. ``name`` is the name as shown; ``credentials`` grows with each change, the password included.

    ``email`` is where links for a new password go, or ""; ``exempt`` frees the demonstration's from a second factor.
    """

    id: int
    name: str
    roles: tuple[str, ...]
    disabled: bool
    credentials: int
    email: str = ""
    exempt: bool = False


def key_of(name: str) -> str:
    """Return what a name is compared by: NFKC, case folded, blanks at its ends dropped and those inside made one."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return " ".join(folded.split())


def add(
    store: Store,
    name: str,
    roles: Iterable[str],
    password: str,
    *,
    actor: str,
    now: dt.datetime,
    email: str = "",
    exempt: bool = False,
) -> Account:
    """Create an account. Raises Problems user.name, user.role, user.exists, mail.address and those of a password."""
    return insert(store, prepared(name, roles, password, email=email, exempt=exempt), actor=actor, now=now)


def prepared(name: str, roles: Iterable[str], password: str, *, email: str = "", exempt: bool = False) -> Document:
    """Return a new account for `insert`, which is quick: a password is hashed slowly, so before a transaction.

    Raises Problems as `add`, but user.exists.
    """
    shown, chosen = _shown(name), chosen_roles(roles)
    address = mail.checked(email) if email.strip() else ""
    body: Document = {"key": key_of(shown), "name": shown, "roles": list(chosen), "password": hashed(password, shown)}
    return {**body, "email": address, "exempt": exempt, "disabled": False, "credentials": 1}


def insert(store: Store, body: Document, *, actor: str, now: dt.datetime) -> Account:
    """Store a prepared account. Raises Problem user.exists."""
    with store.transaction():
        if store.collection(ACCOUNTS).first(key=body["key"]) is not None:
            raise Problem("user.exists", name=body["name"])
        stored = store.collection(ACCOUNTS).add(body)
        audit.append(store, actor, "user.added", body["name"], {"roles": " ".join(body["roles"])}, now=now)
    return _account(stored)


def hashed(password: str, name: str) -> str:
    """Return the hash of a password that an account of this name may have. Raises Problems of a password."""
    passwords.check(password, name)
    return passwords.hash_of(password)


def everyone(store: Store) -> list[Account]:
    """Return all accounts in the order of their creation."""
    return [_account(stored) for stored in store.collection(ACCOUNTS).iterate()]


def find(store: Store, name: str) -> Account:
    """Return the account of a name, however it is spelled. Raises Problem user.missing."""
    return _account(_stored(store, name))


def disable(store: Store, name: str, *, actor: str, now: dt.datetime) -> Account:
    """Disable an account and end its sessions. Its name stays taken. Raises Problem user.missing."""
    with store.transaction():
        account = _change(store, name, {"disabled": True})
        audit.append(store, actor, "user.disabled", account.name, {}, now=now)
    return account


def reset(
    store: Store, name: str, password: str, *, actor: str, now: dt.datetime, roles: Iterable[str] = ()
) -> Account:
    """Give an account a new password, enable it, end its sessions and, if ``roles`` are given, give it just these.

    Raises Problems user.missing, user.role and those of a password.
    """
    chosen = chosen_roles(roles) if (roles := tuple(roles)) else ()
    changes: dict[str, Any] = {"password": hashed(password, find(store, name).name), "disabled": False}
    if chosen:
        changes["roles"] = list(chosen)
    with store.transaction():
        account = _change(store, name, changes)
        audit.append(store, actor, "user.reset", account.name, {"roles": " ".join(account.roles)}, now=now)
    return account


def enable(store: Store, name: str, *, actor: str, now: dt.datetime) -> Account:
    """Enable an account again, with the password it had. Raises Problem user.missing."""
    with store.transaction():
        account = _change(store, name, {"disabled": False})
        audit.append(store, actor, "user.enabled", account.name, {}, now=now)
    return account


def change_roles(store: Store, name: str, roles: Iterable[str], *, actor: str, now: dt.datetime) -> Account:
    """Give an account just these roles and end its sessions. Raises Problems user.missing and user.role."""
    chosen = chosen_roles(roles)
    with store.transaction():
        account = _change(store, name, {"roles": list(chosen)})
        audit.append(store, actor, "user.roles", account.name, {"roles": " ".join(chosen)}, now=now)
    return account


def change_email(store: Store, name: str, email: str, *, actor: str, now: dt.datetime) -> Account:
    """Note where links for a new password go, "" for nowhere. Raises Problems user.missing and mail.address."""
    address = mail.checked(email) if email.strip() else ""
    with store.transaction():
        stored = _stored(store, name)
        changed = store.collection(ACCOUNTS).replace(
            stored.id, {**stored.body, "email": address}, version=stored.version
        )
        audit.append(store, actor, "user.email", changed.body["name"], {"noted": bool(address)}, now=now)
    return _account(changed)


def set_password(store: Store, account: Account, encoded: str, *, actor: str, now: dt.datetime) -> Account:
    """Give an account a password, given as its hash, and end its sessions; its second factor stays."""
    with store.transaction():
        changed = _change(store, account.name, {"password": encoded})
        audit.append(store, actor, "user.password", account.name, {}, now=now)
    return changed


def holders(store: Store, role: str) -> list[Account]:
    """Return the enabled accounts that hold a role."""
    return [account for account in everyone(store) if role in account.roles and not account.disabled]


def keep_admin(store: Store, account: Account, roles: Iterable[str] = ()) -> None:
    """Pass if an admin is left should the account keep just these roles.

    Raises Problem user.last. The operator's commands need no leave: they can make another one.
    """
    if ADMIN not in roles and [each.id for each in holders(store, ADMIN)] == [account.id]:
        raise Problem("user.last")


def change_password(store: Store, account: Account, old: str, new: str, *, now: dt.datetime) -> Account:
    """Change one's own password and end all sessions. Raises Problem user.wrong_password and those of a password."""
    if not verify(store, account.name, old):
        raise Problem("user.wrong_password")
    return set_password(store, account, hashed(new, account.name), actor=account.name, now=now)


def verify(store: Store, name: str, password: str) -> Account | None:
    """Return the account if the password is its own and it is enabled, else None.

    Unknown, disabled and known names take the same path: one look-up, one argon2 verification.
    """
    stored = store.collection(ACCOUNTS).first(key=key_of(name))
    encoded = passwords.DUMMY if stored is None else stored.body["password"]
    right = passwords.verify(encoded, password)
    if not right or stored is None or stored.body["disabled"]:
        return None
    if passwords.outdated(encoded):
        stored = _with_new_hash(store, stored, password)
    return _account(stored)


def by_id(store: Store, identifier: int) -> Account | None:
    """Return the account with this id, or None."""
    stored = store.collection(ACCOUNTS).get(identifier)
    return None if stored is None else _account(stored)


def _with_new_hash(store: Store, stored: Stored, password: str) -> Stored:
    body = {**stored.body, "password": passwords.hash_of(password)}
    try:
        return store.collection(ACCOUNTS).replace(stored.id, body, version=stored.version)
    except Problem as problem:
        if problem.code != "store.conflict":
            raise
        return stored  # somebody changed the account meanwhile; the next login tries again


def _change(store: Store, name: str, changes: Mapping[str, Any]) -> Account:
    """Change an account within the caller's transaction and end its sessions."""
    stored = _stored(store, name)
    body = {**stored.body, **changes, "credentials": stored.body["credentials"] + 1}
    changed = store.collection(ACCOUNTS).replace(stored.id, body, version=stored.version)
    sessions.end_all(store, stored.id)
    return _account(changed)


def _stored(store: Store, name: str) -> Stored:
    stored = store.collection(ACCOUNTS).first(key=key_of(name))
    if stored is None:
        raise Problem("user.missing", name=name)
    return stored


def _account(stored: Stored) -> Account:
    body = stored.body
    flags = (body["disabled"], body["credentials"], body["email"], body["exempt"])
    return Account(stored.id, body["name"], tuple(body["roles"]), *flags)


def chosen_roles(roles: Iterable[str]) -> tuple[str, ...]:
    """Return roles, each once. Raises Problem user.role for one that there isn't, and for none."""
    chosen = tuple(dict.fromkeys(roles))
    unknown = [role for role in chosen if role not in ROLES]
    if unknown or not chosen:
        raise Problem("user.role", role=", ".join(unknown), known=", ".join(ROLES))
    return chosen


def _shown(name: str) -> str:
    """Return the name as shown. Raises Problem user.name if it could be taken for another one.

    Letters of one script, digits and a few signs are allowed: a Cyrillic ``а`` among Latin letters is not.
    """
    shown = " ".join(unicodedata.normalize("NFKC", name).split())
    allowed = all((letter.isalnum() and letter not in _INVISIBLE) or letter in _PUNCTUATION for letter in shown)
    scripts = {unicodedata.name(letter, "?").split()[0] for letter in shown if letter.isalpha()}
    if not allowed or not 1 <= len(shown) <= LONGEST_NAME or len(scripts) > 1 or not any(map(str.isalnum, shown)):
        raise Problem("user.name", longest=LONGEST_NAME)
    return shown
