"""An Excel workbook: a sheet of responses, one for each repeat, a codebook, and every text as text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from survey_service.problems import Problem
from survey_service.questionnaire.model import Text, wording
from survey_service.responses.export import archive, moments, naming
from survey_service.responses.export.codebook import Codebook, Table, Variable
from survey_service.responses.export.layout import Column, Layout, Options, Record

MOST_ROWS = 1_048_576
MOST_COLUMNS = 16_384
LONGEST = 32_767
"""Excel's own limits: rows and columns of a sheet, characters of a cell."""
CODEBOOK = (
    *("variable", "question", "type", "choice", "choice_label", "revisions"),
    *("sheet", "page", "page_label", "group", "group_label"),
)
"""The columns of the sheet ``codebook``."""


def sheet_names(codebook: Codebook) -> list[str]:
    """Return the names of the sheets of the tables: ``responses``, and those of the repeats as Excel takes them."""
    repeats = [table.name for table in codebook.tables[1:]]
    return [archive.MAIN, *naming.sheets(repeats, taken=(archive.MAIN, "codebook"))]


def write(path: Path, documents: Iterable[dict[str, Any]], codebook: Codebook, options: Options) -> int:
    """Write a workbook and return the number of responses.

    Raises Problems export.columns, export.rows and export.text for what Excel cannot hold.
    """
    layout = Layout(codebook, options)
    widest = max(len(columns) for columns in layout.tables)
    if widest > MOST_COLUMNS:
        raise Problem("export.columns", count=widest, limit=MOST_COLUMNS)
    with xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_formulas": False}) as workbook:
        bold = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        dates = {kind: workbook.add_format({"num_format": form}) for kind, form in moments.FORMATS.items()}
        names = sheet_names(codebook)
        sheets = [_Sheet(workbook.add_worksheet(name), columns, dates) for name, columns in zip(names, layout.tables)]  # noqa: B905
        for number, sheet in enumerate(sheets):
            sheet.head(layout.headings(number), bold)
        count = _fill(sheets, layout.records(documents))
        _codebook(workbook.add_worksheet("codebook"), codebook, names, options.language, bold)
    return count


def _fill(sheets: Sequence[_Sheet], records: Iterator[Record]) -> int:
    for table, row in records:
        sheets[table].add(row)
    return sheets[0].rows


class _Sheet:
    """One sheet that is being written."""

    def __init__(self, sheet: Any, columns: Sequence[Column], formats: Mapping[type, Any]) -> None:
        self._sheet, self._formats = sheet, formats
        self._readers = [moments.READERS.get(column.kind) for column in columns]
        self.rows = 0

    def head(self, headings: Sequence[str], bold: Any) -> None:
        """Write the first row."""
        self._sheet.freeze_panes(1, 1)
        _texts(self._sheet, 0, headings, bold)

    def add(self, row: Sequence[Any]) -> None:
        """Write one more row, whose first cell is the number of its response."""
        self.rows += 1
        if self.rows >= MOST_ROWS:
            raise Problem("export.rows", limit=MOST_ROWS - 1)
        for at, value in enumerate(row):
            if value is not None:
                reader = self._readers[at]
                self._cell(at, value if reader is None else reader(value), row[0])

    def _cell(self, at: int, value: Any, response: int) -> None:
        if isinstance(value, dt.date | dt.time):
            self._sheet.write_datetime(self.rows, at, value, self._formats[type(value)])
        elif isinstance(value, bool):
            self._sheet.write_boolean(self.rows, at, value)
        elif isinstance(value, int | float):
            self._sheet.write_number(self.rows, at, value)
        elif len(value) > LONGEST:
            raise Problem("export.text", number=response, count=len(value), limit=LONGEST)
        else:
            self._sheet.write_string(self.rows, at, value)


def _texts(sheet: Any, row: int, texts: Sequence[str], form: Any = None) -> None:
    for at, text in enumerate(texts):
        sheet.write_string(row, at, text[:LONGEST], form)


def _codebook(sheet: Any, codebook: Codebook, names: Sequence[str], language: str, bold: Any) -> None:
    """Write a line for each variable without choices, else one for each choice; and one for each repeat."""
    _texts(sheet, 0, CODEBOOK, bold)
    sheet.freeze_panes(1, 0)
    lines = (
        line
        for table, name in zip(codebook.tables, names, strict=True)
        for line in _lines(table, name, names[table.parent], language)
    )
    for number, line in enumerate(lines, start=1):
        _texts(sheet, number, line)


def _lines(table: Table, sheet: str, parent: str, language: str) -> Iterator[Sequence[str]]:
    if table.chain:
        around = table.groups[-2] if len(table.groups) > 1 else None
        group = (around.name, wording(around.label, language)) if around else ("", "")
        head = (f"{table.name}:entries", wording(table.label, language), "repeat", "", "", " ".join(table.revisions))
        yield (*head, parent, "", "", *group)
    for variable in table.variables:
        question, revisions = variable.question, " ".join(variable.revisions)
        for choice, label in _choices(variable, language):
            texts = (variable.name, wording(question.label, language), question.type, choice, label, revisions)
            yield (*texts, sheet, *_around(variable, language))


def _around(variable: Variable, language: str) -> Iterator[str]:
    """Yield name and label of the page, then of the innermost group."""
    use = variable.uses[0]
    named: list[tuple[str, Text]] = [(use.page.name, use.page.label)]
    named.append((use.groups[-1].name, use.groups[-1].label) if use.groups else ("", {}))
    for name, label in named:
        yield name
        yield wording(label, language)


def _choices(variable: Variable, language: str) -> list[tuple[str, str]]:
    return [(choice.name, wording(choice.label, language)) for choice in variable.choices] or [("", "")]
