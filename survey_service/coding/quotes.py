"""Quotes: a stretch of a free text that a report may show, released by a person, with the consent it rests on.

A quote holds no words. It holds where they stand in the text, so it ends with the text: by withdrawal, correction,
exclusion and age. Whoever reviews it leaves words out, never puts words in.
"""

from __future__ import annotations

import datetime as dt
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from survey_service.coding import naming, people, translating, units
from survey_service.coding.naming import Warning
from survey_service.coding.people import Person
from survey_service.coding.tasks import Task
from survey_service.coding.units import Unit
from survey_service.problems import Problem
from survey_service.questionnaire.model import Questionnaire
from survey_service.responses.collection import RESPONSES
from survey_service.responses.derived import QUOTES
from survey_service.responses.revisions import Publications
from survey_service.store.base import Store, Stored

BY_NAME, ANONYMOUS = "by_name", "anonymous"
LEFT_OUT = "[…]"
_GAP = re.compile(r"\[\s*(?:…|\.\.\.)\s*\]")
_NAME = "_name"
"""The question for the name to be quoted by is called like that for the consent, with this at its end."""


@dataclass(frozen=True)
class Consent:
    """What a respondent allows: ``by_name`` with the name to be given, ``anonymous``, or nothing (empty).

    ``asked`` tells whether the questionnaire asks at all.
    """

    kind: str
    name: str
    asked: bool


@dataclass(frozen=True)
class Quote:
    """A quote as it may be shown now. ``of`` is ``original`` or ``translation``; ``redacted`` says whether words were
    left out; ``warnings`` is how many signs of a name the reviewer was shown and took for none."""

    quote: str
    unit: Unit
    words: str
    of: str
    language: str
    consent: Consent
    reviewer: str
    day: str
    redacted: bool
    warnings: int


def consent_question(questionnaire: Questionnaire) -> str | None:
    """Return the question that asks whether one may be quoted: its choices are ``by_name`` or ``anonymous``, or both.

    None if the questionnaire does not ask. Then nothing of it is quoted.
    """
    for question in questionnaire.questions.values():
        if question.type == "select_one" and ANONYMOUS in question.choice_names:
            return question.name
    return None


def consent_of(questionnaire: Questionnaire, response: Mapping[str, Any]) -> Consent:
    """Return what a respondent allows. Newcomers are never named, whatever they allow."""
    asked = consent_question(questionnaire)
    given = response["answers"].get(asked) if asked is not None else None
    name = str(response["answers"].get(f"{asked}{_NAME}") or "").strip()
    if given == BY_NAME and name and questionnaire.audience != "newcomers":
        return Consent(BY_NAME, name, asked=True)
    if given in (BY_NAME, ANONYMOUS):
        return Consent(ANONYMOUS, "", asked=True)
    return Consent("", "", asked=asked is not None)


def consent(store: Store, publications: Publications, unit: Unit) -> Consent:
    """Return what the respondent of a unit allows. Raises Problem coding.gone."""
    units.live_text(store, unit)
    response = store.collection(RESPONSES).first(key=unit.response)
    if response is None:
        raise Problem("coding.gone")
    return consent_of(publications.questionnaire(response.body["revision"]), response.body)


def signs(store: Store, publications: Publications, unit: Unit, words: str, language: str) -> tuple[Warning, ...]:
    """Return what in words of a unit looks like a name or contact."""
    found = store.collection(RESPONSES).first(key=unit.response) if unit.response else None
    own = _own_words(publications.questionnaire(found.body["revision"]), found.body["answers"]) if found else []
    return naming.warnings(words, language, own)


def _own_words(questionnaire: Questionnaire, answers: Mapping[str, Any]) -> list[str]:
    """Return what somebody said of themselves: what a browser could have filled in, a name or an organisation."""
    own = [question.name for question in questionnaire.questions.values() if question.autocomplete]
    return [answers[name] for name in own if isinstance(answers.get(name), str)]


def text_of(store: Store, unit: Unit, of: str) -> tuple[str, str]:
    """Return the text that is quoted from, and its language.

    Raises Problems coding.gone, and quote.translation unless the translation was reviewed.
    """
    original = units.live_text(store, unit)
    if of == "original":
        return original, unit.language
    if not unit.translation or unit.translation["state"] != translating.REVIEWED:
        raise Problem("quote.translation")
    return unit.translation["text"], unit.translation["language"]


def spans_of(text: str, typed: str) -> list[list[int]]:
    """Return where the parts of a typed quote stand in a text, one after the other; ``[…]`` parts them.

    Blanks may differ. Raises Problem quote.words if anything else does, or nothing is left.
    """
    spans, start = [], 0
    for part in _GAP.split(typed):
        pieces = part.split()
        if not pieces:
            continue
        found = re.compile(r"\s+".join(map(re.escape, pieces))).search(text, start)
        if found is None:
            raise Problem("quote.words", words=" ".join(pieces)[:80])
        spans.append([found.start(), found.end()])
        start = found.end()
    if not spans:
        raise Problem("quote.words", words="")
    return spans


def words_of(text: str, spans: list[list[int]]) -> str:
    """Return the words of a quote; what was left out within it shows as ``[…]``."""
    return f" {LEFT_OUT} ".join(" ".join(text[start:end].split()) for start, end in spans)


def release(
    store: Store,
    publications: Publications,
    task: Task,
    unit: Unit,
    typed: str,
    *,
    of: str,
    checked: bool,
    by: Person,
    now: dt.datetime,
) -> str:
    """Release a quote of a unit and return its id. ``checked`` says that the reviewer found nobody named in it.

    Raises Problems coding.missing, coding.gone, quote.consent, quote.translation, quote.words and quote.unchecked.
    """
    people.missing_unless(by.manages and unit.task == task.task)
    with store.transaction():
        if not consent(store, publications, unit).kind:
            raise Problem("quote.consent")
        text, language = text_of(store, unit, of)
        spans = spans_of(text, typed)
        found = signs(store, publications, unit, words_of(text, spans), language)
        if not checked:
            raise Problem("quote.unchecked")
        name = secrets.token_hex(5)
        store.collection(QUOTES).add(
            {
                "quote": name,
                "unit": unit.unit,
                "task": task.task,
                "of": of,
                "spans": spans,
                "reviewer": by.name,
                "warnings": len(found),
                "day": now.date().isoformat(),
            }
        )
        people.note(store, by, "quoted", task.task, now=now, unit=unit.unit, state="released")
    return name


def take_back(store: Store, task: Task, name: str, *, by: Person, now: dt.datetime) -> None:
    """Take a quote back; no further report shows it. Raises Problem coding.missing."""
    people.missing_unless(by.manages)
    with store.transaction():
        stored = store.collection(QUOTES).first(quote=name)
        if stored is None or stored.body["task"] != task.task:
            raise Problem("coding.missing")
        store.collection(QUOTES).delete(stored.id)
        people.note(store, by, "quoted", task.task, now=now, unit=stored.body["unit"], state="taken_back")


def released(store: Store, publications: Publications, task: str) -> list[Quote]:
    """Return the quotes of a task that may be shown at this moment: the text is there and the consent holds."""
    found = (_of(store, publications, stored) for stored in store.collection(QUOTES).find(task=task))
    return [quote for quote in found if quote is not None]


def _of(store: Store, publications: Publications, stored: Stored) -> Quote | None:
    body = stored.body
    try:
        unit = units.find(store, body["unit"])
        allowed = consent(store, publications, unit)
        text, language = text_of(store, unit, body["of"])
    except Problem:
        return None
    if not allowed.kind:
        return None
    words = words_of(text, body["spans"])
    redacted = len(body["spans"]) > 1 or body["spans"][0][0] > 0 or body["spans"][-1][1] < len(text.rstrip())
    facts = (body["of"], language, allowed, body["reviewer"], body["day"], redacted, body["warnings"])
    return Quote(body["quote"], unit, words, *facts)
