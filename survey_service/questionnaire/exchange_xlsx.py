"""Texts as an Excel workbook for a translator, and back: one sheet, one row for each text or plural form."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import openpyxl
import xlsxwriter
from openpyxl.utils import get_column_letter

from survey_service import languages
from survey_service.problems import Problem
from survey_service.questionnaire.exchange import MOST_BYTES, MOST_ROWS, Row
from survey_service.questionnaire.texts import STATES
from survey_service.questionnaire.translating import OUTDATED, Entry
from survey_service.questionnaire.workbook_guard import Limits, check_workbook

SHEET = "texts"
ADDRESS, FORM, SOURCE, BESIDE, STATE = "address", "form", "source", "for comparison", "state"
_OWN = (ADDRESS, FORM, SOURCE, BESIDE, STATE)
_WIDTHS = (34, 6, 50, 50, 50, 16)
_TARGET = 4
_MOST_COLUMNS = 30
_LIMITS = Limits(packed=MOST_BYTES)
_READING_ORDER = {"ltr": 1, "rtl": 2}


def write(entries: Iterable[Entry], tag: str, plurals: int) -> bytes:
    """Return the entries as a workbook. Every cell is text, also one that looks like a formula.

    ``plurals`` is how many plural forms the language has: a text that counts something has so many rows.
    """
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(SHEET)
    text = {"text_wrap": True, "valign": "top", "num_format": "@"}
    plain = book.add_format(text)
    theirs = book.add_format({**text, "reading_order": _READING_ORDER[languages.language(tag).direction]})
    bold = book.add_format({"bold": True})
    for column, (title, width) in enumerate(zip(_titles(tag), _WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, title, bold)
    for row, cells in enumerate((cells for entry in entries for cells in _cells(entry, plurals)), 1):
        for column, cell in enumerate(cells):
            sheet.write_string(row, column, cell, theirs if column == _TARGET else plain)
    sheet.freeze_panes(1, 1)
    book.close()
    return target.getvalue()


def _titles(tag: str) -> tuple[str, ...]:
    return (ADDRESS, FORM, SOURCE, BESIDE, tag, STATE)


def _cells(entry: Entry, plurals: int) -> Iterator[tuple[str, ...]]:
    """Yield a row for each form; beside each stands the whole source, singular and plural in lines of their own."""
    source, beside = entry.source, next(iter(entry.source.written.values()), ())
    for number in range(plurals if len(source.forms) > 1 else 1):
        yield (
            source.address,
            str(number + 1) if len(source.forms) > 1 else "",
            "\n".join(source.forms),
            "\n".join(beside),
            entry.wording[number] if number < len(entry.wording) else "",
            entry.state,
        )


def read(content: bytes, tag: str) -> list[Row]:
    """Return the rows of a workbook; the rows of a text that counts something become one.

    Raises the Problems of `check_workbook`, translation.columns (a column is missing, or the language is another one),
    translation.formula (a cell that is no text), and translation.no_rows.
    """
    check_workbook(content, _LIMITS)
    cells = _table(content)
    if not 2 <= len(cells) <= MOST_ROWS + 1:
        raise Problem("translation.no_rows", most=MOST_ROWS)
    columns = _columns(cells[0], tag)
    pieces = [_piece(number, row, columns, tag) for number, row in enumerate(cells[1:], 2)]
    grouped = itertools.groupby((piece for piece in pieces if piece.address), lambda piece: piece.address)
    return [_joined(list(group)) for _, group in grouped]


def _table(content: bytes) -> list[Sequence[Any]]:
    """Return the cells of the sheet, never more than fit the limits, however large it says it is."""
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
        try:
            sheet = book[SHEET] if SHEET in book.sheetnames else book.worksheets[0]
            return list(sheet.iter_rows(max_row=MOST_ROWS + 2, max_col=_MOST_COLUMNS))
        finally:
            book.close()
    except Exception as error:  # parts that are XML but no workbook: openpyxl names no class for what it raises then
        raise Problem("workbook.damaged") from error


def _columns(titles: Sequence[Any], tag: str) -> dict[str, int]:
    found = [_text(cell).strip() for cell in titles]
    missing = [title for title in (ADDRESS, SOURCE, tag) if title not in found]
    if missing:
        raise Problem("translation.columns", columns=", ".join(missing))
    return {title: found.index(title) for title in (*_OWN, tag) if title in found}


def _piece(number: int, cells: Sequence[Any], columns: dict[str, int], tag: str) -> Row:
    """Return one row of the sheet. Raises Problem translation.formula."""
    values = {}
    for title, column in columns.items():
        cell = cells[column] if column < len(cells) else None
        if cell is not None and cell.data_type in ("f", "e"):
            raise Problem("translation.formula", row=number, column=get_column_letter(column + 1))
        values[title] = _text(cell)
    state = values.get(STATE, "").strip()
    return Row(
        line=number,
        address=values[ADDRESS].strip(),
        source=tuple(values[SOURCE].split("\n", 1)) if values.get(FORM, "").strip() else (values[SOURCE],),
        wording=(values[tag],),
        state=state if state in (*STATES, OUTDATED) else "",
        column=get_column_letter(columns[tag] + 1),
    )


def _joined(pieces: list[Row]) -> Row:
    first = pieces[0]
    wording = tuple(form for piece in pieces for form in piece.wording)
    return Row(first.line, first.address, first.source, wording if any(wording) else (), first.state, first.column)


def _text(cell: Any) -> str:
    """Return a cell as text: Excel keeps a line end as it is written in XML, and numbers without their zeros."""
    value = getattr(cell, "value", None)
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).replace("_x000D_", "").replace("\r\n", "\n").replace("\r", "\n")
