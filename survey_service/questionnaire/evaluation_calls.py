"""Compiling calls of functions: those that only compute, and those that need the scope or skip arguments."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import cast

from survey_service.questionnaire import function_chance as chance
from survey_service.questionnaire import function_dates as dates
from survey_service.questionnaire.codes import Code, Compile, as_kind, constant, converted, item_values
from survey_service.questionnaire.functions import FUNCTIONS, Function
from survey_service.questionnaire.values import Answer, Node, Scope, Value, value_of

Builder = Callable[[Node, Compile], Code]


def call(function: Function, node: Node, compile_node: Compile) -> Code:
    """Compile a call of a function that has a rule."""
    apply = cast(Callable[..., Value], function.apply)
    letters = [function.takes_at(index) for index in range(len(node) - 1)]
    if any(letter.isupper() for letter in letters):
        return _call_over_nodes(function, node, letters, compile_node)
    runs = tuple(as_kind(letter, part, compile_node) for letter, part in zip(letters, node[1:], strict=True))
    if not runs:
        return constant(apply(), function.gives)
    if len(runs) == 1:
        (only,) = runs
        return Code(lambda scope: apply(only(scope)), function.gives)
    if len(runs) == 2:
        first, second = runs
        return Code(lambda scope: apply(first(scope), second(scope)), function.gives)
    return Code(lambda scope: apply(*[run(scope) for run in runs]), function.gives)


def _call_over_nodes(function: Function, node: Node, letters: list[str], compile_node: Compile) -> Code:
    """A function that takes node-sets: capital letters stand for all values of an argument, one after another."""
    apply = cast(Callable[..., Value], function.apply)
    codes = [compile_node(part) for part in node[1:]]
    parts = [
        item_values(code, letter.lower())
        if letter.isupper()
        else item_values(Code(converted(letter, code), letter), letter)
        for letter, code in zip(letters, codes, strict=True)
    ]
    if len(parts) == 1:
        (only,) = parts
        return Code(lambda scope: apply(*only(scope)), function.gives)
    return Code(lambda scope: apply(*[value for part in parts for value in part(scope)]), function.gives)


def _if(node: Node, compile_node: Compile) -> Code:
    condition = as_kind("b", node[1], compile_node)
    then, otherwise = compile_node(node[2]), compile_node(node[3])
    yes, no = then.run, otherwise.run
    kind = then.kind if then.kind == otherwise.kind else "v"
    return Code(lambda scope: yes(scope) if condition(scope) else no(scope), kind)


def _is_empty(value: Value) -> bool:
    """An empty text, or NaN as in JavaRosa: ``coalesce(number(${a}), 0)`` is meant to give 0 where ${a} is empty."""
    return value == "" or (isinstance(value, float) and math.isnan(value))


def _coalesce(node: Node, compile_node: Compile) -> Code:
    first, second = compile_node(node[1]).run, compile_node(node[2]).run

    def run(scope: Scope) -> Value:
        value: Value = first(scope)
        if not _is_empty(value):
            return value
        value = second(scope)
        return "" if _is_empty(value) else value

    return Code(run, "v")


def _once(node: Node, compile_node: Compile) -> Code:
    calculate = compile_node(node[1]).run

    def run(scope: Scope) -> Value:
        value = value_of(scope.once)
        return cast(Value, calculate(scope)) if value == "" else value

    return Code(run, "v")


def _selected(node: Node, compile_node: Compile) -> Code:
    """Look into a stored list of choices first: what is found there need not be joined and split."""
    general = call(FUNCTIONS["selected"], node, compile_node).run
    if node[1][0] not in ("ref", ".") or node[2][0] != "str" or not node[2][1].strip():
        return Code(general, "b")
    name = None if node[1][0] == "." else node[1][1]
    choice = node[2][1].strip()

    def run(scope: Scope) -> bool:
        answer: Answer = scope.current if name is None else scope.answers.get(name)
        if answer.__class__ is list and choice in answer:
            return True
        if answer is None and name not in scope.repeats:
            return False
        return cast(bool, general(scope))

    return Code(run, "b")


def _choice_name(node: Node, compile_node: Compile) -> Code:
    name_of, question = as_kind("s", node[1], compile_node), node[2][1]

    def run(scope: Scope) -> str:
        name = name_of(scope)
        return scope.label_of(name, question) if name and scope.label_of is not None else name

    return Code(run, "s")


def _pulldata(node: Node, compile_node: Compile) -> Code:
    list_name = node[1][1]
    wanted, column, value = (as_kind("s", part, compile_node) for part in node[2:])

    def run(scope: Scope) -> str:
        key, given, result = column(scope), value(scope), wanted(scope)
        rows = scope.lists.get(list_name, ())
        return next((row.get(result, "") for row in rows if row.get(key, "") == given), "")

    return Code(run, "s")


def _random(node: Node, _compile: Compile) -> Code:
    number = node[1][1] if len(node) > 1 else 0
    return Code(lambda scope: chance.random(scope.seed, scope.path, number), "n")


def _uuid(node: Node, compile_node: Compile) -> Code:
    if len(node) == 1:
        return Code(lambda scope: chance.identifier(scope.seed, scope.path, None), "s")
    length = as_kind("n", node[1], compile_node)
    return Code(lambda scope: chance.identifier(scope.seed, scope.path, length(scope)), "s")


def _format(node: Node, compile_node: Compile) -> Code:
    value, write = compile_node(node[1]).run, dates.formatter(node[2][1])
    return Code(lambda scope: write(value(scope), scope.language), "s")


BUILDERS: Mapping[str, Builder] = {
    "if": _if,
    "coalesce": _coalesce,
    "once": _once,
    "selected": _selected,
    "jr:choice-name": _choice_name,
    "pulldata": _pulldata,
    "random": _random,
    "uuid": _uuid,
    "format-date": _format,
    "format-date-time": _format,
    "today": lambda _node, _compile: Code(lambda scope: scope.today.isoformat(), "s"),
    "now": lambda _node, _compile: Code(lambda scope: dates.now_text(scope.now, scope.today), "s"),
}
