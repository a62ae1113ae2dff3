"""How good the responses are, seen from the answers alone: no times, no devices, no opinion, nobody in particular."""

from __future__ import annotations

from survey_service.reports.plugin import (
    Block,
    ReportContext,
    ReportInfo,
    ReportOutput,
    TextBlock,
    hookimpl,
    integer,
)

from . import texts
from .completeness import last_page_table, pages_table, questions_table
from .contradictions import rules_of
from .findings import (
    compared_blocks,
    contradictions_table,
    duplicates_table,
    heaping_blocks,
    lines_table,
)
from .patterns import BATTERY, MIN_ANSWERS, batteries, closed

NEEDS = "needs"


@hookimpl
def report_info() -> ReportInfo:
    """See the API of report plugins."""
    return ReportInfo.read(__file__)


@hookimpl
def report_run(context: ReportContext) -> ReportOutput:
    """See the API of report plugins."""
    questions = closed(context, NEEDS)
    lines, rules = batteries(questions), rules_of(context, NEEDS)
    least = context.parameters.get("min_answers", MIN_ANSWERS)
    limits = {"battery": integer(BATTERY), "answers": integer(least)}
    blocks: list[Block] = [
        TextBlock(texts.INTRODUCTION),
        TextBlock(texts.WHY_ROWS, "note"),
        *compared_blocks(context, NEEDS, questions, lines, rules, least),
        TextBlock(texts.COMPLETENESS, "heading"),
        pages_table(context, NEEDS, questions),
        last_page_table(context, NEEDS),
        TextBlock(texts.LAST_PAGE_NOTE, "note"),
        TextBlock(texts.PATTERNS, "heading"),
        lines_table(context, NEEDS, lines),
        duplicates_table(context, NEEDS, questions, least),
        TextBlock(texts.PATTERNS_NOTE, "note", limits),
        *heaping_blocks(context, NEEDS, questions),
        TextBlock(texts.CONTRADICTIONS, "heading"),
        contradictions_table(context, NEEDS, rules),
        TextBlock(texts.WHAT_TO_DO),
        TextBlock(texts.BY_QUESTION, "heading"),
        questions_table(context, NEEDS),
    ]
    return ReportOutput((*blocks, *context.sample(NEEDS)))
