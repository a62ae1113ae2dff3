"""A report as a view: plain data in the reader's language, from which templates make the page.

A template walks ``view.blocks`` and chooses a macro by ``block.kind``: ``text`` (with ``role``), ``statement``,
``table``, ``chart``. All strings are plain text to be escaped; only ``chart.svg`` is markup, made here. A block whose
``language`` differs from the page's needs its own ``lang``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from typing import Any

from survey_service import languages
from survey_service.problems import D_
from survey_service.questionnaire.model import wording
from survey_service.reports.render import formats, svg
from survey_service.reports.render.views import CellView, ChartView, ReportView, StatementView, TableView, TextView
from survey_service.reports.report import Report

Translate = Callable[[str], str]
Block = Mapping[str, Any]
BlockView = TextView | StatementView | TableView | ChartView

BASES: Mapping[str, str] = {
    "answered": D_("those who gave a valid answer to the question"),
    "asked": D_("all who were asked the question"),
}
BETTER: Mapping[str, str] = {"up": D_("higher is better"), "down": D_("lower is better"), "neutral": D_("no direction")}
SOURCES: Mapping[str, str] = {
    "survey": D_("survey"),
    "offers": D_("directory of offers"),
    "survey+offers": D_("survey and directory of offers"),
}
FIGURE_HEADS = (
    *(D_("Indicator"), D_("Period"), D_("Value"), D_("From"), D_("To"), D_("Numerator"), D_("Denominator")),
    *(D_("State"), D_("Direction"), D_("Source")),
)
DEFINITION_HEADS = (D_("Indicator"), D_("Version"), D_("Definition"))
_NUMERIC = ("integer", "persons", "decimal", "percent")


def view(report: Report, tag: str, translate: Translate = str) -> ReportView:
    """Return the view of a report in the language ``tag``; ``translate`` is gettext for our own headings."""
    known = languages.registry().get(tag)
    return ReportView(
        title=wording(report.title, tag),
        plugin=report.plugin,
        version=report.version,
        snapshot=report.snapshot,
        day=formats.day(report.day, tag),
        period=report.period,
        synthetic=report.synthetic,
        withdrawn=report.withdrawn,
        counts=tuple(
            (name, state, formats.number(count, tag))
            for name, states in report.counts.items()
            for state, count in states.items()
        ),
        language=tag,
        direction=known.direction if known is not None else "ltr",
        blocks=tuple(_blocks(report, tag, translate)),
    )


def _blocks(report: Report, tag: str, translate: Translate) -> Iterator[BlockView]:
    """Yield the views; figures that follow each other become one table, and one of their definitions."""
    tables = 0
    for kind, blocks in groupby(report.blocks, key=lambda block: str(block["type"])):
        if kind == "figure":
            tables += 1
            yield from _figures(list(blocks), f"figures-{tables}", tag, translate)
        else:
            yield from (_VIEWS[kind](block, tag, translate) for block in blocks)


def _text(block: Block, tag: str, _translate: Translate) -> TextView:
    text, language = formats.fill(block["text"], block["values"], tag)
    return TextView(text, block["role"], language)


def _note(reason: str | None, translate: Translate) -> str:
    return "" if reason is None else translate(formats.REASONS[reason])


def _number(value: float | None, kind: str, reason: str | None, tag: str, translate: Translate) -> CellView:
    if value is None:
        return CellView(formats.HIDDEN if reason else "–", _note(reason, translate), numeric=True)
    return CellView(formats.value({"kind": kind, "value": value}, tag), numeric=True)


def _statement(block: Block, tag: str, translate: Translate) -> StatementView:
    text, language = formats.fill(block["text"], block["values"], tag)
    reason = block["suppressed"]

    def number(name: str, kind: str) -> CellView:
        return _number(block[name], kind, reason, tag, translate)

    offers = () if block["offers"] is None else ((translate(D_("Offers")), number("offers", "integer")),)
    return StatementView(
        id=block["id"],
        field=block["field"],
        text=text,
        note=_note(reason, translate),
        evidence=(
            (translate(D_("Question")), CellView(f"{block['question']}: {wording(block['wording'], tag)}")),
            (translate(D_("Share of")), CellView(translate(BASES[block["base"]]))),
            (translate(D_("People in the base")), number("n", "persons")),
            (translate(D_("People who gave this answer")), number("count", "persons")),
            (translate(D_("Share")), number("share", "percent")),
            (translate(D_("From")), number("low", "percent")),
            (translate(D_("To")), number("high", "percent")),
            *offers,
            (translate(D_("Revision")), CellView(", ".join(block["revisions"]) or "–")),
        ),
        language=language,
    )


def _cell(item: Mapping[str, Any], tag: str, translate: Translate) -> CellView:
    if item["kind"] == "hidden":
        return CellView(formats.HIDDEN, _note(item["value"], translate), numeric=True)
    return CellView(formats.value(item, tag), numeric=item["kind"] in _NUMERIC)


def _table(block: Block, tag: str, translate: Translate) -> TableView:
    language = formats.language_of(block["caption"], tag)
    return TableView(
        id=block["id"],
        caption=wording(block["caption"], language),
        head=tuple(
            CellView(wording(column["label"], language), numeric=column["kind"] in _NUMERIC)
            for column in block["columns"]
        ),
        rows=tuple(tuple(_cell(item, language, translate) for item in row) for row in block["rows"]),
        language=language,
    )


def _figures(blocks: list[Block], id: str, tag: str, translate: Translate) -> tuple[TableView, TableView]:
    language = formats.language_of(blocks[0]["name"], tag)
    definitions = {(block["indicator"], block["definition_version"]): block for block in blocks}
    return (
        TableView(
            id=id,
            caption=translate(D_("Indicators")),
            head=tuple(CellView(translate(head), numeric=2 <= place <= 6) for place, head in enumerate(FIGURE_HEADS)),
            rows=tuple(_figure(block, language, translate) for block in blocks),
            language=language,
        ),
        TableView(
            id=f"{id}-definitions",
            caption=translate(D_("Definitions of the indicators")),
            head=tuple(CellView(translate(head)) for head in DEFINITION_HEADS),
            rows=tuple(
                (CellView(code), CellView(str(version)), CellView(wording(block["definition"], language)))
                for (code, version), block in definitions.items()
            ),
            language=language,
        ),
    )


def _figure(block: Block, tag: str, translate: Translate) -> tuple[CellView, ...]:
    kinds = {"value": "percent", "low": "percent", "high": "percent", "numerator": "integer", "denominator": "integer"}
    numbers = [_number(block[name], kind, block["suppressed"], tag, translate) for name, kind in kinds.items()]
    state = translate(D_("preliminary")) if block["preliminary"] else translate(D_("final"))
    return (
        CellView(f"{block['indicator']} {wording(block['name'], tag)}"),
        CellView(block["period"]),
        *numbers,
        CellView(state),
        CellView(translate(BETTER[block["better"]])),
        CellView(translate(SOURCES[block["source"]])),
    )


def _chart(block: Block, tag: str, translate: Translate) -> ChartView:
    language = formats.language_of(block["caption"], tag)
    caption = wording(block["caption"], language)
    known = languages.registry().get(language)
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
    rtl = known is not None and known.direction == "rtl"
    picture = svg.bars(drawn, caption, id=block["id"], top=1.0 if block["unit"] == "percent" else None, rtl=rtl)
    return ChartView(block["id"], caption, picture, _chart_table(block, caption, language, translate), language)


def _chart_table(block: Block, caption: str, language: str, translate: Translate) -> TableView:
    heads = (translate(D_("Entry")), translate(D_("Value")))
    bounds = (translate(D_("From")), translate(D_("To"))) if block["unit"] == "percent" else ()

    def row(bar: Mapping[str, Any]) -> tuple[CellView, ...]:
        reason = bar["value"]["value"] if bar["value"]["kind"] == "hidden" else None
        interval = [_number(bar[name], "percent", reason, language, translate) for name in ("low", "high")]
        label = CellView(wording(bar["label"], language))
        return (label, _cell(bar["value"], language, translate), *(interval if bounds else ()))

    return TableView(
        id=f"{block['id']}-table",
        caption=caption,
        head=tuple(CellView(head, numeric=place > 0) for place, head in enumerate((*heads, *bounds))),
        rows=tuple(row(bar) for bar in block["bars"]),
        language=language,
    )


_VIEWS: Mapping[str, Callable[[Block, str, Translate], BlockView]] = {
    "text": _text,
    "statement": _statement,
    "table": _table,
    "chart": _chart,
}
