"""Baselines and targets: from which figure an indicator is to go to which, by when, and who decided it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from survey_service import clock
from survey_service.monitoring import observations, periods
from survey_service.monitoring.definitions import Indicator
from survey_service.problems import Problem
from survey_service.store.base import CollectionSpec, Store

GOALS = CollectionSpec("indicator_goals", unique=("indicator",))
HISTORY = CollectionSpec("indicator_goal_history", indexes=("indicator",))
REACHED, ON_THE_WAY, AWAY, OPEN = "reached", "on_the_way", "away", "open"


@dataclass(frozen=True)
class Goal:
    """A target (share from 0 to 1) for a period, and the baseline: the observation of an earlier period, of the version
    of the definition that both are of. ``decided`` says by whom and when, in words.
    """

    indicator: str
    version: int
    baseline_period: str
    baseline: float
    target_period: str
    target: float
    decided: str = ""


def set_goal(
    store: Store,
    indicator: Indicator,
    *,
    baseline_period: str,
    target_period: str,
    target: float,
    by: str,
    decided: str = "",
) -> Goal:
    """Set baseline and target of an indicator and return them; what was set before goes to the history.

    Raises Problems goal.neutral, goal.baseline (no figure of that period), goal.period, goal.target (not a share, or
    not in the direction that is better).
    """
    if indicator.better == "neutral":
        raise Problem("goal.neutral", indicator=indicator.code)
    version = indicator.current.version
    recorded = (each.observation for each in observations.of_indicator(store, indicator.code))
    baseline = next(
        (
            each.value
            for each in recorded
            if each.period == baseline_period and each.version == version and each.area == observations.COUNTY
        ),
        None,
    )
    if baseline is None:
        raise Problem("goal.baseline", indicator=indicator.code, period=baseline_period[:20])
    if not periods.fits(target_period, indicator.period) or target_period <= baseline_period:
        raise Problem("goal.period", period=target_period[:20])
    if not 0 <= target <= 1 or (target <= baseline if indicator.better == "up" else target >= baseline):
        raise Problem("goal.target", indicator=indicator.code)
    goal = Goal(indicator.code, version, baseline_period, baseline, target_period, target, decided.strip())
    _keep(store, goal, by)
    return goal


def _keep(store: Store, goal: Goal, by: str) -> None:
    body = {**asdict(goal), "by": by, "moment": clock.now().replace(microsecond=0).isoformat()}
    goals = store.collection(GOALS)
    with store.transaction():
        known = goals.first(indicator=goal.indicator)
        if known is None:
            goals.add(body)
        elif _goal(known.body) != goal:
            store.collection(HISTORY).add(known.body)
            goals.replace(known.id, body, version=known.version)


def remove(store: Store, code: str) -> None:
    """Take a goal away; it stays in the history. It is no fault if there is none."""
    with store.transaction():
        known = store.collection(GOALS).first(indicator=code)
        if known is not None:
            store.collection(HISTORY).add(known.body)
            store.collection(GOALS).delete(known.id)


def of_indicator(store: Store, code: str) -> Goal | None:
    """Return the goal of an indicator, or None."""
    known = store.collection(GOALS).first(indicator=code)
    return _goal(known.body) if known is not None else None


def history(store: Store, code: str) -> list[Goal]:
    """Return the goals an indicator had before, oldest first."""
    return [_goal(stored.body) for stored in store.collection(HISTORY).find(indicator=code)]


def progress(indicator: Indicator, goal: Goal, value: float) -> str:
    """Return how a figure stands to a goal: REACHED, ON_THE_WAY (better than the baseline), AWAY, or OPEN (equal)."""
    sign = 1 if indicator.better == "up" else -1
    if sign * (value - goal.target) >= 0:
        return REACHED
    gained = sign * (value - goal.baseline)
    return OPEN if gained == 0 else ON_THE_WAY if gained > 0 else AWAY


def _goal(body: dict[str, Any]) -> Goal:
    return Goal(**{name: value for name, value in body.items() if name in Goal.__dataclass_fields__})
