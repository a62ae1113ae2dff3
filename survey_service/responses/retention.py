"""What is not kept for ever: old drafts, free texts and responses are erased by themselves.

A response knows the quarter it was sent in and nothing more exact, so its age is counted from the quarter's first day:
what the privacy notice promises is kept early rather than late. Offers and votes of working groups stay; they have
their own rules.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from survey_service.questionnaire import uploads
from survey_service.questionnaire.model import Questionnaire
from survey_service.responses import derived, drafts
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import RESPONSES
from survey_service.store.base import Store

AUDIENCES = ("newcomers", "experts")
"""Whose responses age; their notices say so."""


@dataclass(frozen=True)
class Erased:
    """How many drafts, responses, and responses' free texts were erased."""

    drafts: int
    responses: int
    texts: int

    def __bool__(self) -> bool:
        return bool(self.drafts or self.responses or self.texts)


def apply(store: Store, publications: Publications, today: dt.date, *, months: int, text_months: int) -> Erased:
    """Erase responses after ``months``, their free texts after ``text_months``, and drafts after 14 days."""
    erased_drafts = drafts.erase_old(store, today)
    responses = store.collection(RESPONSES)
    old, wordy = [], []
    for stored in responses.iterate():
        age = age_of(stored.body["period"], today)
        if publications.revision(stored.body["revision"]).questionnaire.audience not in AUDIENCES:
            continue
        if age >= months:
            old.append((stored.id, stored.body["key"]))
        elif age >= text_months and _texts(publications, stored.body):
            wordy.append(stored.id)
    for identifier, key in old:
        with store.transaction():
            responses.delete(identifier)
            derived.erase_review(store, key)
    for identifier in wordy:
        with store.transaction():
            stored_now = responses.get(identifier)
            if stored_now is not None:
                body = _without_texts(publications, stored_now.body)
                responses.replace(identifier, body, version=stored_now.version)
    return Erased(erased_drafts, len(old), len(wordy))


def first_day(period: str) -> dt.date:
    """Return the first day of a period such as ``2026-Q4``."""
    year, quarter = period.split("-Q")
    return dt.date(int(year), 3 * int(quarter) - 2, 1)


def age_of(period: str, today: dt.date) -> int:
    """Return how many months ago a period such as ``2026-Q4`` began."""
    begun = first_day(period)
    whole = 12 * (today.year - begun.year) + today.month - begun.month
    return whole - (today.day < begun.day)


def _texts(publications: Publications, response: Mapping[str, Any]) -> bool:
    """Tell whether a response holds a text that somebody typed."""
    return bool(_without_texts(publications, response)["answers"] != response["answers"])


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
