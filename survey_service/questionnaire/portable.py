"""Expressions for the browser: the tree as compact JSON that ``web/static/evaluate.js`` evaluates, and what it cannot.

Compared with ``Expression.to_json`` texts and numbers stand as they are, a reference is ``["$", name]``, and what can
be known before evaluation is written out: which way a step leads, whether positions count over all nodes, and patterns
in JavaScript's spelling. docs/expressions.md lists the nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from survey_service.questionnaire.expression import Expression
from survey_service.questionnaire.functions import FUNCTIONS
from survey_service.questionnaire.paths import LEAVES
from survey_service.questionnaire.patterns import PatternFault, for_browsers
from survey_service.questionnaire.values import Node

JSON = str | int | float | list[Any]


def portable(expression: Expression) -> JSON:
    """Return what the browser evaluates in place of an expression, ready for JSON.

    It is a text, a number or a list of a head and what is within. Raise ValueError if ``unsupported`` has a reason
    that no list takes away.
    """
    reasons = unsupported(expression, expression.lists)
    if reasons:
        raise ValueError(f"The browser cannot evaluate “{expression.text}”: {', '.join(sorted(reasons))}.")
    return _portable(expression.ast)


def unsupported(expression: Expression, lists: Collection[str] = ()) -> set[str]:
    """Return why the browser cannot evaluate an expression, empty if it can.

    A reason is a function that only the server knows (``uuid()``), ``%a %b`` (words of the language), ``list …`` for
    rows of a list that is not among ``lists``, those the page carries, or ``pattern …`` that JavaScript does not take.
    """
    reasons = {f"{name}()" for name in expression.functions if not FUNCTIONS[name].browser}
    reasons |= {f"list {name}" for name in expression.lists.difference(lists)}
    reasons |= {f"pattern {pattern}" for pattern in _patterns(expression.ast) if not _is_taken(pattern)}
    return reasons | ({"%a %b"} if expression.words else set())


def _patterns(node: Node) -> set[str]:
    if node[0] == "regex":
        return _patterns(node[1]) | {node[2][1]}
    return {found for part in node[1:] if isinstance(part, tuple) for found in _patterns(part)}


def _is_taken(pattern: str) -> bool:
    try:
        for_browsers(pattern)
    except PatternFault:
        return False
    return True


def _portable(node: Node) -> JSON:
    head = node[0]
    form = _FORMS.get(head)
    if form is not None:
        return form(node)
    return list(node) if head in LEAVES else [head, *map(_portable, node[1:])]


def _step(node: Node) -> JSON:
    base, name, *predicates = node[1:]
    if name == "..":
        return ["around", _portable(base)]
    upwards = base == ("current",) or (base[0] == "step" and base[2] == "..")
    return ["beside" if upwards else "step", _portable(base), name, *map(_portable, predicates)]


def _filter(node: Node) -> JSON:
    base = node[1]
    while base[0] == "filter":
        base = base[1]
    whole = [1] if base[0] in ("set", "|", "randomize") else []
    return ["filter", _portable(node[1]), _portable(node[2]), *whole]


def _position(node: Node) -> JSON:
    if len(node) == 1:
        return ["position"]
    return ["position", node[1][1] if node[1][0] == "up" else _portable(node[1])]


_FORMS: Mapping[str, Callable[[Node], JSON]] = {
    "str": lambda node: node[1],  # type: ignore[no-any-return]
    "num": lambda node: node[1],  # type: ignore[no-any-return]
    "name": lambda node: node[1],  # type: ignore[no-any-return]
    "ref": lambda node: ["$", node[1]],
    "step": _step,
    "column": lambda node: ["column", _portable(node[1]), node[2]],
    "filter": _filter,
    "|": lambda node: ["|", *map(_portable, dict.fromkeys(node[1:]))],
    "position": _position,
    "regex": lambda node: ["regex", _portable(node[1]), for_browsers(node[2][1])],
    "format-date-time": lambda node: ["format-date", *map(_portable, node[1:])],
}
