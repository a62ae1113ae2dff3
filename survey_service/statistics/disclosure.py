"""Disclosure control: what may be said about a group of people without saying something about one of them.

The primary rule: a count is published from 5 on; a share only if its numerator, its complement and its base are each 5
or more, for 0 % and 100 % disclose a group too. Parts of a whole get the complementary rule as well, because a part
that is left out can be found by subtraction.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from survey_service.statistics.shares import Share

THRESHOLD = 5
Name = TypeVar("Name", bound=Hashable)


class Reason(StrEnum):
    """Why a value is not published. No reason tells on which side a share is small: that would disclose it."""

    BASE = "small_base"
    GROUP = "small_group"
    DERIVABLE = "derivable"


@dataclass(frozen=True)
class Released:
    """A share as it may be published: what is suppressed is None, and ``suppressed`` says why (None: nothing is).

    The base is suppressed too if it is itself below the threshold.
    """

    numerator: int | None
    base: int | None
    share: float | None
    low: float | None
    high: float | None
    suppressed: Reason | None


def count_reason(count: int) -> Reason | None:
    """Return why a count of people is not published, or None."""
    return None if count >= THRESHOLD else Reason.GROUP


def share_reason(numerator: int, base: int) -> Reason | None:
    """Return why a share of people is not published, or None."""
    if base < THRESHOLD:
        return Reason.BASE
    return None if min(numerator, base - numerator) >= THRESHOLD else Reason.GROUP


def partition_reasons(counts: Sequence[int]) -> tuple[Reason | None, ...]:
    """Return for each part of a whole why it is not published, or None.

    Every case is in exactly one part, and the whole is published. Each part is judged as a share; then the smallest of
    the others follow until the suppressed ones are at least two and make up at least 5 together, so that none of them
    can be narrowed down to fewer than 5 by subtraction.
    """
    total = sum(counts)
    reasons = [share_reason(count, total) for count in counts]
    small = [place for place, reason in enumerate(reasons) if reason is not None]
    for place in completed(small, {place: (count,) for place, count in enumerate(counts)})[len(small) :]:
        reasons[place] = Reason.DERIVABLE
    return tuple(reasons)


def completed(hidden: Iterable[Name], sizes: Mapping[Name, Sequence[int]]) -> list[Name]:
    """Return the parts of a whole that are hidden, and after them so many more that subtraction finds nothing small.

    ``sizes`` are one or several numbers of each part. The smallest follow first, of equal ones in the given order,
    until the hidden ones are none, or at least two whose numbers each make up at least 5 together.
    """
    chosen = list(hidden)
    for name in sorted((name for name in sizes if name not in chosen), key=lambda name: sum(sizes[name])):
        sums = [sum(column) for column in zip(*(sizes[each] for each in chosen), strict=True)]
        if not chosen or (len(chosen) > 1 and min(sums) >= THRESHOLD):
            break
        chosen.append(name)
    return chosen


def release(share: Share, reason: Reason | None) -> Released:
    """Return a share as it may be published if ``reason`` stands against it, or with None if nothing does."""
    if reason is None:
        return Released(share.numerator, share.base, share.share, share.low, share.high, None)
    base = share.base if share.base >= THRESHOLD else None
    return Released(None, base, None, None, None, reason)


def count_only(count: int, reason: Reason | None) -> Released:
    """Return a count of people without a share, as ``numerator``, if no reason stands against it."""
    return Released(None if reason else count, None, None, None, None, reason)


def protect(share: Share) -> Released:
    """Return a share of people as the primary rule lets it be published."""
    return release(share, share_reason(share.numerator, share.base))
