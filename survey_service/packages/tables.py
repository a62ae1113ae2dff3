"""The comparison of counties as files, which no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import xlsxwriter

from survey_service.cells import neutralised
from survey_service.monitoring.figures import HIDDEN
from survey_service.packages import comparing
from survey_service.packages.comparing import Compared

COLUMNS = (
    *("indicator", "name_de", "name_en", "field", "county", "county_name", "definition", "version", "comparable"),
    *(
        "period",
        "percent",
        "numerator",
        "denominator",
        "low",
        "high",
        "state",
        "source",
        "correction",
        "made",
        "licence",
    ),
)


def _cells(row: Mapping[str, Any]) -> list[Any]:
    cells = {name: neutralised(value) if isinstance(value, str) else value for name, value in row.items()}
    if row["state"] == "hidden":
        cells |= dict.fromkeys(("percent", "numerator", "denominator"), HIDDEN)
    return ["" if (value := cells[name]) is None else str(value).lower() if isinstance(value, bool) else value
            for name in COLUMNS]  # fmt: skip


def write_csv(compared: Sequence[Compared]) -> bytes:
    """Return the comparison as CSV with a byte order mark."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    writer.writerows(map(_cells, comparing.rows(compared)))
    return file.getvalue().encode("utf-8-sig")


def write_xlsx(compared: Sequence[Compared]) -> bytes:
    """Return the comparison as a workbook: the figures, and what differs in the definitions."""
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, options) as book:
        bold = book.add_format({"bold": True, "bottom": 2})
        _sheet(book.add_worksheet("comparison"), bold, COLUMNS, map(_cells, comparing.rows(compared)))
        differences = (
            [*map(neutralised, (each.code, one.county.key, one.county.name, *vars(difference).values()))]
            for each in compared
            for one in each.besides
            for difference in one.differences
        )
        heading = ("indicator", "county", "county_name", "what", "language", "ours", "theirs")
        _sheet(book.add_worksheet("differences"), bold, heading, differences)
    return file.getvalue()


def _sheet(sheet: Any, bold: Any, heading: Sequence[str], rows: Any) -> None:
    sheet.write_row(0, 0, heading, bold)
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            (sheet.write_string if isinstance(value, str) else sheet.write_number)(number, column, value)
    sheet.freeze_panes(1, 1)


FORMATS: Mapping[str, tuple[Callable[[Sequence[Compared]], bytes], str]] = {
    "csv": (write_csv, "text/csv"),
    "xlsx": (write_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
"""Ending → how the file is written, and its media type."""
