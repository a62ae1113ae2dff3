"""A workbook as rows of texts, and its refusal if it is hostile or broken."""

from __future__ import annotations

import datetime as dt
import io
import math
import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from survey_service.problems import Problem
from survey_service.questionnaire.workbook_guard import Limits, check_workbook
from survey_service.questionnaire.xlsform.notices import ERROR, Notice

MAX_BYTES = 10_000_000
LIMITS = Limits(packed=MAX_BYTES, unpacked=100_000_000, ratio=200)
MAX_ROWS = 20_000
MAX_COLUMNS = 300
MAX_CELLS = 3_000_000
_EMPTY_FORMULA = re.compile(
    rb'<c r="([A-Z]+)([0-9]+)"[^>]*>\s*<f[^>]*?(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>'
)
_CODES = {
    "workbook.large": "too_large",
    "workbook.parts": "too_large",
    "workbook.ratio": "suspicious",
    "workbook.entities": "suspicious",
}


class Unusable(Exception):
    """The workbook cannot be read at all; ``notice`` says why."""

    def __init__(self, code: str, **values: object) -> None:
        self.notice = Notice(ERROR, code, values=values)
        super().__init__(code)


@dataclass(frozen=True)
class Row:
    """One row: its number from 1, and the texts of its cells by index from 0; empty cells are left out."""

    number: int
    cells: dict[int, str]


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name as written, the texts of its first row by column index, and all further rows with content."""

    name: str
    headers: dict[int, str] = field(default_factory=dict)
    rows: Sequence[Row] = ()
    notices: Sequence[Notice] = ()


def letter(index: int) -> str:
    """Return the letter of a column, ``A`` for 0."""
    return str(get_column_letter(index + 1))


def read(data: bytes, wanted: Sequence[str] | None, columns: int = MAX_COLUMNS) -> dict[str, Sheet]:
    """Return the wanted sheets (None: all) by name in lower case, of each at most so many columns. Raises Unusable."""
    _check(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about conditional formats, headers and footers
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            found: dict[str, Sheet] = {}
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                for name in book.sheetnames:
                    key, sheet = name.strip().lower(), book[name]
                    if (wanted is None or key in wanted) and key not in found and hasattr(sheet, "iter_rows"):
                        found[key] = _sheet(name, sheet, _empty_formulas(archive, sheet), columns)
            book.close()
    except Unusable:
        raise
    except Exception as error:  # openpyxl raises whatever the parts it meets lead to
        raise Unusable("not_a_workbook") from error
    return found


def _check(data: bytes) -> None:
    """Refuse what is no workbook, or would cost too much to open. Raises Unusable."""
    try:
        check_workbook(data, LIMITS)
    except Problem as problem:
        code = _CODES.get(problem.code, "not_a_workbook")
        limits = {"limit": LIMITS.packed // 1_000_000, "unpacked": LIMITS.unpacked // 1_000_000}
        what = {"what": problem.details.get("part", "")}
        raise Unusable(code, **(limits if code == "too_large" else what if code == "suspicious" else {})) from problem


def _content(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """Return a member's content, but never more than it says it has."""
    with archive.open(member) as stream:
        return stream.read(member.file_size + 1)


def _empty_formulas(archive: zipfile.ZipFile, worksheet: Any) -> list[tuple[int, str]]:
    """Return (row, column letter) of a sheet's formulas without a value."""
    path = str(getattr(worksheet, "_worksheet_path", "")).lstrip("/")
    if path not in archive.namelist():
        return []
    cells = _EMPTY_FORMULA.findall(_content(archive, archive.getinfo(path)))
    return [(int(row), column.decode()) for column, row in cells]


def _sheet(name: str, worksheet: Any, formulas: list[tuple[int, str]], columns: int) -> Sheet:
    worksheet.reset_dimensions()  # some programs write a wrong size, and what lies outside it would not be read
    notices = [Notice(ERROR, "formula", name, row, column) for row, column in formulas]
    rows = list(_rows(worksheet, min(columns, _width(worksheet))))
    if len(rows) > MAX_ROWS:
        notices.append(Notice(ERROR, "too_many_rows", name, values={"limit": MAX_ROWS}))
        rows = []
    headers = rows[0].cells if rows else {}
    return Sheet(name, headers, rows[1:], notices)


def _width(worksheet: Any) -> int:
    """Return how many columns have a heading: the number of the last one in the first row with content."""
    for values in worksheet.iter_rows(values_only=True):
        filled = [index for index, value in enumerate(values, start=1) if _text(value)]
        if filled:
            return max(filled)
    return 1


def _rows(worksheet: Any, width: int) -> Iterator[Row]:
    """Yield the rows with content. Raises Unusable."""
    found = cells_found = 0
    for number, values in enumerate(worksheet.iter_rows(values_only=True, max_col=width), 1):
        cells = {index: text for index, value in enumerate(values) if (text := _text(value))}
        if cells:
            yield Row(number, cells)
            found += 1
            cells_found += len(cells)
            if cells_found > MAX_CELLS:
                raise Unusable("too_many_cells", limit=MAX_CELLS)
            if found > MAX_ROWS:
                return


def _text(value: Any) -> str:
    """Return a cell as a person would type it: whole numbers without a point, dates as ISO."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, float) and math.isfinite(value):
        return format(Decimal(repr(value)), "f")
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(timespec="minutes")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value).replace("\r\n", "\n").replace("\r", "\n").replace("\ufeff", "").replace("_x000D_", "").strip()
