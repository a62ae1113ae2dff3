"""Random counties that publish: what is recorded from one publication to the next, and what it truly is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

from flask import Flask
from hypothesis import strategies as st

from survey_service import clock
from survey_service.monitoring import definitions, goals, observations, publication
from survey_service.monitoring.figures import BATCHES
from survey_service.monitoring.observations import Observation
from survey_service.paths import bundled
from survey_service.problems import Problem
from survey_service.statistics.disclosure import share_reason
from survey_service.statistics.shares import wilson
from survey_service.store.base import Store
from survey_service.web.kept import Kept
from tests.monitoring.public_attacking import REST, Counts, Series, Truth
from tests.monitoring.public_reading import COUNTY, Publication

INDICATORS = definitions.load(bundled("forms"))
MUNICIPALITIES = ("16066042", "16066092", "16066063", "16066086")
SURVEYS = {"INT3": "2026-Q2", "INT4": "2026-Q2", "INT6": "2026-Q2"}
OTHERS = {"ARB1": "2025", "ARB2": "2025", "WOH1": "2026-Q2"}
BEGIN = dt.datetime(2026, 11, 23, 8, tzinfo=dt.UTC)
BEFORE = {"2026-Q2": "2025-Q2", "2025": "2024"}
COUNT = st.one_of(st.integers(0, 4), st.integers(0, 9), st.integers(5, 40))
MORE = st.sampled_from((0, 0, 0, 1, 1, 2, 3, 5, 8, 14))
Group = tuple[str, str]
"""Indicator and period."""


@dataclass(frozen=True)
class Plan:
    """An indicator in a period: what is true in each round; from which round on a municipality has figures; whether the
    county has one, and by how much that one is not the sum; whether small figures are hidden already when recorded.
    """

    group: Group
    rounds: tuple[Truth, ...]
    begins: Mapping[str, int]
    county: bool
    off: Counts
    hides: bool

    @property
    def survey(self) -> bool:
        return self.group[0] in SURVEYS

    def observed(self, number: int) -> dict[str, Counts]:
        """Return what is recorded in a round."""
        truth = self.rounds[number]
        found = {area: counts for area, counts in truth.items() if area != REST and self.begins[area] <= number}
        if self.county:
            whole = [sum(counts[part] for counts in truth.values()) + self.off[part] for part in (0, 1)]
            found[COUNTY] = max(0, whole[0]), max(0, whole[1])
            if not sum(found[COUNTY]):
                found[COUNTY] = whole[0] - self.off[0], whole[1] - self.off[1]
        return {area: counts for area, counts in found.items() if sum(counts)}


@dataclass(frozen=True)
class Story:
    """Plans, and for each round which indicators are published (None: all), which target is set before, and whether
    what is published of the first plan is withdrawn.
    """

    plans: tuple[Plan, ...]
    chosen: tuple[frozenset[str] | None, ...]
    targets: tuple[tuple[str, int] | None, ...]
    withdrawn: tuple[bool, ...]
    walk: tuple[tuple[int, int, int], ...]


@st.composite
def plans(draw: st.DrawFn, group: Group, rounds: int, *, by_area: bool) -> Plan:
    survey = group[0] in SURVEYS
    areas = MUNICIPALITIES[: draw(st.integers(0, 4))] if by_area else ()
    county = not areas or draw(st.integers(0, 4)) > 0
    atoms = [*areas, *([REST] if county and (not areas or draw(st.booleans())) else [])]
    now = {area: (draw(COUNT), draw(COUNT)) for area in atoms}
    truths = [now]
    taken_back = survey and draw(st.integers(0, 5)) == 0
    for _ in range(rounds - 1):
        now = {area: _next(draw, counts, survey, taken_back) for area, counts in now.items()}
        truths.append(now)
    late = st.integers(0, rounds - 1) if draw(st.booleans()) else st.just(0)
    off = draw(st.sampled_from(((0, 0), (0, 0), (0, 0), (2, 0), (0, -3), (-1, 1)))) if areas and not survey else (0, 0)
    return Plan(group, tuple(truths), {area: draw(late) for area in areas}, county, off, survey and draw(st.booleans()))


def _next(draw: st.DrawFn, counts: Counts, survey: bool, taken_back: bool) -> Counts:
    """Return how many there are a round later: more answers, or figures of which some are corrected."""
    if survey:
        less = st.sampled_from((0, 0, 1, 2)) if taken_back else st.just(0)
        yes, no = (max(0, count + draw(MORE) - draw(less)) for count in counts)
        return yes, no
    change = draw(st.sampled_from((None, None, (1, 0), (0, 2), (-1, 1), (4, -2), "new")))
    if change is None:
        return counts
    new = (draw(COUNT), draw(COUNT)) if change == "new" else (counts[0] + change[0], counts[1] + change[1])
    return new if min(new) >= 0 and sum(new) else counts  # a share of nobody can't be recorded


@st.composite
def stories(draw: st.DrawFn, rounds: int = 3) -> Story:
    """Return two or three indicators, of surveys and others, some in two periods, in up to ``rounds`` publications."""
    number = draw(st.integers(1, rounds))
    codes = draw(st.lists(st.sampled_from([*SURVEYS, *OTHERS]), min_size=1, max_size=2, unique=True))
    found = []
    for code in codes:
        period = {**SURVEYS, **OTHERS}[code]
        found.append(draw(plans((code, period), number, by_area=True)))
        if draw(st.booleans()):
            found.append(draw(plans((code, BEFORE[period]), number, by_area=False)))
    some = st.one_of(st.none(), st.none(), st.sampled_from(codes).map(lambda code: frozenset({code})))
    target = st.one_of(st.none(), st.tuples(st.sampled_from(codes), st.integers(0, 100)))
    step = st.tuples(st.integers(0, 2), st.integers(0, 4), st.integers(0, 2))
    return Story(
        tuple(found),
        tuple(draw(some) for _ in range(number)),
        tuple(draw(target) for _ in range(number)),
        tuple(number > 1 and draw(st.integers(0, 9)) == 0 for _ in range(number)),
        tuple(draw(st.lists(step, min_size=1, max_size=1))),
    )


@dataclass
class Told:
    """How a story went: in which round each publication was made, and in which each target was set (its share)."""

    rounds: list[int] = field(default_factory=list)
    targets: list[tuple[int, str, float]] = field(default_factory=list)
    shown: int = 0
    hidden: int = 0
    held: int = 0


def tell(story: Story, store: Store) -> Told:
    """Record and publish all rounds."""
    told = Told()
    for number, (chosen, target) in enumerate(zip(story.chosen, story.targets, strict=True)):
        with mock.patch.object(clock, "now", lambda hours=number: BEGIN + dt.timedelta(hours=hours)):
            _round(story, store, told, number, chosen, target)
    return told


def _round(
    story: Story, store: Store, told: Told, number: int, chosen: frozenset[str] | None, target: tuple[str, int] | None
) -> None:
    for plan in story.plans:
        for area, counts in plan.observed(number).items():
            _record(store, plan, area, counts)
    if target is not None:
        _aim(store, told, number, *target)
    code, period = story.plans[0].group
    away = [(code, 1, period)] if story.withdrawn[number] else []
    draft = publication.prepare(store, INDICATORS, chosen, away)
    if draft.is_new and draft.figures:
        publication.publish(store, INDICATORS, chosen, draft.mark, "Mara", withdraw=away, reason="x")
        told.rounds.append(number)
        judged = [each for own in draft.judged.values() for each in own]
        told.shown += sum(not each.cell.hidden for each in judged)
        told.hidden += sum(each.cell.hidden for each in judged)
        told.held += sum(bool(each.held) for each in judged)


def _record(store: Store, plan: Plan, area: str, counts: Counts) -> None:
    (code, period), base = plan.group, sum(counts)
    more: dict[str, Any] = {"value": counts[0] / base, "numerator": counts[0], "denominator": base}
    if plan.survey:
        more["low"], more["high"] = wilson(counts[0] / base, base)
    if plan.hides and share_reason(counts[0], base) is not None:
        more = {"value": None, "suppressed": "small_group", "denominator": base if base >= 5 else None}
    observation = Observation(indicator=code, version=1, period=period, area=area, source="x", **more)
    observations.record(store, INDICATORS[code], observation, "Mara", reason="x")


def _aim(store: Store, told: Told, number: int, code: str, percent: int) -> None:
    start = BEFORE[{**SURVEYS, **OTHERS}[code]]
    target = percent / 100
    end = "2028-Q2" if "Q" in start else "2028"
    for baseline in (start, {**SURVEYS, **OTHERS}[code]):
        try:
            goals.set_goal(
                store, INDICATORS[code], baseline_period=baseline, target_period=end, target=target, by="Mara"
            )
        except Problem:
            continue
        told.targets.append((number, code, target))
        return


def series_of(story: Story, told: Told, read: list[Publication]) -> list[Series]:
    """Return what there is to attack: by indicator and period what was told in each publication that changed it."""
    return [_series(plan, told, read) for plan in story.plans]


def _series(plan: Plan, told: Told, read: list[Publication]) -> Series:
    code, period = plan.group
    series = Series(plan.survey, {}, {})
    before: dict[str, Any] = {}
    for each, number in zip(read, told.rounds, strict=True):
        cells = {area: cell for (own, area), cell in each.cells.get(code, {}).items() if own == period}
        fresh = {area: cell for area, cell in cells.items() if cell.batch == each.number and cell.percent is not None}
        if cells and cells != before and (fresh or not plan.survey):
            series.truths[each.number] = plan.rounds[number]
            series.told[each.number] = fresh if plan.survey else cells
        before = cells
        goal = each.goals.get(code)
        if goal is not None and goal.baseline_period == period:
            _better(series, plan, told, number, goal.target)
    return series


def _better(series: Series, plan: Plan, told: Told, number: int, percent: float) -> None:
    """Note that the baseline was worse than a target when that was set, if it was one that was published."""
    up = INDICATORS[plan.group[0]].better == "up"
    for when, code, target in told.targets:
        if code == plan.group[0] and when <= number and abs(100 * target - percent) < 0.06:
            own = [version for version, truth in series.truths.items() if truth == plan.rounds[when]]
            series.better += [(own[0], target, up)] if own else []


def emptied(store: Store, app: Flask) -> Store:
    """Forget what was recorded and published, and all that an application keeps of it."""
    specs = (BATCHES, publication.COUNTS, observations.OBSERVATIONS, observations.HISTORY, goals.GOALS, goals.HISTORY)
    for spec in specs:
        collection = store.collection(spec)
        for stored in collection.find():
            collection.delete(stored.id)
    app.extensions["survey_service"]._made.pop("batches", None)
    app.extensions["survey_service.results"] = Kept(500)
    return store
