"""What people agreed to: the very words that stood around the consent, in their language, as a version.

A response keeps the version (a hash of the words), so that it can be shown later what somebody said yes to. The words
themselves stand in the revision. Where they do not change from one revision to the next, neither does the version.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from survey_service import digests
from survey_service.questionnaire.model import Questionnaire, Text, wording
from survey_service.responses.collection import RESPONSES
from survey_service.responses.revisions import Publications
from survey_service.store.base import Store

YES = "yes"


@dataclass(frozen=True)
class Asked:
    """One consent as a person read it: the question's name, the paragraphs before it, the question and its choices
    (by name) in one language."""

    question: str
    before: tuple[str, ...]
    words: str
    choices: Mapping[str, str]


@dataclass(frozen=True)
class Version:
    """One wording of a questionnaire's consents in one language: since which revision and day, and the number of
    responses that rest on it."""

    mark: str
    language: str
    revision: str
    day: str
    number: int
    count: int
    asked: tuple[Asked, ...]


def asked(questionnaire: Questionnaire, language: str) -> tuple[Asked, ...]:
    """Return all consents of a questionnaire as they read in a language."""
    return tuple(_asked(questionnaire, name, language) for name in questionnaire.consents)


def _asked(questionnaire: Questionnaire, name: str, language: str) -> Asked:
    page, question = questionnaire.page_of[name], questionnaire.questions[name]
    texts: list[Text] = [page.label, page.hint]
    for other in page.questions:
        if other.name == name:
            break
        if other.type == "note":
            texts += [other.label, other.hint]
    texts.append(question.hint)
    before = tuple(said for text in texts if (said := wording(text, language)))
    choices = {choice.name: wording(choice.label, language) for choice in question.choices}
    return Asked(name, before, wording(question.label, language), choices)


def mark(questionnaire: Questionnaire, language: str) -> str:
    """Return the version of the consents in a language: the SHA-256 of the words; "" if there are none."""
    found = asked(questionnaire, language)
    data = [[each.question, list(each.before), each.words, dict(each.choices)] for each in found]
    return digests.of_json(data) if found else ""


def mark_of(publications: Publications, response: Mapping[str, Any]) -> str:
    """Return the version that a response rests on; one of before there were versions follows from its revision."""
    known: str = response.get("consent", "")
    return known or mark(publications.questionnaire(response["revision"]), response["language"])


def given(questionnaire: Questionnaire, response: Mapping[str, Any]) -> dict[str, str]:
    """Return what a response says to each consent that it was asked for, by question."""
    answers = response["answers"]
    return {name: str(answers[name]) for name in questionnaire.consents if answers.get(name) is not None}


def choice(each: Asked, answer: str) -> str:
    """Return the words of what was chosen."""
    return each.choices.get(answer, answer)


def versions(store: Store, publications: Publications, name: str) -> list[Version]:
    """Return all versions of a questionnaire's consents, by language and age; counted in one pass."""
    counted: Counter[tuple[str, str, str]] = Counter()
    for stored in store.collection(RESPONSES).find(questionnaire=name):
        body = stored.body
        counted[body["language"], body["revision"], body.get("consent", "")] += 1
    counts: Counter[tuple[str, str]] = Counter()
    for (language, revision, known), count in counted.items():
        counts[language, known or mark(publications.questionnaire(revision), language)] += count
    found: dict[tuple[str, str], Version] = {}
    for entry in publications.entries(name):
        questionnaire = publications.questionnaire(entry.revision)
        for language in questionnaire.languages:
            key = (language, mark(questionnaire, language))
            if key[1] and key not in found:
                number = 1 + sum(each.language == language for each in found.values())
                words = asked(questionnaire, language)
                found[key] = Version(key[1], language, entry.revision, entry.day, number, counts[key], words)
    return sorted(found.values(), key=lambda each: (each.language, each.number))
