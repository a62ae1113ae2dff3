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
PATH = 9
"""The level of what binds closest: whatever a step or a predicate may follow."""


def quoted(text: str) -> str:
    """Return a text as an expression writes it; no text of a tree has both kinds of quotes."""
    return f'"{text}"' if "'" in text else f"'{text}'"


class Writer:
    """Writes trees as people write them. ``forms`` are the heads with a way of their own; a subclass has others."""

    def __init__(self) -> None:
        self.forms: dict[str, Callable[[Node], str]] = {
            "ref": lambda node: f"${{{node[1]}}}",
            "name": lambda node: f"'${{{node[1]}}}'",
            "str": lambda node: quoted(node[1]),
            "num": lambda node: to_text(float(node[1])),
            "col": lambda node: str(node[1]),
            ".": lambda _node: ".",
            "up": lambda node: "/".join([".."] * node[1]),
            "current": lambda _node: "current()",
            "instance": lambda node: f"instance({quoted(node[1])})/root/item",
            "neg": lambda node: "-" + self.operand(node[1], _LEVELS["neg"]),
            "step": self._step,
            "column": self._step,
            "filter": lambda node: f"{self.operand(node[1], PATH)}[{self.write(node[2])}]",
            "set": lambda node: f"({self.write(node[1])})",
            "random": lambda _node: "random()",
        }

    def _step(self, node: Node) -> str:
        base = "current()/.." if node[1] == ("current",) and node[2] != ".." else self.operand(node[1], PATH)
        return f"{base}/{node[2]}" + "".join(f"[{self.write(part)}]" for part in node[3:])

    def write(self, node: Node) -> str:
        """Return the text of a tree."""
        name = node[0]
        form = self.forms.get(name)
        if form is not None:
            return form(node)
        if name not in _LEVELS:
            return f"{name}({', '.join(self.write(part) for part in node[1:])})"
        level = _LEVELS[name]
        # On the left an operator of the same level needs no parentheses, unless it would melt into the run of this one.
        first = self.operand(node[1], level + 1 if node[1][0] == name and name in RUNS else level)
        return f" {name} ".join([first, *(self.operand(part, level + 1) for part in node[2:])])

    def operand(self, node: Any, level: int) -> str:
        """Return the text of a node beside an operator of a level, in parentheses if it binds less."""
        text = self.write(node)
        return f"({text})" if _LEVELS.get(node[0], PATH) < level else text


write_tree = Writer().write
