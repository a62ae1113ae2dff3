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
    repeats = scope.repeats
    places: list[tuple[Mapping[str, Any], Path]] = [(scope.answers, ())]
    own = True
    for depth, repeat in enumerate(repeats.get(name, ())):
        own = own and depth < len(path) and path[depth][0] == repeat
        if own:
            places = [place for place in _instances(*places[0], repeat) if place[1] == path[: depth + 1]][:1]
            if not places:
                return []
        else:
            places = [inner for place in places for inner in _instances(*place, repeat)]
    if is_repeat(repeats, name):
        return [inner for place in places for inner in _instances(*place, name)]
    return [(answers.get(name), where) for answers, where in places]


def _instances(answers: Mapping[str, Any], path: Path, repeat: str) -> list[tuple[Mapping[str, Any], Path]]:
    found = answers.get(repeat)
    if not isinstance(found, list | tuple):
        return []
    return [
        (entry if isinstance(entry, Mapping) else _NOTHING, (*path, (repeat, index)))
        for index, entry in enumerate(found)
    ]


def is_repeat(repeats: Mapping[str, tuple[str, ...]], name: str) -> bool:
    """Tell whether the name is that of a repeat: an outermost one is not enclosed, another encloses something."""
    chain = repeats.get(name)
    return chain is not None and (not chain or any(name in other for other in repeats.values()))


def instance_at(answers: Mapping[str, Any], path: Path) -> Mapping[str, Any]:
    """Return the answers of the repeat instance at a path, of the questionnaire itself if it is empty."""
    for repeat, index in path:
        answers = _instances(answers, (), repeat)[index][0]
    return answers


def first_value(scope: Scope, name: str) -> Value:
    """Return the value of the first node of ``${name}`` seen from where the expression stands, ``""`` if none."""
    answers: Any = scope.answers
    path = scope.path
    chain = scope.repeats[name]
    if len(chain) <= len(path):  # the usual case: within one instance
        for repeat, (own, index) in zip(chain, path, strict=False):
            entries = answers.get(repeat) if repeat == own else None
            if not isinstance(entries, list) or index >= len(entries) or not isinstance(entries[index], Mapping):
                break
            answers = entries[index]
        else:
            return value_of(answers.get(name))
    items = items_of(scope, name, path)
    return value_of(items[0][0]) if items else ""
