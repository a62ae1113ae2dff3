"""Where answers stand: from the name of a question or repeat to its nodes, seen from one place of the questionnaire.

A node is ``(answer, path)``: an answer and the repeat instance it stands in, or an instance of a repeat (a mapping of
its answers) and its own path. A path is a tuple of ``(repeat, index from 0)``, outermost first. Rows of a choice list
are nodes too; they stand nowhere, so their path is None.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from survey_service.questionnaire.values import Path, Scope, Value, value_of

Item = tuple[Any, Path | None]
_NOTHING: Mapping[str, Any] = {}


def items_of(scope: Scope, name: str, path: Path) -> list[Item]:
    """Return the nodes of ``${name}`` seen from ``path``, in document order.

    As far as the repeats that enclose the question are those of the path, it is the path's own instance; from there on
    it is all instances. A question outside repeats is one node, answered or not.
    """
    places: list[tuple[Mapping[str, Any], Path]] = [(scope.answers, ())]
    own = True
    for depth, repeat in enumerate(scope.repeats.get(name, ())):
        own = own and depth < len(path) and path[depth][0] == repeat
        if own:
            places = _instance(*places[0], repeat, path[depth][1])
            if not places:
                return []
        else:
            places = [inner for place in places for inner in _instances(*place, repeat)]
    if scope.repeats and scope.is_repeat(name):
        return [inner for place in places for inner in _instances(*place, name)]
    return [(answers.get(name), where) for answers, where in places]


def _instance(answers: Mapping[str, Any], path: Path, repeat: str, index: int) -> list[tuple[Mapping[str, Any], Path]]:
    found = answers.get(repeat)
    if not isinstance(found, list | tuple) or not 0 <= index < len(found):
        return []
    entry = found[index]
    return [(entry if isinstance(entry, Mapping) else _NOTHING, (*path, (repeat, index)))]


def _instances(answers: Mapping[str, Any], path: Path, repeat: str) -> list[tuple[Mapping[str, Any], Path]]:
    found = answers.get(repeat)
    if not isinstance(found, list | tuple):
        return []
    return [
        (entry if isinstance(entry, Mapping) else _NOTHING, (*path, (repeat, index)))
        for index, entry in enumerate(found)
    ]


def instance_at(answers: Mapping[str, Any], path: Path) -> Mapping[str, Any]:
    """Return the answers of the repeat instance at a path, of the questionnaire itself if it is empty, none if there
    is no such instance."""
    for repeat, index in path:
        found = _instance(answers, (), repeat, index)
        answers = found[0][0] if found else _NOTHING
    return answers


def is_single(chain: tuple[str, ...], path: Path) -> bool:
    """Tell whether a question with these enclosing repeats is one node, seen from the path."""
    if len(chain) == 1:
        return bool(path) and path[0][0] == chain[0]
    return len(chain) <= len(path) and all(repeat == own for repeat, (own, _) in zip(chain, path, strict=False))


def first_value(scope: Scope, name: str) -> Value:
    """Return the value of the first node of ``${name}`` seen from where the expression stands, ``""`` if none."""
    chain, path = scope.repeats[name], scope.path
    if is_single(chain, path):  # the usual case: within one instance
        answers: Any = scope.answers
        for repeat, (_, index) in zip(chain, path, strict=False):
            entries = answers.get(repeat)
            if entries.__class__ is not list or not 0 <= index < len(entries):
                return ""
            answers = entries[index]
            if answers.__class__ is not dict:
                break
        else:
            return value_of(answers.get(name))
    items = items_of(scope, name, path)
    return value_of(items[0][0]) if items else ""
