"""Expressions: what they mean (vectors), what is refused and how, limits, and properties that hold for all of them.

``expression_vectors.json`` is shared with the tests of the browser's evaluator: one object a case with ``expression``,
``expect`` and what a scope has, as docs/expressions.md describes. Every expected value was worked out by hand from the
specification; digests, the shuffles with a seed and the numbers of ``random()`` by independent implementations.
"""

from __future__ import annotations

import copy
import datetime as dt
import json
import math
import pickle
import re
import subprocess
import sys
from collections import Counter
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
    labels = vector.get("labels")
    return Scope(
        vector.get("answers", {}),
        today=dt.date.fromisoformat(vector.get("today", TODAY.isoformat())),
        path=tuple((repeat, index) for repeat, index in vector.get("path", [])),
        repeats={name: tuple(outer) for name, outer in vector.get("repeats", {}).items()},
        current=vector.get("current"),
        columns=vector.get("columns", {}),
        now=dt.datetime.fromisoformat(vector["now"]) if "now" in vector else None,
        label_of=(lambda name, question: labels[question][name]) if labels else None,
        lists=vector.get("lists", {}),
        seed=vector.get("seed", 0),
        language=vector.get("language", "en"),
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


OPERATORS = {"or", "and", "=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "div", "mod", "neg", "|"}
OTHER_HEADS = {"ref", "str", "num", "col", ".", "name", "up", "step", "column", "filter", "set", "current", "instance"}


def heads(node: tuple[Any, ...]) -> Iterator[str]:
    yield node[0]
    for part in node[1:]:
        if isinstance(part, tuple):
            yield from heads(part)


def test_vectors_use_every_function_operator_and_head() -> None:
    counts = Counter(head for vector in VECTORS for head in set(heads(parse(vector["expression"]).ast)))
    assert set(counts) == OPERATORS | OTHER_HEADS | set(FUNCTIONS)
    assert {name for name, function in FUNCTIONS.items() if counts[name] < (3 if function.takes else 1)} == set()
    assert len({json.dumps(vector) for vector in VECTORS}) == len(VECTORS) >= 800


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
        ("number()", ["number", ["."]]),
        ("../a", ["ref", "a"]),
        ("../../group/a", ["step", ["ref", "group"], "a"]),
        ("/data/g/a", ["ref", "a"]),
        ("/data/R[a = 1]", ["filter", ["ref", "R"], ["=", ["ref", "a"], ["num", 1]]]),
        ("${R}/a", ["step", ["ref", "R"], "a"]),
        ("${R}/./a", ["step", ["ref", "R"], "a"]),
        ("${a}/../b", ["step", ["step", ["ref", "a"], ".."], "b"]),
        ("${a}/../../b", ["step", ["step", ["ref", "a"], ".."], "b"]),
        ("${R}[2]/a[. > 1]", ["step", ["filter", ["ref", "R"], ["num", 2]], "a", [">", ["."], ["num", 1]]]),
        ("(${a})[2]", ["filter", ["set", ["ref", "a"]], ["num", 2]]),
        ("((${a}))", ["ref", "a"]),
        ("${a} | ${b} | ${c}", ["|", ["ref", "a"], ["ref", "b"], ["ref", "c"]]),
        ("-${a} | ${b}", ["neg", ["|", ["ref", "a"], ["ref", "b"]]]),
        ("(${a} | ${b})[1]", ["filter", ["|", ["ref", "a"], ["ref", "b"]], ["num", 1]]),
        ("position(../..)", ["position", ["up", 2]]),
        ("position(current()/..)", ["position", ["up", 1]]),
        ("current()/../a", ["ref", "a"]),
        ("current()", ["."]),
        ("${R}[a = current()/../a]", ["filter", ["ref", "R"], ["=", ["ref", "a"], ["step", ["current"], "a"]]]),
        (
            "${R}[position(current()/..) = 1]/or",
            ["step", ["filter", ["ref", "R"], ["=", ["position", ["step", ["current"], ".."]], ["num", 1]]], "or"],
        ),
        ("instance('l')/root/item", ["instance", "l"]),
        (
            "instance('l')/root/item[a = current()/../a]/b",
            ["column", ["filter", ["instance", "l"], ["=", ["col", "a"], ["ref", "a"]]], "b"],
        ),
        (
            "instance('l')/root/item[./a = current()]/b",
            ["column", ["filter", ["instance", "l"], ["=", ["col", "a"], ["current"]]], "b"],
        ),
        ("instance('l')/root/item[last()]/b", ["column", ["filter", ["instance", "l"], ["last"]], "b"]),
        ("random() + random()", ["+", ["random"], ["random", ["num", 1]]]),
        ("choice-name(a, '${b}')", ["jr:choice-name", ["col", "a"], ["name", "b"]]),
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


@pytest.mark.parametrize(
    ("text", "names", "elsewhere"),
    [
        ("${a} + ../b", {"a", "b"}, set()),
        ("jr:choice-name(${a}, '${b}')", {"a", "b"}, set()),
        ("indexed-repeat(${a}, ${R}, ${n})", {"a", "R", "n"}, {"a", "R"}),
        ("indexed-repeat(${a}, ${R}, position(..) - 1) + ${a}", {"a", "R"}, {"R"}),
        ("sum(${R}/a)", {"a", "R"}, {"a", "R"}),
        ("count(${R}[${a} > 1])", {"a", "R"}, set()),
        ("${R}[position() < position(current()/..)]/a", {"a", "R"}, {"a", "R"}),
        ("${R}[a = current()/../b]/c", {"R", "a", "b", "c"}, {"R", "c"}),
        ("instance('l')/root/item[a = ${b}]/c", {"b"}, set()),
    ],
)
def test_where_an_expression_looks(text: str, names: set[str], elsewhere: set[str]) -> None:
    expression = parse(text)
    assert expression.names == names
    assert expression.elsewhere == elsewhere


def test_what_an_expression_needs_besides_answers() -> None:
    expression = parse("instance('l')/root/item[a = . and b = current()]/c = pulldata('m', 'x', 'y', c)")
    assert expression.lists == {"l", "m"}
    assert expression.columns == {"c"}  # those of the rows are the list's own
    assert expression.uses_current is True
    assert parse("instance('l')/root/item[a = .]/c").uses_current is False
    assert parse("${R}[. = 1]").uses_current is False
    assert parse("once(today())").functions == {"once", "today"}


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


def test_what_the_browser_reckons_is_reckoned_alike() -> None:
    repeats = {"R": (), "a": ("R",)}
    assert evaluate("date-time(${d})", {"d": 0.5 / 86_400_000}) == "1970-01-01T00:00:00.001+00:00"  # half up
    assert evaluate("selected(${p}, '50.5')", {"p": [50.5, 10.25]}) is True
    assert evaluate("1 div min(0, -0)") == evaluate("1 div min(-0, 0)") == -math.inf
    assert evaluate("1 div max(0, -0)") == evaluate("1 div max(-0, 0)") == math.inf
    assert evaluate("1 div round(-0.2, 0)") == math.inf
    gone = {"path": (("R", 3),), "repeats": repeats}
    assert evaluate("count(${b}[position(current()/..) = 4])", {"b": 1}, **gone) == 1.0
    entries = {"R": [{"a": "x"}, {"a": "y"}]}
    assert evaluate("indexed-repeat(${a}, ${R}, 2)", entries, repeats=repeats) == "y"
    assert evaluate("indexed-repeat(${b}, ${R}, 2)", {**entries, "b": "z"}, repeats=repeats) == ""  # not in an entry


@pytest.mark.timeout(60)  # a backtracking matcher would need longer than the universe is old
def test_a_pattern_cannot_stall_the_server() -> None:
    assert evaluate("regex(${a}, '(?:(?:a+)+)+b')", {"a": "a" * 100_000}) is False


# The table in the documentation

DOCUMENT = Path(__file__).parents[2] / "docs" / "expressions.md"


def test_the_documented_functions_are_those_there_are() -> None:
    rows = re.findall(
        r"^\| `([^`]+)` \| ([^|]*) \| ([snbv]) \| [^|]+ \| (|Server) \|$", DOCUMENT.read_text("utf-8"), re.M
    )
    documented = {name: (takes, gives, server) for name, takes, gives, server in rows}
    assert list(documented) == list(FUNCTIONS)
    for name, function in FUNCTIONS.items():
        letters = [letter + "?" * (index >= function.least) for index, letter in enumerate(function.takes)]
        takes = " ".join([*letters, *(["…"] if function.repeats else [])])
        assert documented[name] == (takes, function.gives, "" if function.browser else "Server")


def test_every_head_of_a_tree_is_documented() -> None:
    text = DOCUMENT.read_text("utf-8").replace("\\|", "|")
    assert [head for head in OPERATORS | OTHER_HEADS if f'["{head}"' not in text] == []


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
        ("//age > 3", 1, "“//”", "${name}"),
        ("/age > 3", 2, "“/age”", "${name}"),
        ("/data/../age > 3", 10, "“/age”", "${name}"),
        ("/data/R[1]/age", 8, "middle of this path", "${repeat}[…]/name"),
        (".. > 3", 1, "“..”", "${name}"),
        ("1 + ./age", 7, "“/age”", "${name}"),
        ("count(age/name)", 7, "answer to a question", "${name}"),
        ("age/name", 5, "“/name”", "${name}"),
        ("current()/.. = 1", 11, "“..”", "${name}"),
        ("(1 + 2)[1]", 8, "“[”", "Only ${name}"),
        ("concat(1)/x", 11, "“/x”", "Only ${name}"),
        ("field[1]", 6, "“[”", "Only ${name}"),
        ("${a}]", 5, "bracket closes nothing", "open it with [ before"),
        ("${a}[1", 5, "bracket is not closed", "Write ]"),
        ("(${a}[1)]", 6, "bracket is not closed", "Write ]"),
        ("count(${a}[. = 1)", 11, "bracket is not closed", "Write ]"),
        ("${a}[(1]", 6, "parenthesis is not closed", "Write )"),
        ("${a}[]", 6, "“]”", "value before it"),
        ("${a}/@b", 6, "“@”", "${name}"),
        ("${a}/child::b", 11, "“::”", "no axes"),
        ("${a}/*", 5, "“/*”", "no wildcards"),
        ("1 | ${a}", 1, "node-sets", "Write or"),
        ("position()", 1, "no meaning outside [ ]", "position(..)"),
        ("1 + last()", 5, "no meaning outside [ ]", "position(..)"),
        ("position(1)", 10, "two dots", "position(..)"),
        ("${a}[position() = 1] + position()", 24, "no meaning outside [ ]", "position(..)"),
        ("instance('l')", 1, "not followed by /root/item", "instance('l')/root/item"),
        ("instance('l')/item[1]", 15, "not followed by /root/item", "instance('l')/root/item"),
        ("instance('l')/root/label", 20, "not followed by /root/item", "instance('l')/root/item"),
        ("instance('l')/root[1]", 19, "not followed by /root/item", "instance('l')/root/item"),
        ("instance('l')/root/item/a/b", 27, "“/b”", "Only ${name}"),
        ("instance(${a})/root/item", 10, "text in quotes", "'municipalities'"),
        ("instance('__last-saved')/data/a", 10, "no list “__last-saved”", "earlier responses"),
        ("pulldata(a, 'b', 'c', 'd')", 10, "text in quotes", "'municipalities'"),
        ("indexed-repeat('a', ${R}, 1)", 16, "is a name", "${question}, ${repeat}, number"),
        ("indexed-repeat(${a}, R, 1)", 22, "is a name", "${question}, ${repeat}, number"),
        ("indexed-repeat(${a}, ${R}, 1, ${S})", 31, "has no number", "${question}, ${repeat}, number"),
        ("jr:choice-name(${a}, ${a})", 22, "must stand in quotes", "jr:choice-name(${a}, '${a}')"),
        ("jr:choice-name(${a}, 'a')", 22, "must stand in quotes", "jr:choice-name(${a}, '${a}')"),
        ("digest(${a}, 'SHA-3')", 14, "does not know", "'SHA-256'"),
        ("digest(${a}, 'MD5', 'octal')", 21, "does not know", "'hex'"),
        ("randomize(1, 2)", 11, "answer to a question", "${name}"),
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
        ("format-date(${a}, '%H')", 19, "“%H” is no part of format-date()", "use format-date-time()"),
        ("format-date(${a}, 'x %')", 19, "“%”", "%%"),
        ("format-date-time(${a}, '%Z')", 24, "“%Z” is no part of format-date-time()", "%H and %h"),
        ("format-date-time(${a}, ${b})", 24, "text in quotes", "%d.%m.%Y"),
    ],
)
def test_fault(text: str, column: int, message: str, remedy: str) -> None:
    fault = fault_of(text)
    assert fault.column == column, str(fault)
    assert message in str(fault.message)
    assert remedy in str(fault.remedy)
    assert str(fault) == f"column {column}: {fault.message} {fault.remedy}"


@pytest.mark.parametrize("name", sorted(UNSUPPORTED))
def test_a_function_known_elsewhere_is_not_supported_yet(name: str) -> None:
    fault = fault_of(f"1 = {name}(${{a}})")
    assert (fault.column, str(fault.message)) == (5, f"{name}() is not supported yet.")
    assert fault.remedy == UNSUPPORTED[name]
    assert name not in FUNCTIONS


# What stands around a function that means nothing alone.
AROUND = {"last": "${a}[%s]", "instance": "%s/root/item"}


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_each_function_takes_its_example_and_refuses_other_counts(name: str) -> None:
    function = FUNCTIONS[name]
    parse(AROUND.get(name, "%s").replace("%s", f"{name}({function.example})"))
    refused = [count for count in range(9) if not function.accepts(count)]
    assert refused
    for count in refused:
        assert f"{name}() is {count}" in str(fault_of(f"{name}({', '.join(['.'] * count)})").message)


# Limits


def test_length_limit() -> None:
    longest = "'" + "x" * 9_998 + "'"
    assert evaluate(longest) == "x" * 9_998
    fault = fault_of(longest + " ")
    assert fault.column == 10_001
    assert "10000 characters" in str(fault.message)


def test_nesting_limit() -> None:
    assert evaluate("(" * 99 + "1" + ")" * 99) == 1
    assert evaluate("-" * 99 + "1") == -1
    assert evaluate("not(" * 99 + "1" + ")" * 99) is False
    for text in ("(" * 100 + "1" + ")" * 100, "-" * 100 + "1", "not(" * 100 + "1" + ")" * 100):
        assert "deeper than 100" in str(fault_of(text).message)
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
        "${a}" + "[1]" * 3_000,
        "${a}" + "/b" * 4_000,
        "${a}" + "/.." * 3_000,
        "/a" * 5_000,
        "${a}[" * 1_600,
        "${a}[" * 90 + "1" + "]" * 90,
        "../" * 3_000 + "a",
        "${a}|" * 1_900 + "${a}",
        "${a}[${a}" * 900 + "]" * 900,
        "${" * 5_000,
        " " * 9_999 + "(",
    ],
    ids=lambda bomb: bomb[:8],
)
@pytest.mark.timeout(60)
def test_bombs_are_refused_soon(bomb: str) -> None:
    try:
        parse(bomb)
    except ExpressionFault:
        pass
    else:
        assert bomb[:4] in ("aaaa", "/a/a", "../.", "${a}")  # merely long


def test_predicates_nest_three_levels() -> None:
    assert evaluate("count(${a}[${a}[${a}[1]]])") == 1
    fault = fault_of("count(${a}[${a}[${a}[${a}[1]]]])")
    assert "deeper than 3" in str(fault.message)
    assert fault.column == 26
    assert evaluate("'[[[[' = ']'") is False


def test_long_runs_do_not_nest() -> None:
    assert evaluate("1" + "+1" * 4_999) == 5_000
    text = " or ".join(f"${{q}}='{index}'" for index in range(600))
    assert evaluate(text, {"q": "599"}) is True
    assert evaluate(text, {"q": "600"}) is False


@pytest.mark.timeout(60)  # doubling with each level it would take years
def test_deep_comparisons_compile_in_linear_time() -> None:
    text = "(" * 45 + "1 = 1" + ") = 1" * 45
    assert evaluate(text) is True


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
