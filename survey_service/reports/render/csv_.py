"""A report as CSV: one row a statement, a figure, a cell of a table or a bar of a chart."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TextIO

from survey_service.cells import neutralised
from survey_service.questionnaire.model import wording
from survey_service.reports.render import formats
from survey_service.reports.report import Report

COLUMNS = (
    *("block", "id", "field", "question", "base", "period", "row", "column", "count", "n", "value", "low", "high"),
    *("unit", "offers", "revisions", "definition_version", "preliminary", "better", "source", "suppressed", "text"),
)
"""The headings: names for programs, the same in every language. ``count`` of ``n`` are the numbers behind ``value``."""
Row = dict[str, Any]


def write(report: Report, tag: str, file: TextIO) -> int:
    """Write the report (open the file with ``newline=""``), texts in the language ``tag``; return the number of rows.

    Numbers are exact, shares from 0 to 1; what is not published is “•”, with the reason in ``suppressed``. The first
    columns of each row name the plugin, its version, the snapshot and the day.
    """
    writer = csv.writer(file)
    facts = {"report": report.plugin, "version": report.version, "snapshot": report.snapshot, "day": report.day}
    writer.writerow([*facts, "synthetic", *COLUMNS])
    count = 0
    for block in report.blocks:
        for row in _ROWS[block["type"]](block, tag):
            values = [text(row.get(name)) for name in COLUMNS]
            writer.writerow([*facts.values(), text(report.synthetic), *values])
            count += 1
    return count


def text(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return ""
    if isinstance(value, list):
        return " ".join(value)
    return neutralised(value) if isinstance(value, str) else value


def _share(numbers: Mapping[str, Any], reason: str | None) -> Row:
    """Return numbers with “•” for those that are not published."""
    return {
        name: formats.HIDDEN if number is None and reason is not None else number for name, number in numbers.items()
    } | {"suppressed": reason}


def _statement(block: Mapping[str, Any], tag: str) -> Iterator[Row]:
    names = {"count": "count", "n": "n", "value": "share", "low": "low", "high": "high"}
    copied = {name: block[name] for name in ("id", "field", "question", "base", "offers", "revisions")}
    yield {
        "block": "statement",
        **copied,
        **_share({column: block[name] for column, name in names.items()}, block["suppressed"]),
        "unit": "percent",
        "text": formats.fill(block["text"], block["values"], tag)[0],
    }


def _figure(block: Mapping[str, Any], tag: str) -> Iterator[Row]:
    names = {"count": "numerator", "n": "denominator", "value": "value", "low": "low", "high": "high"}
    copied = {name: block[name] for name in ("period", "unit", "definition_version", "preliminary", "better", "source")}
    numbers = {column: block[name] for column, name in names.items()}
    row: Row = {"block": "figure", "id": block["indicator"], **copied, **_share(numbers, block["suppressed"])}
    yield {**row, "text": wording(block["name"], tag)}


def _cell(item: Mapping[str, Any], tag: str) -> Row:
    if item["kind"] == "hidden":
        return {"value": formats.HIDDEN, "suppressed": item["value"]}
    value = wording(item["value"], tag) if item["kind"] == "text" else item["value"]
    return {"value": value, "unit": item["kind"]}


def _table(block: Mapping[str, Any], tag: str) -> Iterator[Row]:
    for row in block["rows"]:
        heading = formats.value(row[0], tag)
        for column, item in zip(block["columns"][1:], row[1:], strict=True):
            place = {"id": block["id"], "row": heading, "column": wording(column["label"], tag)}
            yield {"block": "cell", **place, **_cell(item, tag), "text": wording(block["caption"], tag)}


def _chart(block: Mapping[str, Any], tag: str) -> Iterator[Row]:
    for bar in block["bars"]:
        place = {"id": block["id"], "row": wording(bar["label"], tag), "low": bar["low"], "high": bar["high"]}
        yield {"block": "bar", **place, **_cell(bar["value"], tag), "text": wording(block["caption"], tag)}


def _words(block: Mapping[str, Any], tag: str) -> Iterator[Row]:
    yield {"block": block["role"], "text": formats.fill(block["text"], block["values"], tag)[0]}


_ROWS: Mapping[str, Callable[[Mapping[str, Any], str], Iterator[Row]]] = {
    "text": _words,
    "statement": _statement,
    "figure": _figure,
    "table": _table,
    "chart": _chart,
}
