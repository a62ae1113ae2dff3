"""Raking: margins are reached, bounds kept, and the checks of the rules come out."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey_service.statistics.raking import HIGH, LOW, Combination, rake, weighted_share_of
from survey_service.statistics.shares import share_of, weighted_share

TOWNS = {"A": 30.0, "B": 70.0}
GROUPS = {"x": 1.0, "y": 1.0}


def margin(counts: dict[Combination, int], weights: object, place: int, name: str) -> float:
    total = sum(counts.values())
    return sum(n * weights[each] for each, n in counts.items() if each[place] == name) / total  # type: ignore[index]


def test_one_margin_by_hand() -> None:
    # 60 of 100 in A, where 30 of 100 live: weight 30/60; 40 in B, where 70 live: weight 70/40
    found = rake({("A",): 60, ("B",): 40}, [TOWNS])
    assert found.weights == {("A",): pytest.approx(0.5), ("B",): pytest.approx(1.75)}
    assert found.n_eff == pytest.approx(100**2 / (60 * 0.25 + 40 * 1.75**2))
    assert (found.n, found.weighted, found.trimmed) == (100, True, 0)
    assert found.deviation == pytest.approx(0, abs=1e-8)


def test_two_margins_that_depend_on_each_other() -> None:
    counts: dict[Combination, int] = {("A", "x"): 40, ("A", "y"): 20, ("B", "x"): 10, ("B", "y"): 30}
    found = rake(counts, [TOWNS, GROUPS])
    assert margin(counts, found.weights, 0, "A") == pytest.approx(0.3)
    assert margin(counts, found.weights, 1, "x") == pytest.approx(0.5)
    # raking keeps the odds ratio of the sample
    w = {each: n * found.weights[each] for each, n in counts.items()}
    assert w["A", "x"] * w["B", "y"] / (w["A", "y"] * w["B", "x"]) == pytest.approx(40 * 30 / (20 * 10))


def test_who_says_nothing_keeps_the_share() -> None:
    counts: dict[Combination, int] = {("A",): 60, ("B",): 20, (None,): 20}
    found = rake(counts, [TOWNS])
    assert found.weights[(None,)] == pytest.approx(1)
    assert found.weights[("A",)] == pytest.approx(0.3 * 80 / 60)


def test_fewer_than_fifty_stay_unweighted() -> None:
    found = rake({("A",): 29, ("B",): 20}, [TOWNS])
    assert (found.weighted, found.n_eff, set(found.weights.values())) == (False, 49.0, {1.0})
    assert rake({("A",): 29, ("B",): 21}, [TOWNS]).weighted
    assert not rake({("A",): 60}, [{}]).weighted


def test_small_categories_are_merged() -> None:
    targets = {"A": 50.0, "B": 40.0, "C": 5.0, "D": 3.0, "E": 2.0}
    counts: dict[Combination, int] = {("A",): 60, ("B",): 32, ("C",): 4, ("D",): 4}
    found = rake(counts, [targets])
    assert found.merged == ({"E": "D", "C": "D", "D": "D"},)  # nobody of E answered: C and D speak for E too
    assert found.weights[("C",)] == found.weights[("D",)] == pytest.approx(0.10 * 100 / 8)
    few = rake({("A",): 60, ("B",): 36, ("C",): 4}, [{"A": 50.0, "B": 40.0, "C": 10.0}])
    assert few.merged == ({"C": "B", "B": "B"},), "4 alone are too few, so the next smallest joins them"
    assert few.weights[("C",)] == pytest.approx(0.5 * 100 / 40)


def test_weights_are_trimmed_to_their_bounds() -> None:
    found = rake({("A",): 90, ("B",): 10}, [{"A": 10.0, "B": 90.0}])
    # B wants 9 and gets 3; A takes what is left: (100 - 3·10) / 90
    assert found.weights == {("A",): pytest.approx(70 / 90), ("B",): 3.0}
    assert found.trimmed == 10
    assert found.deviation == pytest.approx(0.6)


def test_the_check_of_weighted_intervals() -> None:
    found = weighted_share_of([(2.0, 6, 10), (0.5, 5, 20)])
    assert (found.numerator, found.base) == (11, 30)
    assert found.share == pytest.approx(0.483333, abs=5e-7)
    assert (found.low, found.high) == pytest.approx((0.285410, 0.686627), abs=5e-7)


@pytest.mark.parametrize(
    ("numerator", "base", "low", "high"),
    [(0, 10, 0, 0.277533), (3, 12, 0.088942, 0.532305), (42, 97, 0.338801, 0.532284)],
)
def test_the_checks_of_unweighted_intervals(numerator: int, base: int, low: float, high: float) -> None:
    found = weighted_share_of([(1.0, numerator, base)])
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-7)


@given(st.lists(st.tuples(st.floats(0.3, 3), st.integers(0, 9), st.integers(0, 9)), max_size=8))
def test_groups_are_people_one_by_one(groups: list[tuple[float, int, int]]) -> None:
    weights = [weight for weight, hits, misses in groups for _ in range(hits + misses)]
    hits = [place < hits for _, hits, misses in groups for place in range(hits + misses)]
    found = weighted_share_of([(weight, hits, hits + misses) for weight, hits, misses in groups])
    plain = weighted_share(weights, hits)
    assert (found.numerator, found.base) == (plain.numerator, plain.base)
    for one, other in ((found.share, plain.share), (found.low, plain.low), (found.high, plain.high)):
        assert one == pytest.approx(other)
    if len(set(weights)) == 1:
        assert found.share == pytest.approx(share_of(sum(hits), len(hits)).share)


COMBINATIONS = st.dictionaries(
    st.tuples(st.sampled_from(["A", "B", "C", None]), st.sampled_from(["x", "y", None])),
    st.integers(0, 200),
    min_size=1,
)
TARGETS = st.tuples(
    st.fixed_dictionaries({"A": st.integers(0, 99), "B": st.integers(0, 99)}, optional={"C": st.integers(0, 99)}),
    st.fixed_dictionaries({"x": st.integers(1, 99), "y": st.integers(1, 99)}),
)


@settings(max_examples=40)
@given(COMBINATIONS, TARGETS)
def test_weights_keep_their_bounds_and_their_mean(
    counts: dict[Combination, int], targets: tuple[dict[str, float], dict[str, float]]
) -> None:
    found = rake(counts, targets)
    n = sum(counts.values())
    assert found.n == n
    assert set(found.weights) == {each for each, count in counts.items() if count}
    if not n:
        return
    assert math.fsum(counts[each] * weight for each, weight in found.weights.items()) == pytest.approx(n)
    assert all(LOW <= weight <= HIGH for weight in found.weights.values())
    assert 0 < found.n_eff <= n + 1e-6
    assert found.weighted or set(found.weights.values()) == {1.0}


@pytest.mark.parametrize("y", [1, 5])
def test_margins_that_contradict_each_other_drive_no_weight_to_nothing(y: int) -> None:
    """All of B are x, and B is to stay as large as it is; so x cannot become small."""
    counts: dict[Combination, int] = {("A", "x"): 1, ("A", "y"): 5, ("B", "x"): 44}
    found = rake(counts, [{"A": 0, "B": 1}, {"x": 1, "y": y}])
    assert found.weights["A", "x"] == LOW
    assert math.fsum(counts[each] * weight for each, weight in found.weights.items()) == pytest.approx(50)
    assert found.deviation > 0.1


@given(st.lists(st.integers(20, 200), min_size=4, max_size=4), st.floats(0.4, 0.6), st.floats(0.4, 0.6))
def test_margins_that_can_be_reached_are_reached(numbers: list[int], a: float, x: float) -> None:
    counts = dict(zip([("A", "x"), ("A", "y"), ("B", "x"), ("B", "y")], numbers, strict=True))
    found = rake(counts, [{"A": a, "B": 1 - a}, {"x": x, "y": 1 - x}])  # type: ignore[arg-type]
    if not found.trimmed:
        assert margin(counts, found.weights, 0, "A") == pytest.approx(a, abs=1e-6)  # type: ignore[arg-type]
        assert margin(counts, found.weights, 1, "x") == pytest.approx(x, abs=1e-6)  # type: ignore[arg-type]
        assert found.deviation < 1e-6


@pytest.mark.parametrize(
    ("counts", "targets"), [({("A",): 1}, []), ({("A",): -1}, [TOWNS]), ({("A",): 1}, [{"A": -1.0}])]
)
def test_what_makes_no_sense(counts: dict[Combination, int], targets: list[dict[str, float]]) -> None:
    with pytest.raises(ValueError, match=r"each combination|a target"):
        rake(counts, targets)
