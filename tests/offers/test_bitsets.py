"""Sets of small numbers as whole numbers, against the sets of Python."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from survey_service.offers.bitsets import bits, members

NUMBERS = st.sets(st.integers(0, 400))


@given(NUMBERS, NUMBERS)
def test_they_meet_and_join_as_sets_do(one: set[int], other: set[int]) -> None:
    a, b = bits(one, 401), bits(other, 401)
    assert members(a & b, 0, 500) == sorted(one & other)
    assert members(a | b, 0, 500) == sorted(one | other)
    assert a.bit_count() == len(one)


@given(NUMBERS, st.integers(0, 420), st.integers(0, 30))
def test_a_slice_of_the_members(numbers: set[int], start: int, count: int) -> None:
    assert members(bits(numbers, 401), start, count) == sorted(numbers)[start : start + count]


def test_nothing() -> None:
    assert bits([], 0) == 0
    assert members(0, 0, 5) == []
