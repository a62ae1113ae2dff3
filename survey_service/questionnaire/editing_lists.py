"""Choice lists of a definition and their choices (see ``editing``)."""

from __future__ import annotations

import copy
from collections.abc import Sequence

from survey_service.problems import Problem
from survey_service.questionnaire.editing import (
    Block,
    Definition,
    faults_of,
    insert,
    list_of,
    named,
    referred,
    shift,
    sound,
)
from survey_service.questionnaire.reach import choices_named


def put_list(definition: Definition, name: str, choices: Sequence[Block]) -> Definition:
    """Add a choice list or replace one. Raises Problem editing.referred if a choice that goes is named somewhere."""
    kept = {str(choice.get("name")) for choice in choices}
    before = definition.get("choices", {}).get(name, [])
    if not choices:
        raise Problem("editing.last", name=name)
    _refuse_choices(definition, name, {str(choice["name"]) for choice in before} - kept)
    changed = copy.deepcopy(definition)
    changed.setdefault("choices", {})[name] = [copy.deepcopy(choice) for choice in choices]
    return sound(changed, definition)


def delete_list(definition: Definition, name: str) -> Definition:
    """Take a choice list out. Raises Problem editing.referred if a question uses it."""
    list_of(definition, name)
    questionnaire, _ = faults_of(definition)
    users = [(each.name, "choices") for each in questionnaire.questions.values() if each.list_name == name]
    users += [(place, key) for place, key, expression in questionnaire.expressions() if name in expression.lists]
    if users:
        raise referred(name, users)
    changed = copy.deepcopy(definition)
    del changed["choices"][name]
    return sound(changed, definition)


def add_choice(definition: Definition, list_name: str, choice: Block, after: str = "") -> Definition:
    """Put a choice into a list behind the choice ``after``; without one, at the end."""
    choices = list(list_of(definition, list_name))
    insert(choices, choice, after)
    return put_list(definition, list_name, choices)


def replace_choice(definition: Definition, list_name: str, name: str, choice: Block) -> Definition:
    """Put another choice in the place of one. Raises Problem editing.referred if its name goes and is used."""
    choices = list(list_of(definition, list_name))
    choices[choices.index(named(choices, name))] = choice
    return put_list(definition, list_name, choices)


def move_choice(definition: Definition, list_name: str, name: str, step: int) -> Definition:
    """Move a choice up (−1) or down (1). Raises Problem editing.end at either end."""
    choices = list(list_of(definition, list_name))
    shift(choices, name, step)
    return put_list(definition, list_name, choices)


def delete_choice(definition: Definition, list_name: str, name: str) -> Definition:
    """Take a choice out of a list. Raises Problem editing.referred, and editing.last for the only one."""
    choices = list(list_of(definition, list_name))
    choices.remove(named(choices, name))
    return put_list(definition, list_name, choices)


def _refuse_choices(definition: Definition, list_name: str, gone: set[str]) -> None:
    if not gone:
        return
    questionnaire, _ = faults_of(definition)
    users = {name for name, question in questionnaire.questions.items() if question.list_name == list_name}
    found = []
    for place, key, expression in questionnaire.expressions():
        for question, choice in choices_named(place, expression):
            if question in users and choice in gone:
                found.append((place, key))
    for name in sorted(users):
        default = questionnaire.questions[name].default
        given = default if isinstance(default, list) else [default]
        found += [(name, "default") for choice in given if choice in gone]
    if found:
        raise referred(", ".join(sorted(gone)), found)
