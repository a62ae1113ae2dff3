"""Who looks after offers, and what changes that: a colleague is added, somebody leaves, hands over, is taken out."""

from __future__ import annotations

from survey_service.offers import contacts, links, register, visits
from survey_service.offers.contacts import Contact
from survey_service.problems import Problem
from survey_service.store.base import Store, Stored


def offers_of(store: Store, contact: Contact) -> list[Stored]:
    """Return the offers that a contact may change, in the order of their registration."""
    found = store.collection(register.OFFERS).find(organisation_id=contact.organisation)
    return [stored for stored in found if contact.is_for(stored.body)]


def offer_of(store: Store, contact: Contact, offer: str) -> Stored:
    """Return an offer that a contact may change; raises Problem page.missing for any other and for none alike."""
    stored = store.collection(register.OFFERS).first(offer=offer)
    if stored is None or not contact.is_for(stored.body):
        raise Problem("page.missing")
    return stored


def beside(store: Store, contact: Contact) -> list[Contact]:
    """Return the present contacts whom a contact sees, with itself: all of the organisation, or those of its offer."""
    found = contacts.of_organisation(store, contact.organisation)
    return [entry for entry in found if not entry.left and contact.offer in ("", entry.offer)]


def colleague(store: Store, contact: Contact, other: str) -> Contact:
    """Return one of the contacts whom a contact sees; raises Problem page.missing for any other and for none alike."""
    for entry in beside(store, contact):
        if entry.contact == other:
            return entry
    raise Problem("page.missing")


def is_last(store: Store, contact: Contact) -> bool:
    """Tell whether there is an offer that nobody else could change."""
    others = [entry for entry in contacts.of_organisation(store, contact.organisation) if entry != contact]
    bodies = [stored.body for stored in offers_of(store, contact)]
    if not bodies:
        return not any(not entry.left for entry in others)
    return any(not any(entry.is_for(body) for entry in others) for body in bodies)


def add(store: Store, by: Contact, email: str, language: str, *, offer: str = "") -> Contact:
    """Add a colleague for all offers of the organisation or one of them, never for more than ``by`` may change.

    Raises Problems mail.address, and page.missing for an offer that is not theirs.
    """
    reach = offer or by.offer
    if reach:
        offer_of(store, by, reach)
    return contacts.add(store, by.organisation, email, language, offer=reach)


def hand_over(store: Store, leaving: Contact, email: str, language: str) -> Contact:
    """Name who takes over from a contact, with the same reach. The contact leaves when the other one comes.

    Raises Problems mail.address, and contact.same for the contact's own address.
    """
    with store.transaction():
        successor = contacts.add(store, leaving.organisation, email, language, offer=leaving.offer)
        if successor.contact == leaving.contact:
            raise Problem("contact.same")
        stay(store, leaving)
        return contacts.change(store, successor.contact, instead_of=leaving.contact)


def successor_of(store: Store, leaving: Contact) -> Contact | None:
    """Return who is to take over from a contact, if anybody."""
    found = contacts.of_organisation(store, leaving.organisation)
    return next((entry for entry in found if entry.instead_of == leaving.contact and not entry.left), None)


def stay(store: Store, leaving: Contact) -> None:
    """Call a hand-over off; whoever was to take over stays a contact."""
    with store.transaction():
        successor = successor_of(store, leaving)
        if successor is not None:
            contacts.change(store, successor.contact, instead_of="")


def leave(store: Store, contact: str) -> None:
    """Let a contact be one no longer: its links are void and its sessions ended, on all devices."""
    with store.transaction():
        contacts.change(store, contact, left=True, instead_of="")
        links.revoke(store, contact)
        visits.end_all(store, contact)
