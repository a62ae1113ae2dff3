"""Properties of all expressions: parsing gives nothing but faults, evaluation no exception, arithmetic is Python's."""

from __future__ import annotations

import datetime as dt
import json
import math
import operator
from collections.abc import Mapping
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from survey_service.questionnaire.expression import FUNCTIONS, Expression, ExpressionFault, Node, Scope, Value, parse
from survey_service.questionnaire.function_checks import node_set

TODAY = dt.date(2026, 11, 23)
EPOCH = dt.date(1970, 1, 1)

names = st.sampled_from(["a", "b", "c", "B09_ARB", "x-1"])
texts = st.text(st.characters(exclude_characters="'", exclude_categories=["Cs"]), max_size=8) | st.sampled_from(
    ["", "1", "-2.5", "2024-02-29", "yes no", " ", "it's", "true"]
)
numbers = st.integers(0, 1000) | st.floats(0, allow_nan=False, allow_infinity=False).map(
    lambda number: int(number) if number.is_integer() and number <= 2**53 else number
)
leaves: st.SearchStrategy[Node] = st.one_of(
    st.tuples(st.just("ref"), names),
    st.tuples(st.just("str"), texts),
    st.tuples(st.just("num"), numbers),
    st.tuples(st.just("col"), names),
    st.just((".",)),
)
references = st.tuples(st.just("ref"), names)
PATTERNS = {"regex": "[a-z]+|yes.*", "format-date": "%d.%b.%Y", "format-date-time": "%a %H:%M:%S.%3"}
APART = {
    "current",
    "instance",
    "last",
    "position",
    "pulldata",
    "indexed-repeat",
    "jr:choice-name",
    "randomize",
    "digest",
}
"""Functions whose arguments are not just any: they stand in ``special_calls``, ``sets_over`` or nowhere alone."""


ALL = frozenset(FUNCTIONS) - {"random"}


def sets_over(children: st.SearchStrategy[Node], functions: frozenset[str] = ALL) -> st.SearchStrategy[Node]:
    """Node-sets, with any nodes in their predicates. A row's predicate refers to columns, an answer's to questions."""
    counting = st.one_of(
        st.integers(0, 3).map(lambda number: ("num", number)),
        st.just(("=", ("position",), ("last",))),
    )
    predicates = st.one_of(
        counting,
        st.tuples(st.just(">"), st.just((".",)), references),
        st.tuples(st.just("="), references, st.tuples(st.just("step"), st.just(("current",)), names)),
    )
    rows = counting | st.tuples(st.just("="), st.tuples(st.just("col"), names), references)
    lists: st.SearchStrategy[Node] = st.tuples(st.just("instance"), st.sampled_from(["m", "none"]))
    shuffled = "randomize" in functions
    answers_sets = st.recursive(
        references,
        lambda inner: st.one_of(
            st.tuples(st.just("filter"), inner, predicates),
            st.tuples(st.just("step"), inner, names),
            st.tuples(st.just("step"), inner, names, predicates),
            st.tuples(st.just("step"), inner, st.just("..")).map(once_upwards),
            st.tuples(st.just("|"), references, references),
            *([st.tuples(st.just("randomize"), inner, children)] if shuffled else []),
        ).map(as_written),
        max_leaves=4,
    )
    list_sets = st.one_of(
        lists,
        st.tuples(st.just("filter"), lists, rows),
        *([st.tuples(st.just("randomize"), lists)] if shuffled else []),
    ).flatmap(lambda base: st.one_of(st.just(base), st.tuples(st.just("column"), st.just(base), names)))
    return st.one_of(answers_sets, list_sets)


def as_written(node: Node) -> Node:
    """A predicate after a step belongs to the step."""
    if node[0] == "filter" and node[1][0] == "step" and node[1][2] != "..":
        return (*node[1], node[2])
    return node


def once_upwards(node: Node) -> Node:
    """Two steps upwards are one."""
    return node[1] if node[1][0] == "step" and node[1][2] == ".." else node


def special_calls(children: st.SearchStrategy[Node], functions: frozenset[str]) -> st.SearchStrategy[Node]:
    text = st.sampled_from(["m", "none"]).map(lambda name: ("str", name))
    digest = st.tuples(st.just("digest"), children, st.just(("str", "SHA-1")))
    return st.one_of(
        st.tuples(st.just("pulldata"), text, children, children, children),
        st.tuples(st.just("indexed-repeat"), references, references, children),
        st.tuples(st.just("indexed-repeat"), references, references, children, references, children),
        st.tuples(st.just("jr:choice-name"), children, st.tuples(st.just("name"), names)),
        st.tuples(st.just("position"), st.integers(1, 3).map(lambda steps: ("up", steps))),
        *([digest] if "digest" in functions else []),
    )


def nodes_over(
    children: st.SearchStrategy[Node], functions: frozenset[str] = ALL, patterns: Mapping[str, str] = PATTERNS
) -> st.SearchStrategy[Node]:
    sets = sets_over(children, functions)

    def call(name: str) -> st.SearchStrategy[Node]:
        function = FUNCTIONS[name]
        counts = [count for count in range(9) if function.accepts(count) and (count or not function.current)]
        first = sets if function.check is node_set else children

        def arguments(count: int) -> st.SearchStrategy[Node]:
            if name in patterns:
                return st.tuples(st.just(name), children, st.just(("str", patterns[name])))
            return st.tuples(st.just(name), *[first if index == 0 else children | sets for index in range(count)])

        return st.sampled_from(counts).flatmap(arguments)

    return st.one_of(
        st.tuples(st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), children | sets, children),
        st.tuples(st.sampled_from(["or", "and", "+", "-", "*", "div", "mod"]), children, children),
        st.tuples(st.sampled_from(["or", "and", "+", "-", "*", "div", "mod"]), children, children, children),
        st.tuples(st.just("neg"), children),
        st.sampled_from(sorted(functions - APART)).flatmap(call),
        special_calls(children, functions),
        sets,
    )


_trees = st.recursive(leaves, nodes_over, max_leaves=20)


@st.composite
def trees(draw: st.DrawFn) -> Node:
    """Any tree that ``parse`` could make (a function of its own for the sake of short messages)."""
    return draw(_trees)


values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    texts,
    st.dates().map(str),
    st.datetimes().map(lambda moment: moment.isoformat(timespec="minutes")),
    st.lists(st.sampled_from(["job", "train", "1", "other"]), unique=True),
    st.lists(st.floats(-90, 90), min_size=2, max_size=2),
    st.just({"file": "f", "name": "x.jpg", "type": "image/jpeg", "size": 1}),
)
instances = st.lists(st.dictionaries(names, values, max_size=3), max_size=3)
answers = st.dictionaries(names | st.just("R"), values | instances)
scopes = st.builds(
    Scope,
    answers,
    today=st.dates(),
    current=values,
    once=values,
    columns=st.dictionaries(names, texts),
    repeats=st.sampled_from([{}, {"R": (), "a": ("R",), "b": ("R", "c"), "c": ("R",)}, {"a": (), "b": ("a",)}]),
    path=st.sampled_from([(), (("R", 0),), (("R", 1), ("c", 0)), (("a", 2),)]),
    seed=st.integers(0, 2**60),
    lists=st.just({"m": [{"a": "1", "b": "x"}, {"a": "2"}]}),
    label_of=st.sampled_from([None, lambda name, question: f"{question}/{name}"]),
    language=st.sampled_from(["de", "ar", "de-simple", "xx"]),
    now=st.none() | st.datetimes(timezones=st.just(dt.UTC)),
)


def lists_of(node: Any) -> Any:
    return [lists_of(part) for part in node] if isinstance(node, tuple) else node


def same(one: Value, other: Value) -> bool:
    if isinstance(one, float) and isinstance(other, float) and math.isnan(one):
        return math.isnan(other)
    return type(one) is type(other) and one == other


@given(trees(), scopes)
@settings(max_examples=300, deadline=None)
def test_a_tree_survives_text_and_json_and_evaluates_alike(tree: Node, scope: Scope) -> None:
    first = Expression.from_json(lists_of(tree))
    assert first.ast == tree
    read = parse(first.text)
    assert read.ast == tree
    sent = Expression.from_json(json.loads(json.dumps(read.to_json(), allow_nan=False)))
    assert sent == read
    value = read.evaluate(scope)
    assert type(value) in (str, float, bool)
    assert same(sent.evaluate(scope), value)
    assert type(read.holds(scope)) is bool


@given(st.text())
@settings(max_examples=300, deadline=None)
def test_any_text_parses_or_is_a_fault_inside_it(text: str) -> None:
    check_parse(text)


PIECES = r"""${a} ${ } . ' " ( ) , = != < <= + - * div mod and or not( if( selected( true() field 12 .5 'x' [ /
$ { ; é 👍 position( foo( regex( format-date( '%d' '[' true and( || == ’ ${x} ] | .. ../
instance('l')/root/item current() /.. [1] last() position() position(..) count( indexed-repeat( randomize( //"""
pieces = st.sampled_from([*PIECES.split(), "\n", "\x00"])


@given(st.lists(pieces, max_size=25).map("".join) | st.lists(pieces, max_size=25).map(" ".join))
@settings(max_examples=500, deadline=None)
def test_any_pieces_parse_or_are_a_fault_inside_them(text: str) -> None:
    check_parse(text)


def check_parse(text: str) -> None:
    outcome = outcome_of(text)
    if isinstance(outcome, ExpressionFault):
        assert 1 <= outcome.column <= len(text) + 1
        assert str(outcome.message).endswith(".")
        assert str(outcome.remedy).endswith((".", "?"))
    else:
        assert type(outcome.evaluate(Scope({}, today=TODAY))) in (str, float, bool)
        assert Expression.from_json(outcome.to_json()).ast == outcome.ast


def outcome_of(text: str) -> Expression | ExpressionFault:
    try:
        return parse(text)
    except ExpressionFault as fault:
        return fault


# Arithmetic: (text, value) pairs built side by side, the value by Python


def binary(pair: tuple[tuple[str, float], str, tuple[str, float]]) -> tuple[str, float]:
    (left, one), sign, (right, other) = pair
    rule = {"+": operator.add, "-": operator.sub, "*": operator.mul}[sign]
    return f"({left} {sign} {right})", rule(one, other)


sums = st.recursive(
    st.integers(0, 10**6).map(lambda number: (str(number), float(number)))
    | st.decimals(0, 1000, places=3).map(lambda number: (str(number), float(number))),
    lambda inner: (
        st.tuples(inner, st.sampled_from("+-*"), inner).map(binary) | inner.map(lambda pair: (f"-{pair[0]}", -pair[1]))
    ),
    max_leaves=20,
)


@given(sums)
@settings(deadline=None)  # a time limit per example would fail at random on a busy machine
def test_arithmetic_agrees_with_python(pair: tuple[str, float]) -> None:
    text, value = pair
    assert evaluate(text) == value


@given(st.integers(-(10**6), 10**6), st.integers(-1000, 1000).filter(bool))
@settings(deadline=None)
def test_division_and_remainder(left: int, right: int) -> None:
    assert evaluate("${a} div ${b}", a=left, b=right) == left / right
    assert evaluate("${a} mod ${b}", a=left, b=right) == math.fmod(left, right)
    whole = evaluate("int(${a} div ${b}) * ${b} + ${a} mod ${b}", a=left, b=right)
    assert whole == left


@given(st.lists(st.integers(0, 99), min_size=2, max_size=6))
@settings(deadline=None)
def test_without_parentheses_operators_of_one_level_go_from_the_left(values: list[int]) -> None:
    assert evaluate(" - ".join(map(str, values))) == values[0] - sum(values[1:])
    assert evaluate(" - ".join(map(str, values)) + " + 1") == values[0] - sum(values[1:]) + 1


@given(st.integers() | st.floats(), st.integers() | st.floats())
@settings(deadline=None)
def test_comparisons_agree_with_python(left: float, right: float) -> None:
    one, other = as_float(left), as_float(right)
    for sign, rule in {
        "=": operator.eq,
        "!=": operator.ne,
        "<": operator.lt,
        "<=": operator.le,
        ">": operator.gt,
        ">=": operator.ge,
    }.items():
        assert evaluate(f"${{a}} {sign} ${{b}}", a=left, b=right) is rule(one, other)


def as_float(number: float) -> float:
    try:
        return float(number)
    except OverflowError:
        return math.copysign(math.inf, number)


@given(st.floats(allow_nan=False, allow_infinity=False))
@settings(deadline=None)
def test_a_number_written_as_text_is_read_as_the_same_number(number: float) -> None:
    text = evaluate("string(${a})", a=number)
    assert isinstance(text, str)
    assert not set(text) - set("-0123456789.")
    assert evaluate("number(${a})", a=text) == number


@given(st.decimals(-(10**6), 10**6, places=5), st.integers(0, 4))
@settings(deadline=None)
def test_rounding_is_half_up_in_decimal(number: Decimal, places: int) -> None:
    rounding = ROUND_HALF_UP if number > 0 else ROUND_HALF_DOWN
    expected = number.quantize(Decimal(1).scaleb(-places), rounding)
    assert evaluate(f"round(${{a}}, {places})", a=float(number)) == float(expected)


@given(st.dates(), st.integers(-400, 400))
@settings(deadline=None)
def test_days_are_counted_from_1970(day: dt.date, shift: int) -> None:
    assert evaluate("number(${a})", a=day.isoformat()) == (day - EPOCH).days
    assert evaluate("date(number(${a}))", a=day.isoformat()) == day.isoformat()
    try:
        moved = (day + dt.timedelta(days=shift)).isoformat()
    except OverflowError:
        moved = ""
    assert evaluate(f"date(${{a}} + {shift})", a=day.isoformat()) == moved


@given(
    st.lists(st.sampled_from(["job", "train", "recog", "other"]), unique=True), st.sampled_from(["job", "jo", "pna"])
)
@settings(deadline=None)
def test_a_list_is_searched_like_its_text(chosen: list[str], name: str) -> None:
    assert evaluate(f"selected(${{a}}, '{name}')", a=chosen) is (name in chosen)
    assert evaluate(f"selected(string(${{a}}), '{name}')", a=chosen) is (name in chosen)
    assert evaluate("count-selected(${a})", a=chosen) == len(chosen)
    for index, item in enumerate(chosen):
        assert evaluate(f"selected-at(${{a}}, {index})", a=chosen) == item


@given(st.text(), st.integers(-12, 12), st.integers(-12, 12))
@settings(deadline=None)
def test_substr_slices_like_python(text: str, start: int, end: int) -> None:
    assert evaluate(f"substr(${{a}}, {start}, {end})", a=text) == text[start:end]
    assert evaluate(f"substr(${{a}}, {start})", a=text) == text[start:]


def evaluate(text: str, **values: Any) -> Value:
    return parse(text).evaluate(Scope(values, today=TODAY))
