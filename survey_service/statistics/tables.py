"""Disclosure control for cross tables of people: what is hidden can't be found from what is shown.

Every count below 5 is hidden, totals included, and 0 as well, for an empty cell discloses that nobody is in it. Then
further cells are hidden until each hidden one could have any of at least six values (5 apart) for somebody who knows
all that is shown: rows and columns add up to their totals, and no count is below 0. Of the ways to do so the one that
costs least is looked for, cell by cell: small counts cost less than large ones, and totals much more than cells.

Source of the method: shortest paths for complementary cell suppression in two-dimensional tables, as in J. Castro,
A shortest-paths heuristic for statistical data protection in positive tables, INFORMS J. Computing 19 (2007).
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from survey_service.statistics.circulation import Circulation, Place
from survey_service.statistics.disclosure import THRESHOLD, Reason, count_reason

_OF_A_TOTAL = 1_000
"""How many times as much as a cell it costs to hide a total."""


@dataclass(frozen=True)
class Cell:
    """A count as it may be published: None if it is hidden, and then why."""

    count: int | None
    suppressed: Reason | None


@dataclass(frozen=True)
class Protected:
    """A cross table as it may be published: ``cells`` by row and column, and the totals."""

    cells: tuple[tuple[Cell, ...], ...]
    row_totals: tuple[Cell, ...]
    column_totals: tuple[Cell, ...]
    total: Cell


def protect_table(counts: Sequence[Sequence[int]]) -> Protected:
    """Return a table of counts (one sequence a row, all of the same length, at least 1×1) as it may be published.

    Raises ValueError for a table without cells, rows of different lengths, or a count below 0.
    """
    if not counts or not counts[0] or len({len(row) for row in counts}) != 1:
        raise ValueError("a table has rows of one length")
    if any(count < 0 for row in counts for count in row):
        raise ValueError("a count is 0 or more")
    table = Circulation(counts)
    for place in hidden_cells(table):
        table.hide(place)
    cells = [[_cell(table, (row, column)) for column in range(table.columns + 1)] for row in range(table.rows + 1)]
    return Protected(
        cells=tuple(tuple(row[:-1]) for row in cells[:-1]),
        row_totals=tuple(row[-1] for row in cells[:-1]),
        column_totals=tuple(cells[-1][:-1]),
        total=cells[-1][-1],
    )


def _cell(table: Circulation, place: Place) -> Cell:
    if place not in table.hidden:
        return Cell(table.value(place), None)
    return Cell(None, count_reason(table.value(place)) or Reason.DERIVABLE)


def hidden_cells(table: Circulation) -> frozenset[Place]:
    """Hide what must be hidden in a table, and return it."""
    small = [place for place in table.places() if count_reason(table.value(place))]
    for place in small:
        table.hide(place)
    waiting = sorted(small, key=lambda place: (table.value(place), place))
    safe: set[Place] = set()
    while waiting:
        place = waiting.pop()
        while place not in safe:
            if table.width(place, THRESHOLD) >= THRESHOLD:
                safe.add(place)
                break
            added = _cheapest(table, place) or _everything(table)
            for each in added:
                table.hide(each)
            waiting = sorted(added) + waiting
    return frozenset(table.hidden)


def _everything(table: Circulation) -> list[Place]:
    """Return all that is shown: hidden as a whole, a table tells nothing."""
    return [place for place in table.places() if place not in table.hidden]


def _cheapest(table: Circulation, place: Place) -> list[Place]:
    """Return the cells that are to be hidden so that a hidden cell can be 5 more; none if there is no way."""
    tail, head = table.arc(place)
    return _way(table, head, tail, place)


def _way(table: Circulation, source: int, sink: int, without: Place) -> list[Place]:
    """Return what is still shown of the cheapest way from source to sink that 5 people can go."""
    best = {source: 0}
    came: dict[int, tuple[int, Place]] = {}
    queue = [(0, source)]
    steps = _steps(table, without)
    while queue:
        cost, node = heapq.heappop(queue)
        if node == sink:
            break
        if cost > best[node]:
            continue
        for following, place in steps[node]:
            more = cost + _cost(table, place)
            if following not in best or more < best[following]:
                best[following], came[following] = more, (node, place)
                heapq.heappush(queue, (more, following))
    if sink not in came:
        return []
    found, node = [], sink
    while node != source:
        node, place = came[node]
        found.append(place)
    return [place for place in found if place not in table.hidden]


def _steps(table: Circulation, without: Place) -> list[list[tuple[int, Place]]]:
    """Return for each node where one can go from it: along any cell, and against one that has at least 5."""
    steps: list[list[tuple[int, Place]]] = [[] for _ in range(table.rows + table.columns + 2)]
    for place in itertools.product(range(table.rows + 1), range(table.columns + 1)):
        if place != without:
            tail, head = table.arc(place)
            steps[tail].append((head, place))
            if table.value(place) >= THRESHOLD:
                steps[head].append((tail, place))
    return steps


def _cost(table: Circulation, place: Place) -> int:
    if place in table.hidden:
        return 0
    total = place[0] == table.rows or place[1] == table.columns
    return (1 + table.value(place)) * (_OF_A_TOTAL if total else 1)
