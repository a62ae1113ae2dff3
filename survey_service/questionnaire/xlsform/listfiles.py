"""Choice lists in files of their own, ``.csv`` beside the workbook: for ``select_one_from_file`` and ``instance()``."""

from __future__ import annotations

import csv
import io
import re
from pathlib import PurePath

from survey_service.questionnaire.xlsform.workbook import MAX_COLUMNS, MAX_ROWS, Row, Sheet

SUFFIX = ".csv"
_DELIMITERS = ",;\t"


def list_name(file: str) -> str:
    """Return the name of the list in a file: that of the file without its ending."""
    return re.sub(r"[^A-Za-z0-9_.-]", "_", PurePath(file).stem)


def decoded(content: bytes) -> str:
    """Return the text of a file: UTF-8 with or without a mark, else as older spreadsheets write it."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def sheet(file: str, text: str, name: str = "name", label: str = "label") -> Sheet | None:
    """Return a file as a sheet, its columns ``name`` and ``label`` called so; None if it is no table of choices."""
    first = text.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first.count)
    try:
        rows = [row[:MAX_COLUMNS] for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)]
    except csv.Error:
        return None
    if not rows or len(rows) > MAX_ROWS or name not in [cell.strip() for cell in rows[0]]:
        return None
    headers = {index: _header(cell.strip(), name, label) for index, cell in enumerate(rows[0]) if cell.strip()}
    body = [
        Row(number, {index: cell.strip() for index, cell in enumerate(row) if cell.strip()})
        for number, row in enumerate(rows[1:], 2)
    ]
    return Sheet(PurePath(file).name, headers, [row for row in body if row.cells])


def _header(cell: str, name: str, label: str) -> str:
    if cell == name:
        return "name"
    return f"label{cell[len(label) :]}" if cell == label or cell.startswith(f"{label}::") else cell
