"""From two judgements to one: what both gave can be taken over at once, what they differ in is decided by a person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from survey_service.coding import codebooks, codings, people, units
from survey_service.coding.codebooks import Codebook
from survey_service.coding.codings import Coding, Judgement
from survey_service.coding.people import Person
from survey_service.coding.tasks import Task
from survey_service.coding.units import Reading, Source, Unit
from survey_service.problems import Problem
from survey_service.responses.derived import CONSENSUS
from survey_service.store.base import Store, Stored

AGREED, DECIDED = "agreed", "decided"
"""How it came about: both had given the same, or somebody decided."""


@dataclass(frozen=True)
class Decision:
    """What a unit counts as: decided by whom (account name), on which day, and how it came about."""

    unit: str
    codes: tuple[str, ...]
    not_codable: bool
    by: str
    day: str
    way: str


@dataclass(frozen=True)
class Case:
    """A compared unit with both judgements, in the order of the coders, and the decision if there is one."""

    reading: Reading
    codings: tuple[Coding, Coding]
    decision: Decision | None
    agreed: bool

    @property
    def unit(self) -> Unit:
        return self.reading.unit


def cases(store: Store, task: Task, book: Codebook) -> list[Case]:
    """Return the units that both have judged and that were compared, by number. What is excluded is left out."""
    found, decided = codings.both(store, task), decisions(store, task.task)
    made = []
    for unit in units.of_task(store, task.task):
        reading = units.read(store, unit)
        for _, first, second in codings.pairs(task, found, [unit.unit]):
            if reading.source in (Source.LIVE, Source.AGED):
                agreed = _counted(book, first.judgement) == _counted(book, second.judgement)
                made.append(Case(reading, (first, second), decided.get(unit.unit), agreed))
    return made


def _counted(book: Codebook, judgement: Judgement) -> tuple[str, ...]:
    return (codings.NOT_CODABLE,) if judgement.not_codable else book.counted(judgement.codes)


def decisions(store: Store, task: str) -> dict[str, Decision]:
    """Return the decisions of a task by unit."""
    return {stored.body["unit"]: _of(stored) for stored in store.collection(CONSENSUS).find(task=task)}


def decide(
    store: Store, task: Task, unit: Unit, book: Codebook, given: Judgement, *, by: Person, now: dt.datetime
) -> None:
    """Decide what a unit counts as, in the place of an earlier decision.

    Raises Problems coding.missing, coding.blind unless the unit was compared, and coding.codes.
    """
    people.missing_unless(unit.task == task.task)
    codings.check(book, given)
    with store.transaction():
        if not codings.pairs(task, codings.both(store, task), [unit.unit]):
            raise Problem("coding.blind")
        _put(store, task, unit.unit, given, by, now, DECIDED)
        people.note(store, by, "decided", task.task, now=now, unit=unit.unit)


def accept_agreed(store: Store, task: Task, *, by: Person, now: dt.datetime) -> int:
    """Take over what both gave alike, where nothing is decided yet; return how many units."""
    with store.transaction():
        book = codebooks.find(store, task.codebook)
        open_cases = [case for case in cases(store, task, book) if case.agreed and case.decision is None]
        for case in open_cases:
            _put(store, task, case.unit.unit, case.codings[0].judgement, by, now, AGREED)
        if open_cases:
            people.note(store, by, "agreed", task.task, now=now, count=len(open_cases))
    return len(open_cases)


def _put(store: Store, task: Task, unit: str, given: Judgement, by: Person, now: dt.datetime, way: str) -> None:
    collection = store.collection(CONSENSUS)
    body: Mapping[str, Any] = {
        "unit": unit,
        "task": task.task,
        "codes": list(given.codes),
        "not_codable": given.not_codable,
        "by": by.name,
        "day": now.date().isoformat(),
        "way": way,
    }
    stored = collection.first(unit=unit)
    if stored is None:
        collection.add(body)
    else:
        collection.replace(stored.id, body, version=stored.version)


def _of(stored: Stored) -> Decision:
    body = stored.body
    return Decision(body["unit"], tuple(body["codes"]), body["not_codable"], body["by"], body["day"], body["way"])
