"""The numbers of a report as its JSON has them, and the tables that a file shows, read back by other programs."""

from __future__ import annotations

import csv
import io
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from html.parser import HTMLParser
from itertools import groupby
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pypdfium2
from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

Row = list[Any]
INVISIBLE = re.compile(r"[\u200b-\u200f\u061c\u202a-\u202e\u2066-\u2069\s\u00a0\u202f\ufffe\u00ad]")
FIGURE = (("value", "percent"), ("low", "percent"), ("high", "percent"), ("numerator", "integer"),
          ("denominator", "integer"))  # fmt: skip


def plain(text: str) -> str:
    """Return a text without blanks and marks of direction."""
    return INVISIBLE.sub("", text)


def numbers(blocks: Sequence[Mapping[str, Any]]) -> list[list[Row]]:
    """Return the items of each table in order: of tables without the first column, of bars, of figures in a row."""
    found = []
    for kind, group in groupby(blocks, key=lambda block: block["type"]):
        if kind == "figure":
            found.append([[_item(block, name, kind) for name, kind in FIGURE] for block in group])
        elif kind == "table":
            found += [[[item for item in row if item["kind"] != "text"] for row in block["rows"]] for block in group]
        elif kind == "chart":
            found += [[list(_bar(bar, block["unit"])) for bar in block["bars"]] for block in group]
        elif kind == "vega_lite":
            found += [[[item for item in row if item["kind"] != "text"] for row in block["rows"]] for block in group]
    return found


def _item(block: Mapping[str, Any], name: str, kind: str) -> Mapping[str, Any]:
    if block[name] is None:
        return {"kind": "hidden" if block["suppressed"] else "nothing", "value": block["suppressed"]}
    return {"kind": kind, "value": block[name]}


def _bar(bar: Mapping[str, Any], unit: str) -> Iterator[Mapping[str, Any]]:
    yield bar["value"]
    if unit == "percent":
        gone = "hidden" if bar["value"]["kind"] == "hidden" else "nothing"
        for name in ("low", "high"):
            yield {"kind": gone, "value": None} if bar[name] is None else {"kind": "percent", "value": bar[name]}


def shown(item: Mapping[str, Any], locale: str) -> str:
    """Return an item as a reader sees it, written by Babel here, without blanks."""
    value, kind = item["value"], item["kind"]
    if kind in ("hidden", "nothing"):
        return "•" if kind == "hidden" else "–"
    if kind == "percent":
        return plain(format_percent(value, locale=locale))
    if kind == "date":
        import datetime as dt

        return plain(format_date(dt.date.fromisoformat(value), "long", locale=locale))
    return plain(format_decimal(value, format="#,##0.#", locale=locale))


class _Tables(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")
            self._depth = 1

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._depth = 0

    def handle_data(self, data: str) -> None:
        if self._depth:
            self.tables[-1][-1][-1] += data


def html_tables(text: str) -> list[list[list[str]]]:
    """Return the rows of each table of a page, without the heading row."""
    parser = _Tables()
    parser.feed(text)
    return [table[1:] for table in parser.tables]


def docx_tables(path: Path) -> list[list[list[str]]]:
    """Return the rows of each table of a Word document, without the heading row."""
    return [[[cell.text for cell in row.cells] for row in table.rows[1:]] for table in docx.Document(str(path)).tables]


def xlsx_tables(data: bytes, skip: int) -> list[list[list[Any]]]:
    """Return the rows of each sheet but the first ``skip`` and the last, below the heading row."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    return [[list(row) for row in sheet.iter_rows(min_row=4, values_only=True)] for sheet in book.worksheets[skip:-1]]


def pdf_text(data: bytes) -> str:
    """Return the text of all pages, without blanks."""
    document = pypdfium2.PdfDocument(data)
    try:
        return "".join(plain(page.get_textpage().get_text_range()) for page in document)
    finally:
        document.close()


def csv_rows(data: bytes) -> list[dict[str, str]]:
    """Return the rows of a CSV file."""
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def office_lines(paths: Sequence[Path], folder: Path) -> dict[str, list[str]]:
    """Return the lines of Word documents as LibreOffice reads them, by the names of the files without ending."""
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to",
         "txt:Text (encoded):UTF8", "--outdir", str(folder), *map(str, paths)],
        check=True, capture_output=True, timeout=600,
    )  # fmt: skip
    return {path.stem: (folder / f"{path.stem}.txt").read_text("utf-8-sig").splitlines() for path in paths}
