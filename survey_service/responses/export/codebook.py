"""What the columns of an export mean, over all revisions of a questionnaire.

A question that a later revision no longer asks keeps its column. One whose type has changed has a column for each type:
the newest bears the question's name, an earlier one that and the number of the last revision that asked so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from survey_service.problems import Problem
from survey_service.questionnaire.model import Choice, Question
from survey_service.questionnaire.question_types import TYPES
from survey_service.responses.revisions import Publications


@dataclass(frozen=True)
class Variable:
    """One question in one type. ``question`` is as the newest such revision asks it, ``choices`` those of all."""

    name: str
    question: Question
    choices: tuple[Choice, ...]
    revisions: tuple[str, ...]


@dataclass(frozen=True)
class Codebook:
    """The variables of a questionnaire, and for each revision which question is which variable (its position)."""

    variables: tuple[Variable, ...]
    places: Mapping[str, Mapping[str, int]]


def of(publications: Publications, name: str) -> Codebook:
    """Return the codebook of a questionnaire. Raises Problem questionnaire.missing."""
    history = publications.history(name)
    if not history:
        raise Problem("questionnaire.missing")
    found: dict[tuple[str, str], list[tuple[str, Question]]] = {}
    for revision in reversed(history):
        for question in publications.questionnaire(revision).questions.values():
            if _has_answers(question):
                found.setdefault((question.name, question.type), []).append((revision, question))
    variables: list[Variable] = []
    position: dict[tuple[str, str], int] = {}
    for (question_name, kind), uses in found.items():
        position[question_name, kind] = len(variables)
        variables.append(_variable(question_name, uses, {variable.name for variable in variables}))
    places = {
        revision: {
            question.name: position[question.name, question.type]
            for question in publications.questionnaire(revision).questions.values()
            if (question.name, question.type) in position
        }
        for revision in history
    }
    return Codebook(tuple(variables), places)


def _has_answers(question: Question) -> bool:
    """Tell whether responses may hold an answer: somebody gives it, or it is calculated or noted."""
    kind = TYPES[question.type]
    return kind.asks or kind.computed is not None or question.type == "calculate"


def _variable(name: str, uses: list[tuple[str, Question]], taken: set[str]) -> Variable:
    newest_revision, newest = uses[0]
    choices: dict[str, Choice] = {}
    for _, question in uses:
        for choice in question.choices:
            choices.setdefault(choice.name, choice)
    number = newest_revision.rpartition("-")[2]
    return Variable(
        name=f"{name}@{number}" if name in taken else name,
        question=newest,
        choices=tuple(choices.values()),
        revisions=tuple(reversed([revision for revision, _ in uses])),
    )
