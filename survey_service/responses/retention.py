"""What is not kept for ever: responses, and their free texts before them, are erased by themselves.

A response knows the quarter it was sent in and nothing more exact, so its age is counted from the quarter's first day:
what the privacy notice promises is kept early rather than late. Offers and votes of working groups stay; they have
their own rules.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from survey_service.questionnaire import uploads
from survey_service.questionnaire.model import Questionnaire
from survey_service.responses import derived
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import RESPONSES
from survey_service.store.base import Store, Stored

PERIOD = re.compile(r"(?:19[789]|2[0-9]{2})[0-9]-Q[1-4]")
"""A quarter as responses are filed under, from 1970 on."""
_FIRST_YEAR = 1970
AUDIENCES = ("newcomers", "experts")
"""Whose responses age; their notices say so."""


def old_responses(store: Store, publications: Publications, day: dt.date, *, months: int) -> list[int]:
    """Return the ids of the responses that are to be erased by a day."""
    return [stored.id for stored in _aged(store, publications, day, months)]


def old_texts(store: Store, publications: Publications, day: dt.date, *, months: int) -> list[int]:
    """Return the ids of the responses whose free texts are to be erased by a day."""
    named: dict[str, frozenset[str]] = {}
    found = []
    for stored in _aged(store, publications, day, months):
        revision, answers = stored.body["revision"], stored.body["answers"]
        if revision not in named:
            named[revision] = wordy(publications.questionnaire(revision))
        if _without(answers, named[revision]) != answers:
            found.append(stored.id)
    return found


def _aged(store: Store, publications: Publications, day: dt.date, months: int) -> Iterator[Stored]:
    """Yield the responses of those audiences that are so many months old on a day."""
    for period in _periods(day):
        if age_of(period, day) < months:
            return
        for stored in store.collection(RESPONSES).find(period=period):
            if publications.questionnaire(stored.body["revision"]).audience in AUDIENCES:
                yield stored


def _periods(day: dt.date) -> Iterator[str]:
    """Yield all quarters there can be responses of by a day, oldest first.

    Few are kept, so looking for them is quicker than reading all responses.
    """
    return (f"{year}-Q{quarter}" for year in range(_FIRST_YEAR, day.year + 1) for quarter in range(1, 5))


def erase_responses(store: Store, publications: Publications, today: dt.date, *, months: int) -> int:
    """Erase the responses that are old enough and return their number."""
    old = list(_aged(store, publications, today, months))
    for stored in old:
        with store.transaction():
            store.collection(RESPONSES).delete(stored.id)
            derived.erase_review(store, stored.body["key"])
    return len(old)


def erase_texts(store: Store, publications: Publications, today: dt.date, *, months: int) -> int:
    """Erase the free texts that are old enough and return in how many responses there were any."""
    old = old_texts(store, publications, today, months=months)
    for identifier in old:
        with store.transaction():
            stored = store.collection(RESPONSES).get(identifier)
            if stored is not None:
                body = _without_texts(publications, stored.body)
                store.collection(RESPONSES).replace(identifier, body, version=stored.version)
    return len(old)


def until(period: str, months: int) -> dt.date:
    """Return the day by which something of a period such as ``2026-Q4`` is erased."""
    begun = first_day(period)
    whole = begun.year * 12 + begun.month - 1 + months
    return dt.date(whole // 12, whole % 12 + 1, 1)


def first_day(period: str) -> dt.date:
    """Return the first day of a period such as ``2026-Q4``."""
    year, quarter = period.split("-Q")
    return dt.date(int(year), 3 * int(quarter) - 2, 1)


def age_of(period: str, today: dt.date) -> int:
    """Return how many months ago a period such as ``2026-Q4`` began."""
    begun = first_day(period)
    whole = 12 * (today.year - begun.year) + today.month - begun.month
    return whole - (today.day < begun.day)


def _without_texts(publications: Publications, response: Mapping[str, Any]) -> dict[str, Any]:
    names = wordy(publications.questionnaire(response["revision"]))
    rest = {name: value for name, value in response.items() if name != "echo"}
    return {**rest, "answers": _without(response["answers"], names)}


def _without(answers: Mapping[str, Any], names: frozenset[str]) -> dict[str, Any]:
    """Return answers without the texts of these questions, in the entries of repeats too; the entries stay."""
    kept = {}
    for name, answer in answers.items():
        if isinstance(answer, list) and answer and isinstance(answer[0], Mapping):
            kept[name] = [_without(entry, names) for entry in answer]
        elif name not in names or isinstance(answer, int | float):
            kept[name] = answer
    return kept


def wordy(questionnaire: Questionnaire) -> frozenset[str]:
    """Return the questions whose answers may hold what somebody typed.

    Those are free texts, files, choices made from the answers to another question, hidden questions, and what is
    calculated of any of these.
    """
    found: set[str] = set()
    for name in questionnaire.evaluation_order:
        question = questionnaire.questions.get(name)
        if question is None:
            continue
        typed = question.type in ("text", "hidden", *uploads.TYPES) or bool(question.choices_from)
        sources = question.calculation.names if question.calculation is not None else frozenset()
        if typed or not found.isdisjoint(_questions(questionnaire, sources)):
            found.add(name)
    return frozenset(found)


def _questions(questionnaire: Questionnaire, names: Iterable[str]) -> frozenset[str]:
    """Return the questions among names, and those within the repeats among them."""
    chains = questionnaire.repeats_of
    repeats = set(names) & questionnaire.repeats.keys()
    return frozenset(names) | {name for name, chain in chains.items() if not repeats.isdisjoint(chain)}
