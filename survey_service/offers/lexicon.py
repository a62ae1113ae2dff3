"""What codes are called, as words to search by: in the language of the page and in German."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from survey_service import languages
from survey_service.offers.entry import (
    COUNTY,
    FIELD,
    FLAG,
    KIND,
    LABEL,
    LANGUAGE,
    PLACE,
    RELATED,
    SECTOR,
    TEXT,
    TYPE,
    Mark,
)
from survey_service.offers.search_words import spellings
from survey_service.offers.vocabulary import Vocabulary
from survey_service.questionnaire.model import Choice, Questionnaire, Text

GERMAN = "de"
QUESTIONS = {
    FIELD: "A05_fields",
    TYPE: "A05_types",
    KIND: "A01",
    PLACE: "A17",
    LANGUAGE: "A09",
    SECTOR: "A05_sectors",
}
"""Which question of ``offers`` names the codes of a kind."""
FLAG_QUESTIONS = {"child_care": "A16", "online": "A16", "women_only": "A16", "evening": "A16", "step_free": "A15"}
_WEAK = {LANGUAGE, FLAG, KIND, SECTOR}
"""Kinds whose names say little about what an offer is: ``Deutsch`` is spoken nearly everywhere."""
_NEEDS = "B09_"
_LEAST = 3
"""Shorter words of names say nothing: articles, prepositions."""


@dataclass(frozen=True)
class Lexicon:
    """Word → the marks it may mean, each with where that counts as found; the words there are, and how they are written
    in names.
    """

    tag: str
    meanings: Mapping[str, Mapping[Mark, int]]
    vocabulary: Vocabulary = field(compare=False)
    written: Mapping[str, str] = field(compare=False)


def choices_of(offers: Questionnaire, kind: str) -> tuple[Choice, ...]:
    """Return the choices that name the codes of a kind, none if the questionnaire doesn't ask for it."""
    question = offers.questions.get(QUESTIONS[kind])
    return question.choices if question is not None else ()


def lexicon(tag: str, offers: Questionnaire, needs: Questionnaire | None) -> Lexicon:
    """Return the words of a language, and the German ones.

    What newcomers call a need (``Wohnung finden``, in each language) leads to the types of offer that answer it, and
    to its field of action.
    """
    meanings: dict[str, dict[Mark, int]] = {}
    written: dict[str, str] = {}
    for mark, label, where in (*_codes(offers), *_needs(needs)):
        for word, original in _words(label, tag):
            written.setdefault(word, original)
            marks = meanings.setdefault(word, {})
            marks[mark] = min(where, marks.get(mark, where))
            if mark[0] == PLACE:
                marks.setdefault((PLACE, COUNTY), RELATED)
    return Lexicon(tag, meanings, Vocabulary(meanings), written)


def label_in(label: Text, tag: str) -> str:
    """Return a label for readers of a language: in it, in a fallback, in any."""
    for candidate in ("*", *languages.chain(tag), *label):
        if candidate in label:
            return label[candidate]
    return ""


def _words(label: Text, tag: str) -> Iterator[tuple[str, str]]:
    """Yield the words of a label as they are compared, each with the word as it is written."""
    for text in dict.fromkeys((label_in(label, tag), label_in(label, GERMAN))):
        for original in re.split(r"[^\w'’-]+", text):
            for word in sorted(spellings(original)):
                if len(word) >= _LEAST:
                    yield word, original


def _codes(offers: Questionnaire) -> Iterator[tuple[Mark, Text, int]]:
    for kind in QUESTIONS:
        for choice in _real(choices_of(offers, kind)):
            yield (kind, choice.name), choice.label, RELATED if kind in _WEAK else LABEL
    for flag, name in FLAG_QUESTIONS.items():
        question = offers.questions.get(name)
        for choice in question.choices if question is not None else ():
            if choice.name == flag:
                yield (FLAG, flag), choice.label, RELATED


def _needs(needs: Questionnaire | None) -> Iterator[tuple[Mark, Text, int]]:
    for name, question in needs.questions.items() if needs is not None else ():
        if name.startswith(_NEEDS):
            for choice in _real(question.choices):
                if choice.columns.get("field"):
                    yield (FIELD, choice.columns["field"]), choice.label, RELATED
                for kind in choice.columns.get("types", "").split():
                    yield (TYPE, kind), choice.label, TEXT


def _real(choices: Iterable[Choice]) -> Iterator[Choice]:
    return (choice for choice in choices if not choice.last)
