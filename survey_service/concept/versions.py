"""Versions of the concept: one is worked on at a time; what is adopted is a frozen copy under a hash, for good.

The hash stands beside the copy and in the audit log, whose entries are chained, so that neither an adopted copy nor its
state can be changed, in whatever way, without that being noticed at the next look.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from survey_service import clock, digests
from survey_service.accounts import audit
from survey_service.concept import exactness, progress, taking_part
from survey_service.concept.checks import checked_decision, checked_texts
from survey_service.concept.model import (
    ADOPTED,
    CONSULTING,
    DRAFT,
    SUPERSEDED,
    Concept,
    Decision,
    Item,
    in_order,
    item_of,
    item_to_json,
    wording_of,
    wording_to_json,
)
from survey_service.concept.taking_part import Participation
from survey_service.problems import Problem
from survey_service.questionnaire.model import Text
from survey_service.store.base import CollectionSpec, Store, Stored

VERSIONS = CollectionSpec("concept_versions", indexes=("state",), unique=("number",))
ITEMS = CollectionSpec("concept_items", indexes=("version",), unique=("place_key",))
"""The items of the version that is worked on."""
_NOTED = "concept.adopted"


def begin(store: Store, title: Text, fields: Mapping[str, Text], by: str) -> Concept:
    """Begin a version: empty, or with all that the newest adopted one says. Raises Problem concept.open."""
    now = open_number(store)
    if now is not None:
        raise Problem("concept.open", number=now)
    before = newest_adopted(store)
    number = 1 + max((stored.body["number"] for stored in store.collection(VERSIONS).find()), default=0)
    items = before.items if before is not None else ()
    based_on = before.number if before is not None else 0
    gone = {name: label for name, label in before.fields.items() if name not in fields} if before is not None else {}
    body = {
        "number": number,
        "state": DRAFT,
        "title": dict(before.title if before is not None else checked_texts(title)),
        "based_on": based_on,
        "fields": [[name, dict(label)] for name, label in {**fields, **gone}.items()],
        "frozen": None,
        "digest": "",
    }
    with store.transaction():
        store.collection(VERSIONS).add(body)
        for item in items:
            store.collection(ITEMS).add(item_document(number, item))
        audit.append(store, by, "concept.begun", str(number), {"based_on": based_on}, now=clock.now())
    return load(store, number)


def consult(store: Store, number: int, by: str) -> None:
    """Give a draft into consultation. Raises Problems concept.state, concept.empty and those of `load`."""
    if not load(store, number).items:
        raise Problem("concept.empty", number=number)
    _turn(store, number, DRAFT, CONSULTING, by)


def take_back(store: Store, number: int, by: str) -> None:
    """Take a version in consultation back to the draft. Raises Problem concept.state and those of `load`."""
    _turn(store, number, CONSULTING, DRAFT, by)


def _turn(store: Store, number: int, before: str, after: str, by: str) -> None:
    with store.transaction():
        stored = _unadopted(store, number)
        if stored.body["state"] != before:
            raise Problem("concept.state", number=number)
        store.collection(VERSIONS).replace(stored.id, {**stored.body, "state": after}, version=stored.version)
        audit.append(store, by, "concept.state", str(number), {"state": after}, now=clock.now())


def adopt(store: Store, number: int, decision: Decision, by: str) -> Concept:
    """Freeze a version in consultation as it was decided. From now on nothing changes it.

    Raises Problems concept.decision, concept.state, concept.empty, concept.exact, concept.adopted and those of `load`.
    """
    decision = checked_decision(decision, clock.today())
    with store.transaction():
        stored = _unadopted(store, number)
        if stored.body["state"] != CONSULTING:
            raise Problem("concept.state", number=number)
        draft = load(store, number)
        if not draft.items:
            raise Problem("concept.empty", number=number)
        exact = exactness.exact_items(draft.items)
        if exact:
            raise Problem("concept.exact", numbers=", ".join(item.number for item in exact))
        based_on = store.collection(VERSIONS).first(number=draft.based_on)
        before = based_on.body["frozen"]["decision"]["day"] if based_on is not None else ""
        took_part = taking_part.gather(store, taking_part.begins(before), decision.day)
        used = {item.field for item in draft.items}
        frozen = {
            "number": number,
            "title": dict(draft.title),
            "based_on": draft.based_on,
            "based_on_digest": based_on.body["digest"] if based_on is not None else "",
            "decision": asdict(decision),
            "fields": [[name, dict(label)] for name, label in draft.fields.items() if name in used],
            "items": [item_to_json(item) for item in draft.items],
            "took_part": taking_part.to_json(took_part),
        }
        digest = digests.of_json(frozen)
        body = {**stored.body, "state": ADOPTED, "fields": [], "frozen": frozen, "digest": digest}
        store.collection(VERSIONS).replace(stored.id, body, version=stored.version)
        for item in store.collection(ITEMS).find(version=number):
            store.collection(ITEMS).delete(item.id, version=item.version)
        audit.append(store, by, _NOTED, str(number), {"digest": digest}, now=clock.now())
    return load(store, number)


def load(store: Store, number: int) -> Concept:
    """Return a version. Raises Problem concept.missing, and concept.broken if it is not what was adopted."""
    stored = store.collection(VERSIONS).first(number=number)
    noted = _noted(store).get(str(number))
    if stored is None:
        raise Problem("concept.broken" if noted else "concept.missing", number=number)
    if noted is None and stored.body["state"] != ADOPTED:
        return _draft(store, stored.body)
    frozen, digest = stored.body["frozen"], stored.body["digest"]
    if stored.body["state"] != ADOPTED or frozen is None or not digest == noted == digests.of_json(frozen):
        raise Problem("concept.broken", number=number)
    if frozen["number"] != number:
        raise Problem("concept.broken", number=number)
    later = any(int(subject) > number for subject in _noted(store))
    return Concept(
        number=number,
        state=SUPERSEDED if later else ADOPTED,
        title=frozen["title"],
        based_on=frozen["based_on"],
        fields=dict(frozen["fields"]),
        items=tuple(map(item_of, frozen["items"])),
        decision=Decision(**frozen["decision"]),
        digest=digest,
        took_part=taking_part.of_json(frozen["took_part"]),
    )


def taking_part_in(store: Store, concept: Concept) -> Participation:
    """Return who worked on a version: as it was when it was adopted, or until today while it is worked on."""
    if not concept.open:
        return concept.took_part
    before = load(store, concept.based_on).decision if concept.based_on else None
    since = taking_part.begins(before.day if before is not None else "")
    return taking_part.gather(store, since, clock.today().isoformat())


def numbers(store: Store) -> list[int]:
    """Return the numbers of all versions, newest first."""
    return sorted((stored.body["number"] for stored in store.collection(VERSIONS).find()), reverse=True)


def adopted(store: Store) -> list[Concept]:
    """Return the adopted versions, newest first. Raises Problem concept.broken."""
    return [load(store, number) for number in sorted(map(int, _noted(store)), reverse=True)]


def adopted_numbers(store: Store) -> list[int]:
    """Return the numbers of the adopted versions, oldest first."""
    return sorted(map(int, _noted(store)))


def any_adopted(store: Store) -> bool:
    """Tell at once whether there is an adopted version."""
    return store.collection(VERSIONS).count(state=ADOPTED) > 0


def newest_adopted(store: Store) -> Concept | None:
    """Return the version adopted last, or None. Raises Problem concept.broken."""
    newest = max(map(int, _noted(store)), default=None)
    return load(store, newest) if newest is not None else None


def open_number(store: Store) -> int | None:
    """Return the number of the version that is worked on or in consultation, or None."""
    for state in (DRAFT, CONSULTING):
        stored = store.collection(VERSIONS).first(state=state)
        if stored is not None:
            return int(stored.body["number"])
    return None


def changeable(store: Store, number: int) -> Stored:
    """Return the document of a draft. Raises Problems concept.missing, concept.adopted and concept.consulting."""
    stored = _unadopted(store, number)
    if stored.body["state"] != DRAFT:
        raise Problem("concept.consulting", number=number)
    return stored


def item_document(number: int, item: Item) -> dict[str, Any]:
    """Return an item of a draft as it is stored."""
    return {
        "version": number,
        "place_key": f"{number}/{item.key}",
        "key": item.key,
        "kind": item.kind,
        "field": item.field,
        "place": item.place,
        "source": item.source,
        "wording": wording_to_json(item.wording),
    }


def _unadopted(store: Store, number: int) -> Stored:
    stored = store.collection(VERSIONS).first(number=number)
    if stored is None:
        raise Problem("concept.missing")
    if stored.body["state"] == ADOPTED or str(number) in _noted(store):
        raise Problem("concept.adopted", number=number)
    return stored


def _noted(store: Store) -> dict[str, str]:
    """Return the hashes of adopted versions by number, as the audit log has them."""
    found = store.collection(audit.AUDIT).find(action=_NOTED)
    return {stored.body["subject"]: stored.body["details"]["digest"] for stored in found}


def _draft(store: Store, body: Mapping[str, Any]) -> Concept:
    fields: dict[str, Text] = dict(body["fields"])
    states = progress.all_states(store)
    items = (
        Item(
            key=each["key"],
            kind=each["kind"],
            field=each["field"],
            place=each["place"],
            source=each["source"],
            wording=wording_of(each["wording"]),
            progress=states.get(each["key"], progress.NOT_BEGUN),
        )
        for each in (stored.body for stored in store.collection(ITEMS).find(version=body["number"]))
    )
    return Concept(
        number=body["number"],
        state=body["state"],
        title=body["title"],
        based_on=body["based_on"],
        fields=fields,
        items=in_order(items, fields),
    )
