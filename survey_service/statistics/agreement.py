"""How far coders agree: percent agreement, Cohen's kappa, Krippendorff's alpha for nominal data, and intervals.

Sources: J. Cohen, A Coefficient of Agreement for Nominal Scales, Educational and Psychological Measurement 20 (1960);
K. Krippendorff, Computing Krippendorff's Alpha-Reliability (2011). A value is None where the measure is not defined:
without units, or (kappa, alpha) where everybody gave the same value everywhere, so that chance explains all.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass

Unit = tuple[Hashable | None, ...]
"""The values that one unit got, one a coder; None where a coder gave none."""
Pair = tuple[Hashable, Hashable]
Weighted = Counter[Unit]
"""Units by what they got: so a thousand resamples cost little."""

DRAWS = 1_000
SEED = 20_261_127
_LEVEL = 0.95


@dataclass(frozen=True)
class Estimate:
    """A measure with its bootstrap interval of 95 %; None where it is not defined."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Agreement:
    """How two coders agree on one code. ``units`` both have judged; ``both`` of them got the code twice, ``one`` once.

    ``percent`` is the share of units with equal judgement, from 0 to 1.
    """

    units: int
    both: int
    one: int
    percent: float | None
    kappa: Estimate
    alpha: Estimate


def percent_agreement(pairs: Iterable[Pair]) -> float | None:
    """Return the share of units on which two coders agree, from 0 to 1."""
    return _percent(Counter(pairs))


def cohen_kappa(pairs: Iterable[Pair]) -> float | None:
    """Return Cohen's kappa (unweighted) of two coders."""
    return _kappa(Counter(pairs))


def krippendorff_alpha(units: Iterable[Unit]) -> float | None:
    """Return Krippendorff's alpha for nominal data, any number of coders, missing values as None.

    Units with fewer than two values say nothing about agreement and are left out.
    """
    return _alpha(Counter(units))


def of_code(first: Sequence[bool | None], second: Sequence[bool | None], *, seed: int = SEED) -> Agreement:
    """Return how two coders agree on one code of several that a unit may have: a unit has it or has it not.

    The sequences run over the same units; None where a coder has not judged a unit. Raises ValueError if their lengths
    differ.
    """
    units: Weighted = Counter(zip(first, second, strict=True))
    pairs = _complete(units)
    kappa, alpha = _bootstrap(units, (lambda drawn: _kappa(_complete(drawn)), _alpha), seed)
    one = pairs[True, False] + pairs[False, True]
    return Agreement(pairs.total(), pairs[True, True], one, _percent(pairs), kappa, alpha)


def interval(units: Iterable[Unit], measure: Callable[[Weighted], float | None], *, seed: int = SEED) -> Estimate:
    """Return a measure with its interval: the 2.5th and 97.5th percentile over resamples of the units."""
    return _bootstrap(Counter(units), (measure,), seed)[0]


def alpha_of_sets(units: Iterable[Unit], *, seed: int = SEED) -> Estimate:
    """Return alpha over whole judgements, each one value such as a sorted tuple of codes: any difference counts."""
    return interval(units, _alpha, seed=seed)


def _complete(units: Weighted) -> Weighted:
    return Counter({unit: count for unit, count in units.items() if None not in unit})


def _percent(pairs: Weighted) -> float | None:
    total = pairs.total()
    return sum(count for (first, second), count in pairs.items() if first == second) / total if total else None


def _kappa(pairs: Weighted) -> float | None:
    """(observed - expected) / (1 - expected), in whole numbers up to the last division."""
    total = pairs.total()
    left: Counter[Hashable | None] = Counter()
    right: Counter[Hashable | None] = Counter()
    for (first, second), count in pairs.items():
        left[first] += count
        right[second] += count
    observed = sum(count for (first, second), count in pairs.items() if first == second) * total
    expected = sum(count * right[value] for value, count in left.items())
    possible = total * total - expected
    return (observed - expected) / possible if possible else None


def _alpha(units: Weighted) -> float | None:
    """1 - observed / expected disagreement over the coincidences of values within units."""
    totals: Counter[Hashable] = Counter()
    differing: list[float] = []
    for unit, weight in units.items():
        values = Counter(value for value in unit if value is not None)
        size = values.total()
        if size < 2:
            continue
        for value, count in values.items():
            totals[value] += count * weight
        differing.append(weight * (size * size - sum(count * count for count in values.values())) / (size - 1))
    whole = totals.total()
    expected = whole * whole - sum(count * count for count in totals.values())
    return 1 - (whole - 1) * math.fsum(differing) / expected if expected else None


def _bootstrap(
    units: Weighted, measures: Sequence[Callable[[Weighted], float | None]], seed: int
) -> tuple[Estimate, ...]:
    values = [measure(units) for measure in measures]
    if units.total() < 2 or all(value is None for value in values):
        return tuple(Estimate(value, None, None) for value in values)
    chance, kinds = random.Random(seed), sorted(units, key=repr)  # noqa: S311 - in one order, for a seed to hold
    weights = [units[kind] for kind in kinds]
    drawn: list[list[float]] = [[] for _ in measures]
    for _ in range(DRAWS):
        sample = Counter(chance.choices(kinds, weights, k=units.total()))
        for found, measure in zip(drawn, measures, strict=True):
            value = measure(sample)
            if value is not None:
                found.append(value)
    return tuple(_estimate(value, found) for value, found in zip(values, drawn, strict=True))


def _estimate(value: float | None, drawn: list[float]) -> Estimate:
    if value is None or not drawn:
        return Estimate(value, None, None)
    drawn.sort()
    tail = (1 - _LEVEL) / 2
    return Estimate(value, _quantile(drawn, tail), _quantile(drawn, 1 - tail))


def _quantile(ordered: Sequence[float], share: float) -> float:
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])
