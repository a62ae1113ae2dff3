"""What may be published: the primary rule, and the complementary rule for parts of a whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_service.statistics.disclosure import (
    THRESHOLD,
    Reason,
    Released,
    count_reason,
    partition_reasons,
    protect,
    share_reason,
)
from survey_service.statistics.shares import share_of

B, G, D = Reason.BASE, Reason.GROUP, Reason.DERIVABLE


@pytest.mark.parametrize(
    ("numerator", "base", "reason"),
    [
        (5, 10, None),
        (4, 10, G),
        (6, 10, G),  # the complement is 4
        (0, 300, G),
        (300, 300, G),
        (5, 300, None),
        (295, 300, None),
        (296, 300, G),
        (0, 0, B),
        (2, 4, B),
        (0, 5, G),
    ],
)
def test_numerator_complement_and_base_count(numerator: int, base: int, reason: Reason | None) -> None:
    assert share_reason(numerator, base) == reason


def test_counts_from_five_on() -> None:
    assert [count_reason(count) for count in (0, 1, 4, 5, 6)] == [G, G, G, None, None]


def test_a_suppressed_share_keeps_no_number_but_a_large_base() -> None:
    assert protect(share_of(3, 40)) == Released(None, 40, None, None, None, G)
    assert protect(share_of(3, 4)) == Released(None, None, None, None, None, B)
    shown = protect(share_of(20, 40))
    assert (shown.numerator, shown.base, shown.share, shown.suppressed) == (20, 40, 0.5, None)


@pytest.mark.parametrize(
    ("counts", "reasons"),
    [
        ((12, 3, 9), (None, G, D)),  # the first row of the design's example: its second and third cell
        ((8, 7, 6), (None, None, None)),
        ((2, 1, 30, 20), (G, G, None, D)),  # 2 and 1 together are 3 and would be known to be below 5
        ((4, 4, 30), (G, G, None)),  # 4 and 4 together are 8: each may be anything from 0 to 8
        ((0, 10), (G, G)),
        ((1, 1), (B, B)),
        ((), ()),
    ],
)
def test_parts_of_a_whole(counts: tuple[int, ...], reasons: tuple[Reason | None, ...]) -> None:
    assert partition_reasons(counts) == reasons


@given(st.lists(st.integers(0, 40), min_size=1, max_size=8))
def test_no_part_can_be_narrowed_down_by_subtraction(counts: list[int]) -> None:
    reasons = partition_reasons(counts)
    hidden = [count for count, reason in zip(counts, reasons, strict=True) if reason is not None]
    for count, reason in zip(counts, reasons, strict=True):
        assert reason is not None or (count >= THRESHOLD and sum(counts) - count >= THRESHOLD)
    if hidden and len(hidden) < len(counts):
        assert len(hidden) > 1
        assert sum(hidden) >= THRESHOLD
