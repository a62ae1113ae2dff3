"""A translation of a free text: written by a person, a draft until another person has reviewed it."""

from __future__ import annotations

import datetime as dt

from survey_service.coding import people, units
from survey_service.coding.people import Person
from survey_service.coding.tasks import Task
from survey_service.coding.units import Unit
from survey_service.problems import Problem
from survey_service.responses.derived import QUOTES, UNITS
from survey_service.store.base import Store

DRAFT, REVIEWED = "draft", "reviewed"
LONGEST = 5_000


def write(store: Store, task: Task, unit: Unit, language: str, text: str, *, by: Person, now: dt.datetime) -> None:
    """Keep a translation as a draft; an empty one takes it away, and quotes of the earlier one go.

    Raises Problems coding.missing, coding.gone and coding.translation.
    """
    people.missing_unless(unit.task == task.task)
    text = text.strip()
    if len(text) > LONGEST:
        raise Problem("coding.translation", limit=LONGEST)
    with store.transaction():
        fresh = units.find(store, unit.unit)
        units.live_text(store, fresh)
        made = {
            "text": text,
            "language": language,
            "state": DRAFT,
            "by": by.name,
            "by_id": by.id,
            "reviewed_by": "",
            "day": now.date().isoformat(),
        }
        _put(store, fresh, made if text else None)
        for quote in store.collection(QUOTES).find(unit=unit.unit):
            if quote.body["of"] == "translation":
                store.collection(QUOTES).delete(quote.id)
        people.note(store, by, "translated", task.task, now=now, unit=unit.unit, state=DRAFT if text else "none")


def review(store: Store, task: Task, unit: Unit, *, by: Person, now: dt.datetime) -> None:
    """Mark a translation as reviewed. Raises Problems coding.missing, and coding.reviewer if it is one's own."""
    people.missing_unless(unit.task == task.task)
    with store.transaction():
        fresh = units.find(store, unit.unit)
        units.live_text(store, fresh)
        if fresh.translation is None:
            raise Problem("coding.missing")
        if fresh.translation["by_id"] == by.id:
            raise Problem("coding.reviewer")
        _put(store, fresh, {**fresh.translation, "state": REVIEWED, "reviewed_by": by.name})
        people.note(store, by, "translated", task.task, now=now, unit=unit.unit, state=REVIEWED)


def _put(store: Store, unit: Unit, translation: dict[str, object] | None) -> None:
    stored = unit.stored
    store.collection(UNITS).replace(stored.id, {**stored.body, "translation": translation}, version=stored.version)
