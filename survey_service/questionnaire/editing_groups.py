"""Groups and repeats of a definition: put around pages, changed, taken away (see ``editing``)."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from survey_service.problems import Problem
from survey_service.questionnaire import renaming
from survey_service.questionnaire.editing import (
    Block,
    Definition,
    group_of,
    names_of,
    page_of,
    refuse_references,
    sound,
)


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
        refuse_references(definition, [name], {name})
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
