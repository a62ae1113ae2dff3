"""How far a number can be moved in a network, beside linear programming."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from survey_service.statistics.nets import net_of
from survey_service.statistics.network import Arcs, Possible, Room, cheapest
from survey_service.statistics.publications import Dimension, Table

COLUMNS = Dimension("item", ("1", "2", "3"))
TABLES = [
    Table("plain", Dimension("place", ("A", "B", "C")), COLUMNS),
    Table("grouped", Dimension("place", ("A", "B", "C"), {"north": ("A", "B"), "south": ("C",)}), COLUMNS),
    Table("one", Dimension("place", ("A", "B", "C"), {"north": ("A", "B"), "south": ("C",)})),
]


@st.composite
def rooms(draw: st.DrawFn) -> tuple[Room, int]:
    """Return a room of a table with random limits, and the number of an arc."""
    arcs = net_of(draw(st.sampled_from(TABLES))).arcs
    some = st.lists(st.sampled_from((0, 0, 1, 2, 5)), min_size=len(arcs.ends), max_size=len(arcs.ends))
    return Room(arcs, draw(some), draw(some)), draw(st.integers(0, len(arcs.ends) - 1))


@settings(max_examples=100)
@given(rooms())
def test_a_number_moves_as_far_as_linear_programming_says(drawn: tuple[Room, int]) -> None:
    room, number = drawn
    balance = np.zeros((room.arcs.nodes, len(room.arcs.ends)))
    for arc, (tail, head) in enumerate(room.arcs.ends):
        balance[tail, arc] -= 1
        balance[head, arc] += 1
    bounds = [(-down, up) for up, down in zip(room.up, room.down, strict=True)]
    for sign, go in ((1, room.raised), (-1, room.lowered)):
        cost = np.zeros(len(bounds))
        cost[number] = -sign
        best = linprog(cost, A_eq=balance, b_eq=np.zeros(room.arcs.nodes), bounds=bounds, method="highs")
        moved = go(number, 1_000)
        assert sign * moved.get(number, 0) == pytest.approx(-best.fun, abs=1e-6)
        change = np.array([moved.get(arc, 0) for arc in range(len(bounds))])
        assert not (balance @ change).any(), "nothing is lost at a node"
        assert all(least <= by <= most for by, (least, most) in zip(change, bounds, strict=True))


def test_what_is_paid_for_once_is_free_then() -> None:
    """From 0 to 2 by way of 1, or directly: the direct arc has room for one, the others are to be paid for."""
    arcs = Arcs.joining(3, [(0, 1), (1, 2), (0, 2)])
    room = Room(arcs, [0, 0, 1], [0, 0, 0])
    possible = Possible([9, 9, 1], [0, 0, 0], lambda arc: 10)
    assert cheapest(room, possible, (0, 2), 1, ()) == set()
    assert cheapest(room, possible, (0, 2), 3, ()) == {0, 1}
    assert cheapest(room, possible, (0, 2), 3, (1,)) is None


def test_two_arcs_join_different_nodes() -> None:
    with pytest.raises(ValueError, match="the same nodes"):
        Arcs.joining(2, [(0, 1), (1, 0)])
