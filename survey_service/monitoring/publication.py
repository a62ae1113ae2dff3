"""Publishing figures: what a batch would hold and hide, and publishing it, for good.

A batch is complete: indicators that were not chosen stay in it as they were published.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from survey_service import clock
from survey_service.monitoring import figures, goals, observations, withholding
from survey_service.monitoring.definitions import Indicator, Indicators
from survey_service.monitoring.figures import BATCHES, Batch, Cell, Figure, Target
from survey_service.monitoring.observations import COUNTY, Observation
from survey_service.monitoring.withholding import Group, Judged, Step
from survey_service.problems import Problem
from survey_service.statistics.rounding import share_band
from survey_service.store.base import CollectionSpec, Store

COUNTS = CollectionSpec("published_counts", unique=("key",))
"""What was published of figures about people, with the counts behind those of surveys, to judge the next ones: private.
"""


@dataclass(frozen=True)
class Draft:
    """What a batch would hold: its figures, how each cell was judged by indicator, the steps to note, and whether it
    says anything that the newest batch doesn't. ``mark`` tells it from a draft of other figures.
    """

    figures: tuple[Figure, ...]
    judged: Mapping[str, tuple[Judged, ...]]
    steps: Mapping[str, Step] = field(repr=False)
    is_new: bool
    mark: str


def prepare(store: Store, indicators: Indicators, chosen: Collection[str] | None = None) -> Draft:
    """Return what a batch of the chosen indicators would hold, all of them if it is None; nothing is stored."""
    newest = _newest(store)
    before = {each.indicator.code: each for each in newest.figures} if newest is not None else {}
    number = (newest.number if newest is not None else 0) + 1
    judged: dict[str, tuple[Judged, ...]] = {}
    steps: dict[str, Step] = {}
    made = []
    for code in dict.fromkeys([*indicators, *before]):
        old = before.get(code)
        if code not in indicators or (chosen is not None and code not in chosen):
            if old is not None:
                made.append(old)
            continue
        figure, own, noted = _figure(store, indicators[code], old, number)
        if figure.cells:
            made.append(figure)
            judged[code] = own
            steps |= noted
    content = tuple(made)
    return Draft(content, judged, steps, content != tuple(before.values()), figures.content_hash(content))


def publish(store: Store, indicators: Indicators, chosen: Collection[str] | None, mark: str, by: str) -> Batch:
    """Publish what was prepared, and return the batch.

    Raises Problems figures.changed if it is no longer what ``mark`` stands for, figures.nothing if there is nothing to
    publish that isn't published.
    """
    now = clock.now().replace(microsecond=0)
    with store.transaction():
        draft = prepare(store, indicators, chosen)
        if not draft.is_new or not draft.figures:
            raise Problem("figures.nothing")
        if draft.mark != mark:
            raise Problem("figures.changed")
        newest = _newest(store)
        number, previous = (newest.number + 1, newest.digest) if newest is not None else (1, "")
        batch = Batch(number, now.date().isoformat(), now.isoformat(), by, draft.figures, previous)
        batch = figures.sealed(batch)
        store.collection(BATCHES).add(batch.body())
        for key, step in draft.steps.items():
            _note(store, key, step)
    return batch


def _newest(store: Store) -> Batch | None:
    return figures.Batches(lambda: store).newest()


def _note(store: Store, key: str, step: Step) -> None:
    counts = store.collection(COUNTS)
    known = counts.first(key=key)
    if known is None:
        counts.add({"key": key, "steps": [step]})
    else:
        counts.replace(known.id, {"key": key, "steps": [*known.body["steps"], step]}, version=known.version)


def _figure(
    store: Store, indicator: Indicator, old: Figure | None, number: int
) -> tuple[Figure, tuple[Judged, ...], dict[str, Step]]:
    groups: dict[tuple[int, str], dict[str, Observation]] = {}
    for recorded in observations.of_indicator(store, indicator.code):
        each = recorded.observation
        groups.setdefault((each.version, each.period), {})[each.area] = each
    published: dict[tuple[int, str], dict[str, Cell]] = {}
    for cell in old.cells if old is not None else ():
        published.setdefault((cell.version, cell.period), {})[cell.area] = cell
    judged: list[Judged] = []
    steps: dict[str, Step] = {}
    for (version, period), observed in groups.items():
        key = f"{indicator.code}/{version}/{period}"
        known = store.collection(COUNTS).first(key=key) if indicator.source not in withholding.NOT_PEOPLE else None
        before = published.get((version, period), {})
        group = Group(indicator, observed, before, known.body["steps"] if known is not None else ())
        own, step = withholding.judge(group)
        judged += [_dated(each, before.get(each.cell.area), number) for each in own]
        if step is not None:
            steps[key] = step
    judged.sort(key=lambda each: each.cell.key)
    cells = tuple(each.cell for each in judged)
    return Figure(indicator, _target(store, indicator, cells), cells), tuple(judged), steps


def _dated(judged: Judged, before: Cell | None, number: int) -> Judged:
    """Return a judged cell with the batch since which it stands as it does."""
    since = before.batch if before is not None and replace(judged.cell, batch=before.batch) == before else number
    return replace(judged, cell=replace(judged.cell, batch=since))


def _target(store: Store, indicator: Indicator, cells: tuple[Cell, ...]) -> Target | None:
    """Return the goal of an indicator as everybody may see it: its baseline is what is published of that period.

    A goal is better than its baseline was: of a baseline that is hidden, or rounded and near to the goal, that would
    tell more than what is published of it. Then there is none for the public.
    """
    goal = goals.of_indicator(store, indicator.code)
    if goal is None:
        return None
    key = goal.version, goal.baseline_period, COUNTY
    baseline = next((cell for cell in cells if cell.key == key), None)
    if baseline is None or baseline.value is None or not _beyond(goal.target, baseline, indicator.better):
        return None
    return Target(goal.version, goal.baseline_period, baseline.value, goal.target_period, goal.target, goal.decided)


def _beyond(target: float, baseline: Cell, better: str) -> bool:
    """Tell whether a target is better than each share that a published baseline could stand for."""
    least = most = baseline.value or 0.0
    if baseline.rounded and baseline.numerator is not None and baseline.denominator is not None:
        least, most = share_band(baseline.numerator, baseline.denominator)
    return target > most if better == "up" else target < least
