"""Erasure on request by the team: somebody shows the four words, or a name or address that stands in an answer.

It reaches all that `responses.holder` and those on the floors above know of. The audit log notes reason and number, and
nothing of what was erased.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from survey_service.accounts import accounts, audit
from survey_service.consulting import invitations
from survey_service.network import members
from survey_service.offers import contacts, notices, register
from survey_service.offers.moderation import OVER
from survey_service.privacy.instance import Instance
from survey_service.problems import D_, Problem
from survey_service.reports import withdrawal
from survey_service.reports.report import REPORTS
from survey_service.responses import files, holder
from survey_service.responses.collection import RESPONSES
from survey_service.store.base import CollectionSpec, Store, Stored

REASONS: Mapping[str, str] = {
    "asked": D_("The person asks for it"),
    "under_age": D_("The person is younger than 16"),
    "others": D_("It says something about other people"),
    "unlawful": D_("It must not be stored for another reason"),
}
LEAST, MOST_SHOWN = 4, 20
"""The fewest characters that are searched for, and the most responses that are listed."""


@dataclass(frozen=True)
class Place:
    """Where else on the desk something about people can be found and erased: a title, the endpoint of the page ("" if
    it is an administrator's), and the collection that is looked through."""

    title: str
    endpoint: str
    spec: CollectionSpec


PLACES: tuple[Place, ...] = (
    Place(D_("Contacts of organisations"), "manage.all_organisations", contacts.CONTACTS),
    Place(D_("Offers"), "manage.offers", register.OFFERS),
    Place(D_("Hints about offers"), "manage.offer_notices", notices.NOTICES),
    Place(D_("Members of bodies"), "manage.network", members.MEMBERS),
    Place(D_("People invited to vote"), "manage.consultations", invitations.INVITATIONS),
    Place(D_("Accounts of the team"), "", accounts.ACCOUNTS),
)


@dataclass(frozen=True)
class Found:
    """What holds a text: responses (of more than are listed, the first), and how many documents elsewhere."""

    responses: tuple[Stored, ...]
    count: int
    elsewhere: tuple[tuple[Place, int], ...]


def by_words(store: Store, typed: str, who: str, *, now: dt.datetime) -> Stored:
    """Return the response of four words. Raises the Problems of `holder.look_up`, receipt.missing for a draft's."""
    found = holder.look_up(store, typed, f"desk {who}", now=now).response
    if found is None:
        raise Problem("receipt.missing")
    return found


def by_text(store: Store, typed: str) -> Found:
    """Return what holds a name, an e-mail address or a telephone number. Raises Problem erasure.short."""
    sought = " ".join(typed.split()).casefold()
    if len(sought) < LEAST:
        raise Problem("erasure.short", least=LEAST)
    holding = [stored for stored in store.collection(RESPONSES).iterate() if _holds(stored.body["answers"], sought)]
    elsewhere = ((place, _count(store, place, sought)) for place in PLACES)
    return Found(tuple(holding[:MOST_SHOWN]), len(holding), tuple(pair for pair in elsewhere if pair[1]))


def _count(store: Store, place: Place, sought: str) -> int:
    return sum(_holds(stored.body, sought) for stored in store.collection(place.spec).iterate())


def _holds(value: Any, sought: str) -> bool:
    return any(sought in " ".join(text.split()).casefold() for text in _texts(value))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


def erase(here: Instance, number: int, reason: str, *, by: str, now: dt.datetime) -> None:
    """Erase a response, and all that was made of it.

    Raises Problems erasure.reason, and receipt.missing if it is gone already.
    """
    if reason not in REASONS:
        raise Problem("erasure.reason")
    with here.store.transaction():
        stored = here.store.collection(RESPONSES).get(number)
        if stored is None:
            raise Problem("receipt.missing")
        audit.append(here.store, by, "response.erased", str(number), {"reason": reason}, now=now)
        holder.withdraw_one(here.store, stored)
        forget_contacts(here.store, stored.body["key"], now.date())
    follow(here, stored.body["key"])


def forget_contacts(store: Store, key: str, today: dt.date) -> None:
    """Erase the addresses of who looked after the offers of a withdrawn response, and after no others."""
    for stored in store.collection(register.OFFERS).find(response_key=key):
        organisation = stored.body["organisation_id"]
        others = store.collection(register.OFFERS).find(organisation_id=organisation)
        last = all(other.body["moderation"] in OVER for other in others)
        contacts.erase(store, stored.body["offer"], organisation, last=last, today=today)


def follow(here: Instance, key: str) -> None:
    """Erase the files of a withdrawn response and take it out of snapshots and reports."""
    files.clear(here.store, here.folder, key)
    withdrawal.reach(here.store, here.snapshots)


def to_make_anew(store: Store) -> int:
    """Return how many reports count answers that were withdrawn meanwhile."""
    return sum(bool(stored.body.get("withdrawn")) for stored in store.collection(REPORTS).iterate())
