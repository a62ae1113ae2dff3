"""Early ends of a definition (see ``editing``)."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from survey_service.problems import Problem
from survey_service.questionnaire.editing import Block, Definition, named, shift, sound


def end_of(definition: Mapping[str, Any], name: str) -> Block:
    """Return an early end. Raises Problem editing.missing."""
    return named(definition.get("screen_outs", []), name)


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
    place = ends.index(named(ends, name))
    if any(found["name"] == end.get("name") for found in [*ends[:place], *ends[place + 1 :]]):
        raise Problem("editing.taken", name=end.get("name"))
    ends[place] = copy.deepcopy(end)
    return sound(changed, definition)


def move_end(definition: Definition, name: str, step: int) -> Definition:
    """Move an early end up (−1) or down (1). Raises Problem editing.end at either end of their list."""
    changed = copy.deepcopy(definition)
    shift(changed.get("screen_outs", []), name, step)
    return sound(changed, definition)


def delete_end(definition: Definition, name: str) -> Definition:
    """Take an early end out."""
    changed = copy.deepcopy(definition)
    gone = end_of(changed, name)
    changed["screen_outs"].remove(gone)
    return sound(changed, definition)
