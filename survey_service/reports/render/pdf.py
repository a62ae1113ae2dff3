"""A report as tagged PDF (PDF/UA-1): headings, tables with header rows, pictures with their text, each in its language.

The template is given blocks, each a JSON object with its ``kind``; a run is a list of pieces that stand in one line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from survey_service import languages
from survey_service.reports.render import laid
from survey_service.reports.render.views import (
    CODE,
    CellView,
    ChartView,
    CountedView,
    Fact,
    ReportView,
    StatementView,
    TableView,
    TextView,
)
from survey_service.typesetting import document, fonts
from survey_service.typesetting.fonts import Found

Run = list[dict[str, Any]]
Block = dict[str, Any]
_TEMPLATE = Path(__file__).with_name("report.typ")
_WIDE = 10
"""A table of more columns stands across the page."""


def render(view: ReportView, pictures: Mapping[str, bytes | None]) -> bytes:
    """Return a report as PDF; ``pictures`` are SVG by the ids of the charts.

    Raises Problems poster.script and poster.character rather than print boxes.
    """
    known = fonts.installed()
    return document.compiled(_TEMPLATE, _Writer(view, pictures, known).data(), known)


class _Writer:
    """Makes the template's data of a view."""

    def __init__(self, view: ReportView, pictures: Mapping[str, bytes | None], known: Sequence[Found]) -> None:
        self._view, self._pictures, self._known = view, pictures, known

    def data(self) -> dict[str, Any]:
        """Return the data of the template."""
        view = self._view
        blocks = [block for part in view.blocks for block in self._block(part)]
        return {
            "title": view.title,
            "base": self._piece("", view.language),
            "heading": self._run(view.title, view.title_language),
            "landscape": view.landscape,
            "notices": [self._run(text) for text in view.notices],
            "facts": self._facts(view.facts),
            "contents": self._run(view.headings.contents) if any(b["kind"] == "heading" for b in blocks) else None,
            "blocks": blocks,
            "counted": {
                "heading": self._run(view.headings.counted),
                "entries": [self._entry(entry) for entry in view.counted],
            },
        }

    def _block(self, block: TextView | StatementView | TableView | ChartView) -> Iterator[Block]:
        if isinstance(block, TextView):
            kind = {"heading": "heading", "note": "note"}.get(block.role, "paragraph")
            yield {"kind": kind, "run": self._run(block.text, block.language)}
        elif isinstance(block, StatementView):
            yield {"kind": "statement", "run": self._run(block.text, block.language), "ref": _ref(block.counted)}
            if block.note:
                yield {"kind": "note", "run": self._run(block.note)}
        elif isinstance(block, TableView):
            yield from self._table(block)
        else:
            yield from self._chart(block)

    def _chart(self, chart: ChartView) -> Iterator[Block]:
        picture = self._pictures.get(chart.id)
        if picture is None:
            yield {"kind": "note", "run": self._run(self._view.headings.not_drawn)}
            yield from self._table(chart.table)
            return
        yield {
            "kind": "chart",
            "caption": self._run(chart.caption, chart.language),
            "ref": _ref(chart.table.counted),
            "alt": chart.caption,
            "svg": picture.decode("utf-8"),
        }
        yield from self._table(chart.table, captioned=False)

    def _table(self, table: TableView, *, captioned: bool = True) -> Iterator[Block]:
        letters = laid.reasons(table)
        weights = laid.weights(table)
        yield {
            "kind": "table",
            "caption": self._run(table.caption, table.language) if captioned else None,
            "ref": _ref(table.counted),
            "wide": len(table.head) > _WIDE,
            "weights": weights,
            "ends": [cell.numeric and place > 0 for place, cell in enumerate(table.head)],
            "head": [self._cell(cell, table, letters) for cell in table.head],
            "rows": [
                [
                    {**self._cell(cell, table, letters), "ref": _ref(laid.row_counted(table, number)) if not at else 0}
                    for at, cell in enumerate(row)
                ]
                for number, row in enumerate(table.rows)
            ],
            "notes": [{"mark": letter, "run": self._run(note)} for note, letter in letters.items()],
        }

    def _cell(self, cell: CellView, table: TableView, letters: Mapping[str, str]) -> dict[str, Any]:
        return {
            "run": self._run(cell.text, cell.language or table.language),
            "mark": letters.get(cell.note, ""),
        }

    def _facts(self, facts: Sequence[Fact]) -> list[dict[str, Run]]:
        return [
            {
                "head": self._run(fact.heading),
                "run": self._run(" ".join(filter(None, (fact.cell.text, fact.cell.note))), fact.cell.language),
            }
            for fact in facts
        ]

    def _entry(self, entry: CountedView) -> dict[str, Any]:
        return {
            "number": entry.number,
            "title": self._run(entry.title, entry.language),
            "facts": self._facts(entry.facts),
        }

    def _run(self, text: str, language: str = "") -> Run:
        """Return a text as a run, in a language or in that of the report."""
        return [self._piece(laid.breakable(" ".join(text.split())), language or self._view.language)]

    def _piece(self, text: str, language: str) -> dict[str, Any]:
        piece = document.piece(text, languages.registry().get(language), self._known)
        return {**piece, "rtl": False} if language == CODE else piece


def _ref(counted: CountedView | None) -> int:
    """Return the number of an entry, 0 for none."""
    return counted.number if counted is not None else 0
