"""The register: one document for each offer, project or structure, behind each a response of the same submission key.

``answers`` is what the provider sent last, ``public`` what was published last (None: never, or taken off), and the
columns that lists and reports use describe the public state where there is one. ``listed`` says whether it stands in
the directory and counts in reports; ``moderation`` where the newest answers stand. So a change that waits for a
decision takes nothing out of the directory.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterator, Mapping
from typing import Any

from survey_service.offers import changes, contacts, events, organisations
from survey_service.problems import Problem
from survey_service.store.base import CollectionSpec, Document, Store, Stored

MODERATION = ("submitted", "published", "returned", "rejected", "withdrawn", "merged")


def _since_published(body: Document) -> Document:
    """Return an offer of the first schema, which knew one state of answers only, as one of the second."""
    public = body["answers"] if body["moderation"] == "published" else None
    return {**_NEW, "revision": "offers-1", "language": "de", "mode": "web", **body, **_state(public)}


OFFERS = CollectionSpec(
    "offers",
    indexes=("moderation", "response_key", "organisation_id", "listed", "merged_into"),
    unique=("offer",),
    tracked=True,
    migrations=(_since_published,),
)
_NEW: Mapping[str, Any] = {"reason": "", "merged_into": "", "reminded": 0, "organisation_id": ""}


def register(store: Store, response: Mapping[str, Any], today: dt.date, *, by: str = events.PROVIDER) -> Stored:
    """Add the offer that a response of the ``offers`` questionnaire describes, to be moderated; return it.

    ``response`` is the response document. The day of registration counts as the day the provider confirmed it.
    """
    answers = dict(response["answers"])
    body: Document = {
        **_NEW,
        "offer": "".join(secrets.choice(organisations.ALPHABET) for _ in range(10)),
        "response_key": response["key"],
        **_sent(store, response, today),
        **_state(None),
    }
    stored = store.collection(OFFERS).add({**body, **_columns(store, body)})
    kind = "imported" if by != events.PROVIDER else "registered"
    events.append(store, stored.body["offer"], kind, by, answers=answers)
    _note_contact(store, stored.body, returning=stored.body["offer"])
    return stored


def update(store: Store, response: Mapping[str, Any], today: dt.date, *, by: str = events.PROVIDER) -> None:
    """Take a provider's corrected answers over into the offer.

    What was published stays until the desk decides; a small change of a trusted organisation goes live at once. Whoever
    changes an offer also confirms it.
    """
    for stored in store.collection(OFFERS).find(response_key=response["key"]):
        body, answers = stored.body, dict(response["answers"])
        differences = changes.between(body["public"] or body["answers"], answers)
        sent = {**body, **_sent(store, response, today), "reminded": 0, "reason": ""}
        if answers.get("A02") == body["answers"].get("A02"):
            sent["organisation_id"] = body["organisation_id"]  # where the desk has put it
        live = _goes_live(store, sent, differences)
        after = {**sent, "moderation": "published", **_state(answers)} if live else sent
        store.collection(OFFERS).replace(stored.id, {**after, **_columns(store, after)}, version=stored.version)
        kind = "live" if live else "changed"
        names = [difference.question for difference in differences]
        before = body["public"] if live else None
        events.append(store, body["offer"], kind, by, changed=names, answers=answers, before=before)
        _note_contact(store, sent)


def _note_contact(store: Store, body: Mapping[str, Any], *, returning: str = "") -> None:
    """Note whom the answers name as contact: for the whole organisation with its first offer, else for this offer only.

    Anybody can write the name of any organisation, and must not get at its other offers by that.
    """
    organisation = body["organisation_id"]
    alone = store.collection(OFFERS).count(organisation_id=organisation) == 1
    reach = "" if alone else body["offer"]
    answers, language = body["answers"], body["language"]
    contacts.from_answers(store, organisation, answers, language, offer=reach, returning=returning)


def _sent(store: Store, response: Mapping[str, Any], today: dt.date) -> dict[str, Any]:
    """Return what new answers bring with them."""
    answers = dict(response["answers"])
    return {
        "answers": answers,
        "revision": response["revision"],
        "language": response["language"],
        "mode": response["mode"],
        "organisation_id": organisations.ensure(store, answers.get("A02", "")),
        "moderation": "submitted",
        "confirmed": today.isoformat(),
    }


def _goes_live(store: Store, body: Mapping[str, Any], differences: tuple[changes.Difference, ...]) -> bool:
    """Tell whether what a provider sent is published by itself; what is sent to a merged offer is not."""
    if body["public"] is None or body["merged_into"] or not changes.are_small(differences):
        return False
    return organisations.find(store, body["organisation_id"]).trusted


def _state(public: Mapping[str, Any] | None) -> dict[str, Any]:
    return {"public": dict(public) if public is not None else None, "listed": public is not None}


def _columns(store: Store, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of a document: of the public answers, or of those sent if nothing is public.

    The organisation has one name, however each offer writes it.
    """
    columns = describe(body["answers"] if body["public"] is None else body["public"])
    return {**columns, "organisation": organisations.name_of(store, body["organisation_id"]) or columns["organisation"]}


def withdraw(store: Store, response_key: str) -> None:
    """Take the offers of a withdrawn response out of the inventory; what was typed is erased, the entry stays and is
    called like its organisation.
    """
    offers = store.collection(OFFERS)
    for stored in offers.find(response_key=response_key):
        erased = {**stored.body, "answers": {}, "moderation": "withdrawn", "reason": "", **_state(None)}
        columns = _columns(store, erased)
        offers.replace(stored.id, {**erased, **columns, "name": columns["organisation"]}, version=stored.version)
        events.append(store, stored.body["offer"], "withdrawn", events.PROVIDER)
        events.erase_answers(store, stored.body["offer"])


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


def find(store: Store, offer: str) -> Stored:
    """Return the document of an offer. Raises Problem offer.missing."""
    stored = store.collection(OFFERS).first(offer=offer)
    if stored is None:
        raise Problem("offer.missing")
    return stored


def resolve(store: Store, offer: str) -> Stored:
    """Return the document of an offer, or of what it was merged into, however often. Raises Problem offer.missing."""
    stored = find(store, offer)
    while stored.body["merged_into"]:
        stored = find(store, stored.body["merged_into"])
    return stored


def all_offers(store: Store, moderation: str | None = None) -> Iterator[Stored]:
    """Yield the offers in the order of registration; ``moderation`` names one state or None for all."""
    offers = store.collection(OFFERS)
    yield from offers.iterate() if moderation is None else offers.find(moderation=moderation)


def change(store: Store, offer: str, **fields: Any) -> Stored:
    """Set fields of an offer's document and return it; the columns follow the answers. Raises Problem offer.missing.

    Call it in a transaction with whatever the fields were decided by.
    """
    with store.transaction():
        stored = find(store, offer)
        body = {**stored.body, **fields}
        body |= {**_columns(store, body), "listed": body["public"] is not None and not body["merged_into"]}
        return store.collection(OFFERS).replace(stored.id, body, version=stored.version)
