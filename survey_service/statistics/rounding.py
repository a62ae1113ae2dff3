"""Published survey counts are rounded to 5, and what a reader still knows of the count behind one."""

from __future__ import annotations

from survey_service.statistics.disclosure import THRESHOLD

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
