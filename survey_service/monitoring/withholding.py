"""What of observed figures may be published: disclosure control, with what was published before in mind.

Figures of one indicator, version and period are judged together, because areas add up to the county. Three kinds:

- from a survey: counts are rounded to 5, and a new figure comes only if nobody could find a small group in it, or in
  what differs from what was published (`statistics.releasing`); else what was published stays;
- other figures about people (official ones, the county's): numerator, what is missing to the whole, and the whole are
  each 5 or more; as many areas are hidden besides as it takes that no sum gives one away;
- figures about offers and measures: nothing to protect.

Wherever a figure was hidden in the observation, it stays hidden.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from survey_service.monitoring import definitions
from survey_service.monitoring.definitions import Indicator
from survey_service.monitoring.figures import Cell
from survey_service.monitoring.observations import COUNTY, Observation
from survey_service.monitoring.remainders import minus, telling
from survey_service.statistics.disclosure import share_reason
from survey_service.statistics.publications import ALL, Counted, Dimension, History, Key, Table, Version
from survey_service.statistics.releasing import release
from survey_service.statistics.rounding import rounded_cases
from survey_service.statistics.shares import wilson

SURVEYS = frozenset({definitions.SURVEY, definitions.BOTH})
NOT_PEOPLE = frozenset({definitions.OFFERS, "concept"})
SMALL, DERIVABLE, OBSERVED, UNCOUNTED, BEFORE = "small", "derivable", "observed", "uncounted", "before"
"""Why a figure is hidden, for the manager only: it is small; it would give a small one away; it was hidden when it was
observed; nobody knows how many people it is about; it was hidden in an earlier batch."""
FEW, DIFFERENCE = "few", "difference"
"""Why a figure is kept as it was published: fewer than 5 new answers; the difference would tell of a small group."""
_REST = "~"
_YES, _NO = "yes", "no"
Step = dict[str, Any]
"""One publication: of a survey figure ``counts`` by area (chosen, not chosen) and the numbers it showed, of another one
about people the counts it showed by area; private."""


@dataclass(frozen=True)
class Judged:
    """A cell as it is to be published: ``why`` it is hidden, or ``held`` as it was published; "" if neither."""

    cell: Cell
    why: str = ""
    held: str = ""


@dataclass(frozen=True)
class Group:
    """The figures of one indicator, version and period: what was observed, what stands published of them, by area, and
    the steps by which they were published.
    """

    indicator: Indicator
    observed: Mapping[str, Observation]
    published: Mapping[str, Cell]
    steps: Sequence[Step] = ()


def judge(group: Group) -> tuple[list[Judged], Step | None]:
    """Return the cells of a group as they are to be published, and the step to note; None if there is nothing to."""
    source = group.indicator.source
    if source in SURVEYS:
        return _survey(group)
    if source in NOT_PEOPLE:
        return [Judged(shown(each), OBSERVED if each.value is None else "") for each in group.observed.values()], None
    return _people(group)


def shown(observation: Observation) -> Cell:
    """Return an observation as a cell, with its numbers as they are unless it was hidden."""
    if observation.value is None:
        return hide(observation)
    return replace(
        hide(observation),
        value=observation.value,
        numerator=observation.numerator,
        denominator=observation.denominator,
        low=observation.low,
        high=observation.high,
    )


def hide(observation: Observation) -> Cell:
    """Return an observation as a cell without any number."""
    return Cell(
        observation.version,
        observation.period,
        observation.area,
        None,
        preliminary=observation.preliminary,
        source=observation.source,
        note=observation.note,
    )


def _counts(observation: Observation) -> tuple[int, int] | None:
    """Return how many people are counted and how many are not; None if that isn't known."""
    if observation.value is None or observation.numerator is None or observation.denominator is None:
        return None
    return observation.numerator, observation.denominator - observation.numerator


def _unknown(observation: Observation) -> str:
    return OBSERVED if observation.value is None else UNCOUNTED


def _people(group: Group) -> tuple[list[Judged], Step | None]:
    """Judge figures about people whose counts are published as they are."""
    known = {area: counts for area, each in group.observed.items() if (counts := _counts(each)) is not None}
    why: dict[str, str] = {}
    sums_known = COUNTY in group.published and not group.published[COUNTY].hidden
    for area, each in group.observed.items():
        before, counts = group.published.get(area), known.get(area)
        if counts is None:
            # A share that was published elsewhere without its counts is known already, for a whole county.
            if each.value is None or area != COUNTY or group.indicator.source != "official":
                why[area] = _unknown(each)
            elif each.value in (0, 1):
                why[area] = SMALL
        elif share_reason(counts[0], sum(counts)) is not None:
            why[area] = SMALL
        elif area != COUNTY and before is not None and before.hidden and sums_known:
            why[area] = BEFORE  # shown now, it would be subtracted from the sums of then
    earlier = [{area: (counts[0], counts[1]) for area, counts in step["shown"].items()} for step in group.steps]
    why |= dict.fromkeys(telling(known, [area for area in known if area not in why], earlier), DERIVABLE)
    changed = [area for area in why if area in group.published and not group.published[area].hidden]
    if changed:
        return [Judged(cell, held=DIFFERENCE) for cell in group.published.values()], None
    judged = [
        Judged(hide(each) if area in why else shown(each), why.get(area, "")) for area, each in group.observed.items()
    ]
    step = {"shown": {area: list(counts) for area, counts in known.items() if area not in why}}
    return judged, step if not group.steps or step != group.steps[-1] else None


def _survey(group: Group) -> tuple[list[Judged], Step | None]:
    """Judge figures of a survey: rounded, and published again only if the difference is safe."""
    known = {area: counts for area, each in group.observed.items() if (counts := _counts(each)) is not None}
    if group.steps:
        parts: Mapping[str, tuple[int, int]] | None = _parts(known, group.steps[0]["counts"])
    else:
        parts = _parts(known)
    cells, step, held = None, None, DIFFERENCE
    if parts is not None:
        cells, step, held = _released(parts, group.steps)
    judged = []
    for area, each in group.observed.items():
        numbers = cells.get(area) if cells is not None else None
        before = group.published.get(area)
        if numbers is not None:
            judged.append(Judged(_rounded(each, *numbers)))
        elif before is not None and not before.hidden:
            judged.append(Judged(before, held=held if area in known else DIFFERENCE))
        else:
            judged.append(Judged(hide(each), SMALL if area in known else _unknown(each)))
    return judged, step


def _parts(
    known: Mapping[str, tuple[int, int]], before: Mapping[str, Any] | None = None
) -> dict[str, tuple[int, int]] | None:
    """Return the counts of the parts that make up all people; None if they don't, or are others than before."""
    areas = {area: counts for area, counts in known.items() if area != COUNTY}
    whole = known.get(COUNTY)
    if before is not None:
        areas = {area: areas[area] for area in before if area in areas}
        if any(area not in areas for area in before if area not in (COUNTY, _REST)):
            return None
    if not areas:
        return {COUNTY: whole} if whole is not None else None
    rest = minus(whole, areas.values()) if whole is not None else (0, 0)
    if min(rest) < 0 or (before is not None and sum(rest) > 0 and _REST not in before):
        return None
    if sum(rest) > 0 or (before is not None and _REST in before):
        areas[_REST] = rest
    return areas


def _table(areas: Sequence[str]) -> Table:
    answers = Dimension("answer", (_YES, _NO))
    if list(areas) == [COUNTY]:
        return Table("figure", answers, shares=True)
    return Table("figure", Dimension("area", tuple(areas)), answers, shares=True)


def _released(
    parts: Mapping[str, tuple[int, int]], steps: Sequence[Step]
) -> tuple[dict[str, tuple[int, int]] | None, Step | None, str]:
    """Return by area numerator and denominator, rounded, where both and the difference may be shown; the step; and why
    not, if there is none. With nobody new there is neither.
    """
    table = _table(list(parts))
    single = table.columns is None
    state = [{area: tuple(counts) for area, counts in step["counts"].items()} for step in steps] + [dict(parts)]
    layers: dict[tuple[int, str], dict[tuple[str, str], int]] = {}
    for number, now in enumerate(state):
        before = state[number - 1] if number else {}
        layer = layers.setdefault((number + 1, "all"), {})
        for area, (yes, no) in now.items():
            was = before.get(area, (0, 0))
            for answer, count in ((_YES, yes - was[0]), (_NO, no - was[1])):
                layer[(answer, ALL) if single else (area, answer)] = count
    if not any(layers[len(state), "all"].values()):
        return None, None, ""
    past = {layer: counts for layer, counts in layers.items() if layer[0] < len(state)}
    versions = tuple(
        Version("all", number, frozenset(layer for layer in past if layer[0] <= number), frozenset({"figure"}),
                {_key(pairs): count for pairs, count in step["shown"]})
        for number, step in enumerate(steps, 1)
    )  # fmt: skip
    earlier = History(len(steps), {"figure": table}, {"figure": past}, versions) if steps else History()
    newest = len(state), "all"
    try:
        made = release([Counted(table, {newest: layers[newest]})], {"all": frozenset({"all"})}, earlier)
    except ValueError:  # answers were taken back, so that there are fewer than were published
        return None, None, DIFFERENCE
    if not made.published:
        return None, None, FEW if made.held_back and made.held_back[0].reason == FEW else DIFFERENCE
    public = made.published[0].cells
    cells = {}
    for area in (COUNTY,) if single else (*(area for area in parts if area != _REST), COUNTY):
        row = area or ALL
        yes, no, base = (
            (public[_YES, ALL], public[_NO, ALL], public[ALL, ALL])
            if single
            else (public[row, _YES], public[row, _NO], public[row, ALL])
        )
        if yes is not None and no is not None and base is not None:
            cells[area] = yes, base
    if not cells:
        return None, None, DIFFERENCE
    version = made.history.versions[-1]
    shown = [[sorted(map(list, key)), count] for key, count in sorted(version.shown.items(), key=_order)]
    return cells, {"counts": {area: list(counts) for area, counts in parts.items()}, "shown": shown}, DIFFERENCE


def _key(pairs: Sequence[Sequence[str]]) -> Key:
    return frozenset((str(dimension), str(name)) for dimension, name in pairs)


def _order(item: tuple[Key, int]) -> list[tuple[str, str]]:
    return sorted(item[0])


def _rounded(observation: Observation, numerator: int, denominator: int) -> Cell:
    """Return a cell of rounded counts; its share and interval say nothing that these don't."""
    share = numerator / denominator
    low, high = _limits(observation, share, denominator)
    return replace(hide(observation), value=share, numerator=numerator, denominator=denominator, low=low, high=high,
                   rounded=True)  # fmt: skip


def _limits(observation: Observation, share: float, denominator: int) -> tuple[float, float] | tuple[None, None]:
    value, low, high = observation.value, observation.low, observation.high
    if value is None or low is None or high is None:
        return None, None
    return wilson(share, rounded_cases(value, high - low, denominator))
