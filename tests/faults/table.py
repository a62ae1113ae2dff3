"""Counts the tests of each row of the table of faults and prints it when a run ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.faults.rows import ROWS

_TESTS = Path(__file__).resolve().parents[1]
_PROPERTY = "fault rows"
ROWS_OF: Mapping[str, tuple[str, ...]] = {
    test: tuple(row.number for row in ROWS if test in row.tests) for row in ROWS for test in row.tests
}


def place_of(item: pytest.Item) -> str:
    """Return ``folder/test_file.py::test_name`` of a test, without its parameters."""
    name = getattr(item, "originalname", None) or item.name
    return f"{item.path.relative_to(_TESTS).as_posix()}::{name}" if item.path.is_relative_to(_TESTS) else ""


def mark(items: list[pytest.Item]) -> None:
    """Give each test that a row names the marker ``fault`` and the numbers of its rows."""
    for item in items:
        rows = ROWS_OF.get(place_of(item), ())
        if rows:
            item.add_marker(pytest.mark.fault)
            item.user_properties.append((_PROPERTY, " ".join(rows)))


def cases(reports: list[pytest.TestReport]) -> Counter[str]:
    """Return how many cases each row has in these reports: what a test counted itself, else one."""
    found: Counter[str] = Counter()
    for report in reports:
        counted = sum(value for key, value in report.user_properties if str(key).startswith("counted: "))
        for key, value in report.user_properties:
            if key == _PROPERTY:
                found.update(dict.fromkeys(str(value).split(), counted or 1))
    return found


def show(terminal: pytest.TerminalReporter) -> None:
    """Print the rows of which a test has run; all of them if that is more than half, so that one left out is seen."""
    tried = cases([report for report in terminal.stats.get("passed", []) if report.when == "call"])
    broken = [*terminal.stats.get("failed", []), *terminal.stats.get("error", [])]
    failed = cases([report for report in broken if hasattr(report, "user_properties")])
    if not tried and not failed:
        return
    terminal.section("bad input and faults: cases that got what docs/faults.md says")
    whole = 2 * len(tried + failed) > len(ROWS)
    for row in ROWS:
        if not (whole or tried[row.number] or failed[row.number]):
            continue
        state = f"{tried[row.number]:>9,}" if tried[row.number] else "not tried"
        fault = f"  ({failed[row.number]:,} FAILED)" if failed[row.number] else ""
        terminal.line(f"{row.number:>4} {state}  {row.what}{fault}")
