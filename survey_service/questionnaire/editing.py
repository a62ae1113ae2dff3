"""Changing a definition step by step: each operation returns new definition data, or raises a Problem.

Definition data is what ``definition.to_json`` gives. An operation is refused if the outcome would have a fault that the
definition had not before (``questionnaire.faulty``), or if something still refers to what would go
(``editing.referred``, with place and key of each reference in its faults). The definition given is never changed.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from survey_service.problems import Problem
from survey_service.questionnaire import loader, renaming
from survey_service.questionnaire.builder import Builder
from survey_service.questionnaire.faults import Fault, Faults
from survey_service.questionnaire.model import Questionnaire
from survey_service.questionnaire.reach import choices_named
from survey_service.questionnaire.yaml_source import Located

Definition = dict[str, Any]
Block = dict[str, Any]

HEAD = ("label", "hint", "audience", "languages", "minutes", "consent")


def sound(definition: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> Definition:
    """Return the definition. Raises Problem questionnaire.faulty if it has a fault that ``before`` had not."""
    known = {_said(fault) for fault in faults_of(before)[1]} if before is not None else set()
    faults = Faults([fault for fault in faults_of(definition)[1] if _said(fault) not in known])
    faults.raise_if_any()
    return dict(definition)


def faults_of(definition: Mapping[str, Any]) -> tuple[Questionnaire, tuple[Fault, ...]]:
    """Return the questionnaire, as far as it can be built, and all its faults, those of the whole included."""
    name, faults = str(definition.get("questionnaire", "")), Faults()
    builder = Builder(name, faults, {})
    questionnaire = builder.questionnaire(definition)
    raw = Located(definition)
    raw.lines = {}
    loader.check(questionnaire, raw, name, faults, builder.named)
    return questionnaire, tuple(faults.found)


def _said(fault: Fault) -> tuple[str, str]:
    return fault.place, fault.fault


# Looking things up


def question_of(definition: Mapping[str, Any], name: str) -> Block:
    """Return a question. Raises Problem editing.missing."""
    page, index = _place(definition, name)
    found: Block = page["questions"][index]
    return found


def page_of(definition: Mapping[str, Any], name: str) -> Block:
    """Return a page. Raises Problem editing.missing."""
    return _named(definition.get("pages", []), name)


def group_of(definition: Mapping[str, Any], name: str) -> Block:
    """Return a group. Raises Problem editing.missing."""
    return _named(definition.get("groups", []), name)


def list_of(definition: Mapping[str, Any], name: str) -> list[Block]:
    """Return a choice list. Raises Problem editing.missing."""
    try:
        found: list[Block] = definition.get("choices", {})[name]
    except KeyError:
        raise Problem("editing.missing", name=name) from None
    return found


def names_of(definition: Mapping[str, Any]) -> set[str]:
    """Return the names of all questions, pages and groups."""
    pages = definition.get("pages", [])
    blocks = [*pages, *definition.get("groups", []), *(each for page in pages for each in page["questions"])]
    return {str(block.get("name")) for block in blocks}


def free_name(taken: Iterable[str], wanted: str) -> str:
    """Return the wanted name, or it with the first number that makes it free."""
    known = set(taken)
    numbers = (f"{wanted}_{number}" for number in range(2, len(known) + 3))
    return wanted if wanted not in known else next(name for name in numbers if name not in known)


def referring(definition: Mapping[str, Any], name: str) -> Iterator[tuple[str, str]]:
    """Yield (place, key) of what refers to a question or repeat: expressions, texts, the consent."""
    questionnaire, _ = faults_of(definition)
    for place, key, used in loader.references(questionnaire):
        if name in used:
            yield place, key
    if questionnaire.consent == name:
        yield questionnaire.name, "consent"
    for address, text in loader.texts_of(questionnaire):
        if any(name in renaming.names_in(wording) for wording in text.values()):
            *_, place, key = address.split("/")
            yield place, key


# Questions


def add_question(definition: Definition, page: str, question: Block, after: str = "") -> Definition:
    """Put a question on a page behind the question ``after``; without one, at the end."""
    changed = copy.deepcopy(definition)
    _insert(page_of(changed, page)["questions"], question, after)
    return sound(changed, definition)


def replace_question(definition: Definition, name: str, question: Block) -> Definition:
    """Put another question in the place of one; if it has another name, all references follow."""
    new = str(question.get("name", ""))
    if new != name:
        definition = rename_question(definition, name, new)
        question = renaming.renamed_block(question, name, new)
    changed = copy.deepcopy(definition)
    page, index = _place(changed, new)
    page["questions"][index] = copy.deepcopy(question)
    return sound(changed, definition)


def rename_question(definition: Definition, old: str, new: str) -> Definition:
    """Give a question another name, in all expressions and texts that refer to it too. Raises editing.taken."""
    question_of(definition, old)
    if new in names_of(definition):
        raise Problem("editing.taken", name=new)
    changed = renaming.renamed(definition, old, new)
    question_of(changed, old)["name"] = new
    return sound(changed, definition)


def move_question(definition: Definition, name: str, step: int) -> Definition:
    """Move a question up (−1) or down (1), over the edge of its page onto the next one.

    Raises Problem editing.end at either end, and editing.last for the only question of a page.
    """
    changed = copy.deepcopy(definition)
    page, index = _place(changed, name)
    questions, pages = page["questions"], changed["pages"]
    if 0 <= index + step < len(questions):
        questions.insert(index + step, questions.pop(index))
        return sound(changed, definition)
    number = pages.index(page) + step
    if not 0 <= number < len(pages):
        raise Problem("editing.end", name=name)
    if len(questions) == 1:
        raise Problem("editing.last", name=name)
    moved = questions.pop(index)
    if moved.get("group") and page.get("group") != pages[number].get("group"):
        moved.pop("group")
    pages[number]["questions"].insert(0 if step > 0 else len(pages[number]["questions"]), moved)
    return sound(changed, definition)


def delete_question(definition: Definition, name: str) -> Definition:
    """Take a question out. Raises Problem editing.referred, and editing.last for the only question of a page."""
    _refuse_references(definition, [name], {name})
    changed = copy.deepcopy(definition)
    page, index = _place(changed, name)
    if len(page["questions"]) == 1:
        raise Problem("editing.last", name=name)
    del page["questions"][index]
    return sound(changed, definition)


# Pages


def add_page(definition: Definition, page: Block, after: str = "") -> Definition:
    """Put a page, with at least one question, behind the page ``after``; without one, at the end."""
    changed = copy.deepcopy(definition)
    _insert(changed.setdefault("pages", []), page, after)
    return sound(changed, definition)


def replace_page(definition: Definition, name: str, page: Block) -> Definition:
    """Change what stands at a page itself; its questions stay if ``page`` names none."""
    changed = copy.deepcopy(definition)
    kept = page_of(changed, name)
    changed["pages"][changed["pages"].index(kept)] = {"questions": kept["questions"], **copy.deepcopy(page)}
    return sound(changed, definition)


def move_page(definition: Definition, name: str, step: int) -> Definition:
    """Move a page up (−1) or down (1). Raises Problem editing.end at either end."""
    changed = copy.deepcopy(definition)
    _shift(changed["pages"], name, step)
    return sound(changed, definition)


def delete_page(definition: Definition, name: str) -> Definition:
    """Take a page and its questions out. Raises Problem editing.referred, and editing.last for the only page."""
    page = page_of(definition, name)
    inside = [str(question["name"]) for question in page["questions"]]
    _refuse_references(definition, inside, {name, *inside})
    changed = copy.deepcopy(definition)
    if len(changed["pages"]) == 1:
        raise Problem("editing.last", name=name)
    changed["pages"].remove(page_of(changed, name))
    return sound(changed, definition)


# Groups and repeats


def add_group(definition: Definition, group: Block, pages: Sequence[str]) -> Definition:
    """Put a group or repeat around pages that stand in the same group, within which it then is.

    Raises Problem editing.taken and editing.missing.
    """
    if group.get("name") in names_of(definition):
        raise Problem("editing.taken", name=group.get("name"))
    changed = copy.deepcopy(definition)
    enclosed = [page_of(changed, name) for name in pages]
    around = {str(page.get("group", "")) for page in enclosed}
    parent = around.pop() if len(around) == 1 else ""
    changed.setdefault("groups", []).append({**copy.deepcopy(group), **({"parent": parent} if parent else {})})
    for page in enclosed:
        page["group"] = group["name"]
    return sound(changed, definition)


def replace_group(definition: Definition, name: str, group: Block) -> Definition:
    """Change what stands at a group itself; if it has another name, all references follow. Raises editing.taken."""
    new = str(group.get("name", ""))
    if new != name and new in names_of(definition):
        raise Problem("editing.taken", name=new)
    group_of(definition, name)
    changed = renaming.renamed(definition, name, new) if new != name else copy.deepcopy(definition)
    for block, key in _members(changed):
        if block.get(key) == name:
            block[key] = new
    groups = changed["groups"]
    place = groups.index(group_of(changed, name))
    kept = {key: groups[place][key] for key in ("parent",) if key in groups[place]}
    groups[place] = {**kept, **renaming.renamed_block(group, name, new)}
    return sound(changed, definition)


def delete_group(definition: Definition, name: str) -> Definition:
    """Take a group away and leave its pages and questions. Raises Problem editing.referred."""
    group = group_of(definition, name)
    if group.get("repeat"):
        _refuse_references(definition, [name], {name})
    changed = copy.deepcopy(definition)
    parent = str(group.get("parent", ""))
    for block, key in _members(changed):
        if block.get(key) == name:
            block[key] = parent
            if not parent:
                del block[key]
    changed["groups"].remove(group_of(changed, name))
    return sound(changed, definition)


def _members(definition: Mapping[str, Any]) -> Iterator[tuple[Block, str]]:
    """Yield each block that can stand in a group, with the key that says in which."""
    for group in definition.get("groups", []):
        yield group, "parent"
    for page in definition.get("pages", []):
        yield page, "group"
        for question in page["questions"]:
            yield question, "group"


# Early ends


def end_of(definition: Mapping[str, Any], name: str) -> Block:
    """Return an early end. Raises Problem editing.missing."""
    return _named(definition.get("screen_outs", []), name)


def add_end(definition: Definition, end: Block) -> Definition:
    """Add an early end behind the others: the first whose condition holds counts. Raises editing.taken."""
    changed = copy.deepcopy(definition)
    ends = changed.setdefault("screen_outs", [])
    if any(found["name"] == end.get("name") for found in ends):
        raise Problem("editing.taken", name=end.get("name"))
    ends.append(copy.deepcopy(end))
    return sound(changed, definition)


def replace_end(definition: Definition, name: str, end: Block) -> Definition:
    """Put another early end in the place of one. Raises editing.taken."""
    changed = copy.deepcopy(definition)
    ends = changed.get("screen_outs", [])
    place = ends.index(_named(ends, name))
    if any(found["name"] == end.get("name") for found in [*ends[:place], *ends[place + 1 :]]):
        raise Problem("editing.taken", name=end.get("name"))
    ends[place] = copy.deepcopy(end)
    return sound(changed, definition)


def move_end(definition: Definition, name: str, step: int) -> Definition:
    """Move an early end up (−1) or down (1). Raises Problem editing.end at either end of their list."""
    changed = copy.deepcopy(definition)
    _shift(changed.get("screen_outs", []), name, step)
    return sound(changed, definition)


def delete_end(definition: Definition, name: str) -> Definition:
    """Take an early end out."""
    changed = copy.deepcopy(definition)
    gone = end_of(changed, name)
    changed["screen_outs"].remove(gone)
    return sound(changed, definition)


# Choice lists


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
    for question in questionnaire.questions.values():
        users += [(question.name, key) for key, expression in question.expressions() if name in expression.lists]
    if users:
        raise _referred(name, users)
    changed = copy.deepcopy(definition)
    del changed["choices"][name]
    return sound(changed, definition)


def add_choice(definition: Definition, list_name: str, choice: Block, after: str = "") -> Definition:
    """Put a choice into a list behind the choice ``after``; without one, at the end."""
    choices = list(list_of(definition, list_name))
    _insert(choices, choice, after)
    return put_list(definition, list_name, choices)


def replace_choice(definition: Definition, list_name: str, name: str, choice: Block) -> Definition:
    """Put another choice in the place of one. Raises Problem editing.referred if its name goes and is used."""
    choices = list(list_of(definition, list_name))
    choices[choices.index(_named(choices, name))] = choice
    return put_list(definition, list_name, choices)


def move_choice(definition: Definition, list_name: str, name: str, step: int) -> Definition:
    """Move a choice up (−1) or down (1). Raises Problem editing.end at either end."""
    choices = list(list_of(definition, list_name))
    _shift(choices, name, step)
    return put_list(definition, list_name, choices)


def delete_choice(definition: Definition, list_name: str, name: str) -> Definition:
    """Take a choice out of a list. Raises Problem editing.referred, and editing.last for the only one."""
    choices = list(list_of(definition, list_name))
    choices.remove(_named(choices, name))
    return put_list(definition, list_name, choices)


def _refuse_choices(definition: Definition, list_name: str, gone: set[str]) -> None:
    if not gone:
        return
    questionnaire, _ = faults_of(definition)
    users = {name for name, question in questionnaire.questions.items() if question.list_name == list_name}
    found = []
    for place, key, expression in loader.conditions(questionnaire):
        for question, choice in choices_named(place, expression):
            if question in users and choice in gone:
                found.append((place, key))
    for name in sorted(users):
        default = questionnaire.questions[name].default
        given = default if isinstance(default, list) else [default]
        found += [(name, "default") for choice in given if choice in gone]
    if found:
        raise _referred(", ".join(sorted(gone)), found)


# The head


def set_head(definition: Definition, **values: Any) -> Definition:
    """Change title, introduction, audience, languages, minutes or consent; an empty value takes an entry out."""
    unknown = values.keys() - set(HEAD)
    if unknown:
        raise TypeError(f"not in the head: {', '.join(sorted(unknown))}")
    changed = copy.deepcopy(definition)
    for key, value in values.items():
        if value:
            changed[key] = copy.deepcopy(value)
        else:
            changed.pop(key, None)
    return sound(changed, definition)


# Steps


def _named(blocks: Sequence[Block], name: str) -> Block:
    for block in blocks:
        if block.get("name") == name:
            return block
    raise Problem("editing.missing", name=name)


def _place(definition: Mapping[str, Any], question: str) -> tuple[Block, int]:
    for page in definition.get("pages", []):
        for index, found in enumerate(page["questions"]):
            if found.get("name") == question:
                return page, index
    raise Problem("editing.missing", name=question)


def _insert(blocks: list[Block], block: Block, after: str) -> None:
    place = blocks.index(_named(blocks, after)) + 1 if after else len(blocks)
    blocks.insert(place, copy.deepcopy(block))


def _shift(blocks: list[Block], name: str, step: int) -> None:
    place = blocks.index(_named(blocks, name))
    if not 0 <= place + step < len(blocks):
        raise Problem("editing.end", name=name)
    blocks.insert(place + step, blocks.pop(place))


def _refuse_references(definition: Definition, names: Sequence[str], going: set[str]) -> None:
    for name in names:
        found = [(place, key) for place, key in referring(definition, name) if place not in going]
        if found:
            raise _referred(name, found)


def _referred(name: str, found: Iterable[tuple[str, str]]) -> Problem:
    places = list(dict.fromkeys(found))
    faults = tuple({"place": place, "key": key} for place, key in places)
    listing = ", ".join(dict.fromkeys(place for place, _ in places))
    return Problem("editing.referred", faults=faults, name=name, places=listing)
