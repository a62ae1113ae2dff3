"""What the answers of one response fed into: need → statement → measures → decision. Computed at each look, kept by
nobody.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from survey_service import clock
from survey_service.closing import composing, texts
from survey_service.closing.grounds import Disclosed, Grounds
from survey_service.closing.model import Decided
from survey_service.concept import versions
from survey_service.concept.model import Concept, Item
from survey_service.problems import Problem
from survey_service.questionnaire.model import Questionnaire, Text
from survey_service.responses import standing as counting
from survey_service.store.base import CollectionSpec, Store

LOOK = CollectionSpec("closing_look", unique=("name",))
"""The day from which people are told to look again."""
_DAY = "look_again"


@dataclass(frozen=True)
class Outcome:
    """What one statement says, about how many people said so, the measures that answer it (each with its text, and how
    far it is now), and the decision it was adopted by.
    """

    key: str
    texts: Text
    shown: Disclosed
    measures: tuple[tuple[Item, Text], ...]
    decided: Decided


@dataclass(frozen=True)
class Came:
    """What came of one need that was named: its code, its label, and the outcomes; none if nothing came of it yet."""

    need: str
    label: Text
    outcomes: tuple[Outcome, ...]


def of_response(store: Store, questionnaire: Questionnaire, response: Mapping[str, Any]) -> list[Came]:
    """Return what came of each need that a response (its document) names, in the order of its answers.

    A statement counts if it rests on answers to the questionnaire from the response's own period; of several adopted
    versions the newest one that has it so. Nothing is told of a response that is not counted, or while the concept is
    not what was adopted.
    """
    named = dict(_needs(questionnaire, response["answers"])) if counting.counts(response) else {}
    try:
        adopted = versions.adopted(store) if named else []
    except Problem:
        return []
    standing = {item.key: item for item in composing.standing(store, adopted[0] if adopted else None)}
    found = _Outcomes(store, adopted, standing).of(questionnaire.name, response["period"], named)
    return [Came(need, label, tuple(found.get(need, ()))) for need, label in named.items()]


def _needs(questionnaire: Questionnaire, answers: Mapping[str, Any]) -> Iterator[tuple[str, Text]]:
    """Yield the chosen needs: choices that belong to a field of action, which "none of these" does not."""
    for name, question in questionnaire.questions.items():
        chosen = answers.get(name)
        if isinstance(chosen, list):
            for choice in question.choices:
                if choice.name in chosen and choice.columns.get("field") and "types" in choice.columns:
                    yield choice.name, choice.label


class _Outcomes:
    """Looks through the adopted versions, newest first."""

    def __init__(self, store: Store, adopted: list[Concept], standing: Mapping[str, Item]) -> None:
        self._store, self._adopted, self._standing = store, adopted, standing
        self._grounds = Grounds(store)

    def of(self, questionnaire: str, period: str, needs: Mapping[str, Text]) -> dict[str, list[Outcome]]:
        found: dict[str, dict[str, Outcome]] = {}
        for concept in self._adopted:
            decided = composing.decided(self._store, concept)
            for item in concept.items if decided is not None else ():
                ground = self._grounds.of(item)
                if ground is None or ground.need not in needs or item.key in found.get(ground.need, {}):
                    continue
                if ground.questionnaire == questionnaire and period in ground.periods and decided is not None:
                    found.setdefault(ground.need, {})[item.key] = self._outcome(item, decided)
        return {need: [*outcomes.values()] for need, outcomes in found.items()}

    def _outcome(self, item: Item, decided: Decided) -> Outcome:
        shown = self._grounds.disclosed(item, self._adopted)
        key = texts.wording_key(item.key, item.wording.number)
        said = texts.of(self._store, key, self._grounds.texts(item.wording, shown))
        serving = [each for each in self._standing.values() if item.key in each.serves]
        return Outcome(item.key, said, shown, tuple((each, self._words(each)) for each in serving), decided)

    def _words(self, item: Item) -> Text:
        return texts.of(self._store, texts.wording_key(item.key, item.wording.number), item.wording.texts)


def day_set(store: Store) -> dt.date | None:
    """Return the day from which people were told to look again, also when it has passed; None if none is set."""
    stored = store.collection(LOOK).first(name=_DAY)
    return dt.date.fromisoformat(stored.body["day"]) if stored is not None and stored.body["day"] else None


def look_again(store: Store) -> dt.date | None:
    """Return the day from which people are told to look again; None if none is set, or it has passed."""
    day = day_set(store)
    return day if day is not None and day > clock.today() else None


def set_look_again(store: Store, day: str) -> None:
    """Set the day from which people are told to look again, "" for none. Raises Problem closing.day."""
    try:
        fits = not day or dt.date.fromisoformat(day) > clock.today()
    except ValueError:
        fits = False
    if not fits:
        raise Problem("closing.day")
    stored = store.collection(LOOK).first(name=_DAY)
    body = {"name": _DAY, "day": day}
    if stored is None:
        store.collection(LOOK).add(body)
    else:
        store.collection(LOOK).replace(stored.id, body, version=stored.version)
