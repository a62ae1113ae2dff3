"""What a node of an expression compiles to, and the conversions between compiled nodes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from survey_service.questionnaire.nodes import Item
from survey_service.questionnaire.values import Node, Scope, Value, to_boolean, to_number, to_text, value_of

Run = Callable[[Scope], Any]


@dataclass(frozen=True)
class Code:
    """A compiled node: what to call, and the kind of value it returns.

    ``nodes`` gives the nodes of a node-set; ``run`` then gives the value of the first. ``many`` is True if there can be
    several, or the names of the questions of which there are several if they stand in repeats. ``truth`` gives what
    ``boolean()`` makes of it, where that is not what it makes of the value.
    """

    run: Run
    kind: str
    nodes: Callable[[Scope], list[Item]] | None = None
    many: bool | frozenset[str] = False
    truth: Callable[[Scope], bool] | None = None


Compile = Callable[[Node], Code]
_CONVERSIONS: Mapping[str, Callable[[Value], Value]] = {"s": to_text, "n": to_number, "b": to_boolean}


def constant(value: Value, kind: str) -> Code:
    """Return the code of a value that is always the same."""
    return Code(lambda _scope: value, kind)


def as_kind(kind: str, node: Node, compile_node: Compile) -> Run:
    """Compile a node so that it returns the kind asked for."""
    return converted(kind, compile_node(node))


def converted(kind: str, code: Code) -> Run:
    """Return what gives the value of a code in the kind asked for."""
    run = code.run
    if kind in ("v", code.kind):
        return run
    if kind == "b" and code.truth is not None:
        return code.truth
    convert = _CONVERSIONS[kind]
    return lambda scope: convert(run(scope))


def item_values(code: Code, kind: str = "v") -> Callable[[Scope], list[Any]]:
    """Return what gives the values, in a kind, of all nodes of a node-set, or of a plain value that one."""
    nodes = code.nodes
    if nodes is None:
        run = converted(kind, code)
        return lambda scope: [run(scope)]
    if kind == "v":
        return lambda scope: [value_of(answer) for answer, _ in nodes(scope)]
    convert = _CONVERSIONS[kind]
    return lambda scope: [convert(value_of(answer)) for answer, _ in nodes(scope)]
