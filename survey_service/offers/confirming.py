"""Confirming that offers are still right: by whom looks after them, or by the desk after a call."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from survey_service.offers import contacts, events, freshness, links, register
from survey_service.offers.contacts import Contact
from survey_service.offers.links import Link
from survey_service.offers.register import OFFERS
from survey_service.problems import Problem
from survey_service.settings import Settings
from survey_service.store.base import Document, Store

ASKED = (freshness.DUE, freshness.UNCONFIRMED)
"""States in which somebody is to look whether an offer is still right."""


def confirm(store: Store, offers: Iterable[str], today: dt.date, by: str) -> int:
    """Note that offers are right today and return how many. Raises Problem offer.missing, and then confirms none."""
    count = 0
    with store.transaction():
        for offer in dict.fromkeys(offers):
            register.change(store, offer, confirmed=today.isoformat(), reminded=0)
            events.append(store, offer, "confirmed", by)
            count += 1
    return count


def of_link(store: Store, link: Link, today: dt.date, settings: Settings) -> list[Document]:
    """Return the offers to show to whoever comes with a link: the one it names, else those that are to be looked at.

    If none of these is, all that have not ended are returned; nothing for a contact that has left or has no offer.
    """
    mine = allowed(store, link)
    if link.offer:
        return mine
    mine = [body for body in mine if freshness.state(body, today, settings) != freshness.ENDED]
    return [body for body in mine if freshness.state(body, today, settings) in ASKED] or mine


def allowed(store: Store, link: Link) -> list[Document]:
    """Return the listed offers that may be confirmed with a link."""
    contact = contacts.find(store, link.contact)
    mine = [body for body in listed(store, contact.organisation) if contact.is_for(body)]
    return [body for body in mine if link.offer in ("", body["offer"])]


def by_link(store: Store, token: str, chosen: Iterable[str], today: dt.date) -> tuple[Link, list[Document]]:
    """Use a link up, confirm those of the chosen offers that it is for, and return what it was for with them.

    Raises Problem page.missing, and then the link stays as it is, if it is not good or for none of them.
    """
    with store.transaction():
        link = links.use(store, token, links.CONFIRM)
        mine = {body["offer"]: body for body in allowed(store, link)}
        offers = [mine[offer] for offer in dict.fromkeys(chosen) if offer in mine]
        if not offers:
            raise Problem("page.missing")
        confirm(store, [body["offer"] for body in offers], today, events.PROVIDER)
        if contacts.find(store, link.contact).bounced:
            contacts.change(store, link.contact, bounced="")  # the letter has arrived
        return link, offers


def listed(store: Store, organisation: str = "") -> list[Document]:
    """Return the documents of the listed offers, of one organisation or of all, in the order of registration."""
    wanted = {"organisation_id": organisation} if organisation else {}
    return [stored.body for stored in store.collection(OFFERS).find(listed=True, **wanted)]


def is_reachable(contact: Contact) -> bool:
    """Tell whether mail reaches a contact, as far as is known."""
    return not contact.left and not contact.bounced


def by_organisation(store: Store) -> Mapping[str, Sequence[Contact]]:
    """Return all contacts by the id of their organisation."""
    found: dict[str, list[Contact]] = {}
    for contact in contacts.every(store):
        found.setdefault(contact.organisation, []).append(contact)
    return found


def unreachable(store: Store, today: dt.date, settings: Settings) -> list[tuple[Document, tuple[Contact, ...]]]:
    """Return the listed offers that are to be looked at and have nobody whom mail reaches, the longest unconfirmed
    first, each with the contacts whose mail came back: somebody has to call.
    """
    return _unreachable(store, listed(store), today, settings)


def _unreachable(
    store: Store, offers: Sequence[Document], today: dt.date, settings: Settings
) -> list[tuple[Document, tuple[Contact, ...]]]:
    known = by_organisation(store)
    found = []
    for body in offers:
        if not is_asked_about(body) or freshness.state(body, today, settings) not in ASKED:
            continue
        people = [contact for contact in known.get(body["organisation_id"], ()) if contact.is_for(body)]
        if not any(map(is_reachable, people)):
            found.append((body, tuple(people)))
    return sorted(found, key=lambda entry: (entry[0]["confirmed"] or "", entry[0]["offer"]))


def is_asked_about(body: Mapping[str, Any]) -> bool:
    """Tell whether anybody is asked about an offer: not about one that is given up."""
    return body["status"] not in freshness.SILENT


def standing(store: Store, today: dt.date, settings: Settings) -> tuple[int, int]:
    """Return how many listed offers are not confirmed, and about how many somebody has to call."""
    offers = listed(store)
    unconfirmed = sum(freshness.state(body, today, settings) == freshness.UNCONFIRMED for body in offers)
    return unconfirmed, len(_unreachable(store, offers, today, settings))
