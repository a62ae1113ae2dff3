"""Measures against their due dates, and the indicator that counts it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping

from survey_service import clock
from survey_service.concept import progress, versions
from survey_service.concept.model import DONE, MEASURE, Item, Progress
from survey_service.monitoring import definitions, observations
from survey_service.monitoring.definitions import Indicators
from survey_service.monitoring.observations import Observation
from survey_service.problems import Problem
from survey_service.store.base import Store

INDICATOR = "SYS4"


def done_by_due(items: Iterable[Item], day: dt.date) -> tuple[int, int]:
    """Return how many measures were done by their due day, and how many are due by a day.

    A measure that was dropped stays due: it was promised and not done. What was done late counts as not done.
    """
    today = day.isoformat()
    due = [(item, item.wording.measure) for item in items if item.kind == MEASURE and item.wording.measure is not None]
    due = [(item, measure) for item, measure in due if measure.due <= today]
    done = [item for item, measure in due if item.progress.state == DONE and item.progress.done <= measure.due]
    return len(done), len(due)


def standing(store: Store) -> tuple[Item, ...]:
    """Return the items of the newest adopted version with how far each measure is now; none without a version."""
    concept = versions.newest_adopted(store)
    states = progress.all_states(store)
    return tuple(with_progress(concept.items, states)) if concept is not None else ()


def with_progress(items: Iterable[Item], states: Mapping[str, Progress]) -> Iterator[Item]:
    """Yield items with how far each is by ``states``."""
    for item in items:
        yield dataclasses.replace(item, progress=states.get(item.key, item.progress))


def observe(store: Store, indicators: Indicators, day: dt.date, by: str, reason: str) -> Observation:
    """Record for the quarter of a day how many of the due measures were done in time; preliminary until it ends.

    Raises Problems indicator.missing, observation.denominator if none is due, and observation.reason if the figure of
    the quarter is final already and no reason is given.
    """
    indicator = definitions.find(indicators, INDICATOR)
    concept = versions.newest_adopted(store)
    if concept is None:
        raise Problem("concept.missing")
    numerator, denominator = done_by_due(standing(store), day)
    period = clock.period(day)
    observation = Observation(
        indicator=indicator.code,
        version=indicator.current.version,
        period=period,
        value=observations.of_counts(numerator, denominator),
        numerator=numerator,
        denominator=denominator,
        preliminary=clock.period(day + dt.timedelta(days=1)) == period,
        source=f"Integrationskonzept, Fassung {concept.number}",
    )
    observations.record(store, indicator, observation, by, reason=reason)
    return observation
