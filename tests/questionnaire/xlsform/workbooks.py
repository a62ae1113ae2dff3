"""Workbooks for tests: sheets from lists of rows."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter

from survey_service.questionnaire.xlsform import importing
from survey_service.questionnaire.xlsform.importing import Import, Options

Rows = Sequence[Sequence[Any]]
CHOICES: Rows = [["list_name", "name", "label"], ["yn", "yes", "Yes"], ["yn", "no", "No"]]


def workbook(**sheets: Rows) -> bytes:
    """Return a workbook; cells are written as they are, a text that begins with ``=`` as a formula without a value."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "default_date_format": "yyyy-mm-dd hh:mm:ss"}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for index, cell in enumerate(row):
                    if isinstance(cell, str) and cell.startswith("="):
                        sheet.write_formula(number, index, cell, None, "")
                    elif cell not in (None, ""):
                        sheet.write(number, index, cell)
    return target.getvalue()


def read(survey: Rows, choices: Rows = CHOICES, settings: Rows = (), **options: Any) -> Import:
    """Read a form given by its sheets."""
    sheets = {"survey": survey, "choices": choices, **({"settings": settings} if settings else {})}
    return importing.read(workbook(**sheets), "form.xlsx", Options(**options))


def said(found: Import) -> list[tuple[str, str, str]]:
    """Return (kind, code, place) of each notice."""
    return [(notice.kind, notice.code, notice.place) for notice in found.report.notices]


def errors(found: Import) -> list[tuple[str, str]]:
    """Return (code, place) of each error."""
    return [(notice.code, notice.place) for notice in found.report.errors]
