"""CSV and JSON lines, in constant memory."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import orjson

from survey_service.responses.export import archive
from survey_service.responses.export.codebook import Codebook
from survey_service.responses.export.layout import Layout, Options


def write_csv(path: Path, documents: Iterable[dict[str, Any]], codebook: Codebook, options: Options) -> int:
    """Write CSV in UTF-8 and return the number of responses; with repeats a zip of one file a table.

    Several choices stand in one cell, separated by blanks. Text that a spreadsheet would take for a formula gets an
    apostrophe in front, so that it stays text.
    """
    layout = Layout(codebook, options, neutral=True)
    if len(layout.tables) == 1:
        return _write_one(path, layout, layout.rows(documents))
    with archive.folder(path, layout.names, "csv") as files, ExitStack() as stack:
        writers = []
        for number, file in enumerate(files):
            opened = stack.enter_context(file.open("w", encoding=_encoding(options), newline=""))
            writers.append(csv.writer(opened))
            writers[-1].writerow(layout.headings(number))
        count = 0
        for table, row in layout.records(documents):
            count += table == 0
            writers[table].writerow(row)
        stack.close()
    return count


def _write_one(path: Path, layout: Layout, rows: Iterator[list[Any]]) -> int:
    count = 0

    def counted() -> Iterator[list[Any]]:
        nonlocal count
        for count, row in enumerate(rows, start=1):  # noqa: B007 - the count is what is wanted
            yield row

    with path.open("w", encoding=_encoding(layout.options), newline="") as file:
        writer = csv.writer(file)
        writer.writerow(layout.headings())
        writer.writerows(counted())
    return count


def _encoding(options: Options) -> str:
    return "utf-8-sig" if options.mark else "utf-8"


def write_jsonl(path: Path, documents: Iterable[dict[str, Any]], _codebook: Codebook, _options: Options) -> int:
    """Write one JSON object a line, as stored (entries of repeats nested), and return their number."""
    count = 0
    with path.open("wb") as file:
        for document in documents:
            file.write(orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE))
            count += 1
    return count
