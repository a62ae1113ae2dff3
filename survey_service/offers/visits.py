"""Sessions of providers, see ``accounts.live``: begun by a link from a mail, for one contact, never for another.

They end by “finished”, by themselves, and for all devices of a contact who leaves.
"""

from __future__ import annotations

import datetime as dt

from survey_service.accounts import live
from survey_service.offers import contacts
from survey_service.offers.contacts import Contact
from survey_service.store.base import CollectionSpec, Store

VISITS = CollectionSpec("offer_visits", indexes=("contact",), unique=("token_hash",))


def begin(store: Store, contact: str, *, now: dt.datetime) -> str:
    """Begin a session of a contact and return its token."""
    return live.begin(store, VISITS, {"contact": contact}, now=now)


def find(store: Store, token: str, *, now: dt.datetime) -> Contact | None:
    """Return whose live session this is, as the contact is now; None if there is no session or the contact has left."""
    stored = live.find(store, VISITS, token, now=now)
    if stored is None:
        return None
    return contacts.present(store, stored.body["contact"])


def end(store: Store, token: str) -> None:
    """End the session of a token; it is no fault if there is none."""
    live.end(store, VISITS, token)


def end_all(store: Store, contact: str) -> None:
    """End all sessions of a contact."""
    live.end_all(store, VISITS, contact=contact)
