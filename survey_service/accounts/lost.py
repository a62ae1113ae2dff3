"""Lost passwords: who asks leaves one entry here, the same whether an account is known or not.

Whether a letter follows is looked up later, out of sight of whoever asked. So neither the page nor its time tells who
has an account. What was typed is kept as a keyed hash only: some people type their password into the wrong field.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from survey_service.accounts import accounts, lockout, sealing, tickets
from survey_service.accounts.accounts import Account
from survey_service.problems import Problem
from survey_service.store.base import CollectionSpec, Store, Stored

ASKED = CollectionSpec("account_links_asked")
BY_NETWORK = lockout.Rule(
    20, dt.timedelta(minutes=10), "access.locked_address", CollectionSpec("account_links_askers", unique=("name_hash",))
)
BY_ACCOUNT = lockout.Rule(
    3, dt.timedelta(hours=1), "access.locked", CollectionSpec("account_links_accounts", unique=("name_hash",))
)
"""Nobody's mailbox is flooded; whoever asks hears nothing of it."""
_MOST_WAITING = 1_000


@dataclass(frozen=True)
class Asking:
    """What was asked for: ``whom`` is the keyed hash of a user name or an address; the link leads to ``site``."""

    whom: str
    language: str
    site: str


def ask(store: Store, typed: str, language: str, site: str, *, network: str, key: str, now: dt.datetime) -> None:
    """Note that a link is asked for, for a user name or an address. Raises Problem access.locked_address."""
    asking = Asking(_mark(key, accounts.key_of(typed)), language, site)
    with store.transaction():
        lockout.take(store, network, now=now, rule=BY_NETWORK)
        if store.collection(ASKED).count() >= _MOST_WAITING:
            raise Problem("access.locked_address")
        store.collection(ASKED).add(asdict(asking))


def waiting(store: Store) -> Iterator[tuple[Stored, Asking]]:
    """Yield what waits for an answer, oldest first."""
    for stored in list(store.collection(ASKED).find()):
        yield stored, Asking(**stored.body)


def answer(store: Store, stored: Stored, asking: Asking, key: str, *, now: dt.datetime) -> list[tuple[Account, str]]:
    """Take an entry out and return the accounts that get a letter, each with its link's token; call it in a transaction
    with the sending. Nobody gets one whose account notes no address, is disabled, or has got too many.
    """
    if store.collection(ASKED).get(stored.id) is None:
        return []  # another process has answered it
    store.collection(ASKED).delete(stored.id)
    found = []
    for account in accounts.everyone(store):
        marks = {_mark(key, accounts.key_of(text)) for text in (account.name, account.email) if text}
        if asking.whom in marks and account.email and not account.disabled and _may(store, account, now):
            found.append((account, tickets.for_password(store, account, by="", now=now)))
    return found


def forget_old(store: Store, *, now: dt.datetime) -> None:
    """Forget who asked, once it no longer counts."""
    for rule in (BY_NETWORK, BY_ACCOUNT):
        lockout.forget_old(store, now=now, rule=rule)


def _may(store: Store, account: Account, now: dt.datetime) -> bool:
    try:
        lockout.take(store, str(account.id), now=now, rule=BY_ACCOUNT)
    except Problem:
        return False
    return True


def _mark(key: str, text: str) -> str:
    return sealing.mark(key, f"lost {text}")
