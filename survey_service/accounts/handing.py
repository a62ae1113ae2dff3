"""Handing over: a manager names a successor, both work side by side, then the manager gives the role away.

The successor is given the role of a manager and no other; whoever hands over keeps their other roles, and an account
that has none left is disabled. There is a manager at every moment.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from survey_service.accounts import accounts, audit, factors
from survey_service.accounts.access import MANAGER
from survey_service.accounts.accounts import Account
from survey_service.problems import Problem
from survey_service.store.base import CollectionSpec, Store

HANDOVERS = CollectionSpec("handovers", unique=("outgoing",))


@dataclass(frozen=True)
class Handover:
    """One that was begun: the day, the successor, whether they got the role by it, and have signed in with it."""

    day: str
    successor: Account
    given: bool
    arrived: bool


def present(store: Store, outgoing: int) -> Handover | None:
    """Return what a manager has begun, None if nothing, or if the successor is no manager any more."""
    stored = store.collection(HANDOVERS).first(outgoing=outgoing)
    successor = None if stored is None else accounts.by_id(store, stored.body["successor"])
    if stored is None or successor is None or successor.disabled or MANAGER not in successor.roles:
        return None
    arrived = factors.standing(store, successor.id).credentials >= successor.credentials
    return Handover(stored.body["day"], successor, stored.body["given"], arrived)


def candidates(store: Store, outgoing: Account) -> list[Account]:
    """Return the accounts that can take over."""
    return [account for account in accounts.everyone(store) if account.id != outgoing.id and not account.disabled]


def begin(store: Store, outgoing: Account, successor: int, *, now: dt.datetime) -> Account:
    """Name a successor, who becomes a manager; the one named before stays what they are by now.

    Raises Problem handover.successor.
    """
    with store.transaction():
        found = next((account for account in candidates(store, outgoing) if account.id == successor), None)
        if found is None:
            raise Problem("handover.successor")
        given = MANAGER not in found.roles
        if given:
            found = accounts.change_roles(store, found.name, (*found.roles, MANAGER), actor=outgoing.name, now=now)
        forget(store, outgoing.id)
        body = {"outgoing": outgoing.id, "successor": found.id, "given": given, "day": now.date().isoformat()}
        store.collection(HANDOVERS).add(body)
        audit.append(store, outgoing.name, "handover.begun", outgoing.name, {"to": found.name}, now=now)
    return found


def take_back(store: Store, outgoing: Account, *, now: dt.datetime) -> None:
    """Undo what was begun: a role that was given by it is taken again. Raises Problem handover.successor."""
    with store.transaction():
        begun = present(store, outgoing.id)
        if begun is None:
            raise Problem("handover.successor")
        left = tuple(role for role in begun.successor.roles if role != MANAGER)
        if begun.given and left:
            accounts.change_roles(store, begun.successor.name, left, actor=outgoing.name, now=now)
        forget(store, outgoing.id)
        audit.append(store, outgoing.name, "handover.taken_back", outgoing.name, {"to": begun.successor.name}, now=now)


def finish(store: Store, outgoing: Account, *, now: dt.datetime) -> Account:
    """Give the role away, and return the account as it is now: with its other roles, or disabled.

    Raises Problem handover.successor if nobody was named, and handover.early if they have not signed in yet.
    """
    with store.transaction():
        begun = present(store, outgoing.id)
        if begun is None:
            raise Problem("handover.successor")
        if not begun.arrived:
            raise Problem("handover.early")
        left = tuple(role for role in outgoing.roles if role != MANAGER)
        forget(store, outgoing.id)
        audit.append(store, outgoing.name, "handover.finished", outgoing.name, {"to": begun.successor.name}, now=now)
        if left:
            return accounts.change_roles(store, outgoing.name, left, actor=outgoing.name, now=now)
        return accounts.disable(store, outgoing.name, actor=outgoing.name, now=now)


def forget(store: Store, outgoing: int) -> None:
    """Forget what was begun."""
    stored = store.collection(HANDOVERS).first(outgoing=outgoing)
    if stored is not None:
        store.collection(HANDOVERS).delete(stored.id)
