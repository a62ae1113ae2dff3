"""From the tree of an expression to a Python closure, built once and then called with a scope.

Each node becomes a closure and the kind of its result (``s`` text, ``n`` number, ``b`` boolean, ``v`` not known before
evaluation), so that a conversion is done only where it can be needed. Node-sets are in ``evaluation_sets``.
"""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Callable, Mapping
from typing import Any, cast

from survey_service.questionnaire import evaluation_calls as calls
from survey_service.questionnaire import evaluation_sets as sets
from survey_service.questionnaire.codes import Code, Run, as_kind, constant, converted, item_values
from survey_service.questionnaire.functions import FUNCTIONS
from survey_service.questionnaire.nodes import first_value, is_single, items_of
from survey_service.questionnaire.values import NAN, Answer, Node, Scope, Value, to_boolean, to_number, value_of


def compile_node(node: Node) -> Code:
    """Compile a node that ``parse`` made, of whatever operator or function."""
    name = node[0]
    builder = _BUILDERS.get(name)
    if builder is not None:
        return builder(node)
    further = calls.BUILDERS.get(name) or sets.BUILDERS.get(name)
    return further(node, compile_node) if further else calls.call(FUNCTIONS[name], node, compile_node)


def compile_condition(node: Node) -> Callable[[Scope], bool]:
    """Compile a node so that it returns what ``boolean()`` makes of its value."""
    return _as("b", node)


def _as(kind: str, node: Node) -> Run:
    return as_kind(kind, node, compile_node)


# Leaves


def _reference(node: Node) -> Code:
    name = node[1]

    def run(scope: Scope) -> Value:
        answer = scope.answers.get(name)
        if answer.__class__ is str:
            return answer
        if answer is None:
            return first_value(scope, name) if name in scope.repeats else ""
        return value_of(answer)

    return Code(run, "v", lambda scope: items_of(scope, name, scope.path), frozenset([name]))


def _current(_node: Node) -> Code:
    return Code(lambda scope: value_of(scope.current), "v", lambda scope: [(scope.current, scope.path)])


def _column(node: Node) -> Code:
    name = node[1]
    return Code(lambda scope: scope.columns.get(name, ""), "s")


# Operators


def _logic(decisive: bool, node: Node) -> Code:
    """``or``, where a true part decides, and ``and``, where a false one does; the parts after it are not evaluated."""
    parts = tuple(_as("b", part) for part in node[1:])
    if len(parts) == 2:
        first, second = parts
        if decisive:
            return Code(lambda scope: first(scope) or second(scope), "b")
        return Code(lambda scope: first(scope) and second(scope), "b")

    def run(scope: Scope) -> bool:
        for part in parts:
            value: bool = part(scope)
            if value is decisive:
                return value
        return not decisive

    return Code(run, "b")


def _equality(same: Callable[[Any, Any], bool], node: Node) -> Code:
    """``=`` and ``!=``: as booleans if one side is a boolean, else as numbers if one is a number, else as texts."""
    left, right = compile_node(node[1]), compile_node(node[2])
    kinds = left.kind + right.kind
    if "b" in kinds:
        return _compared(same, "b", left, right)
    if "v" not in kinds:
        scalar = _compared(same, "n" if "n" in kinds else "s", left, right)
    else:
        scalar = Code(_equal_values(same, left.run, right.run), "b")
        if node[1][0] == "ref" and node[2][0] == "str":
            scalar = _equals_text(same, node[1][1], node[2][1], scalar.run)
    return _for_any(lambda one, other: _same_values(same, one, other), left, right, scalar)


def _same_values(same: Callable[[Any, Any], bool], one: Value, other: Value) -> bool:
    if one.__class__ is str and other.__class__ is str:
        return same(one, other)
    if one.__class__ is bool or other.__class__ is bool:
        return same(to_boolean(one), to_boolean(other))
    return same(to_number(one), to_number(other))


def _equal_values(same: Callable[[Any, Any], bool], first: Run, second: Run) -> Run:
    def run(scope: Scope) -> bool:
        one, other = first(scope), second(scope)
        if one.__class__ is str and other.__class__ is str:
            return same(one, other)
        return _same_values(same, one, other)

    return run


def _equals_text(same: Callable[[Any, Any], bool], name: str, text: str, general: Run) -> Code:
    """Most conditions: an answer that is a text is compared at once."""

    def run(scope: Scope) -> bool:
        answer: Answer = scope.answers.get(name)
        return same(answer, text) if answer.__class__ is str else general(scope)

    return Code(run, "b")


def _order(compare: Callable[[Any, Any], bool], node: Node) -> Code:
    left, right = compile_node(node[1]), compile_node(node[2])
    scalar = _compared(compare, "n", left, right)
    if node[1][0] == "ref" and node[2][0] == "num":
        scalar = _ordered_number(compare, node[1][1], float(node[2][1]), scalar.run)
    return _for_any(lambda one, other: compare(to_number(one), to_number(other)), left, right, scalar)


def _ordered_number(compare: Callable[[Any, Any], bool], name: str, number: float, general: Run) -> Code:
    def run(scope: Scope) -> bool:
        answer: Answer = scope.answers.get(name)
        return compare(answer, number) if answer.__class__ is int else general(scope)

    return Code(run, "b")


def _compared(compare: Callable[[Any, Any], bool], kind: str, left: Code, right: Code) -> Code:
    first, second = converted(kind, left), converted(kind, right)
    return Code(lambda scope: compare(first(scope), second(scope)), "b")


def _for_any(compare: Callable[[Value, Value], bool], left: Code, right: Code, scalar: Code) -> Code:
    """Compare node-sets as XPath does: it is true if it is for any two of their values; an empty set counts as ``""``.

    A reference means several only if it leads into a repeat, so a look into ``repeats`` saves the rest.
    """
    if not left.many and not right.many:
        return scalar
    firsts, seconds, quick = item_values(left), item_values(right), scalar.run

    def any_run(scope: Scope) -> bool:
        others = seconds(scope) or [""]
        return any(compare(one, other) for one in firsts(scope) or [""] for other in others)

    if True in (left.many, right.many):
        return Code(any_run, "b")
    names = cast(frozenset[str], (left.many or frozenset()) | (right.many or frozenset()))  # type: ignore[operator]

    def run(scope: Scope) -> bool:
        repeats = scope.repeats
        if repeats:
            for name in names:
                if name in repeats and not is_single(repeats[name], scope.path):
                    return any_run(scope)
        return cast(bool, quick(scope))

    return Code(run, "b")


def _arithmetic(operate: Callable[[float, float], float], node: Node) -> Code:
    first, *others = (_as("n", part) for part in node[1:])
    if len(others) == 1:
        (second,) = others
        return Code(lambda scope: operate(first(scope), second(scope)), "n")

    def run(scope: Scope) -> float:
        result: float = first(scope)
        for other in others:
            result = operate(result, other(scope))
        return result

    return Code(run, "n")


def _divide(left: float, right: float) -> float:
    """IEEE division: by zero it gives an infinity, and NaN for 0 div 0."""
    if right:
        return left / right
    if left == 0 or math.isnan(left):
        return NAN
    return math.copysign(math.inf, left) * math.copysign(1.0, right)


def _modulo(left: float, right: float) -> float:
    """The remainder with the sign of the left side, as in XPath 1.0: -5 mod 2 is -1."""
    return NAN if right == 0 or math.isinf(left) else math.fmod(left, right)


def _negative(node: Node) -> Code:
    run = _as("n", node[1])
    return Code(lambda scope: -run(scope), "n")


_BUILDERS: Mapping[str, Callable[[Node], Code]] = {
    "ref": _reference,
    "str": lambda node: constant(node[1], "s"),
    "num": lambda node: constant(float(node[1]), "n"),
    "col": _column,
    ".": _current,
    "or": functools.partial(_logic, True),
    "and": functools.partial(_logic, False),
    "=": functools.partial(_equality, operator.eq),
    "!=": functools.partial(_equality, operator.ne),
    "<": functools.partial(_order, operator.lt),
    "<=": functools.partial(_order, operator.le),
    ">": functools.partial(_order, operator.gt),
    ">=": functools.partial(_order, operator.ge),
    "+": functools.partial(_arithmetic, operator.add),
    "-": functools.partial(_arithmetic, operator.sub),
    "*": functools.partial(_arithmetic, operator.mul),
    "div": functools.partial(_arithmetic, _divide),
    "mod": functools.partial(_arithmetic, _modulo),
    "neg": _negative,
}
