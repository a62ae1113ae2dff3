"""Shares and intervals, against figures computed by hand or with independent formulas."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_service.statistics.shares import Z95, Share, effective_n, share_of, weighted_share, wilson


@pytest.mark.parametrize(
    ("numerator", "base", "low", "high"),
    [(0, 10, 0.0, 0.277533), (3, 12, 0.088942, 0.532305), (42, 97, 0.338801, 0.532284)],
)
def test_the_interval_is_wilsons(numerator: int, base: int, low: float, high: float) -> None:
    share = share_of(numerator, base)
    assert (share.numerator, share.base, share.share) == (numerator, base, numerator / base)
    assert share.low == pytest.approx(low, abs=5e-7)
    assert share.high == pytest.approx(high, abs=5e-7)


def test_weights_shrink_the_number_of_cases() -> None:
    weights = [2.0] * 10 + [0.5] * 20
    hits = [True] * 6 + [False] * 4 + [True] * 5 + [False] * 15
    share = weighted_share(weights, hits)
    assert effective_n(weights) == pytest.approx(20)
    assert (share.numerator, share.base) == (11, 30)
    assert share.share == pytest.approx(0.483333, abs=5e-7)
    assert share.low == pytest.approx(0.28541, abs=5e-6)
    assert share.high == pytest.approx(0.686627, abs=5e-7)


def test_an_empty_base_has_no_share() -> None:
    assert share_of(0, 0) == Share(0, 0, None, None, None)
    assert weighted_share([], []) == Share(0, 0, None, None, None)
    assert weighted_share([0.0], [True]) == Share(1, 1, None, None, None)
    assert effective_n([]) == 0


def test_fewer_independent_cases_widen_the_interval() -> None:
    plain, clustered = share_of(30, 60), share_of(30, 60, cases=20)
    assert plain.share == clustered.share == 0.5
    assert (clustered.low, clustered.high) == wilson(0.5, 20)
    assert clustered.low is not None
    assert plain.low is not None
    assert clustered.low < plain.low


@pytest.mark.parametrize(("numerator", "base"), [(-1, 3), (4, 3)])
def test_more_than_all_is_refused(numerator: int, base: int) -> None:
    with pytest.raises(ValueError, match="is no share"):
        share_of(numerator, base)


@pytest.mark.parametrize(("share", "n"), [(0.5, 0), (1.1, 3), (float("nan"), 3), (0.5, float("nan"))])
def test_no_interval_without_cases(share: float, n: float) -> None:
    with pytest.raises(ValueError, match="there is no interval"):
        wilson(share, n)


def test_each_case_needs_a_weight() -> None:
    with pytest.raises(ValueError, match="one weight"):
        weighted_share([1.0], [True, False])
    with pytest.raises(ValueError, match="one weight"):
        weighted_share([-1.0], [True])


@given(st.integers(1, 10**7).flatmap(lambda base: st.tuples(st.integers(0, base), st.just(base))))
def test_the_bounds_solve_wilsons_equation(case: tuple[int, int]) -> None:
    """A bound b is where the score test just rejects: (p-b)² = z² b(1-b)/n."""
    numerator, base = case
    share = share_of(numerator, base)
    assert share.share is not None
    assert share.low is not None
    assert share.high is not None
    assert 0 <= share.low <= share.share <= share.high <= 1
    for bound in (share.low, share.high):
        distance, error = (share.share - bound) ** 2, Z95**2 * bound * (1 - bound) / base
        assert math.isclose(distance, error, rel_tol=1e-6, abs_tol=1e-12)


@given(st.lists(st.booleans(), min_size=1, max_size=60), st.floats(0.01, 100))
def test_equal_weights_change_nothing(hits: list[bool], weight: float) -> None:
    weighted, plain = weighted_share([weight] * len(hits), hits), share_of(sum(hits), len(hits))
    assert (weighted.numerator, weighted.base) == (plain.numerator, plain.base)
    assert weighted.share == pytest.approx(plain.share)
    assert weighted.low == pytest.approx(plain.low, abs=1e-9)
    assert weighted.high == pytest.approx(plain.high, abs=1e-9)
