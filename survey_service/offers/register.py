"""From a provider's response to an entry of the inventory, and its moderation."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterator, Mapping
from typing import Any

from survey_service.problems import Problem
from survey_service.store.base import CollectionSpec, Store, Stored

OFFERS = CollectionSpec("offers", indexes=("moderation", "response_key"), unique=("offer",))
MODERATION = ("submitted", "published", "returned", "rejected", "withdrawn")
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


def register(store: Store, response: Mapping[str, Any], today: dt.date) -> Stored:
    """Add the offer that a response of the ``offers`` questionnaire describes, to be moderated; return it.

    ``response`` is the response document. The day of registration counts as the day the provider confirmed it.
    """
    body = describe(response["answers"])
    return store.collection(OFFERS).add(
        {
            **body,
            "offer": "".join(secrets.choice(_ALPHABET) for _ in range(10)),
            "response_key": response["key"],
            "moderation": "submitted",
            "confirmed": today.isoformat(),
            "answers": dict(response["answers"]),
        }
    )


def update(store: Store, response: Mapping[str, Any], today: dt.date) -> None:
    """Take a provider's corrected answers over into the offer, which is moderated again before it is published."""
    offers = store.collection(OFFERS)
    for stored in offers.find(response_key=response["key"]):
        changed = {
            **stored.body,
            **describe(response["answers"]),
            "answers": dict(response["answers"]),
            "moderation": "submitted",
            "confirmed": today.isoformat(),
        }
        offers.replace(stored.id, changed, version=stored.version)


def withdraw(store: Store, response_key: str) -> None:
    """Take the offers of a withdrawn response out of the inventory; what was typed is erased, the entry stays."""
    offers = store.collection(OFFERS)
    for stored in offers.find(response_key=response_key):
        changed = {**stored.body, "answers": {}, "moderation": "withdrawn"}
        offers.replace(stored.id, changed, version=stored.version)


def describe(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns that reports and lists use, from the answers A01 … A22 of the ``offers`` questionnaire."""
    whole_county = answers.get("A17_whole") == "yes"
    return {
        "kind": answers.get("A01", "offer"),
        "organisation": answers.get("A02", ""),
        "name": answers.get("A04_name") or answers.get("A02", ""),
        "status": answers.get("A06", "active"),
        "fields": answers.get("A05_fields", []),
        "types": answers.get("A05_types", []),
        "whole_county": whole_county,
        "municipalities": [] if whole_county else answers.get("A17", []),
        "languages": answers.get("A09", []),
        "interpreter": answers.get("A10", "none"),
        "access": answers.get("A16", []),
        "free": answers.get("A14_free") == "yes",
        "no_status": answers.get("A12") == "no",
        "online": "online" in answers.get("A16", []) or answers.get("A07_type") == "virtual",
        "ends": answers.get("A21"),
    }


def all_offers(store: Store, moderation: str | None = None) -> Iterator[Stored]:
    """Yield the offers in the order of registration; ``moderation`` names one state or None for all."""
    offers = store.collection(OFFERS)
    yield from offers.iterate() if moderation is None else offers.find(moderation=moderation)


def moderate(store: Store, offer: str, moderation: str) -> Stored:
    """Move an offer to another state of MODERATION and return it. Raises Problem offer.missing."""
    if moderation not in MODERATION:
        raise ValueError(f"{moderation!r} is no state of moderation")
    offers = store.collection(OFFERS)
    with store.transaction():
        stored = offers.first(offer=offer)
        if stored is None:
            raise Problem("offer.missing")
        return offers.replace(stored.id, {**stored.body, "moderation": moderation}, version=stored.version)
