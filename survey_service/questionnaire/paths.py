"""Paths in expressions: from what people write to the few forms of the tree.

Names are unique in a questionnaire, so ``../age``, ``../../age`` and ``/data/group/age`` all mean ``${age}``. While an
expression is parsed some nodes are not yet what they mean, because that depends on what stands around them: they are
the *raw* nodes below, each with its column, and ``settle`` turns them into nodes of the tree.

    ("up", steps, column)         ``..``, ``../..``
    ("outer", column)             ``current()/..``
    ("here", name, column)        ``./name``, ``name/name``
    ("own", name, column)         a predicate's ``position()`` and ``last()``
    ("rows", list, missing, column)   ``instance('list')`` with the steps that are missing of ``/root/item``
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from survey_service.problems import D_, said
from survey_service.questionnaire.refusals import ExpressionFault, cannot_stand, refer, write
from survey_service.questionnaire.values import Node

LEAVES = frozenset(
    {"ref", "str", "num", "col", ".", "current", "instance", "name", "up", "outer", "here", "own", "rows"}
)
"""Heads of nodes that have no nodes within."""
_SETS = frozenset({"ref", "step", "column", "filter", "set", "instance", "|", "randomize", "current"})
_NODES_WANTED = D_("Only ${name} or instance('list')/root/item can be followed by / or [ ].")


def is_set(node: Node) -> bool:
    """Tell whether a node means a node-set."""
    return node[0] in _SETS or node[0] == "."


def is_list(node: Node) -> bool:
    """Tell whether a node-set consists of rows of a list, not of answers."""
    while node[0] in ("filter", "set", "|", "randomize"):
        node = node[1]
    return node[0] in ("instance", "rows")


def stepped(base: Node, name: str, column: int) -> Node:
    """Return the node of ``base/name``; ``name`` may be ``.`` or ``..``."""
    head = base[0]
    if name == "." and head != "col":
        return base
    if head == "rows":
        return _towards_rows(base, name, column)
    if name == "..":
        return _upwards(base, column)
    if head == "up":
        return ("ref", name)
    if head == "outer":
        return ("step", ("current",), name)
    if head in (".", "here", "col"):
        return ("here", name, column)
    if is_list(base):
        return ("column", base, name)
    if head not in _SETS or head == "column":
        raise cannot_stand(f"/{name}", column, said(_NODES_WANTED))
    return ("step", base, name)


def _upwards(base: Node, column: int) -> Node:
    head = base[0]
    if head == ".":
        return ("up", 1, column)
    if head == "up":
        return ("up", base[1] + 1, base[2])
    if head in ("current", "outer"):
        return ("outer", column)
    if head not in _SETS or head == "column" or is_list(base):
        raise refer("..", column)
    return base if head == "step" and base[2] == ".." else ("step", base, "..")


def _towards_rows(base: Node, name: str, column: int) -> Node:
    _, list_name, missing, _ = base
    if name != missing[0]:
        raise _rows_fault(list_name, column)
    return ("rows", list_name, missing[1:], column) if missing[1:] else ("instance", list_name)


def _rows_fault(list_name: str, column: int) -> ExpressionFault:
    return ExpressionFault(
        said(D_("instance() is not followed by /root/item.")),
        column,
        write(f"instance('{list_name}')/root/item[…]/label"),
    )


def filtered(base: Node, predicate: Node, column: int) -> Node:
    """Return the node of ``base[predicate]``. The predicate of a step is kept in it: it counts within each parent."""
    if base[0] == "rows":
        raise _rows_fault(base[1], column)
    if base[0] not in _SETS or base[0] == "column":
        raise cannot_stand("[", column, said(_NODES_WANTED))
    if base[0] == "step" and base[2] != "..":
        return (*base, predicate)
    return ("filter", base, predicate)


def absolute(names: list[tuple[str, int]]) -> Node:
    """Return the node of ``/data/group/name``, given its steps with their columns."""
    name, column = names[-1]
    if len(names) < 2 or any(step in (".", "..") for step, _ in names):
        raise refer(f"/{name}", column)
    return ("ref", name)


@dataclass(frozen=True)
class _Place:
    """What surrounds a node: the nearest predicate's kind, ``list``, ``repeat`` or none, and if any is a repeat's."""

    kind: str = ""
    in_repeat: bool = False
    chances: Iterator[int] = field(default_factory=itertools.count)

    def within(self, base: Node) -> _Place:
        kind = "list" if is_list(base) else "repeat"
        return _Place(kind, self.in_repeat or kind == "repeat", self.chances)


def settle(node: Node) -> Node:
    """Return the tree without raw nodes; raise ExpressionFault if one has no meaning where it stands."""
    return _settled(node, _Place())


def _settled(node: Node, place: _Place) -> Node:
    head = node[0]
    if head in LEAVES:
        return _settled_leaf(node, place)
    if head == "step" and node[1] == ("current",) and not place.in_repeat:
        reference: Node = ("ref", node[2])
        for predicate in node[3:]:
            reference = ("filter", reference, _settled(predicate, place.within(node)))
        return reference
    if head == "step":
        predicates = (_settled(part, place.within(node)) for part in node[3:])
        return ("step", _settled(node[1], place), node[2], *predicates)
    if head == "column":
        return ("column", _settled(node[1], place), node[2])
    if head == "filter":
        return ("filter", _settled(node[1], place), _settled(node[2], place.within(node[1])))
    if head == "position" and len(node) == 2 and node[1][0] in ("up", "outer"):
        return ("position", _settled_parent(node[1], place))
    if head == "random":
        number = next(place.chances)
        return ("random", ("num", number)) if number else ("random",)
    return (head, *(_settled(part, place) for part in node[1:]))


def _settled_parent(node: Node, place: _Place) -> Node:
    if node[0] == "up":
        return node[:2]
    return ("step", ("current",), "..") if place.in_repeat else ("up", 1)


def _settled_leaf(node: Node, place: _Place) -> Node:
    head = node[0]
    if head in ("here", "col") and place.kind == "repeat":
        return ("ref", node[1])
    if head == "current" and not place.kind:
        return (".",)
    if head == "here" and place.kind == "list":
        return ("col", node[1])
    if head == "own" and place.kind:
        return (node[1],)
    if head == "rows":
        raise _rows_fault(node[1], node[3])
    if head == "own":
        raise ExpressionFault(
            said(D_("%(name)s() has no meaning outside [ ]."), name=node[1]),
            node[2],
            said(D_("Write position(..) for the number of the entry.")),
        )
    if head in ("here", "up", "outer"):
        raise refer(f"/{node[1]}" if head == "here" else "..", node[-1])
    return node


def parts_of(node: Node) -> tuple[Any, ...]:
    """Return the nodes directly within a node of the tree."""
    head = node[0]
    if head in LEAVES:
        return ()
    if head == "step":
        return (node[1], *node[3:])
    return (node[1],) if head == "column" else node[1:]
