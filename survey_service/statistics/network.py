"""How far a number can be moved in a network where nothing is lost at a node.

Each arc carries a number of people and has two limits: how many more (``up``) and how many fewer (``down``) it may
carry. More on one arc needs more or fewer on others, so that what comes to a node goes on from it. How far one arc can
be moved is then the largest flow from its head back to its tail through the others.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

NO_LIMIT = 10**9
Step = tuple[int, bool]
"""An arc, and whether it is gone along (it carries more) or against."""


@dataclass(frozen=True)
class Arcs:
    """The arcs of a network: tail and head of each, the arc of each such pair, and where one can go from each node.

    No two arcs join the same two nodes.
    """

    nodes: int
    ends: tuple[tuple[int, int], ...]
    of: dict[tuple[int, int], int]
    steps: list[list[tuple[int, Step]]]

    @classmethod
    def joining(cls, nodes: int, ends: Sequence[tuple[int, int]]) -> Arcs:
        """Return the arcs with these ends. Raises ValueError if two join the same nodes."""
        of = {pair: number for number, pair in enumerate(ends)}
        if len(of) != len(ends) or any((head, tail) in of for tail, head in ends):
            raise ValueError("two arcs join the same nodes")
        steps: list[list[tuple[int, Step]]] = [[] for _ in range(nodes)]
        for number, (tail, head) in enumerate(ends):
            steps[tail].append((head, (number, True)))
            steps[head].append((tail, (number, False)))
        return cls(nodes, tuple(ends), of, steps)

    def step(self, here: int, there: int) -> Step:
        """Return the arc between two nodes, and whether one goes along it from here to there."""
        along = self.of.get((here, there))
        return (self.of[there, here], False) if along is None else (along, True)


class Room:
    """The limits of all arcs: ``up`` and ``down``, by number of the arc."""

    def __init__(self, arcs: Arcs, up: Sequence[int], down: Sequence[int]) -> None:
        self.arcs, self.up, self.down = arcs, list(up), list(down)
        self._open = [0] * arcs.nodes
        for number in range(len(arcs.ends)):
            self._mark(number, self._open, self.up[number], self.down[number])

    def _mark(self, number: int, nodes: list[int], up: int, down: int) -> None:
        tail, head = self.arcs.ends[number]
        nodes[tail] = nodes[tail] | 1 << head if up else nodes[tail] & ~(1 << head)
        nodes[head] = nodes[head] | 1 << tail if down else nodes[head] & ~(1 << tail)

    def limit(self, number: int, up: int, down: int) -> None:
        """Set the limits of one arc."""
        self.up[number], self.down[number] = up, down
        self._mark(number, self._open, up, down)

    def raised(self, number: int, most: int, still: Collection[int] = ()) -> dict[int, int]:
        """Return what changes if an arc carries more, as many as can be but at most ``most``, while the arcs in
        ``still`` keep what they carry: each arc that changes with by how many. Empty if nothing can."""
        tail, head = self.arcs.ends[number]
        amount, moved = self.flow(head, tail, min(most, self.up[number]), (number, *still))
        return moved | {number: amount} if amount else {}

    def lowered(self, number: int, most: int, still: Collection[int] = ()) -> dict[int, int]:
        """Return what changes if an arc carries fewer, likewise."""
        tail, head = self.arcs.ends[number]
        amount, moved = self.flow(tail, head, min(most, self.down[number]), (number, *still))
        return moved | {number: -amount} if amount else {}

    def flow(self, source: int, sink: int, most: int, still: Collection[int] = ()) -> tuple[int, dict[int, int]]:
        """Return the largest flow from source to sink, at most ``most``, without the arcs in ``still``, and by how
        many each arc carries more then."""
        moved: dict[int, int] = {}
        if most <= 0:
            return 0, moved
        nodes = self._open.copy()
        for number in still:
            self._mark(number, nodes, 0, 0)
        total = 0
        while total < most and (way := self._way(nodes, source, sink)):
            amount = min(most - total, *(self._left(step, moved) for step in way))
            total += amount
            for number, along in way:
                moved[number] = moved.get(number, 0) + (amount if along else -amount)
                by = moved[number]
                self._mark(number, nodes, max(0, self.up[number] - by), max(0, self.down[number] + by))
        return total, moved

    def _left(self, step: Step, moved: dict[int, int]) -> int:
        number, along = step
        by = moved.get(number, 0)
        return self.up[number] - by if along else self.down[number] + by

    def _way(self, nodes: list[int], source: int, sink: int) -> list[Step]:
        """Return a shortest way from source to sink; empty if there is none."""
        levels, seen = [1 << source], 1 << source
        while (before := _before(nodes, levels[-1], sink)) is None:
            reached = 0
            for node in _bits(levels[-1]):
                reached |= nodes[node]
            reached &= ~seen
            if not reached:
                return []
            seen |= reached
            levels.append(reached)
        way, there = [self.arcs.step(before, sink)], before
        for level in reversed(levels[:-1]):
            here = next(node for node in _bits(level) if nodes[node] >> there & 1)
            way.append(self.arcs.step(here, there))
            there = here
        return way


def _bits(nodes: int) -> Iterator[int]:
    while nodes:
        bit = nodes & -nodes
        nodes ^= bit
        yield bit.bit_length() - 1


def _before(nodes: list[int], level: int, there: int) -> int | None:
    """Return a node of a level from which one can go to another node; None if there is none."""
    return next((node for node in _bits(level) if nodes[node] >> there & 1), None)


@dataclass(frozen=True)
class Possible:
    """Limits that could be had at a price: ``up`` and ``down`` of each arc if it is paid for."""

    up: Sequence[int]
    down: Sequence[int]
    price: Callable[[int], int]


def cheapest(
    room: Room, possible: Possible, ends: tuple[int, int], amount: int, still: Collection[int]
) -> set[int] | None:
    """Return the arcs to be paid for so that ``amount`` can flow from the first end to the second; None if it can't.

    The ways are looked for one person after another. An arc within its limits is free, and one that has been paid for
    is free from then on; so the sum is not always the least.
    """
    moved = [0] * len(room.arcs.ends)
    paid: set[int] = set()

    def cost(step: Step) -> int | None:
        number, along = step
        if number in still:
            return None
        by = moved[number] if along else -moved[number]
        if by < (room.up[number] if along else room.down[number]):
            return 0
        if by >= (possible.up[number] if along else possible.down[number]):
            return None
        return 0 if number in paid else possible.price(number)

    for _ in range(amount):
        way = _cheapest_way(room.arcs.steps, cost, ends)
        if way is None:
            return None
        paid |= {step[0] for step in way if cost(step)}
        for number, along in way:
            moved[number] += 1 if along else -1
    return paid


def _cheapest_way(
    steps: list[list[tuple[int, Step]]], cost: Callable[[Step], int | None], ends: tuple[int, int]
) -> list[Step] | None:
    source, sink = ends
    best, came, done = {source: 0}, dict[int, tuple[int, Step]](), set[int]()
    queue = [(0, source)]
    while queue:
        spent, node = heapq.heappop(queue)
        if node == sink:
            break
        if node in done:
            continue
        done.add(node)
        for following, step in steps[node]:
            price = None if following in done else cost(step)
            if price is not None and (following not in best or spent + price < best[following]):
                best[following], came[following] = spent + price, (node, step)
                heapq.heappush(queue, (spent + price, following))
    if sink not in came:
        return None
    way, node = [], sink
    while node != source:
        node, step = came[node]
        way.append(step)
    return way
