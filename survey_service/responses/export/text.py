"""CSV and JSON lines, in constant memory."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson

from survey_service.responses.export.codebook import Codebook
from survey_service.responses.export.layout import Layout, Options


def write_csv(path: Path, documents: Iterable[dict[str, Any]], codebook: Codebook, options: Options) -> int:
    """Write CSV in UTF-8 and return the number of responses.

    Several choices stand in one cell, separated by blanks. Text that a spreadsheet would take for a formula gets an
    apostrophe in front, so that it stays text.
    """
    layout = Layout(codebook, options, neutral=True)
    count = 0

    def rows() -> Iterable[list[Any]]:
        nonlocal count
        for count, row in enumerate(layout.rows(documents), start=1):  # noqa: B007 - the count is what is wanted
            yield row

    with path.open("w", encoding="utf-8-sig" if options.mark else "utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(layout.headings())
        writer.writerows(rows())
    return count


def write_jsonl(path: Path, documents: Iterable[dict[str, Any]], _codebook: Codebook, _options: Options) -> int:
    """Write one JSON object a line, as stored, and return their number."""
    count = 0
    with path.open("wb") as file:
        for document in documents:
            file.write(orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE))
            count += 1
    return count
