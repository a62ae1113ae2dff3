"""Published survey counts are rounded to 5, and what a reader still knows of the count behind one."""

from __future__ import annotations

from survey_service.statistics.disclosure import THRESHOLD
from survey_service.statistics.shares import wilson

STEP = 5


def rounded(count: int) -> int:
    """Return the multiple of 5 that is nearest to a count: 5, 6, 7 → 5; 8 … 12 → 10."""
    return STEP * ((count + STEP // 2) // STEP)


def band(published: int) -> tuple[int, int]:
    """Return the least and the most that the count behind a published one can be, for somebody who knows the rules.

    A published count is a multiple of 5 and at least 5, because counts below 5 are never published.
    """
    return max(THRESHOLD, published - STEP // 2), published + STEP // 2


def share_band(numerator: int, denominator: int) -> tuple[float, float]:
    """Return the least and the most that the share behind two published counts can be; see ``band``."""
    counts, bases = band(numerator), band(denominator)
    return counts[0] / bases[1], min(1.0, counts[1] / bases[0])


def rounded_cases(share: float, width: float, base: int) -> int:
    """Return of how many independent cases a share is, rounded as a count is; at most its published base.

    It is read off the width of the share's interval: answers for several fields by one person are several, but one
    person.
    """
    few, many = 1, max(2, 2 * base)
    while few < many:
        middle = (few + many) // 2
        low, high = wilson(share, middle)
        few, many = (middle + 1, many) if high - low > width + 1e-9 else (few, middle)
    return min(base, max(STEP, rounded(few)))
