"""Observations: what an indicator was in a period, with where that comes from; a correction keeps what was before.

An observation belongs to one version of the definition, one area ("" is the whole county, else the key of a
municipality) and one period. A final figure changes only with a reason.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from survey_service import clock
from survey_service.monitoring import periods
from survey_service.monitoring.definitions import Indicator
from survey_service.problems import Problem
from survey_service.store.base import CollectionSpec, Store

OBSERVATIONS = CollectionSpec("observations", indexes=("indicator",), unique=("key",))
HISTORY = CollectionSpec("observation_history", indexes=("key",))
ENTERED, IMPORTED, REPORT = "entered", "imported", "report"
NEW, CHANGED, UNCHANGED = "new", "changed", "unchanged"
COUNTY = ""
_TOLERANCE = 0.0005
"""How far a share that is given may be from numerator ÷ denominator: it was rounded to a tenth of a percent."""


@dataclass(frozen=True)
class Observation:
    """One figure. ``value`` is a share from 0 to 1, None if it is suppressed (``suppressed`` says why) and then
    without numerator; ``low`` and ``high`` bound it where it was estimated; ``source`` says in words where it comes
    from; ``origin`` is ENTERED, IMPORTED or REPORT, the last with the number of the report. Where only a percentage was
    published there is neither numerator nor denominator.
    """

    indicator: str
    version: int
    period: str
    value: float | None
    numerator: int | None = None
    denominator: int | None = None
    area: str = COUNTY
    preliminary: bool = False
    source: str = ""
    note: str = ""
    low: float | None = None
    high: float | None = None
    suppressed: str = ""
    origin: str = ENTERED
    report: int | None = None

    @property
    def key(self) -> str:
        """What it is the figure of; there is one of each."""
        return f"{self.indicator}/{self.version}/{self.area}/{self.period}"


@dataclass(frozen=True)
class Recorded:
    """An observation as it was recorded: by whom, when (ISO 8601, UTC), and why, if it corrected another."""

    observation: Observation
    by: str
    moment: str
    reason: str = ""


def of_counts(numerator: int, denominator: int) -> float:
    """Return a share of counts. Raises Problems observation.denominator and observation.share."""
    if denominator < 1:
        raise Problem("observation.denominator")
    if not 0 <= numerator <= denominator:
        raise Problem("observation.share")
    return numerator / denominator


def check(indicator: Indicator, observation: Observation) -> None:
    """Raise a Problem for what cannot be: observation.period, .version, .denominator, .share, .source."""
    if not periods.fits(observation.period, indicator.period):
        raise Problem("observation.period", period=observation.period[:20], indicator=indicator.code)
    if indicator.version(observation.version) is None:
        raise Problem("observation.version", version=observation.version, indicator=indicator.code)
    if not observation.source.strip():
        raise Problem("observation.source")
    value, numerator, denominator = observation.value, observation.numerator, observation.denominator
    if value is None:
        if not observation.suppressed:
            raise Problem("observation.share")
        return
    if not math.isfinite(value) or not 0 <= value <= 1:
        raise Problem("observation.share")
    if numerator is not None and denominator is not None:
        if abs(of_counts(numerator, denominator) - value) > _TOLERANCE:
            raise Problem("observation.share")
    elif numerator is not None or (denominator is not None and denominator < 1):
        raise Problem("observation.denominator")


def record(store: Store, indicator: Indicator, observation: Observation, by: str, *, reason: str = "") -> str:
    """Record an observation and return NEW, CHANGED or UNCHANGED; what it replaces goes to the history.

    Raises the Problems of `check`, and observation.reason if it changes a final one without saying why.
    """
    check(indicator, observation)
    reason = reason.strip()
    body = {
        **asdict(observation),
        "key": observation.key,
        "by": by,
        "moment": clock.now().replace(microsecond=0).isoformat(),
        "reason": reason,
    }
    with store.transaction():
        collection = store.collection(OBSERVATIONS)
        known = collection.first(key=observation.key)
        if known is None:
            collection.add(body)
            return NEW
        before = _recorded(known.body).observation
        if before == observation:
            return UNCHANGED
        if not before.preliminary and not reason:
            raise Problem("observation.reason", indicator=indicator.code, period=observation.period)
        store.collection(HISTORY).add(known.body)
        collection.replace(known.id, body, version=known.version)
        return CHANGED


def of_indicator(store: Store, code: str) -> list[Recorded]:
    """Return the newest observations of an indicator, by version, area and period."""
    found = [_recorded(stored.body) for stored in store.collection(OBSERVATIONS).find(indicator=code)]
    return sorted(found, key=lambda each: (each.observation.version, each.observation.area, each.observation.period))


def history(store: Store, key: str) -> list[Recorded]:
    """Return what an observation (its key) was before, oldest first."""
    return [_recorded(stored.body) for stored in store.collection(HISTORY).find(key=key)]


def series(recorded: Sequence[Recorded], area: str = COUNTY) -> list[list[Recorded]]:
    """Return the observations of one area as runs that may be drawn as one line each, oldest first.

    A run breaks where the version of the definition changes.
    """
    chosen = sorted(
        (each for each in recorded if each.observation.area == area),
        key=lambda each: (each.observation.period, each.observation.version),
    )
    runs: list[list[Recorded]] = []
    for each in chosen:
        if not runs or runs[-1][-1].observation.version != each.observation.version:
            runs.append([])
        runs[-1].append(each)
    return runs


def _recorded(body: dict[str, Any]) -> Recorded:
    names = Observation.__dataclass_fields__
    observation = Observation(**{name: value for name, value in body.items() if name in names})
    return Recorded(observation, body["by"], body["moment"], body["reason"])
