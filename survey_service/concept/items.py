"""Items of the draft: added, worded anew, moved, taken out. Every wording stays, numbered; nothing is overwritten."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from survey_service import clock
from survey_service.concept import progress, versions
from survey_service.concept.checks import checked_measure, checked_texts
from survey_service.concept.model import (
    KINDS,
    MEASURE,
    STATEMENT,
    Basis,
    Item,
    Measure,
    Wording,
    wording_of,
    wording_to_json,
)
from survey_service.concept.versions import ITEMS
from survey_service.problems import Problem
from survey_service.store.base import CollectionSpec, Store, Stored

KEYS = CollectionSpec("concept_keys", unique=("source",))
"""What gives items their names for good: an item that was taken out and accepted again goes on with its own."""
WORDINGS = CollectionSpec("concept_wordings", indexes=("item",), unique=("place_key",))
"""All statement versions. They are only added."""


def add(
    store: Store,
    number: int,
    *,
    kind: str,
    field: str,
    texts: Mapping[str, str],
    basis: Basis,
    by: str,
    measure: Measure | None = None,
    source: str = "",
) -> Item:
    """Add an item at the end of its field and kind.

    Raises Problems concept.kind, concept.text, concept.measure, concept.serves and those of `versions.changeable`.
    """
    with store.transaction():
        draft = versions.changeable(store, number).body
        if kind not in KINDS or field not in dict(draft["fields"]):
            raise Problem("concept.kind")
        given = checked_measure(measure) if kind == MEASURE and measure is not None else None
        if kind == MEASURE and given is None:
            raise Problem("concept.measure")
        _check_served(store, number, given)
        cleaned = checked_texts(texts)
        key = _key(store, source)
        before = store.collection(WORDINGS).count(item=key)
        made = Wording(before + 1, cleaned, basis, given, by, _moment())
        places = [stored.body["place"] for stored in store.collection(ITEMS).find(version=number)]
        item = Item(key, kind, field, max(places, default=0) + 1, source, made, progress.NOT_BEGUN)
        _keep(store, key, made)
        store.collection(ITEMS).add(versions.item_document(number, item))
    return item


def _check_served(store: Store, number: int, measure: Measure | None) -> None:
    """See that a measure answers statements of its own version. Raises Problem concept.serves."""
    for key in measure.serves if measure is not None else ():
        stored = store.collection(ITEMS).first(place_key=f"{number}/{key}")
        if stored is None or stored.body["kind"] != STATEMENT:
            raise Problem("concept.serves")


def _key(store: Store, source: str) -> str:
    keys = store.collection(KEYS)
    known = keys.first(source=source) if source else None
    return f"item-{(known or keys.add({'source': source or None})).id}"


def edit(
    store: Store,
    number: int,
    key: str,
    *,
    seen: int,
    texts: Mapping[str, str],
    by: str,
    basis: Basis | None = None,
    measure: Measure | None = None,
    why: str = "",
) -> Wording:
    """Give an item a new wording and return it; the present one if nothing differs. Without ``basis`` it stays.

    ``seen`` is the number of the wording the editor had before the eyes. Raises Problems concept.conflict if it is not
    the present one any more, concept.text, concept.measure, concept.serves and those of `versions.changeable`.
    """
    try:
        with store.transaction():
            versions.changeable(store, number)
            stored = find(store, number, key)
            now = wording_of(stored.body["wording"])
            if now.number != seen:
                raise Problem("concept.conflict", by=now.by, number=now.number)
            given = checked_measure(measure or now.measure) if (measure or now.measure) else None  # type: ignore[arg-type]
            if stored.body["kind"] == MEASURE and measure is not None:
                _check_served(store, number, given)
            made = dataclasses.replace(
                now,
                texts=checked_texts(texts),
                basis=basis or now.basis,
                measure=given if stored.body["kind"] == MEASURE else None,
            )
            if made == now:
                return now
            made = dataclasses.replace(made, number=now.number + 1, by=by, moment=_moment(), why=why.strip())
            _keep(store, key, made)
            body = {**stored.body, "wording": wording_to_json(made)}
            store.collection(ITEMS).replace(stored.id, body, version=stored.version)
    except Problem as problem:
        if problem.code in ("store.conflict", "store.duplicate"):  # another machine was quicker
            raise Problem("concept.conflict", by="–", number=seen) from problem
        raise
    return made


def rearrange(store: Store, number: int, key: str, *, up: bool) -> None:
    """Let an item change places with its neighbour of the same field and kind; at the end nothing happens."""
    with store.transaction():
        versions.changeable(store, number)
        stored = find(store, number, key)
        mates = [
            each
            for each in store.collection(ITEMS).find(version=number)
            if (each.body["field"], each.body["kind"]) == (stored.body["field"], stored.body["kind"])
        ]
        mates.sort(key=lambda each: (each.body["place"], each.body["key"]))
        at = [each.id for each in mates].index(stored.id) + (-1 if up else 1)
        if not 0 <= at < len(mates):
            return
        for each, place in ((stored, mates[at].body["place"]), (mates[at], stored.body["place"])):
            store.collection(ITEMS).replace(each.id, {**each.body, "place": place}, version=each.version)


def change_field(store: Store, number: int, key: str, field: str) -> None:
    """Move an item to another field of action. Raises Problem concept.kind for an unknown one."""
    with store.transaction():
        draft = versions.changeable(store, number).body
        if field not in dict(draft["fields"]):
            raise Problem("concept.kind")
        stored = find(store, number, key)
        if stored.body["field"] != field:
            store.collection(ITEMS).replace(stored.id, {**stored.body, "field": field}, version=stored.version)


def take_out(store: Store, number: int, key: str) -> None:
    """Take an item out of the draft; its wordings stay. Raises those of `find` and `versions.changeable`."""
    with store.transaction():
        versions.changeable(store, number)
        stored = find(store, number, key)
        store.collection(ITEMS).delete(stored.id, version=stored.version)


def find(store: Store, number: int, key: str) -> Stored:
    """Return the document of an item of the draft. Raises Problem concept.missing."""
    stored = store.collection(ITEMS).first(place_key=f"{number}/{key}")
    if stored is None:
        raise Problem("concept.missing")
    return stored


def wordings(store: Store, key: str) -> list[Wording]:
    """Return all statement versions of an item, newest first."""
    found = (wording_of(stored.body) for stored in store.collection(WORDINGS).find(item=key))
    return sorted(found, key=lambda each: -each.number)


def _keep(store: Store, key: str, wording: Wording) -> None:
    body = {"item": key, "place_key": f"{key}/{wording.number}", **wording_to_json(wording)}
    store.collection(WORDINGS).add(body)


def _moment() -> str:
    return clock.now().replace(microsecond=0).isoformat()
