"""The inventory set against the need, for each field of action: statements for the concept, tables, charts."""

from __future__ import annotations

from survey_service.reports.plugin import (
    Bar,
    Block,
    Chart,
    ReportContext,
    ReportInfo,
    ReportOutput,
    TextBlock,
    hookimpl,
    integer,
    percent,
)

from . import texts
from .evidence import Field, fields_of
from .gap import hurdle_tables, item_place_table, language_table, place_tables
from .statements import statements_of
from .supply import Supply
from .tables import awareness_table, fields_table, gap_table, hurdles_table


@hookimpl
def report_info() -> ReportInfo:
    """See the API of report plugins."""
    return ReportInfo.read(__file__)


@hookimpl
def report_run(context: ReportContext) -> ReportOutput:
    """See the API of report plugins."""
    fields = fields_of(context)
    blocks: list[Block] = [
        TextBlock(texts.INTRODUCTION, values={"days": integer(context.confirmed_days)}),
        fields_table(fields),
        *_charts(fields),
    ]
    for field in fields:
        blocks.append(TextBlock(field.label, "heading"))
        blocks.extend(statements_of(context, field))
    supply = Supply.of(context, [field.code for field in fields])
    blocks += [TextBlock(texts.TABLES, "heading"), gap_table(fields, supply), TextBlock(texts.GAP_NOTE, "note")]
    blocks += [awareness_table(fields), hurdles_table(context, fields)]
    blocks += [TextBlock(texts.LANGUAGES, "heading"), *language_table(context, fields, supply)]
    blocks += [TextBlock(texts.LANGUAGES_NOTE, "note")]
    blocks += [TextBlock(texts.HURDLES, "heading"), *hurdle_tables(fields, supply)]
    blocks += [TextBlock(texts.PLACES, "heading"), TextBlock(texts.PLACES_NOTE, "note")]
    blocks += [*item_place_table(context, fields, supply), *place_tables(context, fields, supply)]
    return ReportOutput((*blocks, *context.sample("needs")))


def _charts(fields: tuple[Field, ...]) -> tuple[Chart, Chart]:
    shares = [(field.label, field.chosen) for field in fields]
    return (
        Chart(
            id="chart.chosen",
            caption=texts.CHART_CHOSEN,
            unit="percent",
            bars=tuple(
                Bar(label, percent(chosen.share, chosen.suppressed), chosen.low, chosen.high)
                for label, chosen in shares
            ),
        ),
        Chart(
            id="chart.offers",
            caption=texts.CHART_OFFERS,
            unit="integer",
            bars=tuple(Bar(field.label, integer(field.offers)) for field in fields),
        ),
    )
