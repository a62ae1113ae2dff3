"""What somebody can find out of a table some of whose cells are hidden.

A table with its totals is a circulation: each row sends its cells to the columns, each column sends its total to the
node of all columns, that sends the grand total to the node of all rows, and from there each row gets its total. Nothing
is lost at a node, and no cell is below 0; that is all that a reader knows of the hidden cells. So the most that a
hidden cell can be above its value is the largest flow from its head to its tail through hidden cells, and the most that
it can be below is the largest flow the other way, at most its value.
"""

from __future__ import annotations

from collections.abc import Sequence

Place = tuple[int, int]
"""Row and column of a cell; the last row and the last column are totals."""


class Circulation:
    """A table of counts with totals (``values``: one row more and one column more than the counts), and which of its
    cells are hidden."""

    def __init__(self, counts: Sequence[Sequence[int]]) -> None:
        self.rows, self.columns = len(counts), len(counts[0])
        inner = [[*row, sum(row)] for row in counts]
        self.values: list[list[int]] = [*inner, [sum(column) for column in zip(*inner, strict=True)]]
        nodes = self.rows + self.columns + 2
        self._forward = [0] * nodes
        self._backward = [0] * nodes
        self.hidden: set[Place] = set()

    def arc(self, place: Place) -> tuple[int, int]:
        """Return tail and head of a cell: rows are the nodes 0 …, then come columns, all columns, all rows."""
        row, column = place
        all_columns = self.rows + self.columns
        if row == self.rows:
            return (all_columns, all_columns + 1) if column == self.columns else (self.rows + column, all_columns)
        return (all_columns + 1, row) if column == self.columns else (row, self.rows + column)

    def value(self, place: Place) -> int:
        """Return the count in a cell."""
        return self.values[place[0]][place[1]]

    def places(self) -> list[Place]:
        """Return all cells, totals included."""
        return [(row, column) for row in range(self.rows + 1) for column in range(self.columns + 1)]

    def hide(self, place: Place) -> None:
        """Hide a cell."""
        tail, head = self.arc(place)
        self.hidden.add(place)
        self._forward[tail] |= 1 << head
        if self.value(place):
            self._backward[head] |= 1 << tail

    def interval(self, place: Place) -> tuple[int, int | None]:
        """Return the least and the most that a hidden cell can be; None if it may be anything from the least on."""
        above = self.above(place, None)
        return self.value(place) - self.below(place, self.value(place)), (
            None if above is None else self.value(place) + above
        )

    def width(self, place: Place, enough: int) -> int:
        """Return how wide the interval of a hidden cell is; if it is at least ``enough``, just that."""
        above = self.above(place, enough)
        if above is None or above >= enough:
            return enough
        return above + self.below(place, min(self.value(place), enough - above))

    def above(self, place: Place, most: int | None) -> int | None:
        """Return how far a hidden cell can be above its value, at most ``most``; None if there is no bound."""
        tail, head = self.arc(place)
        return self._flow(head, tail, (tail, head), most)

    def below(self, place: Place, most: int) -> int:
        """Return how far a hidden cell can be below its value, at most ``most``."""
        tail, head = self.arc(place)
        return min(most, self._flow(tail, head, (tail, head), most) or 0) if most else 0

    def _flow(self, source: int, sink: int, without: tuple[int, int], most: int | None) -> int | None:
        forward, backward = self._forward.copy(), self._backward.copy()
        forward[without[0]] &= ~(1 << without[1])
        backward[without[1]] &= ~(1 << without[0])
        changed: dict[tuple[int, int], int] = {}
        total = 0
        while most is None or total < most:
            path = _path(forward, backward, source, sink)
            if path is None:
                break
            back = [arc for arc, along in path if not along]
            amount = min((self._left(arc, changed) for arc in back), default=None)
            if amount is None:
                return most  # hidden cells alone lead there, and no cell has an upper bound
            if most is not None:
                amount = min(amount, most - total)
            total += amount
            for arc, along in path:
                left = self._left(arc, changed) + (amount if along else -amount)
                changed[arc] = left
                bit = 1 << arc[0]
                backward[arc[1]] = backward[arc[1]] | bit if left else backward[arc[1]] & ~bit
        return total

    def _left(self, arc: tuple[int, int], changed: dict[tuple[int, int], int]) -> int:
        return changed[arc] if arc in changed else self.value(self.place(arc))

    def place(self, arc: tuple[int, int]) -> Place:
        """Return the cell of an arc."""
        tail, head = arc
        all_columns = self.rows + self.columns
        if tail == all_columns:
            return self.rows, self.columns
        if tail > all_columns:
            return head, self.columns
        return (tail, head - self.rows) if tail < self.rows else (self.rows, tail - self.rows)


def _path(forward: list[int], backward: list[int], source: int, sink: int) -> list[tuple[tuple[int, int], bool]] | None:
    """Return a shortest way from source to sink as arcs, each with whether it is gone along or against; None if there
    is none."""
    came: dict[int, int] = {}
    seen, here = 1 << source, [source]
    while here and sink not in came:
        following = []
        for node in here:
            fresh = (forward[node] | backward[node]) & ~seen
            seen |= fresh
            while fresh:
                bit = fresh & -fresh
                fresh ^= bit
                came[bit.bit_length() - 1] = node
                following.append(bit.bit_length() - 1)
        here = following
    if sink not in came:
        return None
    path = []
    node = sink
    while node != source:
        before = came[node]
        along = bool(forward[before] >> node & 1)
        path.append(((before, node) if along else (node, before), along))
        node = before
    return path
