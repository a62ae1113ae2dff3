"""Whom to write to about offers: the people of an organisation, each with an e-mail address and what it is for.

A contact is for all offers of its organisation or for one of them, and may change just those. None of it is published.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from survey_service import clock, languages, mail
from survey_service.problems import Problem
from survey_service.store.base import CollectionSpec, Store, Stored

CONTACTS = CollectionSpec("offer_contacts", indexes=("organisation", "address"), unique=("contact",))
SOURCES = ("A22_by", "A20_email", "A02_email")
"""The questions whose answer is whom to write to; the first that has one counts."""
KEPT = dt.timedelta(days=92)
"""How long the address of somebody who has left is kept, in case that was a mistake."""


@dataclass(frozen=True)
class Contact:
    """One contact: a lasting id, the ``organisation`` and the ``offer`` it is for ("" for all of them), the e-mail
    address as it was written, and the language to write in. ``left`` means that the person is no longer there;
    ``bounced`` is the day (ISO) on which mail came back, or "". ``instead_of`` is the contact who leaves as soon as
    this one has come, or "".
    """

    contact: str
    organisation: str
    offer: str
    email: str
    language: str
    added: str
    left: bool = False
    bounced: str = ""
    instead_of: str = ""

    def is_for(self, body: Mapping[str, Any]) -> bool:
        """Tell whether this contact may change an offer (its document)."""
        return not self.left and self.offer in ("", body["offer"]) and self.organisation == body["organisation_id"]


def add(store: Store, organisation: str, email: str, language: str, *, offer: str = "") -> Contact:
    """Add a contact and return it: one that is there already and may as much, or one that had left and may just that.

    Raises Problem mail.address.
    """
    address = mail.checked(email)
    with store.transaction():
        known = _known(store, organisation, address)
        for contact in known:
            if not contact.left and contact.offer in ("", offer):
                return contact
        for contact in known:
            if contact.left and contact.offer == offer:
                return change(store, contact.contact, left=False)
        made = Contact(
            contact=secrets.token_hex(8),
            organisation=organisation,
            offer=offer,
            email=address,
            language=language if _is_spoken(language) else "de",
            added=clock.today().isoformat(),
        )
        store.collection(CONTACTS).add(_body(made))
        return made


def from_answers(
    store: Store, organisation: str, answers: Mapping[str, Any], language: str, *, offer: str = "", returning: str = ""
) -> Contact | None:
    """Add the contact that the answers of an offer name, for that offer or the whole organisation; None if they name
    none.

    Who has left comes back for the offer ``returning`` at most, or not at all: answers go on naming people after that.
    """
    for email in filter(None, map(answers.get, SOURCES)):
        try:
            if not _has_left(store, organisation, mail.checked(email), offer):
                return add(store, organisation, email, language, offer=offer)
            if returning:
                return add(store, organisation, email, language, offer=returning)
        except Problem:
            continue  # the questionnaire asks for less than mail needs
    return None


def _known(store: Store, organisation: str, address: str) -> list[Contact]:
    found = (_contact(stored) for stored in store.collection(CONTACTS).find(address=_address(address)))
    return [contact for contact in found if contact.organisation == organisation]


def _has_left(store: Store, organisation: str, address: str, offer: str) -> bool:
    """Tell whether an address was a contact of an offer or organisation and is none any more."""
    left = {contact.left for contact in _known(store, organisation, address) if contact.offer in ("", offer)}
    return left == {True}


def find(store: Store, contact: str) -> Contact:
    """Return a contact. Raises Problem contact.missing."""
    return _contact(_stored(store, contact))


def present(store: Store, contact: str) -> Contact | None:
    """Return a contact; None if there is none, or none any more."""
    stored = store.collection(CONTACTS).first(contact=contact) if contact else None
    found = _contact(stored) if stored is not None else None
    return found if found is not None and not found.left else None


def forget_left(store: Store, today: dt.date) -> int:
    """Erase the addresses of contacts who left about three months ago, and return their number.

    The day counts from when it is first seen here that somebody has left. Their ids stay, for histories name them.
    """
    collection, erased = store.collection(CONTACTS), 0
    for stored in list(collection.iterate()):
        left_on = stored.body.get("left_on", "")
        if not stored.body["left"]:
            continue
        if not left_on:
            collection.replace(stored.id, {**stored.body, "left_on": today.isoformat()}, version=stored.version)
        elif _is_due(stored.body, today):
            erased_body = {**stored.body, "email": "", "address": ""}
            collection.replace(stored.id, erased_body, version=stored.version)
            erased += 1
    return erased


def erase(store: Store, offer: str, organisation: str, *, last: bool, today: dt.date) -> int:
    """Erase the addresses of the contacts of an offer, and if it was the ``last`` of its organisation those of contacts
    for all of them; return how many.
    """
    collection, erased = store.collection(CONTACTS), 0
    for stored in collection.find(organisation=organisation):
        if stored.body["email"] and (stored.body["offer"] == offer or (last and not stored.body["offer"])):
            gone = {"left": True, "left_on": today.isoformat(), "email": "", "address": ""}
            collection.replace(stored.id, {**stored.body, **gone}, version=stored.version)
            erased += 1
    return erased


def due(store: Store, day: dt.date) -> int:
    """Return how many addresses of contacts who left are to be erased by a day."""
    return sum(_is_due(stored.body, day) for stored in store.collection(CONTACTS).iterate())


def _is_due(body: Mapping[str, Any], day: dt.date) -> bool:
    left_on = body.get("left_on", "")
    return bool(body["left"] and left_on and body["email"] and dt.date.fromisoformat(left_on) + KEPT < day)


def every(store: Store) -> Iterator[Contact]:
    """Yield all contacts, those who left too."""
    yield from map(_contact, store.collection(CONTACTS).iterate())


def of_organisation(store: Store, organisation: str) -> list[Contact]:
    """Return all contacts of an organisation, those who left too, as long as their addresses are known."""
    found = store.collection(CONTACTS).find(organisation=organisation)
    return [_contact(stored) for stored in found if stored.body["email"]]


def of_offer(store: Store, body: Mapping[str, Any]) -> list[Contact]:
    """Return who may change an offer (its document) and is to be written to about it."""
    return [contact for contact in of_organisation(store, body["organisation_id"]) if contact.is_for(body)]


def of_address(store: Store, email: str) -> list[Contact]:
    """Return the present contacts of an e-mail address, whatever case it is written in."""
    found = (_contact(stored) for stored in store.collection(CONTACTS).find(address=_address(email.strip())))
    return [contact for contact in found if not contact.left]


def change(store: Store, contact: str, **changes: Any) -> Contact:
    """Change fields of a contact and return it. Raises Problem contact.missing."""
    with store.transaction():
        stored = _stored(store, contact)
        changed = replace(_contact(stored), **changes)
        store.collection(CONTACTS).replace(stored.id, _body(changed), version=stored.version)
    return changed


def _is_spoken(language: str) -> bool:
    known = languages.registry().get(language)
    return known is not None and known.provider


def _stored(store: Store, contact: str) -> Stored:
    stored = store.collection(CONTACTS).first(contact=contact)
    if stored is None:
        raise Problem("contact.missing")
    return stored


def _address(email: str) -> str:
    return email.casefold()


def _contact(stored: Stored) -> Contact:
    return Contact(**{name: value for name, value in stored.body.items() if name not in ("address", "left_on")})


def _body(contact: Contact) -> dict[str, Any]:
    return {**asdict(contact), "address": _address(contact.email)}
