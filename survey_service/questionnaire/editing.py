"""Changing a definition step by step: each operation returns new definition data, or raises a Problem.

Definition data is what ``definition.to_json`` gives. An operation is refused if the outcome would have a fault that the
definition had not before (``questionnaire.faulty``), or if something still refers to what would go
(``editing.referred``, with place and key of each reference in its faults). The definition given is never changed. Here:
questions, pages and the head; ``editing_groups``, ``editing_lists`` and ``editing_ends`` have the rest.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from survey_service.problems import Problem, Said
from survey_service.questionnaire import loader, renaming
from survey_service.questionnaire.builder import Builder
from survey_service.questionnaire.faults import Fault, Faults
from survey_service.questionnaire.model import Questionnaire
from survey_service.questionnaire.yaml_source import Located

Definition = dict[str, Any]
Block = dict[str, Any]

HEAD = ("label", "hint", "audience", "languages", "minutes", "consent")


def sound(definition: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> Definition:
    """Return the definition. Raises Problem questionnaire.faulty if it has a fault that ``before`` had not."""
    found = faults_of(definition)[1]
    known = [_said(fault) for fault in faults_of(before)[1]] if found and before is not None else []
    Faults([fault for fault in found if _said(fault) not in known]).raise_if_any()
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


def _said(fault: Fault) -> tuple[str, Said]:
    return fault.place, fault.fault


# Looking things up


def question_of(definition: Mapping[str, Any], name: str) -> Block:
    """Return a question. Raises Problem editing.missing."""
    page, index = _place(definition, name)
    found: Block = page["questions"][index]
    return found


def page_of(definition: Mapping[str, Any], name: str) -> Block:
    """Return a page. Raises Problem editing.missing."""
    return named(definition.get("pages", []), name)


def group_of(definition: Mapping[str, Any], name: str) -> Block:
    """Return a group. Raises Problem editing.missing."""
    return named(definition.get("groups", []), name)


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
    insert(page_of(changed, page)["questions"], question, after)
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
    refuse_references(definition, [name], {name})
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
    insert(changed.setdefault("pages", []), page, after)
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
    shift(changed["pages"], name, step)
    return sound(changed, definition)


def delete_page(definition: Definition, name: str) -> Definition:
    """Take a page and its questions out. Raises Problem editing.referred, and editing.last for the only page."""
    page = page_of(definition, name)
    inside = [str(question["name"]) for question in page["questions"]]
    refuse_references(definition, inside, {name, *inside})
    changed = copy.deepcopy(definition)
    if len(changed["pages"]) == 1:
        raise Problem("editing.last", name=name)
    changed["pages"].remove(page_of(changed, name))
    return sound(changed, definition)


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


def named(blocks: Sequence[Block], name: str) -> Block:
    """Return the block of that name. Raises Problem editing.missing."""
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


def insert(blocks: list[Block], block: Block, after: str) -> None:
    """Put a copy of a block behind another; without one, at the end."""
    place = blocks.index(named(blocks, after)) + 1 if after else len(blocks)
    blocks.insert(place, copy.deepcopy(block))


def shift(blocks: list[Block], name: str, step: int) -> None:
    """Move a block up (−1) or down (1). Raises Problem editing.end."""
    place = blocks.index(named(blocks, name))
    if not 0 <= place + step < len(blocks):
        raise Problem("editing.end", name=name)
    blocks.insert(place + step, blocks.pop(place))


def refuse_references(definition: Definition, names: Sequence[str], going: set[str]) -> None:
    """Raise Problem editing.referred if anything refers to one of the names, other than what is ``going`` too."""
    for name in names:
        found = [(place, key) for place, key in referring(definition, name) if place not in going]
        if found:
            raise referred(name, found)


def referred(name: str, found: Iterable[tuple[str, str]]) -> Problem:
    """Return the Problem that names who refers to something: (place, key) each."""
    places = list(dict.fromkeys(found))
    faults = tuple({"place": place, "key": key} for place, key in places)
    listing = ", ".join(dict.fromkeys(place for place, _ in places))
    return Problem("editing.referred", faults=faults, name=name, places=listing)
