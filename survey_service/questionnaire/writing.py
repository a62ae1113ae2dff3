"""From the tree of an expression back to text, with as few parentheses as mean the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from survey_service.questionnaire.values import Node, to_text

RUNS = frozenset({"or", "and", "+", "-", "*", "div", "mod", "|"})
"""The operators of which a run is one node."""
_LEVELS: Mapping[str, int] = {
    **dict.fromkeys(("or",), 1),
    **dict.fromkeys(("and",), 2),
    **dict.fromkeys(("=", "!="), 3),
    **dict.fromkeys(("<", "<=", ">", ">="), 4),
    **dict.fromkeys(("+", "-"), 5),
    **dict.fromkeys(("*", "div", "mod"), 6),
    "neg": 7,
    "|": 8,
}
_PATH = 9


def _text(text: str) -> str:
    return f'"{text}"' if "'" in text else f"'{text}'"


def _step(node: Node) -> str:
    base = "current()/.." if node[1] == ("current",) and node[2] != ".." else _operand(node[1], _PATH)
    return f"{base}/{node[2]}" + "".join(f"[{write_tree(part)}]" for part in node[3:])


_FORMS: Mapping[str, Callable[[Node], str]] = {
    "ref": lambda node: f"${{{node[1]}}}",
    "name": lambda node: f"'${{{node[1]}}}'",
    "str": lambda node: _text(node[1]),
    "num": lambda node: to_text(float(node[1])),
    "col": lambda node: str(node[1]),
    ".": lambda _node: ".",
    "up": lambda node: "/".join([".."] * node[1]),
    "current": lambda _node: "current()",
    "instance": lambda node: f"instance({_text(node[1])})/root/item",
    "neg": lambda node: "-" + _operand(node[1], 7),
    "step": _step,
    "column": _step,
    "filter": lambda node: f"{_operand(node[1], _PATH)}[{write_tree(node[2])}]",
    "set": lambda node: f"({write_tree(node[1])})",
    "random": lambda _node: "random()",
}


def write_tree(node: Node) -> str:
    """Return the text of a tree."""
    name = node[0]
    form = _FORMS.get(name)
    if form is not None:
        return form(node)
    if name not in _LEVELS:
        return f"{name}({', '.join(write_tree(part) for part in node[1:])})"
    level = _LEVELS[name]
    # On the left an operator of the same level needs no parentheses, unless it would melt into the run of this one.
    first = _operand(node[1], level + 1 if node[1][0] == name and name in RUNS else level)
    return f" {name} ".join([first, *(_operand(part, level + 1) for part in node[2:])])


def _operand(node: Any, level: int) -> str:
    text = write_tree(node)
    return f"({text})" if _LEVELS.get(node[0], _PATH) < level else text
