"""Agreement of coders, against published examples and by its properties."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Hashable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_service.statistics import agreement
from survey_service.statistics.agreement import cohen_kappa, krippendorff_alpha, percent_agreement

# J. Cohen (1960), table 1: two judges, three categories, 200 cases as counts.
COHEN = {(1, 1): 88, (1, 2): 14, (1, 3): 18, (2, 1): 10, (2, 2): 40, (2, 3): 10, (3, 1): 2, (3, 2): 6, (3, 3): 12}

# K. Krippendorff (2011): example B, two observers, nominal; example A, two observers, binary; example C, four
# observers with missing values.
NOMINAL = ("aabbdcccedda", "babbbcccEddd".lower())
BINARY = ("0100000010", "1110010000")
FOUR = ("123321412...", "1233224125.3", ".3332342251.", "12332441251.")


def columns(rows: tuple[str, ...]) -> list[tuple[Hashable | None, ...]]:
    return [tuple(None if value == "." else value for value in unit) for unit in zip(*rows, strict=True)]


def test_cohens_own_example() -> None:
    pairs = list(Counter(COHEN).elements())
    assert percent_agreement(pairs) == pytest.approx(0.70)
    assert cohen_kappa(pairs) == pytest.approx((0.70 - 0.41) / (1 - 0.41))


def test_fifty_proposals() -> None:
    """20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no: 35/50 agree, by chance (25·30 + 25·20)/2500 = 1/2."""
    pairs = [(1, 1)] * 20 + [(1, 0)] * 5 + [(0, 1)] * 10 + [(0, 0)] * 15
    assert cohen_kappa(pairs) == pytest.approx(0.4)


@pytest.mark.parametrize("rows, alpha", [(BINARY, 0.095), (NOMINAL, 0.692), (FOUR, 0.743)])
def test_krippendorffs_own_examples(rows: tuple[str, ...], alpha: float) -> None:
    assert krippendorff_alpha(columns(rows)) == pytest.approx(alpha, abs=0.0005)


def test_what_is_not_defined_is_none() -> None:
    assert percent_agreement([]) is cohen_kappa([]) is krippendorff_alpha([]) is None
    assert percent_agreement([(0, 0)] * 5) == 1
    assert cohen_kappa([(0, 0)] * 5) is krippendorff_alpha([(0, 0)] * 5) is None
    assert krippendorff_alpha([("a", None), (None, "b")]) is None  # nobody judged what another one judged


def test_one_unit_has_no_interval() -> None:
    found = agreement.of_code([True], [False])
    assert (found.units, found.both, found.one, found.percent) == (1, 0, 1, 0.0)
    assert found.kappa == agreement.Estimate(0.0, None, None)
    assert found.alpha == agreement.Estimate(0.0, None, None)


def test_a_code_that_nobody_gave() -> None:
    found = agreement.of_code([False] * 9, [False] * 9)
    assert (found.percent, found.kappa.value, found.alpha.value) == (1.0, None, None)


def test_units_that_one_has_not_judged_are_left_out() -> None:
    found = agreement.of_code([True, False, None, True], [True, False, True, None])
    assert (found.units, found.both, found.one, found.percent, found.kappa.value) == (2, 1, 0, 1.0, 1.0)
    assert found.alpha.value == 1.0


def test_coders_who_code_other_units_are_refused() -> None:
    with pytest.raises(ValueError, match="shorter"):
        agreement.of_code([True], [])


def test_the_same_seed_gives_the_same_interval_whatever_the_order() -> None:
    first = [True] * 20 + [False] * 30 + [True] * 5
    second = [True] * 18 + [False] * 30 + [True] * 7
    found = agreement.of_code(first, second)
    assert found == agreement.of_code(first[::-1], second[::-1])
    assert found != agreement.of_code(first, second, seed=1)
    assert found.kappa.low is not None
    assert found.kappa.high is not None
    assert found.kappa.value is not None
    assert found.kappa.low < found.kappa.value < found.kappa.high <= 1


def test_the_interval_is_that_of_a_plain_bootstrap() -> None:
    """Resampled unit by unit, with another generator, the bounds come out alike."""
    units = [(1, 1)] * 40 + [(0, 0)] * 40 + [(1, 0)] * 10 + [(0, 1)] * 10
    chance = random.Random(7)
    drawn = sorted(cohen_kappa(chance.choices(units, k=100)) or 0 for _ in range(4000))
    found = agreement.of_code([bool(a) for a, _ in units], [bool(b) for _, b in units]).kappa
    assert found.value == pytest.approx(0.6)
    assert found.low == pytest.approx(drawn[100], abs=0.03)
    assert found.high == pytest.approx(drawn[3900], abs=0.03)


VALUES = st.sampled_from("abc")
PAIRS = st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=40)


@given(PAIRS, st.randoms(use_true_random=False))
def test_order_names_and_coders_do_not_matter(pairs: list[tuple[str, str]], chance: random.Random) -> None:
    shuffled = pairs[:]
    chance.shuffle(shuffled)
    renamed = [({"a": 1, "b": 2, "c": 3}[x], {"a": 1, "b": 2, "c": 3}[y]) for x, y in shuffled]
    swapped = [(y, x) for x, y in pairs]
    for measure in (percent_agreement, cohen_kappa, krippendorff_alpha):
        assert measure(pairs) == pytest.approx(measure(renamed)) == pytest.approx(measure(swapped))


@given(PAIRS)
def test_bounds_and_what_alpha_counts(pairs: list[tuple[str, str]]) -> None:
    """Both are at most 1, and 1 only where all agree; a unit with one value changes nothing."""
    alpha, kappa, percent = krippendorff_alpha(pairs), cohen_kappa(pairs), percent_agreement(pairs)
    for value in (alpha, kappa):
        assert value is None or value <= 1
        assert (value == 1) == (value is not None and percent == 1)
    assert krippendorff_alpha([*pairs, ("a", None)]) == alpha


@given(PAIRS)
def test_alpha_is_that_of_a_table_of_coincidences(pairs: list[tuple[str, str]]) -> None:
    """Recomputed from the full coincidence matrix, each pair counted in both directions."""
    table = Counter([*pairs, *((y, x) for x, y in pairs)])
    margins = Counter(value for pair in pairs for value in pair)
    n = margins.total()
    observed = sum(count for (x, y), count in table.items() if x != y)
    expected = sum(margins[x] * margins[y] for x in margins for y in margins if x != y) / (n - 1)
    assert krippendorff_alpha(pairs) == (None if not expected else pytest.approx(1 - observed / expected))
