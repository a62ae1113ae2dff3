"""The script that evaluates expressions on the device gives what the server gives: vectors and random expressions.

All runs in one page of Chromium, in a time zone with an odd offset. The script is the one that is sent.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page

from survey_service.questionnaire.expression import FUNCTIONS, Expression, ExpressionFault, Node, Scope, Value, parse
from survey_service.questionnaire.function_dates import now_text
from survey_service.questionnaire.portable import portable, unsupported
from survey_service.web import styles
from tests.questionnaire.test_expression import VECTORS, expected_of, same, scope_of
from tests.questionnaire.test_expression_properties import ALL, PATTERNS, leaves, lists_of, nodes_over, scopes

UNSUPPORTED = {
    "digest()": 7,
    "base64-decode()": 5,
    "uuid()": 7,
    "random()": 6,
    "randomize()": 13,
    "distance()": 13,
    "area()": 8,
    "%a %b": 5,
    "pattern (?:a+)+b": 1,
}
"""Why vectors are the server's only, and how many of them."""
RUN = """jobs => jobs.map(([tree, scope, labels]) => {
  if (labels) scope.label = (name, question) => labels === true ? `${question}/${name}` : labels[question][name];
  return [first(started(tree, scope)), truth(started(tree, scope))];
})"""


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(timezone_id="Asia/Kathmandu", locale="ar")
    opened = context.new_page()
    for name in ("evaluate", "evaluate_more"):
        opened.add_script_tag(content=styles.script(name).text)
    yield opened
    context.close()


def sent(scope: Scope) -> dict[str, Any]:
    """Return a scope as the script takes it; labels are given apart."""
    return {
        "answers": scope.answers,
        "today": scope.today.isoformat(),
        "now": now_text(scope.now, scope.today) if scope.now else None,
        "path": scope.path,
        "repeats": dict(scope.repeats),
        "current": scope.current,
        "columns": dict(scope.columns),
        "lists": dict(scope.lists),
        "once": scope.once,
    }


def ran(page: Page, jobs: list[tuple[Expression, Scope, Any]]) -> list[tuple[Value, bool]]:
    """Return the value of each expression in its scope, and whether it holds, as the browser has it."""
    found = page.evaluate(RUN, [[portable(expression), sent(scope), labels] for expression, scope, labels in jobs])
    return [(float(value) if type(value) is int else value, holds) for value, holds in found]


def test_all_vectors_that_are_not_the_servers_only(page: Page) -> None:
    parsed = [(parse(vector["expression"]), vector) for vector in VECTORS]
    reasons = [unsupported(expression, expression.lists) for expression, _ in parsed]
    assert Counter(reason for found in reasons for reason in found) == UNSUPPORTED
    jobs = [job for job, found in zip(parsed, reasons, strict=True) if not found]
    assert (len(VECTORS), len(jobs)) == (861, 796)
    values = ran(page, [(expression, scope_of(vector), vector.get("labels")) for expression, vector in jobs])
    wrong = [
        (vector, value, holds)
        for (_, vector), (value, holds) in zip(jobs, values, strict=True)
        if not same(value, expected_of(vector)) or holds is not truth(expected_of(vector))
    ]
    assert wrong == []


def truth(value: Value) -> bool:
    return bool(value) and not (isinstance(value, float) and math.isnan(value))


INEXACT = frozenset({"sin", "cos", "tan", "asin", "acos", "atan", "atan2", "exp", "exp10", "log", "log10", "pow"})
"""Functions whose last digit may differ between one library and another."""
EXACT = frozenset(name for name in ALL if FUNCTIONS[name].browser) - INEXACT
FORMATS = {**PATTERNS, "format-date": "%d.%m.%Y, %e.%n.%y %%", "format-date-time": "%H:%M:%S.%3, %h"}
trees: st.SearchStrategy[Node] = st.recursive(
    leaves, lambda children: nodes_over(children, EXACT, FORMATS), max_leaves=20
)


@pytest.mark.timeout(600)  # a machine that others use is slow at drawing examples
@given(st.lists(st.tuples(trees, scopes), min_size=10, max_size=10))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_random_expressions_over_random_answers(page: Page, pairs: list[tuple[Node, Scope]]) -> None:
    jobs = [(Expression.from_json(lists_of(tree)), sound(scope)) for tree, scope in pairs]
    labels = [True if scope.label_of else None for _, scope in jobs]
    values = ran(page, [(*job, label) for job, label in zip(jobs, labels, strict=True)])
    for (expression, scope), (value, holds) in zip(jobs, values, strict=True):
        assert same(value, expression.evaluate(scope)), expression.text
        assert holds is expression.holds(scope), expression.text


def sound(scope: Scope) -> Scope:
    """Return a scope whose answers are where its repeats say: none outside repeats to questions within, and entries
    where there is a repeat only."""
    within = {name for name, around in scope.repeats.items() if around}
    kept = {
        name: answer
        for name, answer in scope.answers.items()
        if name not in within and scope.is_repeat(name) == has_entries(answer)
    }
    return replace(scope, answers=kept)


def has_entries(answer: Any) -> bool:
    return isinstance(answer, list) and any(isinstance(entry, dict) for entry in answer)


numbers = st.floats(-1e6, 1e6) | st.integers(-20, 20).map(float) | st.sampled_from([math.inf, -math.inf, math.nan, 0.0])


@given(st.lists(st.tuples(numbers, numbers), min_size=20, max_size=20))
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
def test_transcendental_functions_agree_to_the_last_digits(page: Page, pairs: list[tuple[float, float]]) -> None:
    calls = [parse(f"{name}(${{a}}{', ${b}' * (len(FUNCTIONS[name].takes) - 1)})") for name in sorted(INEXACT)]
    jobs = [(call, Scope({"a": a, "b": b}, today=dt.date(2026, 11, 23)), None) for a, b in pairs for call in calls]
    for (call, scope, _), (value, _) in zip(jobs, ran(page, jobs), strict=True):
        expected = call.evaluate(scope)
        assert isinstance(value, float)
        assert isinstance(expected, float)
        assert same(value, expected) or math.isclose(value, expected, rel_tol=1e-12, abs_tol=1e-300), call.text


PIECES = [
    *"ab z09_-]}{,.^$|()*+?é👍",
    *("(?:", ")", "*?", "{2}", "{1,2}", "{0,}", "{,2}", r"\.", r"\-", r"\@", r"\x41", r"\07", r"\t", r"\b", r"\B"),
    *("[a-c]", "[^b-z]", "[]a]", r"[\s\S]", r"[\d_-]", r"[^\W]", r"\d", r"\D", r"\w", r"\s", r"\S"),
    *(r"\p{L}", r"\P{Lu}", r"\p{Greek}", r"[\p{^Nd}]"),
]
patterns = st.lists(st.sampled_from(PIECES), max_size=6).map("".join)
subjects = st.lists(st.sampled_from("ab zZ09_-]}{,.^$|()@A\a\t\r\n\f\v\u00a0\u2028éαΩ👍"), max_size=5).map("".join)


@given(st.lists(st.tuples(patterns, st.lists(subjects, min_size=8, max_size=8)), min_size=20, max_size=20))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_random_patterns_over_random_texts(page: Page, drawn: list[tuple[str, list[str]]]) -> None:
    jobs = [
        (parse(f"regex(., '{pattern}')"), Scope({}, today=dt.date(2026, 11, 23), current=text), None)
        for pattern, texts in drawn
        if is_taken(pattern)
        for text in [*texts, pattern]
    ]
    for (expression, scope, _), (value, _) in zip(jobs, ran(page, jobs), strict=True):
        assert value is expression.evaluate(scope), (expression.text, scope.current)


def is_taken(pattern: str) -> bool:
    try:
        return not unsupported(parse(f"regex(., '{pattern}')"))
    except ExpressionFault:
        return False


CODE = (
    "1", "a", "b.c", "'x // y'", '"/* \\" */"', "`t  ${a  /* } */ + `n ${1}`}  // u`", "/[/] \\/ */.source",
    "f ( 2 , 3 )", "(a)", "[1, 2][0]", "({return: 6}).return", "1.5e-3", "8 .toFixed()", "/x/ .test('x')",
    "(x => x / 2 / 1)(a)", "f(/b  c/.flags, a)",
)  # fmt: skip
SIGNS = ("+", "-", "*", "/", "%", "<", ">", "===", "!==", "&&", "||", ",", "+ +", "- -", "+ -", "? 0 :", "- ~")
GAPS = (" ", "\n", "\t", " // it's\n", " /* ` */ ", " /*\n*/ ")
gaps = st.lists(st.sampled_from(GAPS), min_size=1, max_size=3).map("".join)
terms = st.tuples(st.sampled_from(CODE), gaps, st.sampled_from(SIGNS), gaps).map("".join)
statements = st.tuples(st.lists(terms, max_size=4).map("".join), st.sampled_from(CODE), gaps).map("".join)


@given(st.lists(st.tuples(statements, st.sampled_from([";", "\n"])), min_size=1, max_size=5))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_shortened_script_does_what_the_script_does(page: Page, parts: list[tuple[str, str]]) -> None:
    body = "".join(f"v = [v,  {statement}]{end} if (a)  /r/.test(v)\n" for statement, end in parts)
    names = "let v = 0, a = 4; const b = {c: 5}, f = (x, y) => `${x} ${y}`;"
    script = f"(() => {{\n  {names}\n{body}  return JSON.stringify(v);\n}})()"
    shortened = styles.short(styles.JAVASCRIPT, script)
    assert len(shortened) < len(script)
    assert page.evaluate(shortened) == page.evaluate(script)
