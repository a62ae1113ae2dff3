"""Coding units: one free text each, by reference. The text is read from the response, so it can't outlive it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from survey_service.problems import Problem
from survey_service.responses import standing
from survey_service.responses.collection import RESPONSES
from survey_service.responses.derived import UNITS
from survey_service.store.base import Store, Stored


class Source(StrEnum):
    """What has become of a unit's text. Only a ``LIVE`` one is shown and quoted; ``AGED`` ones keep their codes."""

    LIVE = "live"
    EXCLUDED = "excluded"
    CHANGED = "changed"
    GONE = "gone"
    AGED = "aged"


@dataclass(frozen=True)
class Unit:
    """One free text to be coded. ``aged`` says that its text was erased by its age, ``response`` is empty once the
    whole response was; ``person`` tells which units of a task are of one person and leads nowhere; ``number`` counts
    within the task, from 1."""

    stored: Stored
    unit: str
    task: str
    number: int
    response: str
    questionnaire: str
    question: str
    language: str
    period: str
    person: str
    translation: Mapping[str, Any] | None
    compared: bool
    aged: bool


@dataclass(frozen=True)
class Reading:
    """A unit with its text as it is now: None unless the source is live."""

    unit: Unit
    source: Source
    text: str | None


def of(stored: Stored) -> Unit:
    """Return a stored unit."""
    named = {field.name: stored.body[field.name] for field in fields(Unit) if field.name != "stored"}
    return Unit(stored=stored, **named)


def find(store: Store, unit: str) -> Unit:
    """Return a unit. Raises Problem coding.missing."""
    stored = store.collection(UNITS).first(unit=unit)
    if stored is None:
        raise Problem("coding.missing")
    return of(stored)


def of_task(store: Store, task: str) -> list[Unit]:
    """Return the units of a task by number."""
    return sorted((of(stored) for stored in store.collection(UNITS).find(task=task)), key=lambda unit: unit.number)


def read(store: Store, unit: Unit) -> Reading:
    """Return a unit with its text as it stands in the response at this moment."""
    if not unit.response:
        return Reading(unit, Source.AGED, None)
    stored = store.collection(RESPONSES).first(key=unit.response)
    return read_from(unit, stored.body if stored is not None else None)


def read_from(unit: Unit, response: Mapping[str, Any] | None) -> Reading:
    """Return a unit with its text from its response, which is None if there is none any more."""
    text = text_in(response, unit.question)
    if response is None or (text is None and not unit.aged):
        return Reading(unit, Source.GONE, None)
    if not standing.counts(response):
        return Reading(unit, Source.EXCLUDED, None)
    if unit.aged or text is None:
        return Reading(unit, Source.AGED, None)
    if mark_of(unit.unit, text) != unit.stored.body["mark"]:
        return Reading(unit, Source.CHANGED, None)
    return Reading(unit, Source.LIVE, text)


def text_in(response: Mapping[str, Any] | None, question: str) -> str | None:
    """Return what was typed to a question of a response, or None."""
    text = None if response is None else response["answers"].get(question)
    return text if isinstance(text, str) and text.strip() else None


def live_text(store: Store, unit: Unit) -> str:
    """Return the text of a unit. Raises Problem coding.gone if it is not to be read any more."""
    text = read(store, unit).text
    if text is None:
        raise Problem("coding.gone")
    return text


def mark_of(unit: str, text: str) -> str:
    """Return what shows that a text was changed; salted by the unit, and erased with the text."""
    return hashlib.sha256(f"{unit}\n{text}".encode()).hexdigest()[:32]
