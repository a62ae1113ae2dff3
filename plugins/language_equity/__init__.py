"""Whether people get through the questionnaire equally well in every language, and which wording stops them."""

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
from .blocks import (
    jump_statements,
    jumps_table,
    matching_table,
    nonresponse_table,
    participation_table,
    understood_table,
)
from .jumps import MIN_N, MIN_POINTS, find_jumps

NEEDS = "needs"


@hookimpl
def report_info() -> ReportInfo:
    """See the API of report plugins."""
    return ReportInfo.read(__file__)


@hookimpl
def report_run(context: ReportContext) -> ReportOutput:
    """See the API of report plugins."""
    min_n, points = context.parameters.get("min_n", MIN_N), context.parameters.get("min_points", MIN_POINTS)
    found = find_jumps(context, NEEDS, min_n, points / 100)
    limits = {"n": integer(min_n), "points": integer(points)}
    counts = {"tested": integer(found.tested), "found": integer(len(found.jumps)), "skipped": integer(found.untested)}
    blocks: list[Block] = [
        TextBlock(texts.INTRODUCTION),
        TextBlock(texts.WHO, "heading"),
        *participation_table(context, NEEDS),
        *matching_table(context, NEEDS),
        *understood_table(context, NEEDS),
        TextBlock(texts.UNDERSTOOD_NOTE, "note"),
        TextBlock(texts.JUMPS, "heading"),
        TextBlock(texts.FOUND if found.jumps else texts.NOTHING, values=counts),
        *jump_statements(context, NEEDS, found),
        *jumps_table(found),
        TextBlock(texts.METHOD, "note", limits),
        *nonresponse_table(found),
    ]
    return ReportOutput((*blocks, *context.sample(NEEDS)))
