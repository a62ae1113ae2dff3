"""Whom to write to about offers: the people of an organisation, each with an e-mail address and what it is for.

A contact is for all offers of its organisation or for one of them, and may change just those. None of it is published.
"""

from __future__ import annotations

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
    """Add a contact and return it; one that is there already, or was and left, is returned as present.

    Raises Problem mail.address.
    """
    address = mail.checked(email)
    with store.transaction():
        for stored in store.collection(CONTACTS).find(address=_address(address)):
            known = _contact(stored)
            if known.organisation == organisation and known.offer in ("", offer):
                return change(store, known.contact, left=False) if known.left else known
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
    store: Store, organisation: str, answers: Mapping[str, Any], language: str, *, offer: str = ""
) -> Contact | None:
    """Add the contact that the answers of an offer name, for that offer or the whole organisation; None if they name
    none.

    Whoever has left does not come back because an address still stands somewhere, or by writing it there.
    """
    gone = {_address(contact.email) for contact in of_organisation(store, organisation) if contact.left}
    for email in filter(None, map(answers.get, SOURCES)):
        if _address(email.strip()) in gone:
            continue
        try:
            return add(store, organisation, email, language, offer=offer)
        except Problem:
            continue  # the questionnaire asks for less than mail needs
    return None


def find(store: Store, contact: str) -> Contact:
    """Return a contact. Raises Problem contact.missing."""
    return _contact(_stored(store, contact))


def every(store: Store) -> Iterator[Contact]:
    """Yield all contacts, those who left too."""
    yield from map(_contact, store.collection(CONTACTS).iterate())


def of_organisation(store: Store, organisation: str) -> list[Contact]:
    """Return all contacts of an organisation, those who left too."""
    return [_contact(stored) for stored in store.collection(CONTACTS).find(organisation=organisation)]


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
    return Contact(**{name: value for name, value in stored.body.items() if name != "address"})


def _body(contact: Contact) -> dict[str, Any]:
    return {**asdict(contact), "address": _address(contact.email)}
