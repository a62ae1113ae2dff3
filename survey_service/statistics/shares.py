"""Shares with Wilson score intervals, unweighted and weighted.

Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927), and L.
Kish's effective sample size for weighted data. The interval shows random error only.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Z95 = 1.959963984540054
"""The two-sided 95 % quantile of the normal distribution."""


@dataclass(frozen=True)
class Share:
    """A share of a group: how many of how many, and the interval of the share, each from 0 to 1.

    ``numerator`` and ``base`` count cases, unweighted. ``share``, ``low`` and ``high`` are None if the base is empty.
    """

    numerator: int
    base: int
    share: float | None
    low: float | None
    high: float | None


def wilson(share: float, n: float, z: float = Z95) -> tuple[float, float]:
    """Return the Wilson score interval of a share (0 to 1) among ``n`` cases; ``n`` may be an effective number.

    Raises ValueError if ``n`` is not above 0 or the share is not from 0 to 1.
    """
    if not n > 0 or not 0 <= share <= 1:
        raise ValueError(f"there is no interval for the share {share} of {n} cases")
    shrink = 1 + z * z / n
    centre = (share + z * z / (2 * n)) / shrink
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / shrink
    # At 0 and 1 the bound is exactly 0 and 1; rounding must not put the share outside its own interval.
    return min(max(0.0, centre - half), share), max(min(1.0, centre + half), share)


def effective_n(weights: Iterable[float]) -> float:
    """Return the effective number of cases, (Σw)²/Σw²; 0 without weights or if all are 0."""
    total = squares = 0.0
    for weight in weights:
        total += weight
        squares += weight * weight
    return total * total / squares if squares else 0.0


def share_of(numerator: int, base: int, *, cases: float | None = None) -> Share:
    """Return the share ``numerator`` of ``base``, unweighted.

    ``cases`` is the number of independent cases if that isn't the base: answers for several fields by one person are
    many answers but one person. Raises ValueError unless 0 ≤ numerator ≤ base.
    """
    if not 0 <= numerator <= base:
        raise ValueError(f"{numerator} of {base} is no share")
    if base == 0:
        return Share(0, 0, None, None, None)
    share = numerator / base
    return Share(numerator, base, share, *wilson(share, base if cases is None else cases))


def weighted_share(weights: Sequence[float], hits: Sequence[bool]) -> Share:
    """Return the weighted share of the cases that hit, with the interval on the effective number of cases.

    Both sequences have one entry a case. Raises ValueError if their lengths differ or a weight is below 0.
    """
    if len(weights) != len(hits) or any(weight < 0 for weight in weights):
        raise ValueError("each case needs one weight of 0 or more")
    numerator, base = sum(map(bool, hits)), len(weights)
    total = math.fsum(weights)
    if total == 0:
        return Share(numerator, base, None, None, None)
    share = math.fsum(weight for weight, hit in zip(weights, hits, strict=True) if hit) / total
    return Share(numerator, base, share, *wilson(min(1.0, share), effective_n(weights)))
