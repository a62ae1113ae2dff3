"""From the tree of an expression to a Python closure, built once and then called with a scope.

Each node becomes a closure and the kind of its result (``s`` text, ``n`` number, ``b`` boolean, ``v`` not known before
evaluation), so that a conversion is done only where it can be needed.
"""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from survey_service.questionnaire.functions import FUNCTIONS, Function, Node
from survey_service.questionnaire.values import NAN, Answer, Scope, Value, to_boolean, to_number, to_text, value_of

Run = Callable[[Scope], Any]


@dataclass(frozen=True)
class Code:
    """A compiled node: what to call, and the kind of value it returns."""

    run: Run
    kind: str


def compile_node(node: Node) -> Code:
    """Compile a node that ``parse`` made, of whatever operator or function."""
    name = node[0]
    builder = _BUILDERS.get(name)
    return builder(node) if builder else _call(FUNCTIONS[name], node)


_CONVERSIONS: Mapping[str, Callable[[Value], Value]] = {"s": to_text, "n": to_number, "b": to_boolean}


def _as(kind: str, node: Node) -> Run:
    """Compile a node so that it returns the kind asked for."""
    return _converted(kind, compile_node(node))


def _converted(kind: str, code: Code) -> Run:
    run = code.run
    if kind in ("v", code.kind):
        return run
    convert = _CONVERSIONS[kind]
    return lambda scope: convert(run(scope))


# Leaves


def _constant(value: Value, kind: str) -> Code:
    return Code(lambda _scope: value, kind)


def _reference(node: Node) -> Code:
    name = node[1]

    def run(scope: Scope) -> Value:
        answer = scope.answers.get(name)
        return answer if answer.__class__ is str else value_of(answer)

    return Code(run, "v")


def _current(_node: Node) -> Code:
    return Code(lambda scope: value_of(scope.current), "v")


def _column(node: Node) -> Code:
    name = node[1]
    return Code(lambda scope: scope.columns.get(name, ""), "s")


# Operators


def _logic(decisive: bool, node: Node) -> Code:
    """``or``, where a true part decides, and ``and``, where a false one does; the parts after it are not evaluated."""
    parts = tuple(_as("b", part) for part in node[1:])

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
        return _compared(same, "n" if "n" in kinds else "s", left, right)
    first, second = left.run, right.run

    def run(scope: Scope) -> bool:
        one, other = first(scope), second(scope)
        if one.__class__ is str and other.__class__ is str:
            return same(one, other)
        if one.__class__ is bool or other.__class__ is bool:
            return same(to_boolean(one), to_boolean(other))
        return same(to_number(one), to_number(other))

    return Code(run, "b")


def _order(compare: Callable[[Any, Any], bool], node: Node) -> Code:
    return _compared(compare, "n", compile_node(node[1]), compile_node(node[2]))


def _compared(compare: Callable[[Any, Any], bool], kind: str, left: Code, right: Code) -> Code:
    first, second = _converted(kind, left), _converted(kind, right)
    return Code(lambda scope: compare(first(scope), second(scope)), "b")


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


# Functions


def _call(function: Function, node: Node) -> Code:
    apply = cast(Callable[..., Value], function.apply)
    runs = tuple(_as(function.takes_at(index), part) for index, part in enumerate(node[1:]))
    if not runs:
        return _constant(apply(), function.gives)
    if len(runs) == 1:
        (only,) = runs
        return Code(lambda scope: apply(only(scope)), function.gives)
    if len(runs) == 2:
        first, second = runs
        return Code(lambda scope: apply(first(scope), second(scope)), function.gives)
    return Code(lambda scope: apply(*[run(scope) for run in runs]), function.gives)


def _if(node: Node) -> Code:
    condition, then, otherwise = _as("b", node[1]), compile_node(node[2]), compile_node(node[3])
    yes, no = then.run, otherwise.run
    kind = then.kind if then.kind == otherwise.kind else "v"
    return Code(lambda scope: yes(scope) if condition(scope) else no(scope), kind)


def _is_empty(value: Value) -> bool:
    """An empty text, or NaN as in JavaRosa: ``coalesce(number(${a}), 0)`` is meant to give 0 where ${a} is empty."""
    return value == "" or (isinstance(value, float) and math.isnan(value))


def _coalesce(node: Node) -> Code:
    first, second = compile_node(node[1]).run, compile_node(node[2]).run

    def run(scope: Scope) -> Value:
        value: Value = first(scope)
        if not _is_empty(value):
            return value
        value = second(scope)
        return "" if _is_empty(value) else value

    return Code(run, "v")


def _once(node: Node) -> Code:
    calculate = compile_node(node[1]).run

    def run(scope: Scope) -> Value:
        value = value_of(scope.current)
        return calculate(scope) if value == "" else value

    return Code(run, "v")


def _selected(node: Node) -> Code:
    """Look into a stored list of choices without joining and splitting it."""
    general = _call(FUNCTIONS["selected"], node).run
    if node[1][0] not in ("ref", ".") or node[2][0] != "str" or not node[2][1].strip():
        return Code(general, "b")
    name = None if node[1][0] == "." else node[1][1]
    choice = node[2][1].strip()

    def run(scope: Scope) -> bool:
        answer: Answer = scope.current if name is None else scope.answers.get(name)
        if answer.__class__ is list:
            return choice in answer
        return answer is not None and general(scope)

    return Code(run, "b")


_BUILDERS: Mapping[str, Callable[[Node], Code]] = {
    "ref": _reference,
    "str": lambda node: _constant(node[1], "s"),
    "num": lambda node: _constant(float(node[1]), "n"),
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
    "if": _if,
    "coalesce": _coalesce,
    "once": _once,
    "selected": _selected,
    "today": lambda _node: Code(lambda scope: scope.today.isoformat(), "s"),
}
