"""A report as a workbook: notes, figures, how each was counted, and a sheet for each table and chart.

Numbers are exact and numbers; text stays text, whatever it begins with.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterator, Sequence
from typing import Any

import xlsxwriter

from survey_service.reports.render.views import (
    CellView,
    CountedView,
    Fact,
    ReportView,
    StatementView,
    TableView,
    TextView,
)

_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
_FORMATS = {"percent": "0%", "decimal": "#,##0.0", "integer": "#,##0", "persons": "#,##0", "date": "yyyy-mm-dd"}
_NARROW, _WIDE, _WRAPPED = 8, 60, 40


def render(view: ReportView) -> bytes:
    """Return a report as .xlsx."""
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, options) as book:
        book.set_properties({"title": view.title})
        _Writer(book, view).write()
    return file.getvalue()


class _Writer:
    """Writes the sheets of one workbook."""

    def __init__(self, book: Any, view: ReportView) -> None:
        self._book, self._view = book, view
        order = {"reading_order": 2 if view.direction == "rtl" else 1, "valign": "top", "text_wrap": True}
        self._plain = book.add_format(order)
        self._bold = book.add_format({**order, "bold": True})
        self._title = book.add_format({**order, "bold": True, "font_size": 16, "text_wrap": False})
        self._head = book.add_format({**order, "bold": True, "bottom": 2})
        self._link = book.add_format({**order, "font_color": "#00508a", "underline": 1})
        self._kinds = {kind: book.add_format({**order, "num_format": form}) for kind, form in _FORMATS.items()}
        self._names: set[str] = set()

    def write(self) -> None:
        """Write all sheets: notes first, then tables, and how all was counted last."""
        view = self._view
        tables = [(block, block.id) for block in view.blocks if isinstance(block, TableView)]
        tables += [(chart.table, chart.id) for chart in view.charts]
        self._counted = self._sheet_name(view.headings.counted)
        self._notes(self._add(view.headings.notes))
        statements = [block for block in view.blocks if isinstance(block, StatementView)]
        if statements:
            self._statements(self._add(view.headings.figures), statements)
        for table, name in tables:
            self._table(self._add(table.caption or name), table)
        self._entries(self._add(self._counted, taken=True))

    def _sheet_name(self, wanted: str) -> str:
        """Return a name that no sheet has: at most 31 characters, none of ``[]:*?/\\'``."""
        plain = " ".join(_FORBIDDEN.sub(" ", wanted).split())[:31] or "1"
        name, number = plain, 2
        while name.casefold() in self._names or name.casefold() == "history":
            name, number = f"{plain[: 28 - len(str(number))]} ({number})", number + 1
        self._names.add(name.casefold())
        return name

    def _add(self, name: str, *, taken: bool = False) -> Any:
        sheet = self._book.add_worksheet(name if taken else self._sheet_name(name))
        if self._view.direction == "rtl":
            sheet.right_to_left()
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        return sheet

    def _notes(self, sheet: Any) -> None:
        sheet.write_string(0, 0, self._view.title, self._title)
        sheet.set_column(0, 0, 30)
        sheet.set_column(1, 1, 80)
        row = 1
        for notice in self._view.notices:
            sheet.write_string(row, 1, notice, self._bold)
            row += 1
        row = self._facts(sheet, row, self._view.facts) + 1
        for block in self._view.blocks:
            if isinstance(block, TextView):
                sheet.write_string(row, 1, block.text, self._bold if block.role == "heading" else self._plain)
                row += 1

    def _facts(self, sheet: Any, row: int, facts: Sequence[Fact], column: int = 0) -> int:
        for fact in facts:
            sheet.write_string(row, column, fact.heading, self._bold)
            self._cell(sheet, row, column + 1, fact.cell)
            row += 1
        return row

    def _cell(self, sheet: Any, row: int, column: int, cell: CellView) -> None:
        if cell.value is None:
            sheet.write_string(row, column, f"{cell.text} {cell.note}".strip(), self._plain)
        elif cell.kind == "date":
            sheet.write_datetime(row, column, dt.datetime.fromisoformat(str(cell.value)), self._kinds["date"])
        else:
            sheet.write_number(row, column, cell.value, self._kinds[cell.kind])

    def _statements(self, sheet: Any, blocks: Sequence[StatementView]) -> None:
        """Write a statement a row, each fact of its evidence in a column of its own."""
        heads = list(dict.fromkeys(fact.heading for block in blocks for fact in block.counted.facts))
        for column, head in enumerate(("", self._view.headings.figures, *heads)):
            sheet.write_string(0, column, head, self._head)
        sheet.set_column(1, 1, _WIDE)
        sheet.set_column(2, len(heads) + 1, 18)
        for row, block in enumerate(blocks, 1):
            self._reference(sheet, row, 0, block.counted)
            sheet.write_string(row, 1, block.text, self._plain)
            for fact in block.counted.facts:
                self._cell(sheet, row, 2 + heads.index(fact.heading), fact.cell)
        sheet.freeze_panes(1, 2)

    def _table(self, sheet: Any, table: TableView) -> None:
        sheet.write_string(0, 0, table.caption, self._title)
        if table.counted is not None:
            self._reference(sheet, 1, 0, table.counted)
        facts = _columns(table)
        for column, head in enumerate((*(cell.text for cell in table.head), *facts)):
            sheet.write_string(2, column, head, self._head)
        for row, (cells, entry) in enumerate(zip(table.rows, _entries(table), strict=True), 3):
            for column, cell in enumerate(cells):
                self._cell(sheet, row, column, cell)
            if entry is not None:
                self._reference(sheet, row, len(cells), entry)
                for fact in entry.facts:
                    self._cell(sheet, row, len(cells) + facts.index(fact.heading), fact.cell)
        for column, cells in enumerate(zip(table.head, *table.rows, strict=True)):
            longest = max(len(cell.text) + len(cell.note) for cell in cells)
            sheet.set_column(column, column, min(_WRAPPED, max(_NARROW, longest + 2)))
        sheet.set_column(len(table.head), len(table.head) + len(facts), 18)
        sheet.freeze_panes(3, 1)

    def _reference(self, sheet: Any, row: int, column: int, entry: CountedView) -> None:
        place = f"internal:'{self._counted}'!A{entry.number + 1}"
        sheet.write_url(row, column, place, self._link, string=f"[{entry.number}]")

    def _entries(self, sheet: Any) -> None:
        """Write an entry a row, each fact in a column of its own."""
        entries = self._view.counted
        heads = list(dict.fromkeys(fact.heading for entry in entries for fact in entry.facts))
        for column, head in enumerate(("", self._view.headings.counted, *heads)):
            sheet.write_string(0, column, head, self._head)
        sheet.set_column(1, 1, _WRAPPED)
        sheet.set_column(2, len(heads) + 1, 24)
        for row, entry in enumerate(entries, 1):
            sheet.write_string(row, 0, f"[{entry.number}]", self._plain)
            sheet.write_string(row, 1, entry.title, self._plain)
            for fact in entry.facts:
                self._cell(sheet, row, 2 + heads.index(fact.heading), fact.cell)
        sheet.freeze_panes(1, 2)


def _columns(table: TableView) -> list[str]:
    """Return the headings of what stands behind a table: how the numbers of each row were counted."""
    return list(dict.fromkeys(("", *(fact.heading for entry in _entries(table) if entry for fact in entry.facts))))


def _entries(table: TableView) -> Iterator[CountedView | None]:
    for number in range(len(table.rows)):
        yield table.rows_counted[number] if table.rows_counted else table.counted
