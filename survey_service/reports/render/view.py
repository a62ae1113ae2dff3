"""A report as a view: plain data in the reader's language, from which every format is written.

A format walks ``view.blocks`` and chooses by ``block.kind``: ``text`` (with ``role``), ``statement``, ``table``,
``chart``; then it lists ``view.counted``, which all of them refer to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from typing import Any

from survey_service import languages
from survey_service.questionnaire.model import wording
from survey_service.reports.render import formats, svg, vega, words
from survey_service.reports.render.cells import NUMERIC, cell, note_of, number_cell
from survey_service.reports.render.counted import Counted
from survey_service.reports.render.views import (
    CODE,
    BlockView,
    CellView,
    ChartView,
    Fact,
    Headings,
    ReportView,
    StatementView,
    TableView,
    TextView,
)
from survey_service.reports.render.words import Translate
from survey_service.reports.report import Report

Block = Mapping[str, Any]


def view(report: Report, tag: str, translate: Translate = str) -> ReportView:
    """Return the view of a report in the language ``tag``; ``translate`` is gettext for the report's own words."""
    maker = _Maker(report, tag, translate)
    blocks = tuple(maker.blocks())
    warnings = ((report.synthetic, words.SYNTHETIC), (report.withdrawn, words.WITHDRAWN))
    return ReportView(
        title=wording(report.title, tag),
        title_language=formats.language_of(report.title, tag),
        name=f"{report.plugin}-{report.day.isoformat()}",
        facts=tuple(_facts(report, tag, translate)),
        notices=tuple(translate(text) for holds, text in warnings if holds),
        language=tag,
        direction=_direction(tag),
        headings=Headings(
            contents=translate(words.CONTENTS),
            counted=translate(words.COUNTED),
            figures=translate(words.FIGURES),
            notes=translate(words.NOTES),
            not_drawn=translate(words.NOT_DRAWN),
        ),
        blocks=blocks,
        counted=maker.counted.entries,
    )


def _direction(tag: str) -> str:
    known = languages.registry().get(tag)
    return known.direction if known is not None else "ltr"


def _facts(report: Report, tag: str, translate: Translate) -> Iterator[Fact]:
    yield Fact(translate(words.DAY), CellView(formats.day(report.day, tag)))
    yield Fact(translate(words.FIGURE_HEADS[1]), CellView(report.period, language=CODE))
    yield Fact(translate(words.PLUGIN), CellView(f"{report.plugin} {report.version}", language=CODE))
    yield Fact(translate(words.SNAPSHOT), CellView(report.snapshot, language=CODE))
    yield from Counted(report, tag, translate).contents()


class _Maker:
    """Makes the views of a report's blocks, and numbers what they refer to."""

    def __init__(self, report: Report, tag: str, translate: Translate) -> None:
        self._report, self._tag, self._translate = report, tag, translate
        self.counted = Counted(report, tag, translate)

    def blocks(self) -> Iterator[BlockView]:
        """Yield the views; figures that follow each other become one table."""
        tables = 0
        makers: Mapping[str, Callable[[Block], BlockView]] = {
            "text": self._text,
            "statement": self._statement,
            "table": self._table,
            "chart": self._chart,
            "vega_lite": self._vega,
        }
        for kind, blocks in groupby(self._report.blocks, key=lambda block: str(block["type"])):
            if kind == "figure":
                tables += 1
                yield self._figures(list(blocks), f"figures-{tables}")
            else:
                yield from map(makers[kind], blocks)

    def _own(self, text: str, language: str, *, numeric: bool = False) -> CellView:
        """Return a cell with our own words, in a block of another language perhaps."""
        return CellView(self._translate(text), numeric=numeric, language="" if language == self._tag else self._tag)

    def _text(self, block: Block) -> TextView:
        text, language = formats.fill(block["text"], block["values"], self._tag)
        return TextView(text, block["role"], language)

    def _statement(self, block: Block) -> StatementView:
        text, language = formats.fill(block["text"], block["values"], self._tag)
        note = note_of(block["suppressed"], self._translate)
        return StatementView(block["id"], block["field"], text, note, language, self.counted.statement(block))

    def _table(self, block: Block) -> TableView:
        language = formats.language_of(block["caption"], self._tag)
        return TableView(
            id=block["id"],
            caption=wording(block["caption"], language),
            head=_head(block["columns"], language),
            rows=tuple(tuple(cell(item, language, self._translate) for item in row) for row in block["rows"]),
            language=language,
            counted=self.counted.table(block),
        )

    def _figures(self, blocks: list[Block], id: str) -> TableView:
        language = formats.language_of(blocks[0]["name"], self._tag)
        return TableView(
            id=id,
            caption=self._translate(words.INDICATORS),
            head=tuple(
                self._own(head, self._tag, numeric=2 <= place <= 6) for place, head in enumerate(words.FIGURE_HEADS)
            ),
            rows=tuple(self._figure(block, language) for block in blocks),
            language=self._tag,
            rows_counted=tuple(map(self.counted.figure, blocks)),
        )

    def _figure(self, block: Block, language: str) -> tuple[CellView, ...]:
        numbers = [
            number_cell(block[name], kind, block["suppressed"], self._tag, self._tag, self._translate)
            for name, kind in (("value", "percent"), ("low", "percent"), ("high", "percent"))
        ]
        counts = [
            number_cell(block[name], "integer", block["suppressed"], self._tag, self._tag, self._translate)
            for name in ("numerator", "denominator")
        ]
        own = "" if language == self._tag else language
        return (
            CellView(f"{block['indicator']} {wording(block['name'], self._tag)}", language=own),
            CellView(block["period"], language=CODE),
            *numbers,
            *counts,
            self._own(words.PRELIMINARY if block["preliminary"] else words.FINAL, self._tag),
            self._own(words.BETTER[block["better"]], self._tag),
            self._own(words.SOURCES[block["source"]], self._tag),
        )

    def _chart(self, block: Block) -> ChartView:
        language = formats.language_of(block["caption"], self._tag)
        caption = wording(block["caption"], language)
        drawn = [
            svg.Drawn(
                label=wording(bar["label"], language),
                text=formats.value(bar["value"], language),
                value=None if bar["value"]["kind"] == "hidden" else float(bar["value"]["value"]),
                low=bar["low"],
                high=bar["high"],
            )
            for bar in block["bars"]
        ]
        rtl = _direction(language) == "rtl"
        picture = svg.bars(drawn, caption, id=block["id"], top=1.0 if block["unit"] == "percent" else None, rtl=rtl)
        return ChartView(block["id"], caption, self._bars(block, caption, language), language, svg=picture)

    def _bars(self, block: Block, caption: str, language: str) -> TableView:
        bounds = (words.LOW, words.HIGH) if block["unit"] == "percent" else ()
        heads = (words.ENTRY, words.VALUE, *bounds)

        def row(bar: Mapping[str, Any]) -> tuple[CellView, ...]:
            reason = bar["value"]["value"] if bar["value"]["kind"] == "hidden" else None
            interval = [
                number_cell(bar[name], "percent", reason, language, language, self._translate)
                for name in ("low", "high")
            ]
            label = CellView(wording(bar["label"], language))
            return (label, cell(bar["value"], language, self._translate), *(interval if bounds else ()))

        return TableView(
            id=f"{block['id']}-table",
            caption=caption,
            head=tuple(self._own(head, language, numeric=place > 0) for place, head in enumerate(heads)),
            rows=tuple(map(row, block["bars"])),
            language=language,
            counted=self.counted.table(block),
        )

    def _vega(self, block: Block) -> ChartView:
        language = formats.language_of(block["caption"], self._tag)
        caption = wording(block["caption"], language)
        table = TableView(
            id=f"{block['id']}-table",
            caption=caption,
            head=_head(block["fields"], language),
            rows=tuple(tuple(cell(item, language, self._translate) for item in row) for row in block["rows"]),
            language=language,
            counted=self.counted.table(block),
        )
        return ChartView(block["id"], caption, table, language, spec=vega.spec(block, language))


def _head(columns: list[Mapping[str, Any]], language: str) -> tuple[CellView, ...]:
    return tuple(CellView(wording(column["label"], language), numeric=column["kind"] in NUMERIC) for column in columns)
