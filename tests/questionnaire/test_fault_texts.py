"""Every fault is a text of the catalogs with named values: it is extracted, and gets the values that it names."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog

from survey_service.problems import CATALOGUE, D_, Problem, Said, said
from survey_service.questionnaire import refusals
from survey_service.questionnaire.faults import Fault, shown
from survey_service.questionnaire.xlsform import notices, worker
from survey_service.questionnaire.xlsform.notices import Notice
from tests.catalogs import extracted

PACKAGE = Path(__file__).resolve().parents[2] / "survey_service"
FILES = sorted(
    [*PACKAGE.glob("questionnaire/**/*.py"), *PACKAGE.glob("translating/*.py"), *PACKAGE.glob("responses/**/*.py")]
)
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")
FAULTS = {"fault": (3, 4), "add": (3, 4), "ExpressionFault": (0, 2), "Complaint": (1, 2), "GroupingFault": (1, 2)}
"""What takes texts of faults, and at which places."""


def calls(tree: ast.AST, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called == name:
                yield node


def sources(node: ast.expr, module: Any) -> list[str]:
    """Return the source texts that an expression may be: a marked literal, a constant, an entry of a table, either."""
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("D_", "N_"):
        return [ast.literal_eval(node.args[0])]
    if isinstance(node, ast.IfExp):
        return [*sources(node.body, module), *sources(node.orelse, module)]
    if isinstance(node, ast.Name) and isinstance(getattr(module, node.id, None), str):
        return [getattr(module, node.id)]
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
        return list(getattr(module, node.value.id).values())
    raise AssertionError(f"{module.__name__}:{node.lineno}: {ast.unparse(node)} is no marked text")


def said_in(path: Path) -> Iterator[tuple[str, str, set[str]]]:
    """Yield (place, source text, names of values) for each ``said`` of a module."""
    name = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
    module = importlib.import_module(name)
    for call in calls(ast.parse(path.read_text("utf-8")), "said"):
        if isinstance(call.args[0], ast.Name) and call.args[0].id in _parameters(path, call):
            continue  # the caller passes it, see `test_a_text_that_is_passed_on`
        for text in sources(call.args[0], module):
            yield f"{name}:{call.lineno}", text, {str(keyword.arg) for keyword in call.keywords}


def _parameters(path: Path, call: ast.Call) -> set[str]:
    """Return the parameters of the function around a call."""
    around = [
        node
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef) and node.lineno <= call.lineno <= (node.end_lineno or 0)
    ]
    return {argument.arg for function in around for argument in function.args.args}


@pytest.fixture(scope="module")
def catalogued() -> set[str]:
    found: set[str] = set()
    for domain in ("desk", "provider", "messages"):
        catalog: Catalog = extracted(domain)
        found |= {str(message.id) for message in catalog if message.id}
    return found


def test_every_fault_is_extracted_and_gets_the_values_that_it_names(catalogued: set[str]) -> None:
    seen = 0
    for path in FILES:
        for place, text, given in said_in(path):
            assert text in catalogued, place
            assert set(_PLACEHOLDER.findall(text)) == given, place
            assert given or "%(" not in text, place
            seen += 1
    assert seen > 150


def test_no_fault_is_made_of_a_bare_text() -> None:
    """mypy holds the types; this finds a text passed where it cannot look (tests of strings, f-strings)."""
    for path in FILES:
        tree = ast.parse(path.read_text("utf-8"))
        for name, places in FAULTS.items():
            for call in calls(tree, name):
                for at in places:
                    if at < len(call.args):
                        bare = isinstance(call.args[at], ast.JoinedStr | ast.Constant)
                        in_set = isinstance(call.func, ast.Attribute) and len(call.args) < 5 and name == "add"
                        assert in_set or not bare, f"{path.name}:{call.lineno}"


def test_notices_and_problems_are_extracted(catalogued: set[str]) -> None:
    assert set(notices.MESSAGES.values()) <= catalogued
    assert {text for kind in CATALOGUE.values() for text in (kind.title, kind.message)} <= catalogued
    assert {each.message for each in (*refusals.UNSUPPORTED.values(), *refusals.KEYWORDS.values())} <= catalogued


def test_every_notice_that_is_added_gets_the_values_that_its_message_names() -> None:
    """Where a code and its values stand in the call itself; with ``**`` only those of the table are asked for."""
    seen = 0
    for path in PACKAGE.glob("questionnaire/xlsform/*.py"):
        for call in calls(ast.parse(path.read_text("utf-8")), "add"):
            if len(call.args) != 3 or not isinstance(call.args[1], ast.Constant):
                continue
            named = set(_PLACEHOLDER.findall(notices.MESSAGES[str(call.args[1].value)]))
            given = {keyword.arg for keyword in call.keywords}
            assert None in given or named <= given, f"{path.name}:{call.lineno}"
            seen += 1
    assert seen > 30


# What is said


def test_values_may_be_said_themselves_and_lists_have_a_line_each() -> None:
    inner = said(D_("there is no %(key)s"), key="label")
    outer = said(D_("%(count)s faults were found:\n%(listing)s"), count=2, listing=(inner, inner))
    assert str(outer) == "2 faults were found:\n  there is no label\n  there is no label"
    german = {inner.message: "%(key)s fehlt", outer.message: "%(count)s Fehler:\n%(listing)s"}
    assert outer.text(german.__getitem__) == "2 Fehler:\n  label fehlt\n  label fehlt"


def test_a_text_without_values_may_have_signs_of_percent() -> None:
    assert str(said("%d.%m.%Y, 100 %")) == "%d.%m.%Y, 100 %"


def test_a_problem_says_its_faults_in_any_language() -> None:
    fault = Fault("a.yaml", 3, "age", said(D_("there is nothing to calculate")), said(D_("write true or false")))
    problem = Problem("questionnaire.faulty", count=1, listing=(fault.said,))
    assert problem.message() == (
        "1 faults were found:\n  a.yaml:3: age: there is nothing to calculate → write true or false"
    )
    assert "a.yaml:3: age: X → X" in problem.message(lambda text: "X" if text.islower() and "%" not in text else text)


def test_a_notice_keeps_what_is_said_in_it_on_its_way_through_json() -> None:
    values = {"column": "relevant", "at": 3, "fault": said("A %(b)s", b=said("C")), "remedy": said("D")}
    notice = Notice("error", "expression", "survey", 4, "F", values)
    again = worker.notice_from_json(worker.notice_to_json(notice))
    assert again == notice
    assert str(again) == "survey!F4: relevant, character 3: A C D"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", "“a”"),
        (12, "12"),
        (None, "null"),
        ([1, "x"], '[1, "x"]'),
        (True, "true"),
        ("x" * 99, "“" + "x" * 58 + "…"),
    ],
)
def test_values_are_shown_as_they_are_written(value: object, text: str) -> None:
    assert shown(value) == text


def test_said_is_equal_by_content() -> None:
    assert said("A %(b)s", b=1) == Said("A %(b)s", {"b": 1})
