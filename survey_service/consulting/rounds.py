"""Rounds: made as a draft, opened with the concept version, extended, closed by hand or after the last day."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping

from survey_service import clock
from survey_service import languages as registry
from survey_service.accounts import audit
from survey_service.concept import items as concept_items
from survey_service.concept import versions
from survey_service.concept.checks import is_day
from survey_service.concept.model import CONSULTING, Concept, Wording
from survey_service.concept.model import DRAFT as BEING_WRITTEN
from survey_service.consulting.model import CLOSED, DRAFT, OPEN, Put, Round, round_of, round_to_json
from survey_service.network import bodies
from survey_service.problems import Problem
from survey_service.store.base import CollectionSpec, Store, Stored

ROUNDS = CollectionSpec("consulting_rounds", indexes=("concept",))
MOST_TITLE = 200
GERMAN = "de"


def make(
    store: Store,
    *,
    concept: int,
    title: str,
    closes: str,
    bodies: Iterable[int],
    items: Iterable[str],
    languages: Iterable[str],
    by: str,
) -> Round:
    """Make a round as a draft: on these items (keys) of the concept version, each in its present wording.

    Raises Problems consulting.entries for what can't be, consulting.language if an item has no text in a language, and
    those of `versions.load`.
    """
    with store.transaction():
        made = _checked(store, Round(0, concept, title, "", closes, tuple(bodies), tuple(languages), DRAFT, ()), items)
        id = store.collection(ROUNDS).add(round_to_json(made)).id
        _note(store, by, id, "made")
    return load(store, id)


def change(
    store: Store,
    id: int,
    *,
    title: str,
    closes: str,
    bodies: Iterable[int],
    items: Iterable[str],
    languages: Iterable[str],
    by: str,
) -> Round:
    """Change a round that is a draft, and put its items in their present wording. Raises as `make` and `of_state`."""
    with store.transaction():
        stored, now = of_state(store, id, DRAFT)
        given = dataclasses.replace(now, title=title, closes=closes, bodies=tuple(bodies), languages=tuple(languages))
        _replace(store, stored, _checked(store, given, items))
        _note(store, by, id, "changed")
    return load(store, id)


def discard(store: Store, id: int, by: str) -> None:
    """Throw away a round that was never opened. Raises Problem consulting.state."""
    with store.transaction():
        stored, _ = of_state(store, id, DRAFT)
        store.collection(ROUNDS).delete(stored.id, version=stored.version)
        _note(store, by, id, "discarded")


def open_round(store: Store, id: int, by: str) -> Round:
    """Open a round from today: its concept version goes into consultation, if it is not there yet.

    Raises Problems consulting.changed if an item was worded anew or taken out since the round was made,
    consulting.entries if its last day is over, consulting.language, consulting.state, and those of `versions.consult`.
    """
    with store.transaction():
        stored, now = of_state(store, id, DRAFT)
        version = versions.load(store, now.concept)
        _refuse_changed(version, now)
        _checked(store, now, [put.item for put in now.items])
        if version.state == BEING_WRITTEN:
            versions.consult(store, now.concept, by)
        opened = dataclasses.replace(now, state=OPEN, opens=clock.today().isoformat())
        _replace(store, stored, opened)
        _note(store, by, id, "opened")
    return load(store, id)


def extend(store: Store, id: int, closes: str, by: str) -> Round:
    """Give a round a later last day; one that is closed, but not final, takes votes again while its concept version is
    in consultation and still says what was put. Raises Problems consulting.entries, .state and .changed.
    """
    with store.transaction():
        stored, now = of_state(store, id, OPEN, CLOSED)
        if not is_day(closes) or closes <= now.closes or closes < clock.today().isoformat():
            raise Problem("consulting.entries", names="closes")
        version = versions.load(store, now.concept)
        if now.final or version.state != CONSULTING:
            raise Problem("consulting.state")
        _refuse_changed(version, now)
        _replace(store, stored, dataclasses.replace(now, state=OPEN, closes=closes))
        _note(store, by, id, "extended")
    return load(store, id)


def close(store: Store, id: int, by: str) -> Round:
    """Close a round before its last day is over. Raises Problem consulting.state."""
    with store.transaction():
        stored, now = of_state(store, id, OPEN)
        _replace(store, stored, dataclasses.replace(now, state=CLOSED, closes=clock.today().isoformat()))
        _note(store, by, id, "closed")
    return load(store, id)


def mark_final(store: Store, id: int) -> Round:
    """Note today as the day on which the table of a closed round was made final. Raises Problem consulting.state."""
    with store.transaction():
        stored, now = of_state(store, id, CLOSED)
        made = dataclasses.replace(now, final=clock.today().isoformat())
        _replace(store, stored, made)
    return made


def load(store: Store, id: int, today: dt.date | None = None) -> Round:
    """Return a round as it is on a day (now): after its last day it is closed. Raises Problem consulting.missing."""
    stored = store.collection(ROUNDS).get(id)
    if stored is None:
        raise Problem("consulting.missing")
    return _on(stored, today or clock.today())


def all_rounds(store: Store, today: dt.date | None = None) -> list[Round]:
    """Return all rounds, newest first."""
    found = [_on(stored, today or clock.today()) for stored in store.collection(ROUNDS).iterate()]
    return sorted(found, key=lambda each: -each.id)


def of_concept(store: Store, number: int) -> list[Round]:
    """Return the rounds on a version of the concept, newest first."""
    return [each for each in all_rounds(store) if each.concept == number]


def refuse_running(store: Store, number: int) -> None:
    """Raise Problem consulting.running if a round on this version of the concept takes votes."""
    running = [each for each in of_concept(store, number) if each.state == OPEN]
    if running:
        raise Problem("consulting.running", round=running[0].title)


def of_state(store: Store, id: int, *states: str) -> tuple[Stored, Round]:
    """Return a round and its document for a change. Raises Problems consulting.missing and consulting.state."""
    stored = store.collection(ROUNDS).get(id)
    if stored is None:
        raise Problem("consulting.missing")
    now = _on(stored, clock.today())
    if now.state not in states:
        raise Problem("consulting.state")
    return stored, now


def wordings(store: Store, found: Round) -> dict[Put, Wording]:
    """Return the statement versions that a round puts to the vote, in order; they never change."""
    return {
        put: wording
        for put in found.items
        for wording in concept_items.wordings(store, put.item)
        if wording.number == put.wording
    }


def changed_items(version: Concept, items: Iterable[Put]) -> list[Put]:
    """Return what can't be put as it stands: the item has another wording by now, or was taken out."""
    present = {(item.key, item.wording.number) for item in version.items}
    return [put for put in items if (put.item, put.wording) not in present]


def _refuse_changed(version: Concept, found: Round) -> None:
    changed = changed_items(version, found.items)
    if changed:
        raise Problem("consulting.changed", items=", ".join(put.number for put in changed))


def missing_texts(version: Concept, items: Iterable[str], tags: Iterable[str]) -> dict[str, list[str]]:
    """Return for each language that can't be offered the numbers of the items (given by key) without a text in it."""
    chosen = [item for item in version.items if item.key in set(items)]
    gaps = {tag: [item.number for item in chosen if tag not in item.wording.texts] for tag in tags}
    return {tag: numbers for tag, numbers in gaps.items() if numbers}


def _checked(store: Store, given: Round, keys: Iterable[str]) -> Round:
    """Return a round with its entries in order and its items in their present wording."""
    version = versions.load(store, given.concept)
    if not version.open:
        raise Problem("consulting.state")
    title, wanted = given.title.strip(), set(keys)
    found = [item for item in version.items if item.key in wanted]
    tags = tuple(dict.fromkeys((GERMAN, *given.languages)))
    faults: Mapping[str, bool] = {
        "title": not 0 < len(title) <= MOST_TITLE,
        "closes": not is_day(given.closes) or given.closes < clock.today().isoformat(),
        "bodies": not given.bodies or not {body.id for body in bodies.open_bodies(store)} >= set(given.bodies),
        "items": not found or len(found) != len(wanted),
        "languages": not {entry.tag for entry in registry.offered()} >= set(tags),
    }
    if any(faults.values()):
        raise Problem("consulting.entries", names=", ".join(name for name, wrong in faults.items() if wrong))
    gaps = missing_texts(version, wanted, tags)
    if gaps:
        tag, numbers = next(iter(gaps.items()))
        raise Problem("consulting.language", language=tag, items=", ".join(numbers))
    return dataclasses.replace(
        given,
        title=title,
        bodies=tuple(dict.fromkeys(given.bodies)),
        languages=tags,
        items=tuple(Put(item.key, item.wording.number, item.kind, item.field) for item in found),
    )


def _on(stored: Stored, today: dt.date) -> Round:
    found = round_of(stored.id, stored.body)
    over = found.state == OPEN and found.closes < today.isoformat()
    return dataclasses.replace(found, state=CLOSED) if over else found


def _replace(store: Store, stored: Stored, made: Round) -> None:
    store.collection(ROUNDS).replace(stored.id, round_to_json(made), version=stored.version)


def _note(store: Store, by: str, id: int, act: str) -> None:
    audit.append(store, by, "consulting.round", str(id), {"act": act}, now=clock.now())
