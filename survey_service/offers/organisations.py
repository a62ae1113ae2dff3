"""Organisations: what offers belong to. One is known by its name, however that is written; its offers tell the rest."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, replace
from typing import Any

from survey_service.offers.folding import fold_name
from survey_service.problems import Problem
from survey_service.store.base import CollectionSpec, Store, Stored

ORGANISATIONS = CollectionSpec("organisations", indexes=("folded",), unique=("organisation",))
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
"""The signs of ids: those that are not taken for each other when somebody reads one out."""


@dataclass(frozen=True)
class Organisation:
    """One organisation: a lasting id of ten signs, its name, whether small changes of its offers go live by themselves,
    and the id of the one it was merged into, or "".
    """

    organisation: str
    name: str
    trusted: bool = False
    merged_into: str = ""


def ensure(store: Store, name: str) -> str:
    """Return the id of the organisation of this name, however it is written; it is made if there is none.

    The id comes from the name, so that two who register the same one at once make one.
    """
    folded = fold_name(name)
    known = store.collection(ORGANISATIONS).first(folded=folded)
    if known is not None:
        return resolve(store, known.body["organisation"]).organisation
    made = Organisation(id_of(folded), " ".join(name.split()))
    if store.collection(ORGANISATIONS).first(organisation=made.organisation) is not None:
        return resolve(store, made.organisation).organisation  # it was renamed since
    store.collection(ORGANISATIONS).add(_body(made, folded))
    return made.organisation


def add(store: Store, organisation: Organisation) -> None:
    """Add an organisation with the id it has."""
    store.collection(ORGANISATIONS).add(_body(organisation, fold_name(organisation.name)))


def id_of(folded: str) -> str:
    """Return the id that an organisation gets of its first name."""
    number = int.from_bytes(hashlib.sha256(folded.encode("utf-8")).digest()[:8], "big")
    return "".join(ALPHABET[number // len(ALPHABET) ** place % len(ALPHABET)] for place in range(10))


def find(store: Store, organisation: str) -> Organisation:
    """Return an organisation. Raises Problem organisation.missing."""
    return _organisation(_stored(store, organisation))


def resolve(store: Store, organisation: str) -> Organisation:
    """Return an organisation, or the one it was merged into, however often. Raises Problem organisation.missing."""
    found = find(store, organisation)
    while found.merged_into:
        found = find(store, found.merged_into)
    return found


def name_of(store: Store, organisation: str) -> str:
    """Return the name of an organisation, "" if there is none."""
    stored = store.collection(ORGANISATIONS).first(organisation=organisation)
    return str(stored.body["name"]) if stored is not None else ""


def named(store: Store, name: str) -> Organisation | None:
    """Return the organisation of this name, however it is written; None if there is none."""
    stored = store.collection(ORGANISATIONS).first(folded=fold_name(name))
    return resolve(store, stored.body["organisation"]) if stored is not None else None


def every(store: Store) -> list[Organisation]:
    """Return all organisations in the order in which they were made, those merged into another too."""
    return [_organisation(stored) for stored in store.collection(ORGANISATIONS).find()]


def change(store: Store, organisation: str, **changes: Any) -> Organisation:
    """Change fields of an organisation and return it. Raises Problem organisation.missing."""
    with store.transaction():
        stored = _stored(store, organisation)
        changed = replace(_organisation(stored), **changes)
        body = _body(changed, fold_name(changed.name))
        store.collection(ORGANISATIONS).replace(stored.id, body, version=stored.version)
    return changed


def _stored(store: Store, organisation: str) -> Stored:
    stored = store.collection(ORGANISATIONS).first(organisation=organisation)
    if stored is None:
        raise Problem("organisation.missing")
    return stored


def _organisation(stored: Stored) -> Organisation:
    return Organisation(**{name: value for name, value in stored.body.items() if name != "folded"})


def _body(organisation: Organisation, folded: str) -> dict[str, Any]:
    return {**asdict(organisation), "folded": folded}
