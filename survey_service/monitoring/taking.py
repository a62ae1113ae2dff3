"""Figures of a finished report as observations: computed indicators come from the plugin, each with its report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from survey_service.monitoring import observations
from survey_service.monitoring.definitions import Indicators
from survey_service.monitoring.observations import Observation
from survey_service.problems import Problem
from survey_service.reports.report import Report
from survey_service.store.base import Store


@dataclass(frozen=True)
class Taken:
    """What came of the figures of a report: how many were new, changed or unchanged, and the codes of those left out,
    each with the code of the Problem that says why.
    """

    counts: dict[str, int]
    left_out: tuple[tuple[str, str], ...]


def take(store: Store, indicators: Indicators, report: Report, by: str) -> Taken:
    """Record the figures of a report, all in one; one that cannot be is left out and named.

    Raises Problem observation.synthetic for a report whose answers are invented, or that rests on withdrawn ones.
    """
    if report.synthetic or report.withdrawn:
        raise Problem("observation.synthetic")
    counts = dict.fromkeys((observations.NEW, observations.CHANGED, observations.UNCHANGED), 0)
    left_out = []
    with store.transaction():
        for observation in figures(report):
            try:
                indicator = indicators.get(observation.indicator)
                if indicator is None or not indicator.computed:
                    raise Problem("indicator.missing", indicator=observation.indicator)
                reason = f"report {report.id}"
                counts[observations.record(store, indicator, observation, by, reason=reason)] += 1
            except Problem as problem:
                left_out.append((observation.indicator, problem.code))
    return Taken(counts, tuple(left_out))


def figures(report: Report) -> Iterator[Observation]:
    """Yield the figures of a report as observations."""
    for block in report.blocks:
        if block["type"] == "figure":
            yield Observation(
                indicator=block["indicator"],
                version=block["definition_version"],
                period=block["period"],
                value=block["value"],
                numerator=block["numerator"],
                denominator=block["denominator"],
                preliminary=block["preliminary"],
                source=f"{report.plugin} {report.version}, {report.snapshot}",
                low=block["low"],
                high=block["high"],
                suppressed=block["suppressed"] or "",
                origin=observations.REPORT,
                report=report.id,
            )
