"""Expressions for the browser: the tree as compact JSON that ``web/static/evaluate.js`` evaluates, and what it cannot.

Compared with ``Expression.to_json`` texts and numbers stand as they are, a reference is ``["$", name]``, and what can
be known before evaluation is written out: which way a step leads, whether positions count over all nodes, and patterns
in JavaScript's spelling. docs/expressions.md lists the nodes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, cast

from survey_service.questionnaire.expression import Expression
from survey_service.questionnaire.functions import FUNCTIONS
from survey_service.questionnaire.paths import LEAVES, is_set
from survey_service.questionnaire.pattern_speed import could_stall
from survey_service.questionnaire.patterns import PatternFault, for_browsers
from survey_service.questionnaire.values import MIRRORED, Node

JSON = str | float | bool | list[Any]


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
    rows of a list that is not among ``lists``, those the page carries, or ``pattern …`` that not all browsers take or
    that could stall them.
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
        return not could_stall(pattern)
    except PatternFault:
        return False


def _portable(node: Node) -> JSON:
    head = node[0]
    form = _FORMS.get(head)
    if form is not None:
        return form(node)
    return list(node) if head in LEAVES else [_HEADS.get(head, head), *map(_portable, node[1:])]


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
    return ["place", node[1][1] if node[1][0] == "up" else _portable(node[1])]


def _indexed(node: Node) -> JSON:
    """The entry that each pair of repeat and number says, seen from that of the pair before; then the question."""
    found: JSON = ["nth", ["$", node[2][1]], _portable(node[3])]
    for at in range(4, len(node), 2):
        found = ["nth", ["beside", found, node[at][1]], _portable(node[at + 1])]
    return _first(["step", found, node[1][1]])


def _text(node: Node) -> JSON:
    """The text of a value, of a node-set that of its first node."""
    part = _portable(node[1])
    return ["join", "", _first(part) if is_set(node[1]) else part]


def _first(nodes: JSON) -> JSON:
    """The value of the first node, the empty text if there is none."""
    return ["if", True, nodes, ""]


def _selected_at(node: Node) -> JSON:
    return _first(["nth", ["items", _portable(node[1])], ["+", ["trunc", _portable(node[2])], 1]])


def _round(node: Node) -> JSON:
    return ["round" if len(node) == 2 else "decimals", *map(_portable, node[1:])]


def _once(node: Node) -> JSON:
    return ["if", ["length", ["once"]], ["once"], _portable(node[1])]


def _format(node: Node) -> JSON:
    """Fixed texts and what is cut out of ``2026-11-23T14:05:30.250``: from, to, and 1 if without leading zeros."""
    pieces = re.findall("%.|[^%]+", node[2][1], re.DOTALL)
    return ["format", _portable(node[1]), *(_CUTS[piece[1]] if piece[0] == "%" else piece for piece in pieces)]


def _substring(node: Node) -> JSON:
    parts = [_portable(part) for part in node[1:]]
    return ["substring", *parts, *([["div", 1, 0]] if len(parts) == 2 else [])]  # no length is an infinite one


def _checklist(node: Node) -> JSON:
    """The number of true answers; of a node-set those of its nodes."""
    true = [
        ["count", ["filter", _portable(part), ["and", ["."]]]] if is_set(part) else ["and", _portable(part)]
        for part in node[3:]
    ]
    return ["between", _portable(node[1]), ["+", *true], _portable(node[2])]


def _weighted_checklist(node: Node) -> JSON:
    parts = [_portable(part) for part in node[3:]]
    weights = [["if", answer, weight, 0] for answer, weight in zip(parts[::2], parts[1::2], strict=True)]
    return ["between", _portable(node[1]), ["+", *weights], _portable(node[2])]


def _mirrored(node: Node) -> JSON:
    return [MIRRORED[node[0]], _portable(node[2]), _portable(node[1])]


_CUTS: Mapping[str, JSON] = {
    "Y": [0, 4], "y": [2, 4], "m": [5, 7], "n": [5, 7, 1], "d": [8, 10], "e": [8, 10, 1], "H": [11, 13],
    "h": [11, 13, 1], "M": [14, 16], "S": [17, 19], "3": [20, 23], "%": "%",
}  # fmt: skip

_HEADS: Mapping[str, str] = {
    "boolean": "and",
    "number": "+",
    "int": "trunc",
    "ceiling": "ceil",
    "min": "least",
    "max": "most",
    "count-non-empty": "filled",
    "last": "size",
    "string-length": "length",
    "substring-before": "before",
    "substring-after": "after",
    "starts-with": "starts",
    "ends-with": "ends",
    "normalize-space": "normalize",
    "date-time": "moment",
    "decimal-date-time": "days",
    "decimal-time": "time",
}
"""Functions that have another name in the browser."""

_FORMS: Mapping[str, Callable[[Node], JSON]] = {
    "str": lambda node: cast(str, node[1]),
    "num": lambda node: cast(float, node[1]),
    "ref": lambda node: ["$", node[1]],
    "step": _step,
    "column": lambda node: ["column", _portable(node[1]), node[2]],
    "filter": _filter,
    "set": lambda node: ["|", _portable(node[1])],
    "|": lambda node: ["|", *map(_portable, dict.fromkeys(node[1:]))],
    ">": _mirrored,
    ">=": _mirrored,
    "neg": lambda node: ["*", -1, _portable(node[1])],
    "true": lambda _node: True,
    "false": lambda _node: False,
    "boolean-from-string": lambda node: ["regex", _portable(node[1]), "^(?:true|1)$"],
    "exp10": lambda node: ["pow", 10, _portable(node[1])],
    "pi": lambda _node: math.pi,
    "position": _position,
    "indexed-repeat": _indexed,
    "concat": lambda node: ["join", "", *map(_portable, node[1:])],
    "substring": _substring,
    "regex": lambda node: ["regex", _portable(node[1]), for_browsers(node[2][1])],
    "round": _round,
    "once": _once,
    "string": _text,
    "selected-at": _selected_at,
    "count-selected": lambda node: ["count", ["items", _portable(node[1])]],
    "checklist": _checklist,
    "weighted-checklist": _weighted_checklist,
    "jr:choice-name": lambda node: ["label", _portable(node[1]), node[2][1]],
    "format-date": _format,
    "format-date-time": _format,
    "date": lambda node: ["substr", ["moment", _portable(node[1])], 0, 10],
}
"""Heads that are written in another way."""
