"""An Excel workbook: a sheet of responses, a codebook, and every text as text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from survey_service.problems import Problem
from survey_service.questionnaire.model import wording
from survey_service.responses.export.codebook import Codebook, Variable
from survey_service.responses.export.layout import ANSWER, Column, Layout, Options

MOST_ROWS = 1_048_576
MOST_COLUMNS = 16_384
LONGEST = 32_767
"""Excel's own limits: rows and columns of a sheet, characters of a cell."""
_CODEBOOK = ("variable", "question", "type", "choice", "choice_label", "revisions")


def write(path: Path, documents: Iterable[dict[str, Any]], codebook: Codebook, options: Options) -> int:
    """Write a workbook and return the number of responses.

    Raises Problems export.columns, export.rows and export.text for what Excel cannot hold.
    """
    layout = Layout(codebook, options)
    if len(layout.columns) > MOST_COLUMNS:
        raise Problem("export.columns", count=len(layout.columns), limit=MOST_COLUMNS)
    with xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_formulas": False}) as workbook:
        bold = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        date = workbook.add_format({"num_format": "yyyy-mm-dd"})
        sheet = workbook.add_worksheet("responses")
        sheet.freeze_panes(1, 1)
        _texts(sheet, 0, layout.headings(), bold)
        dates = {at for at, column in enumerate(layout.columns) if _is_date(column)}
        count = 0
        for count, row in enumerate(layout.rows(documents), start=1):
            if count >= MOST_ROWS:
                raise Problem("export.rows", limit=MOST_ROWS - 1)
            for at, value in enumerate(row):
                if value is not None:
                    _cell(sheet, count, at, value, date if at in dates else None)
        _codebook(workbook.add_worksheet("codebook"), codebook, options, bold)
    return count


def _is_date(column: Column) -> bool:
    return column.role == ANSWER and column.variable is not None and column.variable.question.type == "date"


def _cell(sheet: Any, row: int, at: int, value: Any, date: Any) -> None:
    if date is not None:
        sheet.write_datetime(row, at, dt.datetime.fromisoformat(value), date)
    elif isinstance(value, bool):
        sheet.write_boolean(row, at, value)
    elif isinstance(value, int | float):
        sheet.write_number(row, at, value)
    elif len(value) > LONGEST:
        raise Problem("export.text", number=row, count=len(value), limit=LONGEST)
    else:
        sheet.write_string(row, at, value)


def _texts(sheet: Any, row: int, texts: Sequence[str], form: Any = None) -> None:
    for at, text in enumerate(texts):
        sheet.write_string(row, at, text[:LONGEST], form)


def _codebook(sheet: Any, codebook: Codebook, options: Options, bold: Any) -> None:
    """Write a line for each variable without choices, else one for each choice."""
    _texts(sheet, 0, _CODEBOOK, bold)
    sheet.freeze_panes(1, 0)
    number = 0
    for variable in codebook.variables:
        for name, label in _choices(variable, options.language):
            number += 1
            question = wording(variable.question.label, options.language)
            revisions = " ".join(variable.revisions)
            _texts(sheet, number, (variable.name, question, variable.question.type, name, label, revisions))


def _choices(variable: Variable, language: str) -> list[tuple[str, str]]:
    return [(choice.name, wording(choice.label, language)) for choice in variable.choices] or [("", "")]
