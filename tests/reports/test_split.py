"""Shares split by a fact: what is published, what is kept back, and what an attacker can work out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from survey_service.reports.split import apart, split_of

SMALL = st.integers(0, 14)
CELLS = st.dictionaries(st.sampled_from("abcdefgh"), st.tuples(SMALL, SMALL), max_size=8)


def test_all_parts_are_large() -> None:
    found = split_of({"ar": (10, 20), "uk": (5, 5)})
    assert [(found.parts[name].numerator, found.parts[name].base) for name in ("ar", "uk")] == [(10, 30), (5, 10)]
    assert (found.rest["ar"].numerator, found.rest["ar"].base) == (5, 10)
    assert (found.total.numerator, found.total.base) == (15, 40)
    assert found.published == ("ar", "uk")


def test_a_single_small_part_takes_the_smallest_other_with_it() -> None:
    found = split_of({"ar": (30, 30), "pl": (1, 2), "uk": (8, 20), "ru": (8, 9)})
    assert {name: part.suppressed for name, part in found.parts.items()} == {
        "ar": None,
        "pl": "small_base",
        "uk": None,
        "ru": "derivable",
    }
    assert found.parts["ru"].base is None


def test_two_small_parts_that_are_small_together_take_another() -> None:
    found = split_of({"ar": (30, 30), "pl": (1, 20), "uk": (2, 20), "ru": (8, 9)})
    assert [name for name, part in found.parts.items() if part.suppressed] == ["pl", "uk", "ru"]


def test_nobody_and_one_part() -> None:
    empty = split_of({})
    assert (empty.total.suppressed, empty.parts, empty.rest) == ("small_base", {}, {})
    alone = split_of({"": (6, 7)})
    assert alone.parts[""] == alone.total
    assert alone.rest[""].suppressed == "small_base"


def test_overlapping_parts_are_set_against_all_others() -> None:
    found = apart({"de": (20, 22), "ar": (12, 10)}, (22, 26))
    assert found.parts["de"].suppressed == "derivable"  # 2 of 6 do not understand German
    assert (found.parts["ar"].numerator, found.parts["ar"].base) == (12, 22)
    assert (found.rest["ar"].numerator, found.rest["ar"].base) == (10, 26)


@given(CELLS)
def test_what_is_left_by_subtraction_is_never_small(cells: dict[str, tuple[int, int]]) -> None:
    found = split_of(cells)
    kept = [name for name, part in found.parts.items() if part.suppressed]
    for name in found.published:
        assert min(cells[name]) >= 5
    if kept and found.published:
        assert len(kept) > 1
        assert all(sum(cells[name][place] for name in kept) >= 5 for place in range(2))
    assert all(found.parts[name].base is None and found.parts[name].share is None for name in kept)
    for rest in found.rest.values():
        assert rest.suppressed is None or len(cells) == 1


@given(
    st.dictionaries(
        st.sampled_from("abcdefgh"),
        st.tuples(st.integers(0, 30), st.lists(st.integers(0, 30), min_size=3, max_size=3)),
        max_size=8,
    )
)
def test_several_shares_of_the_same_base_together_tell_no_small_base(cells: dict[str, tuple[int, list[int]]]) -> None:
    """An attacker joins three tables whose parts have the same bases: a base they can work out is not small."""
    known: set[str] = set()
    for place in range(3):
        split = split_of(
            {name: (min(base, hits[place]), base - min(base, hits[place])) for name, (base, hits) in cells.items()}
        )
        known |= set(split.published)
    unknown = [base for name, (base, _) in cells.items() if name not in known]
    if known and unknown:
        assert sum(unknown) >= 5
        assert len(unknown) > 1 or unknown[0] >= 10
