"""Expressions for the browser: what is written for it, what it cannot do, and patterns in its spelling.

That the browser gives the same values is in tests/journeys/test_evaluate.py.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from survey_service.questionnaire.expression import FUNCTIONS, Expression, Node, parse
from survey_service.questionnaire.pattern_speed import could_stall
from survey_service.questionnaire.patterns import PatternFault, for_browsers
from survey_service.questionnaire.portable import portable, unsupported
from tests.questionnaire.test_expression import DOCUMENT, VECTORS
from tests.questionnaire.test_expression_properties import lists_of, trees

SCRIPT = Path(__file__).parents[2] / "survey_service" / "web" / "static" / "evaluate.js"


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("'it'", "it"),
        ("2.5", 2.5),
        ("true()", True),
        ("pi()", 3.141592653589793),
        ("${age} >= 16", ["<=", 16, ["$", "age"]]),
        ("${age} < 16", ["<", ["$", "age"], 16]),
        ("a or . = 'x' or b", ["or", ["col", "a"], ["=", ["."], "x"], ["col", "b"]]),
        ("-${a} + 1", ["+", ["*", -1, ["$", "a"]], 1]),
        ("selected(${a}, 'x')", ["selected", ["$", "a"], "x"]),
        ("string-length(.)", ["length", ["."]]),
        ("string(${a})", ["join", "", ["if", True, ["$", "a"], ""]]),
        ("string(1 + 1)", ["join", "", ["+", 1, 1]]),
        ("${R}/a[2]", ["step", ["$", "R"], "a", 2]),
        ("${a}/../b", ["beside", ["around", ["$", "a"]], "b"]),
        ("${R}[b = current()/../b]", ["filter", ["$", "R"], ["=", ["$", "b"], ["beside", ["current"], "b"]]]),
        ("(${a})[2]", ["filter", ["|", ["$", "a"]], 2, 1]),
        ("(${a} | ${a} | ${b})[. > 1]", ["filter", ["|", ["$", "a"], ["$", "b"]], ["<", 1, ["."]], 1]),
        ("(${a})[. > 1][2]", ["filter", ["filter", ["|", ["$", "a"]], ["<", 1, ["."]], 1], 2, 1]),
        ("instance('l')/root/item[a = 1]/b", ["column", ["filter", ["instance", "l"], ["=", ["col", "a"], 1]], "b"]),
        ("position(..)", ["place", 1]),
        ("${R}[position() = last()]", ["filter", ["$", "R"], ["=", ["position"], ["size"]]]),
        ("indexed-repeat(${a}, ${R}, 2)", ["if", True, ["step", ["nth", ["$", "R"], 2], "a"], ""]),
        ("format-date(., '%e.%n.%Y %%')", ["format", ["."], [8, 10, 1], ".", [5, 7, 1], ".", [0, 4], " ", "%"]),
        ("checklist(1, 2, ${a})", ["between", 1, ["+", ["count", ["filter", ["$", "a"], ["and", ["."]]]]], 2]),
        ("checklist(1, 2, 1 = 1)", ["between", 1, ["+", ["and", ["=", 1, 1]]], 2]),
        ("weighted-checklist(1, 2, 1, 3)", ["between", 1, ["+", ["if", 1, 3, 0]], 2]),
        ("once(today())", ["if", ["length", ["once"]], ["once"], ["today"]]),
        ("regex(., '[0-9]{5}')", ["regex", ["."], "^(?:[0-9]{5})$"]),
    ],
)  # fmt: skip
def test_what_is_written_for_the_browser(text: str, sent: Any) -> None:
    written = portable(parse(text))
    assert written == sent
    assert json.dumps(written) == json.dumps(sent)


@pytest.mark.parametrize(
    ("text", "lists", "reasons"),
    [
        ("${a} + sum(${b})", (), set()),
        ("count(${R}[${a} > 1])", (), set()),
        ("format-date(${a}, '%d.%m.%Y')", (), set()),
        ("format-date(${a}, '%d. %b')", (), {"%a %b"}),
        ("uuid() = digest('a', 'MD5')", (), {"uuid()", "digest()"}),
        ("random() + distance(${a})", (), {"random()", "distance()"}),
        ("count(instance('l')/root/item)", (), {"list l"}),
        ("count(instance('l')/root/item)", ("l",), set()),
        ("pulldata('m', 'x', 'y', instance('l')/root/item)", ("l",), {"list m"}),
        ("regex(., '(a+)+')", (), {"pattern (a+)+"}),
        ("if(regex(., '\\p{Tangut}'), 1, regex(., 'a'))", (), {"pattern \\p{Tangut}"}),
    ],
)
def test_what_the_browser_cannot_do(text: str, lists: tuple[str, ...], reasons: set[str]) -> None:
    assert unsupported(parse(text), lists) == reasons


def test_what_the_browser_cannot_do_is_not_written() -> None:
    with pytest.raises(ValueError, match=re.escape("“uuid()”: uuid().")):
        portable(parse("uuid()"))
    assert portable(parse("instance('l')/root/item")) == ["instance", "l"]


def heads(written: Any) -> set[str]:
    if not isinstance(written, list):
        return set()
    return {head for head in written[:1] if isinstance(head, str)}.union(*map(heads, written[1:]))


MATHS = {"trunc", "ceil", "floor", "round", "abs", "pow", "sqrt", "exp", "log", "log10"} | {
    *("sin", "cos", "tan", "asin", "acos", "atan", "atan2"),
}


def known_heads() -> set[str]:
    """The heads that the script has a rule for, or JavaScript's Math."""
    scripts = "".join(SCRIPT.with_name(name).read_text("utf-8") for name in ("evaluate.js", "evaluate_more.js"))
    tables = re.findall(r"^  (?:\"([^\"]+)\"|(\w+|\$)):", scripts, re.M)
    return {quoted or bare for quoted, bare in tables} | MATHS


@given(trees())
@settings(max_examples=300, deadline=None)
def test_any_tree_is_written_with_heads_that_the_script_knows_or_has_a_reason(tree: Node) -> None:
    expression = Expression.from_json(lists_of(tree))
    if unsupported(expression, expression.lists):
        with pytest.raises(ValueError, match="The browser cannot"):
            portable(expression)
    else:
        written = portable(expression)
        assert json.loads(json.dumps(written, allow_nan=False)) == written
        assert heads(written) <= known_heads() | set("YmdeHMS")


def test_every_function_is_written_for_the_browser_or_is_the_servers() -> None:
    used = {name for vector in VECTORS if not unsupported(parse(vector["expression"]), ["towns", "none"])
            for name in parse(vector["expression"]).functions}  # fmt: skip
    assert used == {name for name, function in FUNCTIONS.items() if function.browser}


@pytest.mark.parametrize(
    ("pattern", "sent"),
    [
        ("a|bc", "a|bc"),
        ("(a)(?:b)", "(?:a)(?:b)"),
        ("", ""),
        (".", "[^\\n]"),
        ("^a$", "(?:^)a(?:$)"),
        ("\\ba\\B", "(?:\\b)a(?:\\B)"),
        ("a{2}b{2,}c{2,3}d*?e+f??", "a{2}b{2,}c{2,3}d*?e+f??"),
        ("a{,2}", "a\\u{7b}\\u{2c}2\\u{7d}"),
        ("]", "\\u{5d}"),
        ("[]a]", "[\\u{5d}a]"),
        ("[^]a]", "[^\\u{5d}a]"),
        ("[a-c-e]", "[a-c\\u{2d}e]"),
        ("[\\d-z]", "[\\d\\u{2d}z]"),
        ("[a-]", "[a\\u{2d}]"),
        ("[\\]-a]", "[\\u{5d}-a]"),
        ("\\@\\-\\.", "\\u{40}\\u{2d}\\u{2e}"),
        ("\\d\\W", "\\d\\W"),
        ("\\s\\S", "[\\t\\n\\f\\r ][^\\t\\n\\f\\r ]"),
        ("[\\s]", "[\\t\\n\\f\\r ]"),
        ("[\\Sa]", "[\\0-\\x08\\x0b\\x0e-\\x1f!-\\u{10ffff}a]"),
        ("\\x41\\07\\t", "A\\u{7}\\u{9}"),
        ("\\p{L}\\P{Lu}[\\p{^Nd}]", "\\p{L}\\P{Lu}[\\P{Nd}]"),
        ("\\p{Greek}\\p{Any}", "\\p{Script=Greek}\\p{Any}"),
        ("ü👍", "ü👍"),
    ],
)
def test_a_pattern_in_javascripts_spelling(pattern: str, sent: str) -> None:
    assert for_browsers(pattern) == f"^(?:{sent})$"


def test_a_script_that_not_all_browsers_know_is_refused() -> None:
    with pytest.raises(PatternFault):
        for_browsers("a\\p{Tangut}")


@pytest.mark.parametrize(
    "pattern",
    ["(?:a+)+b", "(a*)*", "(a|a)*", "(\\w|\\d)+x", "(\\w+\\s?)+", "(.*,)*", "([a-z]{2,10} ?)+", "(a{1,2})+",
     "(a|b|ab)*", "(a|b|ab|ba){9,}", "((a+ )|(a+ ))*", "(?:" + "[a-z]?" * 50 + ")*"],
)  # fmt: skip
def test_a_pattern_that_could_stall_a_browser(pattern: str) -> None:
    assert could_stall(pattern)


@pytest.mark.parametrize(
    "pattern",
    ["", "[0-9]{5}", "[A-Z][a-z]+( [A-Z][a-z]+)*", "([A-Z][a-z]+ ?)+", "[0-9]{2,4}([ -]?[0-9]{2,4}){1,5}", "(a{2})+",
     "[\\w.+-]+@[\\w-]+(\\.[\\w-]+)+", "(?:[0-9]{3},)*[0-9]{1,3}", ".*@.*", "(\\p{L}+[ -])*\\p{L}+", "(?:^a|b$)+",
     "Meiningen|Schmalkalden|Suhl|Zella-Mehlis|Steinbach-Hallenberg", "(a+)?(a+){1,3}"],
)  # fmt: skip
def test_a_pattern_that_cannot(pattern: str) -> None:
    assert not could_stall(pattern)


def test_every_head_for_the_browser_is_documented() -> None:
    text = DOCUMENT.read_text("utf-8").replace("\\|", "|")
    own = {head for vector in VECTORS if not unsupported(parse(vector["expression"]), ["towns", "none"])
           for head in heads(portable(parse(vector["expression"])))}  # fmt: skip
    assert [head for head in sorted(own) if f'["{head}"' not in text and f"`{head}`" not in text] == []
