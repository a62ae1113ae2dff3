"""Links for people of the team: an invitation, and a new password. 128 random bits, good once, until an hour or a day.

The store holds only the hash. A link that was used, revoked, altered or never made is the same missing page.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from survey_service import digests, mail
from survey_service.accounts import accounts, audit
from survey_service.accounts.accounts import Account
from survey_service.problems import Problem
from survey_service.store.base import CollectionSpec, Store, Stored

TICKETS = CollectionSpec("account_links", indexes=("purpose", "account"), unique=("token_hash",))
INVITED, PASSWORD = "invited", "password"
LIFE = {INVITED: dt.timedelta(days=7), PASSWORD: dt.timedelta(hours=1)}
BY_HAND = dt.timedelta(hours=24)
"""How long a link for a new password is good that an admin passes on."""
_MOST_OPEN = 50


@dataclass(frozen=True)
class Invitation:
    """An open invitation: the roles it brings, where it was sent or "", by whom, and the POSIX time of its end."""

    id: int
    roles: tuple[str, ...]
    email: str
    by: str
    until: float


def invite(store: Store, roles: Iterable[str], email: str, *, by: str, now: dt.datetime) -> str:
    """Make an invitation and return its token, which is kept nowhere.

    Raises Problems user.role, mail.address, mail.letters and user.invitations if too many are open.
    """
    chosen = accounts.chosen_roles(roles)
    address = mail.checked(email) if email.strip() else ""
    with store.transaction():
        forget_old(store, now=now)
        if store.collection(TICKETS).count(purpose=INVITED) >= _MOST_OPEN:
            raise Problem("user.invitations", most=_MOST_OPEN)
        facts = {"roles": list(chosen), "email": address, "by": by, "account": 0, "credentials": 0}
        token = _issue(store, INVITED, facts, LIFE[INVITED], now)
        audit.append(store, by, "user.invited", "invitation", {"roles": " ".join(chosen)}, now=now)
    return token


def open_invitations(store: Store, *, now: dt.datetime) -> list[Invitation]:
    """Return the invitations that nobody has accepted yet, oldest first."""
    found = store.collection(TICKETS).find(purpose=INVITED)
    return [_invitation(stored) for stored in found if stored.body["until"] > now.timestamp()]


def revoke(store: Store, number: int, *, by: str, now: dt.datetime) -> None:
    """Make an invitation void. Raises Problem page.missing."""
    with store.transaction():
        stored = store.collection(TICKETS).get(number)
        if stored is None or stored.body["purpose"] != INVITED:
            raise Problem("page.missing")
        store.collection(TICKETS).delete(number)
        audit.append(store, by, "user.uninvited", "invitation", {"roles": " ".join(stored.body["roles"])}, now=now)


def look(store: Store, token: str, *, now: dt.datetime) -> Invitation:
    """Return an invitation without using it up. Raises Problem page.missing."""
    return _invitation(_stored(store, token, INVITED, now))


def accept(store: Store, token: str, name: str, password: str, email: str, *, now: dt.datetime) -> Account:
    """Use an invitation up: create the account with its roles, and the address it was sent to or one that was typed.

    Raises Problem page.missing and those of ``accounts.add``: then the invitation is still good.
    """
    found = look(store, token, now=now)
    body = accounts.prepared(name, found.roles, password, email=found.email or email)
    with store.transaction():
        store.collection(TICKETS).delete(_stored(store, token, INVITED, now).id)
        return accounts.insert(store, body, actor=f"invited by {found.by}", now=now)


def for_password(store: Store, account: Account, *, by: str, now: dt.datetime, life: dt.timedelta | None = None) -> str:
    """Make a link with which the holder of an account sets a new password, and return its token; earlier ones are void.

    ``by`` is the admin who passes it on, or "" if it was asked for.
    """
    with store.transaction():
        _void(store, account.id)
        facts = {"roles": [], "email": "", "by": by, "account": account.id, "credentials": account.credentials}
        token = _issue(store, PASSWORD, facts, life or LIFE[PASSWORD], now)
        audit.append(store, by or account.name, "user.link", account.name, {}, now=now)
    return token


def account_of(store: Store, token: str, *, now: dt.datetime) -> Account:
    """Return whose password a link changes, without using it up. Raises Problem page.missing."""
    return _account(store, _stored(store, token, PASSWORD, now))


def renew_password(store: Store, token: str, password: str, *, now: dt.datetime) -> Account:
    """Use a link up: the account gets the password and its sessions end; its second factor stays.

    Raises Problem page.missing and those of a password: then the link is still good.
    """
    encoded = accounts.hashed(password, account_of(store, token, now=now).name)
    with store.transaction():
        stored = _stored(store, token, PASSWORD, now)
        account = _account(store, stored)
        _void(store, account.id)
        return accounts.set_password(store, account, encoded, actor=stored.body["by"] or account.name, now=now)


def forget_old(store: Store, *, now: dt.datetime) -> None:
    """Erase the links whose time is over."""
    collection = store.collection(TICKETS)
    with store.transaction():
        for stored in list(collection.iterate()):
            if stored.body["until"] <= now.timestamp():
                collection.delete(stored.id)


def _issue(store: Store, purpose: str, facts: dict[str, object], life: dt.timedelta, now: dt.datetime) -> str:
    token = secrets.token_urlsafe(16)
    body = {"purpose": purpose, "token_hash": digests.of_token(token), "until": (now + life).timestamp(), **facts}
    store.collection(TICKETS).add(body)
    return token


def _stored(store: Store, token: str, purpose: str, now: dt.datetime) -> Stored:
    stored = store.collection(TICKETS).first(token_hash=digests.of_token(token))
    if stored is None or stored.body["purpose"] != purpose or stored.body["until"] <= now.timestamp():
        raise Problem("page.missing")
    return stored


def _account(store: Store, stored: Stored) -> Account:
    """Return the account of a link; one that changed since, or was disabled, has none any more."""
    account = accounts.by_id(store, stored.body["account"])
    if account is None or account.disabled or account.credentials != stored.body["credentials"]:
        raise Problem("page.missing")
    return account


def _void(store: Store, account: int) -> None:
    for stored in list(store.collection(TICKETS).find(purpose=PASSWORD, account=account)):
        store.collection(TICKETS).delete(stored.id)


def _invitation(stored: Stored) -> Invitation:
    body = stored.body
    return Invitation(stored.id, tuple(body["roles"]), body["email"], body["by"], body["until"])
