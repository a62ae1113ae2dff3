"""Publishing figures: what a batch would hold and hide, and publishing it, for good.

A batch is complete: indicators that were not chosen stay in it as they were published. What was published and is wrong
is corrected or withdrawn by a further batch, which says why.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from survey_service import clock
from survey_service.monitoring import figures, goals, observations, withholding
from survey_service.monitoring.corrections import Absent, Correction
from survey_service.monitoring.definitions import Indicator, Indicators
from survey_service.monitoring.figures import BATCHES, Batch, Batches, Cell, Figure, Target
from survey_service.monitoring.observations import COUNTY, Observation
from survey_service.monitoring.withholding import Group, Judged, Step
from survey_service.problems import Problem
from survey_service.statistics.rounding import share_band
from survey_service.store.base import CollectionSpec, Store

COUNTS = CollectionSpec("published_counts", unique=("key",))
"""What was published of figures about people, with the counts behind those of surveys, to judge the next ones: private.
"""
LONGEST_REASON = 500
Period = tuple[str, int, str]
"""Code of an indicator, version of its definition, and period: what is withdrawn in one."""


@dataclass(frozen=True)
class Draft:
    """What a batch would hold: its figures, how each cell was judged by indicator, the steps to note, what it corrects
    and withdraws (still without a reason), what is withdrawn by then, and whether it says anything that the newest
    batch doesn't. ``mark`` tells it from a draft of other figures.
    """

    figures: tuple[Figure, ...]
    judged: Mapping[str, tuple[Judged, ...]]
    steps: Mapping[str, Step] = field(repr=False)
    corrections: tuple[Correction, ...]
    absent: tuple[Absent, ...]
    is_new: bool
    mark: str


def prepare(
    store: Store,
    indicators: Indicators,
    chosen: Collection[str] | None = None,
    withdraw: Collection[Period] = (),
) -> Draft:
    """Return what a batch of the chosen indicators would hold, all of them if it is None; nothing is stored.

    ``withdraw`` names published figures that are to be in it no more; they stay away until recorded anew.
    """
    batches = Batches(lambda: store)
    newest = batches.newest()
    before = {each.indicator.code: each for each in newest.figures} if newest is not None else {}
    maker = _Maker(store, batches, newest, frozenset(withdraw))
    made = []
    for code in dict.fromkeys([*indicators, *before]):
        old = before.get(code)
        if code not in indicators or (chosen is not None and code not in chosen):
            figure = maker.kept(old) if old is not None else None
        else:
            figure = maker.judged(indicators[code], old)
        if figure is not None:
            made.append(figure)
    content, absent = (
        tuple(made),
        tuple(sorted(maker.absent, key=lambda each: (each.indicator, each.version, each.period))),
    )
    is_new = content != tuple(before.values()) or absent != (newest.absent if newest is not None else ())
    mark = figures.content_hash(content, absent)
    return Draft(content, maker.why, maker.steps, tuple(maker.corrections), absent, is_new, mark)


def publish(
    store: Store,
    indicators: Indicators,
    chosen: Collection[str] | None,
    mark: str,
    by: str,
    *,
    withdraw: Collection[Period] = (),
    reason: str = "",
) -> Batch:
    """Publish what was prepared, and return the batch.

    Raises Problems figures.changed if it is no longer what ``mark`` stands for, figures.nothing if there is nothing to
    publish that isn't published, figures.reason if it corrects or withdraws something and nobody says why.
    """
    now = clock.now().replace(microsecond=0)
    reason = reason.strip()[:LONGEST_REASON]
    with store.transaction():
        draft = prepare(store, indicators, chosen, withdraw)
        if not draft.is_new or not draft.figures:
            raise Problem("figures.nothing")
        if draft.mark != mark:
            raise Problem("figures.changed")
        if draft.corrections and not reason:
            raise Problem("figures.reason")
        newest = Batches(lambda: store).newest()
        number, previous = (newest.number + 1, newest.digest) if newest is not None else (1, "")
        told = tuple(replace(each, reason=reason) for each in draft.corrections)
        batch = Batch(number, now.date().isoformat(), now.isoformat(), by, draft.figures, previous,
                      corrections=told, absent=draft.absent)  # fmt: skip
        batch = figures.sealed(batch)
        store.collection(BATCHES).add(batch.body())
        for key, step in draft.steps.items():
            _note(store, key, step)
    return batch


def _note(store: Store, key: str, step: Step) -> None:
    counts = store.collection(COUNTS)
    known = counts.first(key=key)
    if known is None:
        counts.add({"key": key, "steps": [step]})
    else:
        counts.replace(known.id, {"key": key, "steps": [*known.body["steps"], step]}, version=known.version)


class _Maker:
    """Makes the figures of a batch one by one, and collects what is to be known of them."""

    def __init__(self, store: Store, batches: Batches, newest: Batch | None, withdraw: frozenset[Period]) -> None:
        self._store, self._batches, self._withdraw = store, batches, withdraw
        self._number = (newest.number if newest is not None else 0) + 1
        self._away = {(each.indicator, each.version, each.period): each for each in newest.absent} if newest else {}
        self.why: dict[str, tuple[Judged, ...]] = {}
        self.steps: dict[str, Step] = {}
        self.corrections: list[Correction] = []
        self.absent: list[Absent] = []

    def kept(self, old: Figure) -> Figure:
        """Return a figure as it is published, without what is to be withdrawn."""
        code = old.indicator.code
        taken = [cell for cell in old.cells if (code, cell.version, cell.period) in self._withdraw]
        self.absent += [each for each in self._away.values() if each.indicator == code]
        self._take_away(code, taken)
        cells = tuple(cell for cell in old.cells if cell not in taken)
        return old if not taken else replace(old, cells=cells, target=_target(self._store, old.indicator, cells))

    def judged(self, indicator: Indicator, old: Figure | None) -> Figure | None:
        """Return a figure as it is to be published by what was recorded; None if there is nothing to say of it."""
        code, count = indicator.code, len(self.absent)
        groups, moments = _observed(self._store, code)
        published = _published(old)
        judged: list[Judged] = []
        wrong: list[Cell] = []
        for (version, period), observed in groups.items():
            name = (code, version, period)
            before: Mapping[str, Cell] = published.get((version, period), {})
            away = self._away.get(name)
            if name in self._withdraw and before:
                self._take_away(code, before.values())
            elif away is not None:
                before = self._before(away)
                again = self._again(moments[version, period], away)
                own = self._returning(Group(indicator, observed, before)) if again else []
                self.absent += [away] if not own else []
                judged += own
                wrong += before.values() if own else ()
            else:
                own = [_dated(each, before.get(each.cell.area), self._number)
                       for each in self._judge(Group(indicator, observed, before))]  # fmt: skip
                judged += own
                if indicator.source not in withholding.SURVEYS:
                    wrong += [before[each.cell.area] for each in own if _differs(each, before.get(each.cell.area))]
        self._correct(code, wrong, withdrawn=False)
        judged.sort(key=lambda each: each.cell.key)
        cells = tuple(each.cell for each in judged)
        if not cells and len(self.absent) == count:
            return None
        self.why[code] = tuple(judged)
        return Figure(indicator, _target(self._store, indicator, cells), cells)

    def _judge(self, group: Group) -> list[Judged]:
        indicator = group.indicator
        one = next(iter(group.observed.values()))
        key = f"{indicator.code}/{one.version}/{one.period}"
        known = (
            self._store.collection(COUNTS).first(key=key) if indicator.source not in withholding.NOT_PEOPLE else None
        )
        own, step = withholding.judge(replace(group, steps=known.body["steps"] if known is not None else ()))
        if step is not None:
            self.steps[key] = step
        return own

    def _again(self, moment: str, away: Absent) -> bool:
        """Tell whether figures were recorded anew since they were withdrawn."""
        last = self._batches.get(away.batch + 1)
        return last is not None and moment > last.moment

    def _before(self, away: Absent) -> dict[str, Cell]:
        """Return the figures that were withdrawn, by area."""
        last = self._batches.get(away.batch)
        figure = last.figure(away.indicator) if last is not None else None
        return _published(figure).get((away.version, away.period), {})

    def _returning(self, group: Group) -> list[Judged]:
        """Return figures that come back, judged by what was public of them; none if that had to stay as it was."""
        steps = dict(self.steps)
        own = self._judge(group)
        if any(each.held for each in own):
            self.steps = steps
            return []
        return [_dated(each, None, self._number) for each in own]

    def _take_away(self, code: str, cells: Collection[Cell]) -> None:
        by_group: dict[tuple[int, str], list[str]] = {}
        for cell in cells:
            by_group.setdefault((cell.version, cell.period), []).append(cell.area)
        for (version, period), areas in by_group.items():
            self.absent.append(Absent(code, version, period, tuple(sorted(areas)), self._number - 1))
        self._correct(code, cells, withdrawn=True)

    def _correct(self, code: str, wrong: Collection[Cell], *, withdrawn: bool) -> None:
        if wrong:
            places, since = tuple(sorted(cell.key for cell in wrong)), min(cell.batch for cell in wrong)
            self.corrections.append(Correction(code, places, since, withdrawn))


Observed = dict[tuple[int, str], dict[str, Observation]]


def _observed(store: Store, code: str) -> tuple[Observed, dict[tuple[int, str], str]]:
    """Return what was recorded of an indicator by version and period, by area; and when last."""
    groups: Observed = {}
    moments: dict[tuple[int, str], str] = {}
    for recorded in observations.of_indicator(store, code):
        each = recorded.observation
        groups.setdefault((each.version, each.period), {})[each.area] = each
        moments[each.version, each.period] = max(recorded.moment, moments.get((each.version, each.period), ""))
    return groups, moments


def _published(figure: Figure | None) -> dict[tuple[int, str], dict[str, Cell]]:
    published: dict[tuple[int, str], dict[str, Cell]] = {}
    for cell in figure.cells if figure is not None else ():
        published.setdefault((cell.version, cell.period), {})[cell.area] = cell
    return published


def _differs(judged: Judged, before: Cell | None) -> bool:
    """Tell whether a figure stands for one that was public, final, and another one."""
    if before is None or before.hidden or before.preliminary or judged.held:
        return False
    names = ("value", "numerator", "denominator")
    return any(getattr(judged.cell, name) != getattr(before, name) for name in names)


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
