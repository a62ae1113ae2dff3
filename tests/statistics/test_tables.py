"""Cross tables: what is hidden can't be found, proved by linear programming that knows nothing of our method."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from survey_service.statistics.circulation import Circulation, Place
from survey_service.statistics.disclosure import Reason
from survey_service.statistics.tables import hidden_cells, protect_table

Counts = list[list[int]]
FEW = st.integers(0, 12)
CHECK: Counts = [[12, 3, 9], [8, 7, 6]]


def tables(most: int, values: st.SearchStrategy[int]) -> st.SearchStrategy[Counts]:
    sizes = st.tuples(st.integers(1, most), st.integers(1, most))
    return sizes.flatmap(
        lambda size: st.lists(st.lists(values, min_size=size[1], max_size=size[1]), min_size=size[0], max_size=size[0])
    )


def bounds(counts: Counts, hidden: frozenset[Place], place: Place) -> tuple[float, float | None]:
    """Return the least and the most that a hidden cell can be, as two linear programmes."""
    rows, columns = len(counts), len(counts[0])
    full = [[*row, sum(row)] for row in counts]
    full.append([sum(column) for column in zip(*full, strict=True)])
    number = {(i, j): i * (columns + 1) + j for i in range(rows + 1) for j in range(columns + 1)}
    sums = []
    for i in range(rows + 1):
        sums.append([((i, j), 1) for j in range(columns)] + [((i, columns), -1)])
    for j in range(columns + 1):
        sums.append([((i, j), 1) for i in range(rows)] + [((rows, j), -1)])
    matrix = [[0] * len(number) for _ in sums]
    for line, terms in zip(matrix, sums, strict=True):
        for each, factor in terms:
            line[number[each]] += factor
    limits = [(0, None) if each in hidden else (full[each[0]][each[1]],) * 2 for each in number]
    found: list[float | None] = []
    for sign in (1, -1):
        cost = [0] * len(number)
        cost[number[place]] = sign
        result = linprog(cost, A_eq=matrix, b_eq=[0] * len(sums), bounds=limits, method="highs")
        # 3: unbounded, 4: the solver could not tell unbounded from infeasible; the true table is feasible
        found.append(sign * result.fun if result.status == 0 else None)
    assert found[0] is not None
    return found[0], found[1]


def test_the_check_of_the_rules() -> None:
    table = Circulation(CHECK)
    assert hidden_cells(table) == {(0, 1), (0, 2), (1, 1), (1, 2)}
    assert table.interval((0, 1)) == (0, 10)
    protected = protect_table(CHECK)
    assert [[cell.count for cell in row] for row in protected.cells] == [[12, None, None], [8, None, None]]
    assert protected.cells[0][1].suppressed is Reason.GROUP
    assert protected.cells[0][2].suppressed is Reason.DERIVABLE
    assert [cell.count for cell in (*protected.row_totals, *protected.column_totals)] == [24, 21, 20, 10, 15]
    assert protected.total.count == 45


def test_hiding_one_cell_is_not_enough() -> None:
    table = Circulation(CHECK)
    table.hide((0, 1))
    assert table.interval((0, 1)) == (3, 3)


def test_small_totals_are_hidden_too() -> None:
    protected = protect_table([[1, 2], [20, 30]])
    assert protected.row_totals[0].suppressed is Reason.GROUP
    assert protected.row_totals[1].suppressed is Reason.DERIVABLE or protected.total.count is None
    assert protect_table([[0]]).total.suppressed is Reason.GROUP
    assert protect_table([[7]]).total.count == 7


@settings(max_examples=50, deadline=None)
@given(tables(5, FEW))
def test_every_hidden_cell_could_have_many_values(counts: Counts) -> None:
    table = Circulation(counts)
    hidden = hidden_cells(table)
    for place in table.places():
        if place in hidden:
            least, most = bounds(counts, hidden, place)
            assert most is None or most - least >= 5 - 1e-6
        else:
            assert table.value(place) >= 5


@settings(max_examples=50, deadline=None)
@given(tables(4, FEW), st.data())
def test_intervals_are_those_of_linear_programming(counts: Counts, data: st.DataObject) -> None:
    table = Circulation(counts)
    hidden = data.draw(st.frozensets(st.sampled_from(table.places()), min_size=1))
    for place in hidden:
        table.hide(place)
    for place in hidden:
        least, most = bounds(counts, hidden, place)
        found = table.interval(place)
        assert found[0] == pytest.approx(least, abs=1e-6)
        assert (found[1] is None) == (most is None)
        assert most is None or found[1] == pytest.approx(most, abs=1e-6)
        width = 5 if most is None else min(5, most - least)
        assert table.width(place, 5) == pytest.approx(width, abs=1e-6)


@settings(max_examples=50, deadline=None)
@given(tables(6, st.integers(5, 50)))
def test_nothing_is_hidden_without_need(counts: Counts) -> None:
    assert hidden_cells(Circulation(counts)) == frozenset()


@pytest.mark.parametrize("seed", range(3))
def test_fifty_by_fifty(seed: int) -> None:
    dice = random.Random(seed)
    counts = [[dice.choice([0, 1, 3, 8, 20]) for _ in range(50)] for _ in range(50)]
    table = Circulation(counts)
    hidden = hidden_cells(table)
    assert all(table.width(place, 5) == 5 for place in hidden)
    assert all(table.value(place) >= 5 for place in table.places() if place not in hidden)
    assert not any(50 in place for place in hidden), "no total needs to be hidden"


@pytest.mark.parametrize("counts", [[], [[]], [[1, 2], [3]], [[-1]]])
def test_what_is_no_table(counts: Counts) -> None:
    with pytest.raises(ValueError, match=r"rows of one length|0 or more"):
        protect_table(counts)
