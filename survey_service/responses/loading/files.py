"""A file with responses as sheets: a workbook has several, a CSV file is one. Also in a process of its own."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any

from survey_service.problems import D_, Problem, Said, said
from survey_service.questionnaire.xlsform import confinement, listfiles, workbook, worker
from survey_service.questionnaire.xlsform.workbook import MAX_BYTES, MAX_CELLS, MAX_ROWS, Row, Sheet, Unusable
from survey_service.responses import confined

MOST_COLUMNS = 16_384
_WORKER = "survey_service.responses.loading.files"
_DELIMITERS = ",;\t"

Sheets = Mapping[str, Sheet]


def read(data: bytes, file: str) -> Sheets:
    """Return the sheets of a file, by name in lower case; ``file`` is its name, whose ending says what it is.

    Raises Problem loading.unusable.
    """
    if len(data) > MAX_BYTES:
        raise Problem("import.too_large", limit=MAX_BYTES // 1_000_000)
    if PurePath(file).suffix.lower() == listfiles.SUFFIX:
        return _table(listfiles.decoded(data), PurePath(file).stem)
    try:
        sheets = workbook.read(data, None, MOST_COLUMNS)
    except Unusable as unusable:
        raise Problem("loading.unusable", reason=unusable.notice.said_at) from None
    for notice in (notice for sheet in sheets.values() for notice in sheet.notices if notice.code != "formula"):
        raise Problem("loading.unusable", reason=notice.said_at)
    return sheets


def read_confined(data: bytes, file: str) -> Sheets:
    """Do the same in a process of its own. Raises Problems loading.unusable and import.failed."""
    if len(data) > MAX_BYTES:
        raise Problem("import.too_large", limit=MAX_BYTES // 1_000_000)
    found = confined.run(_WORKER, {"file": file}, data)
    if "unusable" in found:
        raise Problem("loading.unusable", reason=worker.value_from_json(found["unusable"]))
    return {key: _sheet_from_json(sheet) for key, sheet in found["sheets"].items()}


def main() -> None:
    """Serve one request of ``read_confined``."""
    confinement.serve(_answer)


def _answer(data: bytes, request: Mapping[str, Any]) -> Any:
    try:
        sheets = read(data, request["file"])
    except Problem as problem:
        return {"unusable": worker.value_to_json(problem.details["reason"])}
    return {"sheets": {key: _sheet_to_json(sheet) for key, sheet in sheets.items()}}


def _sheet_to_json(sheet: Sheet) -> dict[str, Any]:
    return {
        "name": sheet.name,
        "headers": list(sheet.headers.items()),
        "rows": [[row.number, list(row.cells.items())] for row in sheet.rows],
        "notices": [worker.notice_to_json(notice) for notice in sheet.notices],
    }


def _sheet_from_json(data: Mapping[str, Any]) -> Sheet:
    rows = [Row(number, dict(cells)) for number, cells in data["rows"]]
    return Sheet(data["name"], dict(data["headers"]), rows, list(map(worker.notice_from_json, data["notices"])))


def _table(text: str, name: str) -> Sheets:
    """Return a CSV file as a sheet; its delimiter is the sign that its first line has most of."""
    first = text.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(_DELIMITERS, key=first.count))
    try:
        rows = list(_rows(reader))
    except csv.Error as error:
        raise _no_table(said(D_("This is no CSV file (%(reason)s)."), reason=str(error))) from None
    if not rows:
        raise _no_table(said(D_("The file is empty.")))
    return {name.strip().lower() or "csv": Sheet(name or "csv", rows[0].cells, rows[1:])}


def _rows(reader: Iterator[list[str]]) -> Iterator[Row]:
    count = cells_found = 0
    for number, values in enumerate(reader, 1):
        if any("\0" in value for value in values):
            raise _no_table(said(D_("This is no CSV file: it has characters that no text has.")))
        cells = {index: text for index, value in enumerate(values[:MOST_COLUMNS]) if (text := value.strip())}
        if cells:
            yield Row(number, cells)
            count, cells_found = count + 1, cells_found + len(cells)
            if count > MAX_ROWS:
                raise _no_table(said(D_("The file has more than %(limit)s rows."), limit=MAX_ROWS))
            if cells_found > MAX_CELLS:
                raise _no_table(said(D_("The file has more than %(limit)s cells with content."), limit=MAX_CELLS))


def _no_table(reason: Said) -> Problem:
    return Problem("loading.unusable", reason=reason)
