"""What people wrote in their own words: codes that two people gave and agreed on, and quotes with consent."""

from __future__ import annotations

from survey_service.reports.plugin import (
    Block,
    ReportContext,
    ReportInfo,
    ReportOutput,
    TextBlock,
    hookimpl,
    words,
)

from . import texts
from .tables import agreement_table, codes_chart, facet_tables, progress, quotes_table

QUESTIONNAIRES = ("needs", "experts")


@hookimpl
def report_info() -> ReportInfo:
    """See the API of report plugins."""
    return ReportInfo.read(__file__)


@hookimpl
def report_run(context: ReportContext) -> ReportOutput:
    """See the API of report plugins."""
    blocks: list[Block] = [TextBlock(texts.INTRODUCTION)]
    for questionnaire in QUESTIONNAIRES:
        coding = context.coding(questionnaire)
        blocks.append(TextBlock(texts.OF, "heading", {"questionnaire": words(texts.TITLES[questionnaire])}))
        blocks += progress(coding)
        if coding.texts["decided"]:
            blocks += codes_chart(questionnaire, coding)
            blocks += facet_tables(context, questionnaire, coding)
            blocks += agreement_table(questionnaire, coding)
        blocks += quotes_table(context, questionnaire, coding)
    for questionnaire in QUESTIONNAIRES:
        blocks += context.sample(questionnaire)
    return ReportOutput(tuple(blocks))
