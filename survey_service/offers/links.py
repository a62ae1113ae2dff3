"""Links that go out by mail: 128 random bits each, good for one purpose of one contact, once, until a day.

The store holds only the hash. A link that was used, revoked, altered or never made is the same missing page.
"""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass

from survey_service import clock, digests
from survey_service.problems import Problem
from survey_service.store.base import CollectionSpec, Store, Stored

LINKS = CollectionSpec("offer_links", indexes=("contact",), unique=("token_hash",))
EDIT, CONFIRM = "edit", "confirm"
DAYS = {EDIT: 14, CONFIRM: 60}
"""Purpose → how many days a link of it is good."""


@dataclass(frozen=True)
class Link:
    """What a link is for: a contact, a purpose, and the offer it confirms ("" for whatever the contact may)."""

    contact: str
    purpose: str
    offer: str


def issue(store: Store, contact: str, purpose: str, *, offer: str = "") -> str:
    """Make a link and return its token, which is kept nowhere. Earlier links stay good until their day."""
    token = secrets.token_urlsafe(16)
    until = clock.now() + dt.timedelta(days=DAYS[purpose])
    body = {"contact": contact, "purpose": purpose, "offer": offer, "until": until.timestamp()}
    store.collection(LINKS).add({**body, "token_hash": digests.of_token(token)})
    return token


def look(store: Store, token: str, purpose: str) -> Link:
    """Return what a link is for, without using it up: programs that scan mail look too. Raises Problem page.missing."""
    return _link(_stored(store, token, purpose))


def use(store: Store, token: str, purpose: str) -> Link:
    """Use a link up and return what it was for. Raises Problem page.missing."""
    with store.transaction():
        stored = _stored(store, token, purpose)
        store.collection(LINKS).delete(stored.id)
        return _link(stored)


def revoke(store: Store, contact: str) -> int:
    """Make all links of a contact void and return their number."""
    collection = store.collection(LINKS)
    with store.transaction():
        found = collection.find(contact=contact)
        for stored in found:
            collection.delete(stored.id)
    return len(found)


def forget_old(store: Store) -> None:
    """Erase the links whose day is over."""
    collection = store.collection(LINKS)
    for stored in list(collection.iterate()):
        if stored.body["until"] < clock.now().timestamp():
            with store.transaction():
                if collection.get(stored.id) is not None:
                    collection.delete(stored.id)


def _stored(store: Store, token: str, purpose: str) -> Stored:
    stored = store.collection(LINKS).first(token_hash=digests.of_token(token))
    if stored is None or stored.body["purpose"] != purpose or stored.body["until"] < clock.now().timestamp():
        raise Problem("page.missing")
    return stored


def _link(stored: Stored) -> Link:
    return Link(stored.body["contact"], stored.body["purpose"], stored.body["offer"])
