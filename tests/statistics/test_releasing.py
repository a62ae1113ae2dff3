"""Publishing in batches: what is shown, hidden, held back, and why."""

from __future__ import annotations

import dataclasses

import pytest

from survey_service.statistics.guard import Guard
from survey_service.statistics.publications import (
    ALL,
    Counted,
    Dimension,
    HeldBack,
    History,
    Hold,
    Place,
    PublicTable,
    Release,
    Table,
    Version,
)
from survey_service.statistics.releasing import release
from survey_service.statistics.rounding import band, rounded
from survey_service.statistics.tables import protect_table
from survey_service.statistics.worlds import Draft, Move

PLACES = Dimension("place", ("A", "B"))
ITEMS = Dimension("item", ("1", "2", "3"))
AGES = Dimension("age", ("young", "old"))
CROSS = Table("cross", PLACES, ITEMS)
VIEWS = {"all": frozenset({"w"})}
LARGE = (20, 20, 20, 20, 20, 20)


def cross(batch: int, *counts: int, part: str = "w") -> Counted:
    names = [(row, column) for row in PLACES.categories for column in ITEMS.categories]
    return Counted(CROSS, {(batch, part): dict(zip(names, counts, strict=True))})


def one_way(table: Table, batch: int, *counts: int, part: str = "w") -> Counted:
    places = [(name, ALL) for name in table.rows.categories]
    return Counted(table, {(batch, part): dict(zip(places, counts, strict=True))})


def hidden(table: PublicTable) -> set[Place]:
    return {place for place, count in table.cells.items() if count is None}


def test_the_vector_of_the_rules() -> None:
    made = release([cross(1, 12, 3, 9, 8, 7, 6)], VIEWS)
    assert made.held_back == ()
    assert hidden(made.published[0]) == {("A", "2"), ("A", "3"), ("B", "2"), ("B", "3")}
    assert {place: count for place, count in made.published[0].cells.items() if count is not None} == {
        ("A", "1"): 10,
        ("B", "1"): 10,
        ("A", ALL): 25,
        ("B", ALL): 20,
        (ALL, "1"): 20,
        (ALL, "2"): 10,
        (ALL, "3"): 15,
        (ALL, ALL): 45,
    }


def test_the_guard_finds_the_interval_of_the_vector() -> None:
    """A2 is 3, and B2 is 7; together they are 10. With totals that stand still A2 is 0 to 10."""
    counted = cross(1, 12, 3, 9, 8, 7, 6)
    history = release([counted], VIEWS).history
    keys = {place: CROSS.key(place) for place in CROSS.places()}
    true = {("A", "1"): 12, ("A", "2"): 3, ("A", "3"): 9, ("B", "1"): 8, ("B", "2"): 7, ("B", "3"): 6}
    counts = {
        keys[row, column]: sum(n for (r, c), n in true.items() if row in (r, ALL) and column in (c, ALL))
        for row, column in CROSS.places()
    }
    version = history.versions[0]
    draft = Draft("all", 1, version.layers, {"cross"}, set(version.shown), settled=True)
    guard = Guard({"cross": CROSS}, {(1, "w"): counts}, [draft])
    (net,) = guard.nets
    totals = tuple(arc for arc, place in enumerate(net.places) if ALL in place)
    room, arc = guard.room(net, Move(0, None)), net.number["A", "2"]
    assert room.raised(arc, 100, totals)[arc] == 7
    assert room.lowered(arc, 100, totals)[arc] == -3


def test_published_counts_are_multiples_of_five() -> None:
    assert [rounded(count) for count in (5, 7, 8, 12, 13, 47, 48)] == [5, 5, 10, 10, 15, 45, 50]
    assert [band(published) for published in (5, 10, 45)] == [(5, 7), (8, 12), (43, 47)]
    for count in range(5, 200):
        least, most = band(rounded(count))
        assert least <= count <= most


def test_totals_are_rounded_by_themselves() -> None:
    made = release([cross(1, 12, 12, 12, 12, 12, 12)], VIEWS)
    cells = made.published[0].cells
    assert cells["A", "1"] == cells["B", "3"] == 10
    assert cells["A", ALL] == 35
    assert cells[ALL, ALL] == 70  # not 60


def test_a_batch_of_four_is_held_back_and_comes_with_the_next() -> None:
    first = release([cross(1, *LARGE)], VIEWS)
    second = release([cross(2, 4, 0, 0, 0, 0, 0)], VIEWS, first.history)
    assert second.published == ()
    assert second.held_back == (HeldBack("cross", "all", Hold.FEW),)
    third = release([cross(3, 9, 8, 8, 8, 8, 8)], VIEWS, second.history)
    assert third.held_back == ()
    assert third.published[0].cells[ALL, ALL] == 175  # 120 + 4 + 49 = 173


def test_fewer_than_five_people_are_nothing_to_publish() -> None:
    made = release([cross(1, 1, 1, 1, 1, 0, 0)], VIEWS)
    assert made.published == ()
    assert made.held_back == (HeldBack("cross", "all", Hold.FEW),)
    assert made.history.versions == ()


def test_a_cell_of_five_to_seven_that_grows_a_little_is_hidden() -> None:
    """5 and 5 again would say that nobody, one or two came."""
    first = release([cross(1, 6, 20, 20, 20, 20, 20)], VIEWS)
    assert first.published[0].cells["A", "1"] == 5
    second = release([cross(2, 1, 9, 9, 9, 9, 9)], VIEWS, first.history)
    assert second.published[0].cells["A", "1"] is None
    assert first.history.versions[0] == second.history.versions[0], "what is published stays as it is"


def test_a_filter_that_differs_by_few_people_is_held_back() -> None:
    counted = [Counted(CROSS, cross(1, *LARGE).layers | cross(1, 1, 1, 1, 0, 0, 0, part="v").layers)]
    made = release(counted, {"all": frozenset({"w", "v"}), "w": frozenset({"w"})})
    assert {table.view for table in made.published} == {"all"}
    assert made.held_back == (HeldBack("cross", "w", Hold.DIFFERENCE),)
    enough = [Counted(CROSS, cross(1, *LARGE).layers | cross(1, *LARGE, part="v").layers)]
    made = release(enough, {"all": frozenset({"w", "v"}), "w": frozenset({"w"})})
    assert [table.view for table in made.published] == ["all", "w"]


def linked(ages: tuple[int, ...]) -> Release:
    by_age = Table("by_age", PLACES, AGES)
    cells = {(row, column): 0 for row in PLACES.categories for column in AGES.categories}
    layer = dict(zip(cells, ages, strict=True))
    return release([cross(1, 20, 20, 20, 20, 20, 20), Counted(by_age, {(1, "w"): layer})], VIEWS)


def test_linked_tables_hide_the_same_totals() -> None:
    made = linked((30, 30, 30, 30))
    totals = [[table.cells[row, ALL] for row in (*PLACES.categories, ALL)] for table in made.published]
    assert totals == [[60, 60, 120]] * 2


def test_a_ring_of_tables_is_held_back() -> None:
    tables = [CROSS, Table("by_age", PLACES, AGES), Table("ring", ITEMS, AGES)]
    layers = [
        {(row, column): 60 // len(table.columns.categories if table.columns else ()) for row in table.rows.categories
         for column in (table.columns.categories if table.columns else ())}
        for table in tables[:2]
    ]  # fmt: skip
    layers.append({(row, column): 20 for row in ITEMS.categories for column in AGES.categories})
    made = release([Counted(table, {(1, "w"): layer}) for table, layer in zip(tables, layers, strict=True)], VIEWS)
    assert [table.table.name for table in made.published] == ["cross", "by_age"]
    assert made.held_back == (HeldBack("ring", "all", Hold.LINKED),)


def test_groups_are_totals_too() -> None:
    regions = Dimension("place", ("A", "B", "C", "D"), {"north": ("A", "B"), "south": ("C", "D")})
    made = release([one_way(Table("one", regions), 1, 0, 7, 18, 22)], VIEWS)
    cells = made.published[0].cells
    assert cells["A", ALL] is None
    assert cells["B", ALL] is None or cells["north", ALL] is None, "both are 5 to 7, so A would be 0 to 2"
    assert cells["D", ALL] == 20


def test_shares_need_a_complement_of_five() -> None:
    one = Table("one", ITEMS)
    assert release([one_way(one, 1, 40, 2, 1)], VIEWS).published[0].cells["1", ALL] is not None
    shares = Table("one", ITEMS, shares=True)
    assert release([one_way(shares, 1, 40, 2, 1)], VIEWS).published[0].cells["1", ALL] is None


def test_shares_are_those_of_published_counts() -> None:
    made = release([one_way(Table("one", ITEMS, shares=True), 1, 42, 28, 27)], VIEWS).published[0]
    assert (made.cells["1", ALL], made.cells[ALL, ALL]) == (40, 95)
    assert made.share(("1", ALL)) == 40 / 95  # not 42 / 97
    assert made.share((ALL, ALL)) is None
    assert release([one_way(Table("one", ITEMS), 1, 42, 28, 27)], VIEWS).published[0].share(("1", ALL)) is None


def test_one_table_alone_is_protected_as_in_a_report() -> None:
    protected = protect_table([[12, 3, 9], [8, 7, 6]])
    made = release([cross(1, 12, 3, 9, 8, 7, 6)], VIEWS).published[0]
    for row, cells in zip(PLACES.categories, protected.cells, strict=True):
        for column, cell in zip(ITEMS.categories, cells, strict=True):
            assert made.cells[row, column] == (None if cell.count is None else rounded(cell.count))


@pytest.mark.parametrize(
    ("counted", "message"),
    [
        ([Counted(CROSS, {(1, "w"): {("A", "9"): 1}})], "no such cell"),
        ([Counted(CROSS, {(1, "w"): {("A", "1"): -1}})], "below 0"),
        ([cross(2, *LARGE)], "of this batch or an earlier one"),
        ([cross(1, *LARGE), one_way(Table("one", PLACES), 1, 61, 59)], "totals differ"),
        ([cross(1, *LARGE), one_way(Table("one", Dimension("place", ("A", "C"))), 1, 60, 60)], "other categories"),
        ([cross(1, *LARGE), Counted(Table("again", ITEMS, PLACES), {})], "these dimensions already"),
    ],
)
def test_what_contradicts_itself_is_refused(counted: list[Counted], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        release(counted, VIEWS)


def test_what_was_counted_is_not_counted_again() -> None:
    history = release([cross(1, *LARGE)], VIEWS).history
    with pytest.raises(ValueError, match="a layer is new"):
        release([cross(1, *LARGE)], VIEWS, history)
    with pytest.raises(ValueError, match="otherwise than before"):
        release([Counted(Table("cross", PLACES, AGES), {})], VIEWS, history)


@pytest.mark.parametrize(
    ("categories", "groups", "message"),
    [
        ((), {}, "names of their own"),
        (("a", "a"), {}, "names of their own"),
        (("a", ALL), {}, "names of their own"),
        (("a", "b"), {"a": ("a", "b")}, "names of their own"),
        (("a", "b"), {"g": ("a",)}, "exactly one group"),
        (("a", "b"), {"g": ("a", "b"), "h": ("b",)}, "exactly one group"),
    ],
)
def test_what_is_no_dimension(categories: tuple[str, ...], groups: dict[str, tuple[str, ...]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Dimension("x", categories, groups)


def test_only_rows_have_groups() -> None:
    with pytest.raises(ValueError, match="have no groups"):
        Table("x", ITEMS, Dimension("place", ("A", "B"), {"g": ("A", "B")}))
    with pytest.raises(ValueError, match="another dimension"):
        Table("x", ITEMS, ITEMS)


def test_a_history_that_was_changed_is_not_continued() -> None:
    made = release([cross(1, 12, 3, 9, 8, 7, 6)], VIEWS).history
    (version,) = made.versions
    written = dataclasses.replace(version, shown={**version.shown, CROSS.key(("A", "2")): 5})
    with pytest.raises(ValueError, match="is not that of its counts"):
        release([cross(2, *LARGE)], VIEWS, History(1, made.tables, made.layers, (written,)))


def test_an_unsafe_history_is_not_continued() -> None:
    """With 7 people B, shown as 5, is 5 to 7, so A is 0 to 2."""
    one = Table("one", PLACES)
    made = release([one_way(one, 1, 0, 7)], VIEWS).history
    shown = {one.key(("B", ALL)): 5}
    version = Version("all", 1, frozenset({(1, "w")}), frozenset({"one"}), shown)
    with pytest.raises(ValueError, match="discloses a small group"):
        release([one_way(one, 2, 30, 30)], VIEWS, History(1, made.tables, made.layers, (version,)))
