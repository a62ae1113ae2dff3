"""What each of the two coders gave a text, apart from the other: nobody sees both before both are done.

Then somebody compares: from there on both judgements are seen and can't be changed any more.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from survey_service.coding import people, units
from survey_service.coding.codebooks import ACTIVE, Codebook
from survey_service.coding.people import Person
from survey_service.coding.tasks import Task
from survey_service.coding.units import Source, Unit
from survey_service.problems import Problem
from survey_service.responses.derived import CODINGS, UNITS
from survey_service.store.base import Store, Stored

LONGEST_MEMO = 1_000
NOT_CODABLE = "-"
"""What stands for "not codable" where judgements are compared; no code is called so."""


@dataclass(frozen=True)
class Judgement:
    """What a person gave a text: codes, or that it is not codable. ``confirmed`` are those of the codes that had been
    suggested, with the kind of the reason; whoever coded has confirmed them."""

    codes: tuple[str, ...]
    not_codable: bool = False
    memo: str = ""
    confirmed: Mapping[str, str] | None = None

    @property
    def value(self) -> tuple[str, ...]:
        """What is compared."""
        return (NOT_CODABLE,) if self.not_codable else tuple(sorted(self.codes))


@dataclass(frozen=True)
class Coding:
    """A stored judgement: of which unit, by whom (account id), with which version of the codebook."""

    unit: str
    coder: int
    name: str
    judgement: Judgement
    codebook_version: int
    day: str


def save(
    store: Store, task: Task, unit: Unit, book: Codebook, given: Judgement, *, by: Person, now: dt.datetime
) -> None:
    """Keep a coder's judgement of a text, in the place of their earlier one.

    Raises Problems coding.missing unless the person codes in this task, coding.gone, coding.codes, coding.memo, and
    coding.locked once they were compared: what one has seen of the other must not change what is measured.
    """
    people.missing_unless(task.codes(by) and unit.task == task.task)
    check(book, given)
    collection = store.collection(CODINGS)
    with store.transaction():
        units.live_text(store, unit)
        stored = collection.first(key=_key(unit.unit, by.id))
        if units.find(store, unit.unit).compared:
            raise Problem("coding.locked")
        body = {
            "key": _key(unit.unit, by.id),
            "unit": unit.unit,
            "task": task.task,
            "coder": by.id,
            "name": by.name,
            "codes": list(given.codes),
            "not_codable": given.not_codable,
            "memo": given.memo,
            "confirmed": {code: kind for code, kind in (given.confirmed or {}).items() if code in given.codes},
            "codebook_version": book.version,
            "day": now.date().isoformat(),
        }
        if stored is None:
            collection.add(body)
        else:
            collection.replace(stored.id, body, version=stored.version)
        people.note(store, by, "coded", task.task, now=now, unit=unit.unit)


def check(book: Codebook, given: Judgement) -> None:
    """Raise Problem coding.codes unless it is some active codes, or "not codable"; coding.memo if that is too long."""
    active = all(code in book.codes and book.codes[code].state == ACTIVE for code in given.codes)
    if not active or bool(given.codes) == given.not_codable:
        raise Problem("coding.codes")
    if len(given.memo) > LONGEST_MEMO:
        raise Problem("coding.memo", limit=LONGEST_MEMO)


def own(store: Store, unit: str, person: Person) -> Coding | None:
    """Return what a person gave a unit, or None."""
    stored = store.collection(CODINGS).first(key=_key(unit, person.id))
    return _of(stored) if stored is not None else None


def all_own(store: Store, task: Task, person: Person) -> dict[str, Coding]:
    """Return what a person gave in a task, by unit."""
    return {coding.unit: coding for coding in _all(store, task.task) if coding.coder == person.id}


def progress(store: Store, task: Task) -> tuple[int, dict[int, int]]:
    """Return how many texts there are to code, and how many of them each coder has coded, by account id."""
    waiting = set(to_code(store, task))
    done = dict.fromkeys(task.coders, 0)
    for coding in _all(store, task.task):
        if coding.unit in waiting and coding.coder in done:
            done[coding.coder] += 1
    return len(waiting), done


def to_code(store: Store, task: Task) -> list[str]:
    """Return the units whose text can be read, by number."""
    return [unit.unit for unit in units.of_task(store, task.task) if units.read(store, unit).source == Source.LIVE]


def is_done(store: Store, task: Task) -> bool:
    """Tell whether both have coded all texts that can be read."""
    total, done = progress(store, task)
    return bool(total) and all(count == total for count in done.values())


def compare(store: Store, task: Task, *, by: Person, now: dt.datetime) -> None:
    """Lay the judgements of both side by side, from now on. Raises Problem coding.blind unless both are done."""
    with store.transaction():
        if not is_done(store, task):
            raise Problem("coding.blind")
        for name in to_code(store, task):
            stored = units.find(store, name).stored
            store.collection(UNITS).replace(stored.id, {**stored.body, "compared": True}, version=stored.version)
        people.note(store, by, "compared", task.task, now=now)


def both(store: Store, task: Task) -> dict[str, dict[int, Coding]]:
    """Return what each coder gave, by unit, of the units that were compared."""
    compared = {unit.unit for unit in units.of_task(store, task.task) if unit.compared}
    found: dict[str, dict[int, Coding]] = {}
    for coding in _all(store, task.task):
        if coding.unit in compared:
            found.setdefault(coding.unit, {})[coding.coder] = coding
    return found


def pairs(
    task: Task, found: Mapping[str, Mapping[int, Coding]], names: Iterable[str]
) -> list[tuple[str, Coding, Coding]]:
    """Return the units among ``names`` that both have judged, with the judgements in the order of the coders."""
    first, second = task.coders
    return [
        (name, found[name][first], found[name][second])
        for name in names
        if len(found.get(name, ())) == len(task.coders)
    ]


def _all(store: Store, task: str) -> list[Coding]:
    return [_of(stored) for stored in store.collection(CODINGS).find(task=task)]


def _key(unit: str, coder: int) -> str:
    return f"{unit}:{coder}"


def _of(stored: Stored) -> Coding:
    body = stored.body
    judgement = Judgement(tuple(body["codes"]), body["not_codable"], body["memo"], body["confirmed"])
    return Coding(body["unit"], body["coder"], body["name"], judgement, body["codebook_version"], body["day"])
