"""What a concept consists of: items with an immutable wording each, what that rests on, and versions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from survey_service.concept.taking_part import NOBODY, Participation
from survey_service.problems import Problem
from survey_service.questionnaire.model import Text

STATEMENT, GOAL, MEASURE = "statement", "goal", "measure"
KINDS = (STATEMENT, GOAL, MEASURE)
"""The kinds of items, in the order of reading."""
HORIZONS = ("short", "medium", "long")
"""At most one year, one to three, more than three."""
EFFORTS = ("S", "M", "L")
PLANNED, RUNNING, DONE, DROPPED = "planned", "running", "done", "dropped"
STATES = (PLANNED, RUNNING, DONE, DROPPED)
DRAFT, CONSULTING, ADOPTED, SUPERSEDED = "draft", "consulting", "adopted", "superseded"
FIGURES = ("base", "count", "n", "share", "low", "high", "offers", "experts", "suppressed")


@dataclass(frozen=True)
class Evidence:
    """The figures a wording rests on: ``count`` of ``n`` people, their share with interval, offers set against it,
    experts who mention it; None is a figure that the report does not have. ``suppressed`` says why they are hidden.
    """

    report: int
    plugin: str
    snapshot: str
    period: str
    block: str
    base: str
    count: int | None
    n: int | None
    share: float | None
    low: float | None
    high: float | None
    offers: int | None = None
    experts: int | None = None
    suppressed: str | None = None

    @property
    def figures(self) -> tuple[Any, ...]:
        """What makes evidence other evidence, whatever report it comes from."""
        return tuple(getattr(self, name) for name in FIGURES)


@dataclass(frozen=True)
class Judgement:
    """A wording that rests on what somebody judges: a person or body, in words."""

    of: str


Basis = Evidence | Judgement


@dataclass(frozen=True)
class Measure:
    """What a measure has beside its text: ``horizon`` of HORIZONS, ``effort`` of EFFORTS, ``budget`` in cents or None,
    ``due`` an ISO day, ``serves`` the keys of the statements that it answers.
    """

    lead: str
    horizon: str
    effort: str
    budget: int | None
    due: str
    serves: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wording:
    """A statement version: it never changes. ``number`` counts the versions of the item from 1; ``moment`` is ISO 8601
    (UTC); ``why`` says why the version was made, if somebody said so.
    """

    number: int
    texts: Text
    basis: Basis
    measure: Measure | None
    by: str
    moment: str
    why: str = ""


@dataclass(frozen=True)
class Progress:
    """How far a measure is; ``done`` is the ISO day it was done, "" before."""

    state: str = PLANNED
    done: str = ""


@dataclass(frozen=True)
class Item:
    """One goal, measure or statement in its place; ``key`` is its name for good (``item-12``), ``source`` the plugin
    and block it was accepted from ("" if none).
    """

    key: str
    kind: str
    field: str
    place: int
    source: str
    wording: Wording
    progress: Progress

    @property
    def number(self) -> str:
        """What people call it."""
        return number_of(self.key)

    @property
    def serves(self) -> tuple[str, ...]:
        """The keys of the statements that a measure answers; none for another kind."""
        return self.wording.measure.serves if self.wording.measure is not None else ()


@dataclass(frozen=True)
class Decision:
    """Who adopted a version: body, ISO day, result in words, and the ISO days from and to which it holds."""

    body: str
    day: str
    result: str
    start: str
    end: str


@dataclass(frozen=True)
class Concept:
    """A version of the concept with all it says. ``state`` is DRAFT, CONSULTING, ADOPTED, or SUPERSEDED if a later one
    is adopted; ``based_on`` the number of the version it revises, 0 for the first; ``digest`` "" before it is adopted.
    ``took_part`` is who worked on it, known once it is adopted.
    """

    number: int
    state: str
    title: Text
    based_on: int
    fields: Mapping[str, Text]
    items: tuple[Item, ...]
    decision: Decision | None = None
    digest: str = ""
    took_part: Participation = NOBODY

    @property
    def open(self) -> bool:
        """True until it is adopted."""
        return self.state in (DRAFT, CONSULTING)

    def item(self, key: str) -> Item:
        """Return one of its items. Raises Problem concept.missing."""
        found = next((item for item in self.items if item.key == key), None)
        if found is None:
            raise Problem("concept.missing")
        return found

    def serving(self, key: str) -> list[Item]:
        """Return the measures that answer a statement, in order."""
        return [item for item in self.items if key in item.serves]

    def of(self, field: str, kind: str) -> list[Item]:
        """Return the items of a field and kind in order."""
        return [item for item in self.items if item.field == field and item.kind == kind]


def number_of(key: str) -> str:
    """Return what people call the item of a key."""
    return key.removeprefix("item-")


def in_order(items: Iterable[Item], fields: Iterable[str]) -> tuple[Item, ...]:
    """Return items as they are read: by field, kind and place."""
    ranks = {field: rank for rank, field in enumerate(fields)}
    return tuple(sorted(items, key=lambda each: (ranks[each.field], KINDS.index(each.kind), each.place, each.key)))


# -- JSON ----------------------------------------------------------------------------------------------------------


def wording_to_json(wording: Wording) -> dict[str, Any]:
    """Return a wording as JSON data."""
    kind = "report" if isinstance(wording.basis, Evidence) else "judgement"
    measure = wording.measure
    return {
        **asdict(wording),
        "texts": dict(wording.texts),
        "basis": {"kind": kind, **asdict(wording.basis)},
        "measure": {**asdict(measure), "serves": list(measure.serves)} if measure is not None else None,
    }


def wording_of(body: Mapping[str, Any]) -> Wording:
    """Return a wording from its JSON data."""
    given = {name: value for name, value in body["basis"].items() if name != "kind"}
    basis: Basis = Evidence(**given) if body["basis"]["kind"] == "report" else Judgement(**given)
    known = body["measure"]
    measure = Measure(**{**known, "serves": tuple(known.get("serves", ()))}) if known is not None else None
    return Wording(body["number"], body["texts"], basis, measure, body["by"], body["moment"], body["why"])


def item_to_json(item: Item) -> dict[str, Any]:
    """Return an item as JSON data."""
    return {**asdict(item), "wording": wording_to_json(item.wording)}


def item_of(body: Mapping[str, Any]) -> Item:
    """Return an item from its JSON data."""
    return Item(
        key=body["key"],
        kind=body["kind"],
        field=body["field"],
        place=body["place"],
        source=body["source"],
        wording=wording_of(body["wording"]),
        progress=Progress(**body["progress"]),
    )
