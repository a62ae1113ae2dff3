"""Expressions as XForms write them: a name becomes the path from where the expression stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from survey_service.questionnaire import paths
from survey_service.questionnaire.expression import Expression
from survey_service.questionnaire.values import Node
from survey_service.questionnaire.writing import PATH, Writer, quoted
from survey_service.questionnaire.xform.layout import Layout, Steps, absolute

LIST, REPEAT = "list", "repeat"


@dataclass(frozen=True)
class _Place:
    """What ``.`` is, what it is outside all predicates, and the kind of the predicate around, "" for none."""

    here: Steps
    outside: Steps
    kind: str = ""


class _XPath(Writer):
    """Writes one tree where it stands."""

    def __init__(self, layout: Layout, place: _Place) -> None:
        super().__init__()
        self.layout, self.place = layout, place
        self.forms.update(
            {
                "ref": lambda node: self._to(layout.paths[node[1]]),
                "name": lambda node: quoted(absolute(layout.paths[node[1]])),
                "up": self._up,
                "step": self._step,
                "column": lambda node: f"{self.operand(node[1], PATH)}/{node[2]}",
                "filter": self._filter,
                "pulldata": self._pulldata,
                "substring": self._substring,
                "floor": lambda node: self._whole(node[1], "<", "-"),
                "ceiling": lambda node: self._whole(node[1], ">", "+"),
            }
        )

    def within(self, base: Node) -> _XPath:
        """Return what writes a predicate of a node-set."""
        if paths.is_list(base):
            return _XPath(self.layout, replace(self.place, kind=LIST))
        return _XPath(self.layout, replace(self.place, here=self._target(base), kind=REPEAT))

    def _to(self, there: Steps) -> str:
        if self.place.kind != LIST:
            return self.layout.between(self.place.here, there)
        way = self.layout.between(self.place.outside, there)
        return way if way.startswith("/") else f"current()/{way}"

    def _up(self, node: Node) -> str:
        repeats = self.layout.repeats_at(self.place.here)
        if node[1] > len(repeats):
            return ".."  # outside repeats a group is the first of its name
        return "/".join([".."] * (len(self.place.here) - len(repeats[-node[1]]))) or "."

    def _target(self, node: Node) -> Steps:
        """Return the path of the nodes of a set that is none of rows."""
        head = node[0]
        if head == "ref":
            return self.layout.paths[node[1]]
        if head == "step":
            if node[2] != "..":
                return self.layout.paths[node[2]]
            repeats = self.layout.repeats_at(self._target(node[1])[:-1])
            return repeats[-1] if repeats else ()
        if head in (".", "current"):
            return self.place.outside if head == "current" else self.place.here
        return self._target(node[1])

    def _step(self, node: Node) -> str:
        target = self._target(node)
        predicates = "".join(f"[{self.within(node).write(part)}]" for part in node[3:])
        base = self._target(node[1])
        way = self.layout.between(base, target)
        start = "current()" if node[1] == ("current",) else self.operand(node[1], PATH)
        return (way if way.startswith("/") else f"{start}/{way}") + predicates

    def _filter(self, node: Node) -> str:
        return f"{self.operand(node[1], PATH)}[{self.within(node[1]).write(node[2])}]"

    def _pulldata(self, node: Node) -> str:
        """A look-up in a list is written as what it means: clients look for a file of that name otherwise."""
        _, (_, list_name), (_, column), (_, key), wanted = node
        rows: Node = ("instance", list_name)
        found = ("column", ("filter", rows, ("=", ("col", key), wanted)), column)
        return self.write(found)

    def _substring(self, node: Node) -> str:
        """XPath's function counts from 1; clients know the one that counts from 0."""
        text, start, *length = node[1:]
        first: Node = ("-", start, ("num", 1))
        end = [("+", first, length[0])] if length else []
        return self.write(("substr", text, first, *end))

    def _whole(self, number: Node, beyond: str, step: str) -> str:
        """Clients know how to cut off a fraction only: towards zero."""
        cut: Node = ("int", number)
        return self.write(("if", (beyond, number, cut), (step, cut, ("num", 1)), cut))


def written(layout: Layout, expression: Expression, here: Steps, *, in_list: bool = False) -> str:
    """Return an expression that stands at a path; ``in_list`` says that it is a choice filter."""
    return _XPath(layout, _Place(here, here, LIST if in_list else "")).write(expression.ast)


def heads(node: Node) -> Iterator[Node]:
    """Yield all nodes of a tree."""
    yield node
    for part in paths.parts_of(node):
        if isinstance(part, tuple):
            yield from heads(part)
