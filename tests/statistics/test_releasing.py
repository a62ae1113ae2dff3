"""Publishing in batches: what is shown, hidden, held back, and why."""

from __future__ import annotations

from survey_service.statistics.publications import ALL, Counted, Dimension, HeldBack, Hold, Table
from survey_service.statistics.releasing import release

PLACES = Dimension("place", ("A", "B"))
ITEMS = Dimension("item", ("1", "2", "3"))
CROSS = Table("cross", PLACES, ITEMS)
ALL_OF = {"all": frozenset({"w"})}


def cross(batch: int, *counts: int) -> Counted:
    names = [(row, column) for row in PLACES.categories for column in ITEMS.categories]
    return Counted(CROSS, {(batch, "w"): dict(zip(names, counts, strict=True))})


def test_the_vector_of_the_rules() -> None:
    made = release([cross(1, 12, 3, 9, 8, 7, 6)], ALL_OF)
    assert made.held_back == ()
    cells = made.published[0].cells
    assert {place for place, count in cells.items() if count is None} == {
        ("A", "2"),
        ("A", "3"),
        ("B", "2"),
        ("B", "3"),
    }
    assert {place: count for place, count in cells.items() if count is not None} == {
        ("A", "1"): 10,
        ("B", "1"): 10,
        ("A", ALL): 25,
        ("B", ALL): 20,
        (ALL, "1"): 20,
        (ALL, "2"): 10,
        (ALL, "3"): 15,
        (ALL, ALL): 45,
    }


def test_a_batch_of_four_is_held_back_and_comes_with_the_next() -> None:
    first = release([cross(1, 20, 20, 20, 20, 20, 20)], ALL_OF)
    second = release([cross(2, 4, 0, 0, 0, 0, 0)], ALL_OF, first.history)
    assert second.published == ()
    assert second.held_back == (HeldBack("cross", "all", Hold.FEW),)
    third = release([cross(3, 9, 8, 8, 8, 8, 8)], ALL_OF, second.history)
    assert third.held_back == ()
    assert third.published[0].cells[ALL, ALL] == 175
