"""Can conditions hold together? A search over what answers can be.

A condition is taken apart into what must hold together; each part narrows what an answer can be (``constraints``). What
is not understood narrows nothing, and very many alternatives count as possible.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping

from survey_service.questionnaire import constraints as known
from survey_service.questionnaire.constraints import State
from survey_service.questionnaire.values import MIRRORED, Node, to_number

CURRENT = "."
"""The name under which the states hold the current answer."""
_BUDGET, _DEPTH = 5_000, 200


def is_possible(conditions: Iterable[Node], states: Mapping[str, State]) -> bool:
    """Tell whether conditions can hold together, given what each answer can be; True in case of doubt."""
    return _Search().holds(list(conditions), states, 0)


_NEGATED = {"=": "!=", "!=": "="}
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_COUNTED = "count-selected"


class _Search:
    """A search with a budget: when it is spent, everything counts as possible."""

    def __init__(self) -> None:
        self.left = _BUDGET

    def holds(self, conditions: list[Node], states: Mapping[str, State], depth: int) -> bool:
        """Take conditions apart; alternatives are tried last, when the other conditions leave the least to try."""
        alternatives: list[Node] = []
        while conditions:
            self.left -= 1
            if self.left < 0 or depth > _DEPTH:
                return True
            node = _settled(_pushed(conditions.pop()))
            if node[0] == "and":
                conditions.extend(node[1:])
            elif node[0] == "or":
                alternatives.append(node)
            elif node[0] in ("true", "false"):
                if node[0] == "false":
                    return False
            else:
                narrowed = _narrowed(node, states)
                if narrowed is None:
                    return False
                states = narrowed
        if not alternatives:
            return True
        first, *others = alternatives
        return any(self.holds([part, *others], states, depth + 1) for part in first[1:])


def _pushed(node: Node) -> Node:
    """Return a condition with ``not()`` moved inwards."""
    if node[0] == "boolean":
        inside: Node = node[1]
        return inside
    if node[0] != "not":
        return node
    inner: Node = node[1]
    head = inner[0]
    if head in ("and", "or"):
        return ("or" if head == "and" else "and", *(("not", part) for part in inner[1:]))
    if head in ("not", "boolean"):
        return _pushed(inner[1]) if head == "not" else ("not", inner[1])
    if head in ("true", "false"):
        return ("false",) if head == "true" else ("true",)
    return (_NEGATED[head], *inner[1:]) if head in _NEGATED else node


def _settled(node: Node) -> Node:
    """Return whether two texts are the same, if that is what a condition asks: rows made from a list do."""
    if node[0] in _NEGATED and node[1][0] == node[2][0] == "str":
        return ("true",) if (node[1][1] == node[2][1]) == (node[0] == "=") else ("false",)
    return node


def _narrowed(node: Node, states: Mapping[str, State]) -> Mapping[str, State] | None:
    """Return the states under one more condition, the same if it is not understood, None if it cannot hold."""
    found = _rule(node)
    if found is None:
        return states
    name, rule = found
    state = states.get(name)
    if state is None:
        return states
    narrowed = rule(state)
    if narrowed is None or not narrowed.possible():
        return None
    return {**states, name: narrowed}


Rule = Callable[[State], State | None]


def _rule(node: Node) -> tuple[str, Rule] | None:
    """Return whose answer a condition speaks of, and how it narrows it."""
    head = node[0]
    negated = head == "not"
    if negated:
        node = node[1]
        head = node[0]
    if head in ("ref", "."):
        return _name(node), known.is_false if negated else known.answered
    if head == "selected" and node[1][0] in ("ref", ".") and node[2][0] == "str" and node[2][1].strip():
        choice = node[2][1].strip()
        rule = known.includes_not if negated else known.includes
        return _name(node[1]), lambda state: rule(state, choice)
    if head in MIRRORED or head in _NEGATED:
        return _comparison(node, negated=negated)
    return None


def _name(node: Node) -> str:
    return str(node[1]) if node[0] == "ref" else CURRENT


def _comparison(node: Node, *, negated: bool) -> tuple[str, Rule] | None:
    sign, left, right = str(node[0]), node[1], node[2]
    if left[0] in ("str", "num", "neg"):
        sign, left, right = MIRRORED.get(sign, sign), right, left
    value = _constant(right)
    if value is None:
        return None
    if left[0] == _COUNTED and left[1][0] in ("ref", "."):
        sign = _OPPOSITE.get(sign, sign) if negated else sign  # a count is never empty
        low, high = _bounds(sign, to_number(value))
        return _name(left[1]), lambda state: known.counts_within(state, low, high)
    if left[0] not in ("ref", "."):
        return None
    if isinstance(value, str) and sign in _NEGATED:
        return _name(left), lambda state: (known.is_text if sign == "=" else known.is_not_text)(state, str(value))
    if sign == "!=" or negated:
        return None  # it also holds for an empty answer, which is not a number
    low, high = _bounds(sign, to_number(value))
    return _name(left), lambda state: known.is_within(state, low, high)


def _constant(node: Node) -> str | float | None:
    if node[0] == "neg" and node[1][0] == "num":
        return -float(node[1][1])
    if node[0] == "str":
        return str(node[1])
    return float(node[1]) if node[0] == "num" else None


def _bounds(sign: str, number: float) -> tuple[float, float]:
    """Return the least and the greatest number for which a comparison holds."""
    if math.isnan(number):
        return math.nan, math.nan
    if sign == "!=":
        return -math.inf, math.inf
    low = {">": math.nextafter(number, math.inf), ">=": number, "=": number}.get(sign, -math.inf)
    high = {"<": math.nextafter(number, -math.inf), "<=": number, "=": number}.get(sign, math.inf)
    return low, high
