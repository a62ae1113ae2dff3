"""Expressions: what they mean (vectors), what is refused and how, limits, and properties that hold for all of them.

``expression_vectors.json`` is shared with the tests of the browser's evaluator: one object per case with
``expression``, ``answers``, ``current``, ``columns``, ``today`` (2026-11-23 if absent) and ``expect``;
``{"number": "NaN"}`` and the infinities stand for what JSON cannot write. Every expected value was worked out by hand
from the specification.
"""

from __future__ import annotations

import copy
import datetime as dt
import json
import math
import pickle
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from survey_service.questionnaire.expression import FUNCTIONS, Answer, Expression, ExpressionFault, Scope, Value, parse
from survey_service.questionnaire.refusals import UNSUPPORTED

TODAY = dt.date(2026, 11, 23)
VECTORS: list[dict[str, Any]] = json.loads(Path(__file__).with_name("expression_vectors.json").read_text("utf-8"))


def evaluate(text: str, answers: Mapping[str, Answer] | None = None, **more: Any) -> Value:
    return parse(text).evaluate(Scope(answers or {}, today=TODAY, **more))


def same(one: Value, other: Value) -> bool:
    """Equal, of the same kind, and NaN equal to NaN."""
    if isinstance(one, float) and isinstance(other, float) and math.isnan(one):
        return math.isnan(other)
    return type(one) is type(other) and one == other


def fault_of(text: str) -> ExpressionFault:
    with pytest.raises(ExpressionFault) as caught:
        parse(text)
    return caught.value


# What expressions mean


def scope_of(vector: Mapping[str, Any]) -> Scope:
    return Scope(
        vector.get("answers", {}),
        today=dt.date.fromisoformat(vector.get("today", TODAY.isoformat())),
        current=vector.get("current"),
        columns=vector.get("columns", {}),
        once=vector.get("once"),
    )


def expected_of(vector: Mapping[str, Any]) -> Value:
    expect = vector["expect"]
    if isinstance(expect, dict):
        return float(expect["number"])
    return float(expect) if type(expect) is int else expect


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["expression"])
def test_vector(vector: dict[str, Any]) -> None:
    expression = parse(vector["expression"])
    scope, expected = scope_of(vector), expected_of(vector)
    value = expression.evaluate(scope)
    assert same(value, expected), value
    truth = bool(expected) and not (isinstance(expected, float) and math.isnan(expected))
    assert expression.holds(scope) is truth
    sent = json.loads(json.dumps(expression.to_json(), allow_nan=False))
    assert same(Expression.from_json(sent).evaluate(scope), expected)


def heads(node: tuple[Any, ...]) -> Iterator[str]:
    yield node[0]
    if node[0] not in ("ref", "str", "num", "col"):
        for part in node[1:]:
            yield from heads(part)


def test_vectors_use_every_function_operator_and_leaf() -> None:
    used = {head for vector in VECTORS for head in heads(parse(vector["expression"]).ast)}
    operators = {"or", "and", "=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "div", "mod", "neg"}
    assert used == operators | {"ref", "str", "num", "col", "."} | set(FUNCTIONS)
    assert len({json.dumps(vector) for vector in VECTORS}) == len(VECTORS) >= 150


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("${B00} = 'yes'", ["=", ["ref", "B00"], ["str", "yes"]]),
        ("a or b or c", ["or", ["col", "a"], ["col", "b"], ["col", "c"]]),
        ("a or b and c", ["or", ["col", "a"], ["and", ["col", "b"], ["col", "c"]]]),
        ("(a or b) or c", ["or", ["or", ["col", "a"], ["col", "b"]], ["col", "c"]]),
        ("1 - 2 - 3 + 4", ["+", ["-", ["num", 1], ["num", 2], ["num", 3]], ["num", 4]]),
        ("1 = 2 = 3", ["=", ["=", ["num", 1], ["num", 2]], ["num", 3]]),
        ("-1 * 2", ["*", ["neg", ["num", 1]], ["num", 2]]),
        ("a < 1 = true()", ["=", ["<", ["col", "a"], ["num", 1]], ["true"]]),
        ("((.))", ["."]),
        ("string-length()", ["string-length", ["."]]),
        ("2.50", ["num", 2.5]),
        ("9007199254740992", ["num", 9007199254740992]),
        ("9007199254740994", ["num", 9007199254740994.0]),
        ("a-b - c", ["-", ["col", "a-b"], ["col", "c"]]),
    ],
)
def test_tree(text: str, tree: list[Any]) -> None:
    assert parse(text).to_json() == tree
    assert json.dumps(parse(text).to_json()) == json.dumps(tree)


def test_what_an_expression_refers_to() -> None:
    expression = parse("selected(${B08}, field) and ${B00} = 'ARB' and not(. = ${B08}) or 'ref' = name")
    assert expression.names == {"B08", "B00"}
    assert expression.columns == {"field", "name"}
    assert expression.uses_current is True
    plain = parse("'${B08}' = 'field'")
    assert (plain.names, plain.columns, plain.uses_current) == (frozenset(), frozenset(), False)
    assert parse("normalize-space()").uses_current is True


def test_a_decided_part_keeps_the_rest_from_being_evaluated() -> None:
    class Answers(dict[str, Answer]):
        def get(self, name: str, default: Any = None) -> Any:
            seen.append(name)
            return super().get(name, default)

    for text, expected in {
        "${yes} or ${b}": ["yes"],
        "${no} or ${b}": ["no", "b"],
        "${no} and ${b} and ${c}": ["no"],
        "if(${yes}, ${b}, ${c})": ["yes", "b"],
        "coalesce(${yes}, ${b})": ["yes"],
    }.items():
        seen: list[str] = []
        parse(text).evaluate(Scope(Answers(yes="x"), today=TODAY))
        assert seen == expected, text


def test_numbers_beyond_floats_are_infinite_and_half_characters_match_no_pattern() -> None:
    assert evaluate("${a}", {"a": 10**400}) == math.inf
    assert evaluate("${a}", {"a": -(10**400)}) == -math.inf
    assert evaluate("number(${a})", {"a": "9" * 400}) == math.inf
    assert evaluate("regex(${a}, '.*')", {"a": "\ud800"}) is False


def test_a_pattern_cannot_stall_the_server() -> None:
    began = time.perf_counter()
    assert evaluate("regex(${a}, '(?:(?:a+)+)+b')", {"a": "a" * 100_000}) is False
    assert time.perf_counter() - began < 2  # a backtracking matcher would need longer than the universe is old


# What is refused, where, and what to do about it


@pytest.mark.parametrize(
    ("text", "column", "message", "remedy"),
    [
        ("", 1, "empty", "Write an expression"),
        (" \n", 1, "empty", "Write an expression"),
        ("${a} = ", 7, "ends too early", "a value at its end"),
        ("${a} and", 9, "ends too early", "a value at its end"),
        ("1 2", 3, "“2”", "operator before it"),
        ("${a} 'x'", 6, "“'x'”", "operator before it"),
        ("${a} ${b}", 6, "“${b}”", "operator before it"),
        ("= 1", 1, "“=”", "value before it"),
        ("1 + * 2", 5, "“*”", "value before it"),
        ("(1 + 2", 1, "not closed", "Write )"),
        ("1 + (2 * (3 - 4)", 5, "not closed", "Write )"),
        ("not(selected(${a}, 'x')", 4, "not closed", "Write )"),
        ("(1 + 2))", 8, "closes nothing", "Remove it"),
        ("1 + ')' )", 9, "closes nothing", "Remove it"),
        ("()", 2, "“)”", "value before it"),
        ("${a} = 'yes", 8, "not closed", "Write ' at its end"),
        ('${a} = "yes', 8, "not closed", 'Write " at its end'),
        ("${a", 1, "“$”", "between braces"),
        ("$a", 1, "“$”", "between braces"),
        ("{a}", 1, "“{”", "${name}"),
        ("${ a } = 1", 1, "“${ a }”", "without spaces"),
        ("1 + ${}", 5, "“${}”", "without spaces"),
        ("${last-saved#a}", 1, "“${last-saved#a}”", "e.g. ${age}"),
        ("${a} == 1", 6, "“==”", "single ="),
        ("${a} && ${b}", 6, "“&&”", "Write and"),
        ("${a} || ${b}", 6, "“||”", "Write or"),
        ("${a} <> 1", 6, "“<>”", "Write !="),
        ("${a} => 1", 6, "“=>”", "Write >="),
        ("!${a}", 1, "“!”", "not("),
        ("${a} ≤ 1", 6, "“≤”", "<="),
        ("${a} – 1", 6, "“–”", "keyboard"),
        ("${a} = „yes“", 8, "“„”", "straight quotes"),
        ("${a}\u00a0= 1", 5, "\u00a0", "ordinary space"),
        ("${a} AND ${b}", 6, "“AND”", "Write and in small letters"),
        ("${a} Or ${b}", 6, "“Or”", "Write or in small letters"),
        ("and ${a}", 1, "“and”", "value before it"),
        ("${a} = true", 8, "“true”", "true()"),
        ("${a} = false", 8, "“false”", "false()"),
        ("not ${a}", 1, "“not”", "not(…)"),
        ("${a} foo ${b}", 6, "“foo”", "operator before it"),
        ("/data/age > 3", 1, "“/”", "${name}"),
        ("../age > 3", 1, "“..”", "${name}"),
        ("${a}[1]", 5, "“[”", "choice_filter"),
        ("concat('a'; 'b')", 11, "“;”", "comma"),
        ("concat('a',)", 12, "“)”", "value before it"),
        ("1, 2", 2, "“,”", "operator before it"),
        ("${a} % 2", 6, "“%”", "mod"),
        ("1" * 400, 1, "too large", "smaller"),
        ("selectd(${a}, 'x')", 1, "no function selectd()", "Did you mean selected()?"),
        ("1 + Selected(${a}, 'x')", 5, "no function Selected()", "Did you mean selected()?"),
        ("count_selected(${a})", 1, "no function", "Did you mean count-selected()?"),
        ("qqqq()", 1, "no function qqqq()", "Use one of: abs, "),
        ("${a} = 1 or if(1, 2)", 13, "if() is 2, it takes 3", "Write if(${age} >= 18"),
        ("today(1)", 1, "today() is 1, it takes none", "Write today()."),
        ("concat()", 1, "it takes at least 1", "Write concat(${a}, ${b})."),
        ("weighted-checklist(1, 2, 3, 4, 5)", 1, "at least 4, in pairs", "Write weighted-checklist("),
        ("substr('a')", 1, "it takes 2 or 3", "Write substr(${a}, 0, 3)."),
        ("sum(1 + 2)", 5, "answer to a question", "${name}"),
        ("count(a)", 7, "answer to a question", "${name}"),
        ("count-non-empty('x')", 17, "answer to a question", "${name}"),
        ("regex(${a}, ${b})", 13, "text in quotes", "[0-9]{5}"),
        ("regex(${a}, '[')", 13, "missing ]", "Use ["),
        ("regex(${a}, '(a)\\1')", 13, "invalid escape", "back-reference"),
        ("regex(${a}, '(?=x)')", 13, "“(?”", "look-around"),
        ("regex(${a}, '(?i)x')", 13, "“(?”", "look-around"),
        ("regex(${a}, '[[:alpha:]]')", 13, "“[[:”", "\\p{L}"),
        ("regex(${a}, '\\Ax')", 13, "“\\A”", "\\d"),
        ("regex(${a}, '\\pL')", 13, "“\\p”", "\\p{L}"),
        ("regex(${a}, '(?:(?:x{999}){999}){999}')", 13, "cannot be used", "Use ["),
        ("format-date(${a}, ${b})", 19, "text in quotes", "%d.%m.%Y"),
        ("format-date(${a}, '%d. %b')", 19, "%b is not supported yet", "%m and %n"),
        ("format-date(${a}, '%a')", 19, "%a is not supported yet", "%m and %n"),
        ("format-date(${a}, '%H')", 19, "“%H”", "%Y and %y"),
        ("format-date(${a}, 'x %')", 19, "“%”", "%%"),
    ],
)
def test_fault(text: str, column: int, message: str, remedy: str) -> None:
    fault = fault_of(text)
    assert fault.column == column, str(fault)
    assert message in fault.message
    assert remedy in fault.remedy
    assert str(fault) == f"column {column}: {fault.message} {fault.remedy}"


@pytest.mark.parametrize("name", sorted(UNSUPPORTED))
def test_a_function_known_elsewhere_is_not_supported_yet(name: str) -> None:
    fault = fault_of(f"1 = {name}(${{a}})")
    assert (fault.column, fault.message) == (5, f"{name}() is not supported yet.")
    assert fault.remedy == UNSUPPORTED[name]
    assert name not in FUNCTIONS


def test_functions_of_repeats_name_the_way_round() -> None:
    for text in ("position(..)", "position()", "indexed-repeat(${a}, ${b}, 1)"):
        if ".." in text:
            assert "${name}" in fault_of(text).remedy
        else:
            assert "no repeats yet" in fault_of(text).remedy


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_each_function_takes_its_example_and_refuses_other_counts(name: str) -> None:
    function = FUNCTIONS[name]
    parse(f"{name}({function.example})")
    refused = [count for count in range(8) if not function.accepts(count)]
    assert refused
    for count in refused:
        assert f"{name}() is {count}" in fault_of(f"{name}({', '.join(['.'] * count)})").message


# Limits


def test_length_limit() -> None:
    longest = "'" + "x" * 9_998 + "'"
    assert evaluate(longest) == "x" * 9_998
    fault = fault_of(longest + " ")
    assert fault.column == 10_001
    assert "10000 characters" in fault.message


def test_nesting_limit() -> None:
    assert evaluate("(" * 99 + "1" + ")" * 99) == 1
    assert evaluate("-" * 99 + "1") == -1
    assert evaluate("not(" * 99 + "1" + ")" * 99) is False
    for text in ("(" * 100 + "1" + ")" * 100, "-" * 100 + "1", "not(" * 100 + "1" + ")" * 100):
        assert "deeper than 100" in fault_of(text).message
    assert fault_of("-" * 100 + "1").column == 1


@pytest.mark.parametrize(
    "bomb",
    [
        "(" * 10_000,
        ")" * 10_000,
        "(" * 4_999 + "1" + ")" * 4_999,
        "-" * 9_999 + "1",
        "not(" * 2_500,
        "if(" * 3_333,
        "1" + "+1-1" * 2_000,
        "1" + "=1" * 4_999,
        "concat(" * 1_000 + "1" + ",1)" * 1_000,
        "a" * 10_000,
        "a:" * 5_000,
        "'" * 9_999,
        "${" * 5_000,
        " " * 9_999 + "(",
    ],
    ids=lambda bomb: bomb[:8],
)
def test_bombs_are_refused_soon(bomb: str) -> None:
    began = time.perf_counter()
    try:
        parse(bomb)
    except ExpressionFault:
        pass
    else:
        assert bomb == "a" * 10_000  # merely a long name
    assert time.perf_counter() - began < 2


def test_long_runs_do_not_nest() -> None:
    assert evaluate("1" + "+1" * 4_999) == 5_000
    text = " or ".join(f"${{q}}='{index}'" for index in range(600))
    assert evaluate(text, {"q": "599"}) is True
    assert evaluate(text, {"q": "600"}) is False


def test_deep_comparisons_compile_in_linear_time() -> None:
    text = "(" * 45 + "1 = 1" + ") = 1" * 45
    began = time.perf_counter()
    assert evaluate(text) is True
    assert time.perf_counter() - began < 1


# The object


def test_parsing_is_cached_and_the_text_is_kept() -> None:
    assert parse(" 1 +  2") is parse(" 1 +  2")
    assert parse(" 1 +  2").text == " 1 +  2"
    assert parse("1 + 2") != parse(" 1 +  2")


def test_an_expression_can_be_copied_and_pickled_after_use() -> None:
    expression = parse("${a} + 1")
    scope = Scope({"a": 2}, today=TODAY)
    assert expression.evaluate(scope) == 3
    for twin in (copy.deepcopy(expression), pickle.loads(pickle.dumps(expression))):
        assert twin == expression
        assert twin.evaluate(scope) == 3


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        [],
        "ref",
        ["ref"],
        ["ref", 5],
        ["ref", "a b"],
        ["ref", "a} + ${b"],
        ["ref", "a", "b"],
        ["str", 5],
        ["str", ["x"]],
        ["str", "'\""],
        ["num", "x"],
        ["num", -5],
        ["num", 10**400],
        ["num", math.nan],
        ["col", "true"],
        [".", "x"],
        ["="],
        ["=", ["."]],
        ["=", ["."], ["."], ["."]],
        ["=", "a", "b"],
        ["neg"],
        ["foo", ["."]],
        ["not", ["."], ["."]],
        ["regex", ["."], ["."]],
        [["."]],
        [5],
    ],
    ids=repr,
)
def test_from_json_refuses_what_is_no_tree(data: Any) -> None:
    with pytest.raises(ExpressionFault):
        Expression.from_json(data)


def test_from_json_refuses_a_bomb() -> None:
    bomb: list[Any] = ["."]
    for _ in range(5_000):
        bomb = ["neg", bomb]
    with pytest.raises(ExpressionFault):
        Expression.from_json(bomb)


def test_from_json_writes_the_text_anew() -> None:
    tree = ["*", ["+", ["ref", "a"], ["num", 1]], ["neg", ["if", ["."], ["str", "it's"], ["col", "b"]]]]
    assert Expression.from_json(tree).text == '(${a} + 1) * -if(., "it\'s", b)'


def test_a_scope_needs_todays_date() -> None:
    with pytest.raises(TypeError):
        Scope({})  # type: ignore[call-arg]
    scope = Scope({}, today=TODAY)
    with pytest.raises(TypeError):
        scope.columns["x"] = "y"  # type: ignore[index]


def test_importing_the_engine_loads_neither_parser_generator_nor_pattern_library() -> None:
    code = "import sys, survey_service.questionnaire.expression; print(sorted({'lark', 're2'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"
