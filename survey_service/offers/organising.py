"""What the desk does with organisations: trust, names, spellings that are one, whose offer is whose, and the people.

Each step is an entry in the history of the organisation, with what is needed to take it back. Contacts are named there
by their ids, so that an address stands in one place only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from survey_service import clock
from survey_service.offers import contacts, events, organisations, people, register
from survey_service.offers.contacts import Contact
from survey_service.offers.folding import fold_name
from survey_service.offers.organisations import ORGANISATIONS, Organisation
from survey_service.problems import Problem
from survey_service.store.base import CollectionSpec, Store, Stored

HISTORY = CollectionSpec("organisation_events", indexes=("organisation",))
KINDS = (
    *("trusted", "not_trusted", "renamed", "merged", "absorbed", "separated", "offer_came", "offer_went"),
    *("contact_added", "contact_left", "contact_back", "link_sent"),
)
LONGEST_NAME = 200


@dataclass(frozen=True)
class Step:
    """One entry: ``moment`` (ISO 8601, UTC), ``kind`` of KINDS, ``by``, and what it is about: the ``other``
    organisation, the ``offer``, the ``contact``, the ``name`` before; ``moved`` are the ids of what went over with a
    merge.
    """

    moment: str
    kind: str
    by: str
    other: str = ""
    offer: str = ""
    contact: str = ""
    name: str = ""
    moved: Mapping[str, list[str]] | None = None


def history(store: Store, organisation: str) -> list[Step]:
    """Return the history of an organisation, oldest first."""
    found = store.collection(HISTORY).find(organisation=organisation)
    return [Step(**{name: value for name, value in stored.body.items() if name != "organisation"}) for stored in found]


def offers_of(store: Store, organisation: str) -> list[Stored]:
    """Return the offers of an organisation, in the order of registration."""
    return store.collection(register.OFFERS).find(organisation_id=organisation)


def trust(store: Store, organisation: str, trusted: bool, by: str) -> None:
    """Say whether small changes of an organisation go live by themselves. Raises Problem organisation.missing."""
    with store.transaction():
        if _present(store, organisation).trusted != trusted:
            organisations.change(store, organisation, trusted=trusted)
            note(store, organisation, "trusted" if trusted else "not_trusted", by)


def rename(store: Store, organisation: str, name: str, by: str) -> None:
    """Give an organisation another name; whoever writes an earlier one still finds it.

    Raises Problems organisation.missing, organisation.merged, organisation.name, and organisation.taken.
    """
    tidy = " ".join(name.split())
    if not fold_name(tidy) or len(tidy) > LONGEST_NAME:
        raise Problem("organisation.name", longest=LONGEST_NAME)
    with store.transaction():
        before = _present(store, organisation)
        if tidy == before.name:
            return
        other = organisations.named(store, tidy)
        if other is not None and other.organisation != organisation:
            raise Problem("organisation.taken", name=other.name)
        organisations.change(store, organisation, name=tidy)
        _keep_spelling(store, before)
        note(store, organisation, "renamed", by, name=before.name)
        _follow(store, organisation)


def merge(store: Store, keep: str, gone: str, by: str) -> None:
    """Make two spellings one organisation: offers and contacts of the one go over to the other.

    Raises Problems organisation.missing, organisation.itself and organisation.merged.
    """
    if keep == gone:
        raise Problem("organisation.itself")
    with store.transaction():
        _present(store, keep)
        _present(store, gone)
        offers = [stored.body["offer"] for stored in offers_of(store, gone)]
        persons = [contact.contact for contact in contacts.of_organisation(store, gone)]
        organisations.change(store, gone, merged_into=keep)
        _move(store, offers, persons, keep, by)
        note(store, gone, "merged", by, other=keep, moved={"offers": offers, "contacts": persons})
        note(store, keep, "absorbed", by, other=gone)


def separate(store: Store, gone: str, by: str) -> None:
    """Undo that an organisation was merged into another: what came with it and is still there goes back.

    Raises Problems organisation.missing, organisation.not_merged, and organisation.merged if the other was itself
    merged on since.
    """
    with store.transaction():
        keep = organisations.find(store, gone).merged_into
        if not keep:
            raise Problem("organisation.not_merged")
        _present(store, keep)
        found = (step for step in reversed(history(store, gone)) if step.kind == "merged")
        moved = next((step.moved for step in found if step.moved is not None), {"offers": [], "contacts": []})
        organisations.change(store, gone, merged_into="")
        there = {stored.body["offer"] for stored in offers_of(store, keep)}
        known = {contact.contact for contact in contacts.of_organisation(store, keep)}
        back = [offer for offer in moved["offers"] if offer in there]
        persons = [contact for contact in moved["contacts"] if contact in known]
        _move(store, back, persons, gone, by)
        note(store, gone, "separated", by, other=keep)
        note(store, keep, "separated", by, other=gone)


def reassign(store: Store, offer: str, organisation: str, by: str) -> None:
    """Give an offer to another organisation, whose people may change it from now on.

    Raises Problems offer.missing, organisation.missing, organisation.merged and organisation.itself.
    """
    with store.transaction():
        before = register.find(store, offer).body["organisation_id"]
        _present(store, organisation)
        if before == organisation:
            raise Problem("organisation.itself")
        _move(store, [offer], [], organisation, by)
        note(store, before, "offer_went", by, other=organisation, offer=offer)
        note(store, organisation, "offer_came", by, other=before, offer=offer)


def add_contact(store: Store, organisation: str, email: str, language: str, by: str, *, offer: str = "") -> Contact:
    """Add somebody who may change the offers of an organisation, or one of them.

    Raises Problems organisation.missing, organisation.merged and mail.address.
    """
    with store.transaction():
        _present(store, organisation)
        added = contacts.add(store, organisation, email, language, offer=offer)
        note(store, organisation, "contact_added", by, contact=added.contact, offer=offer)
        return added


def contact_left(store: Store, contact: str, by: str) -> Contact:
    """Note that somebody is no longer there: their links and sessions end. Raises Problem contact.missing."""
    with store.transaction():
        people.leave(store, contact)
        changed = contacts.find(store, contact)
        note(store, changed.organisation, "contact_left", by, contact=contact)
        return changed


def contact_back(store: Store, contact: str, by: str) -> Contact:
    """Note that somebody who had left, or whose mail came back, can be written to. Raises Problem contact.missing."""
    with store.transaction():
        changed = contacts.change(store, contact, left=False, bounced="")
        note(store, changed.organisation, "contact_back", by, contact=contact)
        return changed


def link_sent(store: Store, contact: Contact, by: str) -> None:
    """Note that a link was sent to a contact."""
    note(store, contact.organisation, "link_sent", by, contact=contact.contact)


def _present(store: Store, organisation: str) -> Organisation:
    found = organisations.find(store, organisation)
    if found.merged_into:
        raise Problem("organisation.merged")
    return found


def _move(store: Store, offers: list[str], persons: list[str], organisation: str, by: str) -> None:
    for offer in offers:
        before = register.find(store, offer).body["organisation_id"]
        register.change(store, offer, organisation_id=organisation)
        undo = {"organisation_id": before}
        events.append(store, offer, "reassigned", by, other=organisation, before=undo)
    for contact in persons:
        contacts.change(store, contact, organisation=organisation)


def _keep_spelling(store: Store, before: Organisation) -> None:
    """Let an earlier name lead to the organisation; its first one does so by its id."""
    collection, folded = store.collection(ORGANISATIONS), fold_name(before.name)
    spelling = organisations.id_of(folded)
    known = collection.first(folded=folded) is not None or collection.first(organisation=spelling) is not None
    if not known:
        organisations.add(store, Organisation(spelling, before.name, merged_into=before.organisation))


def _follow(store: Store, organisation: str) -> None:
    """Let the columns of an organisation's offers follow its name."""
    for stored in offers_of(store, organisation):
        register.change(store, stored.body["offer"])


def note(store: Store, organisation: str, kind: str, by: str, **about: Any) -> None:
    """Add a step to the history of an organisation. Raises ValueError for a kind that is none."""
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is no kind of step")
    moment = clock.now().replace(microsecond=0).isoformat()
    store.collection(HISTORY).add({"organisation": organisation, "moment": moment, "kind": kind, "by": by, **about})
