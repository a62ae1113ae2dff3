"""Weights that make a sample agree with known margins of the population, one after another, again and again.

Raking (iterative proportional fitting): W. E. Deming and F. F. Stephan, On a least squares adjustment of a sampled
frequency table when the expected marginal totals are known, Ann. Math. Statist. 11 (1940). It works on combinations of
characteristics, not on single people, so a million responses are no more work than a hundred.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from survey_service.statistics.shares import Share, wilson

Combination = tuple[str | None, ...]
"""One category for each characteristic; None: it is not known."""

FEWEST = 50
"""So many cases are needed; fewer stay unweighted."""
SMALLEST = 5
"""A category with fewer cases is put together with others."""
LOW, HIGH = 0.3, 3.0
"""Weights are kept between these, where 1 is the mean."""
_ROUNDS, _CLOSE, _HALVINGS = 500, 1e-9, 100
_LEAST = 1e-9
"""Margins that can't be reached together would drive a weight to nothing; it is brought to LOW later anyway."""


@dataclass(frozen=True)
class Weights:
    """The weight of each combination; the mean over all cases is 1.

    ``n`` cases count like ``n_eff`` equal ones. ``merged`` maps, for each characteristic, the categories that were put
    together to what they were put into. ``deviation`` is the largest difference between a share of a margin that was
    asked for and the weighted one (0 to 1): trimming costs exactness, and some margins can't be reached together.
    ``trimmed`` is the number of cases whose weight is at a bound.
    ``weighted`` is False if all weights are 1 because there are too few cases or no margin is known.
    """

    weights: Mapping[Combination, float]
    n: int
    n_eff: float
    merged: tuple[Mapping[str, str], ...]
    deviation: float
    trimmed: int
    weighted: bool


def rake(counts: Mapping[Combination, int], targets: Sequence[Mapping[str, float]]) -> Weights:
    """Return the weights that bring the margins of a sample to the targets.

    ``counts`` are the numbers of cases by combination, ``targets`` for each characteristic the population by category
    (in any unit; what is not named, or 0, is not asked for). Cases whose category is not known or not named keep their
    share. Categories with fewer than 5 cases are merged. Raises ValueError for a combination with another number of
    characteristics, a negative count or target.
    """
    if any(len(combination) != len(targets) for combination in counts) or any(n < 0 for n in counts.values()):
        raise ValueError("each combination needs a category for each characteristic, and a count of 0 or more")
    if any(not (number >= 0 and math.isfinite(number)) for target in targets for number in target.values()):
        raise ValueError("a target is a number from 0")
    present = {combination: count for combination, count in counts.items() if count}
    n = sum(present.values())
    merged = tuple(_merged(_margin(present, place), target) for place, target in enumerate(targets))
    cells = [
        {combination: _category(combination[place], target, merged[place]) for combination in present}
        for place, target in enumerate(targets)
    ]
    wanted = [
        _wanted(present, cell, target, merged[place])
        for place, (cell, target) in enumerate(zip(cells, targets, strict=True))
    ]
    if n < FEWEST or not any(wanted):
        return Weights(dict.fromkeys(present, 1.0), n, float(n), tuple({} for _ in targets), 0.0, 0, weighted=False)
    raked = _raked(present, cells, wanted)
    weights = _trimmed(present, raked)
    trimmed = sum(count for combination, count in present.items() if weights[combination] in (LOW, HIGH))
    deviation = max(
        (
            abs(each - shares[name])
            for shares, found in _compared(present, weights, cells, wanted)
            for name, each in found
        ),
        default=0.0,
    )
    total = math.fsum(count * weights[combination] for combination, count in present.items())
    squares = math.fsum(count * weights[combination] ** 2 for combination, count in present.items())
    return Weights(weights, n, total * total / squares, merged, deviation, trimmed, weighted=True)


def weighted_share_of(groups: Iterable[tuple[float, int, int]]) -> Share:
    """Return the weighted share over groups of equal weight, each (weight, how many hit, how many in all).

    ``numerator`` and ``base`` are unweighted; the interval rests on the effective number of cases. Raises ValueError
    for a negative weight or a group with more hits than cases.
    """
    known = list(groups)
    if any(not (weight >= 0 and 0 <= hits <= cases) for weight, hits, cases in known):
        raise ValueError("a group has a weight of 0 or more and not more hits than cases")
    numerator, base = sum(hits for _, hits, _ in known), sum(cases for *_, cases in known)
    total = math.fsum(weight * cases for weight, _, cases in known)
    if total == 0:
        return Share(numerator, base, None, None, None)
    share = min(1.0, math.fsum(weight * hits for weight, hits, _ in known) / total)
    squares = math.fsum(weight * weight * cases for weight, _, cases in known)
    return Share(numerator, base, share, *wilson(share, total * total / squares))


def _margin(counts: Mapping[Combination, int], place: int) -> Counter[str]:
    found: Counter[str] = Counter()
    for combination, count in counts.items():
        category = combination[place]
        if category is not None:
            found[category] += count
    return found


def _merged(margin: Mapping[str, int], target: Mapping[str, float]) -> dict[str, str]:
    """Return what each category with too few cases is put into, itself included; the others are not named.

    All that are too small become one; if they are too few together, the smallest of the others joins them. Categories
    of the population without a case in the sample are among the small ones.
    """
    sizes = {name: margin.get(name, 0) for name, number in target.items() if number}
    order = sorted(sizes, key=lambda name: (sizes[name], name))
    small = [name for name in order if sizes[name] < SMALLEST]
    rest = order[len(small) :]
    while small and rest and sum(sizes[name] for name in small) < SMALLEST:
        small.append(rest.pop(0))
    if len(small) < 2:
        return {}
    return dict.fromkeys(small, small[-1])


def _category(name: str | None, target: Mapping[str, float], merged: Mapping[str, str]) -> str | None:
    """Return the category that a case counts in, None if nothing is asked for it."""
    return None if name is None or not target.get(name) else merged.get(name, name)


def _wanted(
    counts: Mapping[Combination, int],
    cell: Mapping[Combination, str | None],
    target: Mapping[str, float],
    merged: Mapping[str, str],
) -> dict[str, float]:
    """Return the share of all cases that each category is to have; together as much as they have in the sample."""
    known = sum(count for combination, count in counts.items() if cell[combination] is not None)
    there = {category for category in cell.values() if category is not None}
    sums: dict[str, float] = {}
    for name, number in target.items():
        category = merged.get(name, name)
        if number and category in there:
            sums[category] = sums.get(category, 0.0) + number
    whole = math.fsum(sums.values())
    share = known / sum(counts.values()) if counts else 0.0
    return {name: number / whole * share for name, number in sums.items()}


def _raked(
    counts: Mapping[Combination, int],
    cells: Sequence[Mapping[Combination, str | None]],
    wanted: Sequence[Mapping[str, float]],
) -> dict[Combination, float]:
    weights = dict.fromkeys(counts, 1.0)
    n = sum(counts.values())
    for _ in range(_ROUNDS):
        largest = 0.0
        for cell, shares in zip(cells, wanted, strict=True):
            found = _weighed(counts, weights, cell)
            factors = {name: share * n / found[name] for name, share in shares.items()}
            largest = max([largest, *(abs(factor - 1) for factor in factors.values())])
            for combination, category in cell.items():
                if category is not None:
                    weights[combination] = max(weights[combination] * factors[category], _LEAST)
        if largest < _CLOSE:
            break
    return _scaled(counts, weights)


def _weighed(
    counts: Mapping[Combination, int], weights: Mapping[Combination, float], cell: Mapping[Combination, str | None]
) -> dict[str, float]:
    found: dict[str, float] = {}
    for combination, category in cell.items():
        if category is not None:
            found[category] = found.get(category, 0.0) + counts[combination] * weights[combination]
    return found


def _scaled(counts: Mapping[Combination, int], weights: Mapping[Combination, float]) -> dict[Combination, float]:
    mean = math.fsum(counts[each] * weight for each, weight in weights.items()) / sum(counts.values())
    return {each: weight / mean for each, weight in weights.items()}


def _trimmed(counts: Mapping[Combination, int], weights: Mapping[Combination, float]) -> dict[Combination, float]:
    """Return weights between LOW and HIGH whose mean is 1: all are scaled, and cut at the bounds."""
    n = sum(counts.values())
    low, high = LOW / max(weights.values()), HIGH / min(weights.values())
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        mean = math.fsum(counts[each] * _cut(middle * weight) for each, weight in weights.items()) / n
        low, high = (middle, high) if mean < 1 else (low, middle)
    return {each: _cut(high * weight) for each, weight in weights.items()}


def _cut(weight: float) -> float:
    return min(HIGH, max(LOW, weight))


def _compared(
    counts: Mapping[Combination, int],
    weights: Mapping[Combination, float],
    cells: Sequence[Mapping[Combination, str | None]],
    wanted: Sequence[Mapping[str, float]],
) -> Iterable[tuple[Mapping[str, float], Iterable[tuple[str, float]]]]:
    n = sum(counts.values())
    for cell, shares in zip(cells, wanted, strict=True):
        found = _weighed(counts, weights, cell)
        yield shares, [(name, found[name] / n) for name in shares]
