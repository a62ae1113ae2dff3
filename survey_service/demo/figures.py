"""Invented figures for the demonstration: each says in its source that it is invented, and none is published."""

from __future__ import annotations

import datetime as dt
import random

from survey_service.monitoring import goals, observations, periods
from survey_service.monitoring.definitions import Indicator, Indicators
from survey_service.monitoring.observations import Observation
from survey_service.store.base import Store

SOURCE = "erfunden, zur Vorführung"
BY = "demo"
_YEARS = 6
_COURSES = {
    "ARB1": (0.41, 0.015, 6_200),
    "ARB2": (0.14, -0.006, 4_100),
    "ARB3": (0.36, -0.012, 7_400),
    "WOH1": (0.34, -0.01, 1_900),
    "INT1": (0.021, 0.003, 5_300),
    "INT2": (0.52, 0.012, 410),
    "BIL1": (0.19, -0.008, 130),
    "KIF1": (0.17, 0.012, 520),
    "KIF2": (0.78, 0.011, 640),
}
"""Code → the share at first, how it changes from period to period, and of how many."""


def fill(store: Store, indicators: Indicators, *, seed: int = 2026, today: dt.date) -> int:
    """Record invented official figures of six years, and two targets; return how many. An indicator that has figures
    already is left as it is. The newest figure is preliminary.
    """
    count = 0
    with store.transaction():
        for code, (share, change, base) in _COURSES.items():
            indicator = indicators.get(code)
            if indicator is None or observations.of_indicator(store, code):
                continue
            dice = random.Random(f"{seed}:{code}")  # noqa: S311 - nothing secret
            made = _course(indicator, dice, share, change, base, today)
            for observation in made:
                observations.record(store, indicator, observation, BY)
            count += len(made)
            if code in ("ARB1", "BIL1"):
                target = round(share + 2 * _YEARS * change, 2)
                goals.set_goal(store, indicator, baseline_period=made[0].period, target=target, by=BY, decided=SOURCE,
                               target_period=_later(made[-1].period))  # fmt: skip
    return count


def _course(
    indicator: Indicator, dice: random.Random, share: float, change: float, base: int, today: dt.date
) -> list[Observation]:
    years = range(today.year - _YEARS, today.year)
    named = [str(year) if indicator.period == periods.YEAR else f"{year}-Q4" for year in years]
    made = []
    for place, period in enumerate(named):
        of = base + dice.randint(-base // 20, base // 20)
        numerator = round(of * (share + place * change + dice.uniform(-0.3, 0.3) * change))
        made.append(
            Observation(
                indicator.code,
                indicator.current.version,
                period,
                observations.of_counts(numerator, of),
                numerator,
                of,
                preliminary=period == named[-1],
                source=SOURCE,
            )
        )
    return made


def _later(period: str) -> str:
    return f"{int(period[:4]) + 4}{period[4:]}"
