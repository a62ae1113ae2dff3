"""How fresh the register of offers is, where and for whom there are offers, and what is missing."""

from __future__ import annotations

from survey_service.reports.plugin import Block, ReportContext, ReportInfo, ReportOutput, TextBlock, hookimpl, integer

from . import texts
from .coverage import Coverage, coverage_blocks, missing_blocks
from .freshness import ends_blocks, freshness_blocks
from .reach import languages_table, place_languages_table, reach_table


@hookimpl
def report_info() -> ReportInfo:
    """See the API of report plugins."""
    return ReportInfo.read(__file__)


@hookimpl
def report_run(context: ReportContext) -> ReportOutput:
    """See the API of report plugins. The register is public: nothing in it is about people, nothing is suppressed."""
    counts = {"offers": integer(context.offers.height), "active": integer(context.active_offers().height)}
    if not all(context.has("offers", question) for question in ("A01", "A05_fields", "A09", "A17")):
        return ReportOutput((TextBlock(texts.INTRODUCTION, values=counts), TextBlock(texts.NO_REGISTER, "note")))
    coverage = Coverage.of(context)
    blocks: list[Block] = [
        TextBlock(texts.INTRODUCTION, values=counts),
        *missing_blocks(context, coverage),
        TextBlock(texts.FRESHNESS, "heading"),
        *freshness_blocks(context),
        *ends_blocks(context),
        TextBlock(texts.COVERAGE, "heading"),
        *coverage_blocks(coverage),
        TextBlock(texts.REACH, "heading"),
        reach_table(context),
        languages_table(context),
        place_languages_table(context),
        TextBlock(texts.REACH_NOTE, "note"),
    ]
    return ReportOutput(tuple(blocks))
