"""The script that evaluates expressions on the device gives what the server gives: vectors and random expressions.

All runs in one page of Chromium, in a time zone with an odd offset. The script is the one that is sent, squeezed.
"""

from __future__ import annotations

import datetime as dt
import json
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page

from survey_service.questionnaire.expression import FUNCTIONS, Expression, Node, Scope, Value, parse
from survey_service.questionnaire.function_dates import now_text
from survey_service.questionnaire.portable import portable, unsupported
from survey_service.web import styles
from tests.questionnaire.test_expression import VECTORS, expected_of, same, scope_of
from tests.questionnaire.test_expression_properties import ALL, PATTERNS, leaves, lists_of, nodes_over, scopes

Evaluate = Callable[[list[tuple[Expression, Scope]]], list[tuple[Value, bool]]]
UNSUPPORTED = {"digest()": 7, "base64-decode()": 5, "uuid()": 7, "random()": 6, "randomize()": 13, "distance()": 13,
               "area()": 8, "%a %b": 5, "pattern": 1}  # fmt: skip
"""Why vectors are the server's only, and how many."""
RUN = """jobs => jobs.map(([tree, scope, labels]) => {
  if (labels) scope.label = (name, question) => labels === true ? `${question}/${name}` : labels[question][name];
  return [expressions.evaluate(tree, scope), expressions.holds(tree, scope)];
})"""


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(timezone_id="Asia/Kathmandu", locale="ar")
    opened = context.new_page()
    opened.add_script_tag(content=styles.script("evaluate").text)
    yield opened
    context.close()


def sent(scope: Scope) -> dict[str, Any]:
    """Return a scope as the script takes it; labels are given apart."""
    return {
        "answers": scope.answers,
        "today": scope.today.isoformat(),
        "now": now_text(scope.now, scope.today) if scope.now else None,
        "path": scope.path,
        "repeats": scope.repeats,
        "current": scope.current,
        "columns": scope.columns,
        "lists": scope.lists,
        "once": scope.once,
    }


def ran(page: Page, jobs: list[tuple[Expression, Scope, Any]]) -> list[tuple[Value, bool]]:
    """Return the value of each expression in its scope, and whether it holds, as the browser has it."""
    found = page.evaluate(RUN, [[portable(expression), sent(scope), labels] for expression, scope, labels in jobs])
    return [(float(value) if type(value) is int else value, holds) for value, holds in found]


def test_all_vectors_that_are_not_the_servers_only(page: Page) -> None:
    parsed = [(parse(vector["expression"]), vector) for vector in VECTORS]
    reasons = [unsupported(expression, expression.lists) for expression, _ in parsed]
    assert Counter(reason.split(" (?")[0] for found in reasons for reason in found) == UNSUPPORTED
    jobs = [
        (expression, vector) for (expression, vector), found in zip(parsed, reasons, strict=True) if not found
    ]
    assert len(jobs) == len(VECTORS) - 64 == 797
    values = ran(page, [(expression, scope_of(vector), vector.get("labels")) for expression, vector in jobs])
    wrong = [
        (vector, value, holds)
        for (_, vector), (value, holds) in zip(jobs, values, strict=True)
        if not same(value, expected_of(vector)) or holds is not truth(expected_of(vector))
    ]
    assert wrong == []


def truth(value: Value) -> bool:
    return bool(value) and not (isinstance(value, float) and math.isnan(value))
