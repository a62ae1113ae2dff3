"""The indicators that the survey and the register of offers give, as observations by period."""

from __future__ import annotations

from survey_service.reports.plugin import (
    Bar,
    Block,
    Chart,
    Figure,
    ReportContext,
    ReportInfo,
    ReportOutput,
    TextBlock,
    hookimpl,
    percent,
    words,
)

from . import texts
from .indicators import Indicator, definitions, elsewhere
from .offers import OFFERS
from .survey import SURVEY


@hookimpl
def report_info() -> ReportInfo:
    """See the API of report plugins."""
    return ReportInfo.read(__file__)


@hookimpl
def report_run(context: ReportContext) -> ReportOutput:
    """See the API of report plugins."""
    figures: list[Figure] = []
    missing: list[str] = []
    for indicator in definitions():
        found = _observe(context, indicator)
        figures += found
        if not found:
            missing.append(indicator.code)
    blocks: list[Block] = [TextBlock(texts.INTRODUCTION), *figures, *_charts(figures)]
    if missing:
        blocks.append(TextBlock(texts.MISSING, "note", {"codes": words({"*": ", ".join(missing)})}))
    return ReportOutput((*blocks, TextBlock(texts.ELSEWHERE, "note"), elsewhere(), *context.sample("needs")))


def _observe(context: ReportContext, indicator: Indicator) -> list[Figure]:
    """Return the observations of an indicator: by survey period, or now; none if its questions do not exist."""
    if indicator.code in OFFERS:
        count = OFFERS[indicator.code](context)
        return [] if count is None else [indicator.of_offers(*count, period=context.period)]
    observation = SURVEY[indicator.code]
    if not all(context.has("needs", question) for question in observation.questions):
        return []
    periods = context.periods("needs") or (context.period,)
    return [
        indicator.of_people(observation.observe(context, period), period=period, current=context.period)
        for period in periods
    ]


def _charts(figures: list[Figure]) -> tuple[Chart, ...]:
    """Return one chart with the newest observation of each indicator."""
    newest = {figure.indicator: figure for figure in figures}
    bars = tuple(
        Bar(figure.name, percent(figure.value, None), figure.low, figure.high)
        for figure in newest.values()
        if figure.value is not None
    )
    return (Chart("chart.newest", texts.CHART, "percent", bars),) if bars else ()
