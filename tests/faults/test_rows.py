"""The table of bad input and faults names tests that are there, and says the same as its page in the documentation."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.faults import table
from tests.faults.rows import ROWS, Row
from tests.faults.table import ROWS_OF

TESTS = Path(__file__).resolve().parents[1]
PAGE = TESTS.parent / "docs" / "faults.md"


@pytest.mark.parametrize("test", sorted(ROWS_OF))
def test_each_test_of_the_table_exists(test: str) -> None:
    file, name = test.split("::")
    tree = ast.parse((TESTS / file).read_text("utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_each_row_has_a_test_and_a_number_of_its_own() -> None:
    assert all(row.tests for row in ROWS)
    assert len({row.number for row in ROWS}) == len(ROWS)


def test_the_page_has_the_same_rows() -> None:
    found = re.findall(r"^\| ([A-D]\d+) \| (.+?) \| .+ \|$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert found == [(row.number, row.what) for row in ROWS]


class _Terminal:
    """What the table is printed on."""

    def __init__(self, **reports: list[Any]) -> None:
        self.stats, self.lines = reports, list[str]()

    def section(self, title: str) -> None:
        self.lines.append(title)

    def line(self, text: str) -> None:
        self.lines.append(text.strip())


def _report(rows: str, *counted: int) -> SimpleNamespace:
    properties = [("fault rows", rows), *(("counted: kills", number) for number in counted)]
    return SimpleNamespace(when="call", user_properties=properties)


def test_cases_are_counted_and_failures_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "ROWS", (Row("A1", "one", ()), Row("A2", "two", ()), Row("A3", "three", ())))
    passed, failed = [_report("A1"), _report("A1 A2", 20, 3)], [_report("A2")]
    terminal = _Terminal(passed=passed, failed=failed)
    table.show(terminal)
    assert terminal.lines[1:] == ["A1        24  one", "A2        23  two  (1 FAILED)", "A3 not tried  three"]


def test_nothing_is_shown_if_nothing_of_it_ran() -> None:
    terminal = _Terminal(passed=[SimpleNamespace(when="call", user_properties=[])])
    table.show(terminal)
    assert terminal.lines == []
