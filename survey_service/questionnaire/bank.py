"""The question bank: all questions of the bundled questionnaires, each under its address ``needs/B02``.

A copy in another questionnaire keeps that address as its ``concept``, so that answers can be compared later.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from survey_service.problems import Problem
from survey_service.questionnaire import definition as definitions
from survey_service.questionnaire import editing, renaming
from survey_service.questionnaire.editing import Block, Definition
from survey_service.questionnaire.model import Question, Questionnaire

Bank = Mapping[str, Questionnaire]


@dataclass(frozen=True)
class Inserted:
    """A definition with a question of the bank in it: the question's ``name`` there, and the keys that were left out
    because they look at questions that are not there."""

    definition: Definition
    name: str
    left_out: tuple[str, ...] = field(default_factory=tuple)


def entries(bank: Bank) -> Iterator[tuple[str, Question]]:
    """Yield (address, question) for all questions of the bank that make sense elsewhere: no consents, no notes."""
    for questionnaire in bank.values():
        for question in questionnaire.questions.values():
            if question.name != questionnaire.consent and question.type != "note" and not question.choices_from:
                yield f"{questionnaire.name}/{question.name}", question


def find(bank: Bank, address: str) -> Question:
    """Return a question of the bank. Raises Problem editing.missing."""
    question = dict(entries(bank)).get(address)
    if question is None:
        raise Problem("editing.missing", name=address)
    return question


def from_template(questionnaire: Questionnaire, name: str) -> Definition:
    """Return a questionnaire of the bank under a new name; each question keeps where it comes from."""
    made = definitions.to_json(questionnaire)
    for page in made["pages"]:
        for question in page["questions"]:
            question.setdefault("concept", f"{questionnaire.name}/{question['name']}")
    return editing.sound({**made, "questionnaire": name})


def insert(definition: Definition, bank: Bank, address: str, page: str, after: str = "") -> Inserted:
    """Copy a question of the bank with its choice list and all its translations onto a page."""
    question = find(bank, address)
    block = copy.deepcopy(definitions.question_json(question))
    block.pop("group", None)
    block["name"] = editing.free_name(editing.names_of(definition), question.name)
    block["concept"] = question.concept or address
    known = _known(definition, address.partition("/")[0]) | {question.name}
    left_out = tuple(key for key, needed in _needs(question) if not needed <= known)
    for key in left_out:
        block.pop(key)
    if "calculation" in left_out:
        raise Problem("bank.depends", name=address)
    if "constraint" in left_out:
        block.pop("constraint_message", None)
    changed = dict(definition)
    if question.choices:
        block["choices"], changed["choices"] = _with_list(definition, question)
    if block["name"] != question.name:
        block = renaming.renamed_block(block, question.name, block["name"])
    return Inserted(editing.add_question(changed, page, block, after), block["name"], left_out)


def _known(definition: Definition, source: str) -> set[str]:
    """Return the questions of a definition that are those of the same name in a questionnaire of the bank."""
    asked = [question for page in definition.get("pages", []) for question in page["questions"]]
    same = definition.get("questionnaire") == source
    return {str(one["name"]) for one in asked if same or one.get("concept") == f"{source}/{one['name']}"}


def _needs(question: Question) -> Iterator[tuple[str, frozenset[str]]]:
    for key, expression in question.expressions():
        yield key, expression.names
    if question.trigger:
        yield "trigger", frozenset({question.trigger})


def _with_list(definition: Definition, question: Question) -> tuple[str, dict[str, list[Block]]]:
    """Return the name of the question's list in the definition, and all lists with it."""
    lists: dict[str, Any] = dict(definition.get("choices", {}))
    wanted = [definitions.choice_json(choice) for choice in question.choices]
    if lists.get(question.list_name) == wanted:
        return question.list_name, lists
    name = editing.free_name(lists, question.list_name)
    return name, {**lists, name: wanted}
