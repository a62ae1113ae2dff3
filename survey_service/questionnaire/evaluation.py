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
from survey_service.questionnaire.nodes import first_value, items_of
from survey_service.questionnaire.values import NAN, Answer, Scope, Value, to_boolean, to_number, to_text, value_of

Run = Callable[[Scope], Any]
Nodes = Callable[[Scope], list[Any]]


@dataclass(frozen=True)
class Code:
    """A compiled node: what to call, and the kind of value it returns.

    ``nodes`` gives the nodes (see ``nodes``) of an expression that means a node-set; ``run`` then gives the value of
    the first.
    """

    run: Run
    kind: str
    nodes: Nodes | None = None


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
        if answer.__class__ is str:
            return answer  # type: ignore[no-any-return]
        if answer is None:
            return first_value(scope, name) if name in scope.repeats else ""
        return value_of(answer)

    return Code(run, "v", lambda scope: items_of(scope, name, scope.path))


def _current(_node: Node) -> Code:
    return Code(lambda scope: value_of(scope.current), "v", lambda scope: [(scope.current, scope.path)])


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


def _values(code: Code) -> Callable[[Scope], list[Value]]:
    """Return what gives the values of all nodes of a node-set, or of a plain value that one."""
    nodes, run = code.nodes, code.run
    if nodes is None:
        return lambda scope: [run(scope)]
    return lambda scope: [value_of(answer) for answer, _ in nodes(scope)]


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
    letters = [function.takes_at(index) for index in range(len(node) - 1)]
    if any(letter.isupper() for letter in letters):
        return _call_over_nodes(function, node, letters)
    runs = tuple(_as(letter, part) for letter, part in zip(letters, node[1:], strict=True))
    if not runs:
        return _constant(apply(), function.gives)
    if len(runs) == 1:
        (only,) = runs
        return Code(lambda scope: apply(only(scope)), function.gives)
    if len(runs) == 2:
        first, second = runs
        return Code(lambda scope: apply(first(scope), second(scope)), function.gives)
    return Code(lambda scope: apply(*[run(scope) for run in runs]), function.gives)


def _call_over_nodes(function: Function, node: Node, letters: list[str]) -> Code:
    """A function that takes node-sets: capital letters stand for all values of an argument, one after another."""
    apply = cast(Callable[..., Value], function.apply)
    parts: list[Callable[[Scope], list[Value]]] = []
    for letter, part in zip(letters, node[1:], strict=True):
        kind, code = letter.lower(), compile_node(part)
        if letter.isupper() and code.nodes is not None:
            parts.append(_converted_list(kind, _values(code)))
        else:
            parts.append(_values(Code(_converted(kind, code), kind)))
    if len(parts) == 1:
        (only,) = parts
        return Code(lambda scope: apply(*only(scope)), function.gives)
    return Code(lambda scope: apply(*[value for part in parts for value in part(scope)]), function.gives)


def _converted_list(kind: str, values: Callable[[Scope], list[Value]]) -> Callable[[Scope], list[Value]]:
    if kind == "v":
        return values
    convert = _CONVERSIONS[kind]
    return lambda scope: [convert(value) for value in values(scope)]


def _position(_node: Node) -> Code:
    """The number, from 1, of the instance of the innermost repeat; 1 outside repeats."""
    return Code(lambda scope: float(scope.path[-1][1] + 1) if scope.path else 1.0, "n")


def _indexed_repeat(node: Node) -> Code:
    """The answer in the instance that the pairs of repeat and number (from 1) say; for the others see ``items_of``."""
    name = node[1][1]
    wanted = tuple((node[at][1], _as("n", node[at + 1])) for at in range(2, len(node), 2))

    def run(scope: Scope) -> Value:
        path = scope.path
        for repeat, number in wanted:
            index = number(scope)
            enclosing = scope.repeats.get(repeat)
            if enclosing is None or not math.isfinite(index):
                return ""
            known = {step[0]: step for step in path}
            path = (*[known[outer] for outer in enclosing if outer in known], (repeat, int(index) - 1))
        items = items_of(scope, name, path)
        return value_of(items[0][0]) if items else ""

    return Code(run, "v")


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
        value = value_of(scope.once)
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
        return general(scope) if answer is not None or name in scope.repeats else False

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
    "position": _position,
    "indexed-repeat": _indexed_repeat,
    "selected": _selected,
    "today": lambda _node: Code(lambda scope: scope.today.isoformat(), "s"),
}
