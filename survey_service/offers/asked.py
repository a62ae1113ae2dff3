"""Links that somebody asked for and nobody has sent yet.

Asking costs the same work whether the address is known or not: one entry here. Whether a letter follows is looked up
later, out of sight of whoever asked. So neither the page nor its time tells who looks after offers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from survey_service import clock, mail
from survey_service.accounts import lockout
from survey_service.offers import contacts, links, register
from survey_service.offers.contacts import Contact
from survey_service.problems import Problem
from survey_service.store.base import CollectionSpec, Store, Stored

ASKED = CollectionSpec("offer_links_asked")
BY_NETWORK = lockout.Rule(
    60, dt.timedelta(minutes=10), "contact.locked", CollectionSpec("offer_links_askers", unique=("name_hash",))
)
"""An office shares one address, so this is soft. Colleagues named by one contact are counted by that contact."""
BY_ADDRESS = lockout.Rule(
    5, dt.timedelta(hours=1), "contact.locked", CollectionSpec("offer_links_addresses", unique=("name_hash",))
)
"""Nobody's mailbox is flooded; whoever asks hears nothing of it."""
ASKED_FOR, INVITED, HANDED_OVER = "edit_link", "invited", "handed_over"
"""The kinds of letters that carry such a link."""


@dataclass(frozen=True)
class Asking:
    """What was asked for: a letter of a ``kind`` in a ``language`` to an address ``to``, whose link leads to ``site``.

    ``contact`` is the one it is for, or "" for whichever contacts have the address; ``offer`` the one that somebody
    looked at, or ""; ``by`` the address of whoever named the contact, or "".
    """

    to: str
    language: str
    site: str
    kind: str = ASKED_FOR
    contact: str = ""
    offer: str = ""
    by: str = ""


def ask(store: Store, asking: Asking, asker: str) -> None:
    """Note that a link is asked for; ``asker`` is what is counted. Raises Problems mail.address and contact.locked."""
    mail.checked(asking.to)
    with store.transaction():
        lockout.take(store, asker, now=clock.now(), rule=BY_NETWORK)
        store.collection(ASKED).add(asdict(asking))


def waiting(store: Store) -> Iterator[tuple[Stored, Asking]]:
    """Yield what waits for an answer, oldest first."""
    for stored in store.collection(ASKED).find():
        yield stored, Asking(**stored.body)


def answer(store: Store, stored: Stored, asking: Asking) -> list[tuple[Contact, str]]:
    """Take an entry out and return to which contacts a letter goes, each with its new link's token; call it in a
    transaction with the sending. Nobody gets one if the address is no contact's, or has got too many.
    """
    if store.collection(ASKED).get(stored.id) is None:
        return []  # another process has answered it
    store.collection(ASKED).delete(stored.id)
    found = _contacts(store, asking)
    try:
        if found:
            lockout.take(store, asking.to.strip().casefold(), now=clock.now(), rule=BY_ADDRESS)
    except Problem as problem:
        if problem.code != BY_ADDRESS.problem:
            raise
        return []
    return [(contact, links.issue(store, contact.contact, links.EDIT)) for contact in found]


def forget_old(store: Store) -> None:
    """Forget who asked, once it no longer counts."""
    for rule in (BY_NETWORK, BY_ADDRESS):
        lockout.forget_old(store, now=clock.now(), rule=rule)


def _contacts(store: Store, asking: Asking) -> list[Contact]:
    """Return whom a letter goes to; who asked at an offer gets the link for that, if there is one."""
    found = contacts.of_address(store, asking.to)
    if asking.contact:
        return [contact for contact in found if contact.contact == asking.contact]
    if asking.offer:
        return _for_offer(store, found, asking.offer) or found
    return found


def _for_offer(store: Store, found: list[Contact], offer: str) -> list[Contact]:
    stored = store.collection(register.OFFERS).first(offer=offer)
    return [contact for contact in found if stored is not None and contact.is_for(stored.body)]
