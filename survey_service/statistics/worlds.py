"""Other worlds that would have led to the same publications, and how far people can be moved towards them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from survey_service.statistics.nets import Net, net_of
from survey_service.statistics.network import NO_LIMIT, Room
from survey_service.statistics.publications import ALL, Dimension, Key, Layer, Table
from survey_service.statistics.rounding import band, rounded

Limits = tuple[int, int]
Sets = frozenset[int]
Moved = dict[Key, dict[int, int]]
"""By how many people each number has been changed in each set of layers."""
NOBODY: Moved = {}


@dataclass
class Draft:
    """A version, published (``settled``) or about to be: then numbers can still be hidden in it."""

    view: str
    batch: int
    layers: frozenset[Layer]
    tables: set[str]
    shown: set[Key]
    settled: bool
    dropped: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Move:
    """Who may be moved: the people of one set of layers, against those of another one if there is one."""

    gains: int
    loses: int | None


@dataclass(frozen=True)
class Route:
    """A way of people through the cells of a net: where they come from and go to besides the arcs in ``through``, of
    which each carries more, or fewer."""

    net: Net
    ends: tuple[int, int]
    through: tuple[int, ...]
    more: bool


@dataclass(frozen=True)
class Shift:
    """People go from one category of a shared dimension to another one; in one table perhaps by a route."""

    dimension: Dimension
    source: str
    sink: str
    route: Route | None

    def route_in(self, net: Net) -> Route:
        """Return how that changes the cells of a table."""
        if self.route and self.route.net is net:
            return self.route
        return Route(net, _ends(net, self.dimension, self.source, self.sink), (), True)


class Worlds:
    """All that is published or about to be, with the true counts (by layer and key), and what could be instead.

    ``counts`` are those of each set of layers that nothing tells apart; ``members`` tells for each set in which drafts
    it is, ``true`` the counts of each draft.
    """

    def __init__(
        self, tables: Mapping[str, Table], counts: Mapping[Layer, Mapping[Key, int]], drafts: Sequence[Draft]
    ) -> None:
        self.drafts = [draft for draft in drafts if draft.tables]
        self._divide(counts)
        self.nets = [net_of(tables[name]) for name in _family(tables, self.drafts)]
        twice = [each.name for net in self.nets for each in net.table.dimensions]
        self.shared = {name for name in twice if twice.count(name) > 1}
        self._settled = False  # only what is published already counts, what is about to be could be hidden
        self._rooms: dict[tuple[int, Move, bool], Room] = {}

    def _divide(self, counts: Mapping[Layer, Mapping[Key, int]]) -> None:
        """Put the layers together that are in the same versions: nothing tells them apart."""
        together: dict[tuple[bool, ...], list[Layer]] = {}
        for layer in sorted({layer for draft in self.drafts for layer in draft.layers}):
            together.setdefault(tuple(layer in draft.layers for draft in self.drafts), []).append(layer)
        self.members = list(together)
        self.counts: list[dict[Key, int]] = []
        for layers in together.values():
            total: dict[Key, int] = {}
            for layer in layers:
                for key, count in counts[layer].items():
                    total[key] = total.get(key, 0) + count
            self.counts.append(total)
        self.true = [
            added(self.counts[number] for number, inside in enumerate(self.members) if inside[place])
            for place in range(len(self.drafts))
        ]

    def shift(self, way: Shift, move: Move, most: int, moved: Moved) -> int:
        """Move people from one category of a shared dimension to another one, in all its tables; return how many."""
        totals = totals_of(way.dimension, way.source, way.sink)
        for key, more in totals:
            most = min(most, self.limits(key, move, moved)[0 if more else 1])
            if most <= 0:
                return 0
        routes = sorted(map(way.route_in, self.tables_with(way.dimension)), key=lambda route: not route.through)
        found: list[tuple[int, dict[int, int]]] = []
        for route in routes:
            if most <= 0:
                return 0
            found.append(self._flow(route, move, most, moved))
            most = found[-1][0]
        if most <= 0:
            return 0
        changed = {key: most if more else -most for key, more in totals}
        for route, (amount, arcs) in zip(routes, found, strict=True):
            if amount > most:
                _, arcs = self._flow(route, move, most, moved)
            changed |= {route.net.keys[arc]: by for arc, by in arcs.items()}
        note(moved, move, changed)
        return most

    def _flow(self, route: Route, move: Move, most: int, moved: Moved) -> tuple[int, dict[int, int]]:
        """Return how many people can go along a route, at most ``most``, and what that changes."""
        with self.moved_room(route.net, move, moved) as room:
            most = min([most, *(room.up[arc] if route.more else room.down[arc] for arc in route.through)])
            amount, arcs = room.flow(*route.ends, most, route.through)
        return amount, arcs | dict.fromkeys(route.through, amount if route.more else -amount)

    def tables_with(self, dimension: Dimension) -> list[Net]:
        return [net for net in self.nets if dimension.name in [each.name for each in net.table.dimensions]]

    def room(self, net: Net, move: Move) -> Room:
        """Return the limits of all arcs of a net; totals of shared dimensions stand still."""
        found = self._rooms.get((id(net), move, self._settled))
        if found is None:
            limits = [self._limits_of(net, arc, move) for arc in range(len(net.keys))]
            found = Room(net.arcs, [up for up, _ in limits], [down for _, down in limits])
            self._rooms[id(net), move, self._settled] = found
        return found

    @contextmanager
    def only_settled(self) -> Iterator[None]:
        self._settled = True
        yield
        self._settled = False

    @contextmanager
    def moved_room(self, net: Net, move: Move, moved: Moved) -> Iterator[Room]:
        """Give the limits as they are after people have been moved, for a while."""
        room = self.room(net, move)
        changed = [arc for key in moved for arc in net.same.get(key, ())]
        before = [(arc, room.up[arc], room.down[arc]) for arc in changed]
        for arc in changed:
            room.limit(arc, *self._limits_of(net, arc, move, moved))
        yield room
        for limits in before:
            room.limit(*limits)

    def _limits_of(self, net: Net, arc: int, move: Move, moved: Moved = NOBODY) -> Limits:
        row, column = net.places[arc]
        rows, columns = net.table.dimensions[0], net.table.columns
        if (column == ALL and rows.name in self.shared) or (row == ALL and columns and columns.name in self.shared):
            return 0, 0
        return self.limits(net.keys[arc], move, moved)

    def limits(self, key: Key, move: Move, moved: Moved = NOBODY) -> Limits:
        """Return how many more and how many fewer people a number can be in a move, after others were moved."""
        by = moved.get(key, {})
        up = NO_LIMIT if move.loses is None else self.counts[move.loses].get(key, 0) + by.get(move.loses, 0)
        down = self.counts[move.gains].get(key, 0) + by.get(move.gains, 0)
        for place, draft in enumerate(self.drafts):
            gains = self.members[move.gains][place]
            loses = move.loses is not None and self.members[move.loses][place]
            if gains != loses and key in draft.shown and (draft.settled or not self._settled):
                true = self.true[place].get(key, 0)
                least, most = band(rounded(true))
                true += sum(change for sets, change in by.items() if self.members[sets][place])
                more, fewer = (most - true, true - least) if gains else (true - least, most - true)
                up, down = min(up, more), min(down, fewer)
        return up, down

    def hide(self, key: Key) -> None:
        """Hide a number in all that is not settled."""
        for draft in self.drafts:
            if not draft.settled:
                draft.shown.discard(key)
        for net in self.nets:
            for arc in net.same.get(key, ()):
                for (of, move, settled), room in self._rooms.items():
                    if of == id(net) and not settled:
                        room.limit(arc, *self._limits_of(net, arc, move))


def note(moved: Moved, move: Move, changed: Mapping[Key, int]) -> None:
    """Note who has been moved: what changed by a move, by key."""
    for key, by in changed.items():
        sets = moved.setdefault(key, {})
        sets[move.gains] = sets.get(move.gains, 0) + by
        if move.loses is not None:
            sets[move.loses] = sets.get(move.loses, 0) - by


def added(counts: Iterable[Mapping[Key, int]]) -> dict[Key, int]:
    total: dict[Key, int] = {}
    for each in counts:
        for key, count in each.items():
            total[key] = total.get(key, 0) + count
    return total


def _family(tables: Mapping[str, Table], drafts: Sequence[Draft]) -> list[str]:
    """Return the tables that anything is published of; those of one dimension only if it is in no other."""
    names = [name for name in tables if any(name in draft.tables for draft in drafts)]
    covered = {each.name for name in names if tables[name].columns for each in tables[name].dimensions}
    return [name for name in names if tables[name].columns or tables[name].rows.name not in covered]


def totals_of(dimension: Dimension, source: str, sink: str) -> list[tuple[Key, bool]]:
    """Return the totals that change if people go from one category to another, and whether each becomes more."""
    changed = [(source, False), (sink, True)]
    groups = dimension.group(source), dimension.group(sink)
    if groups[0] != groups[1]:
        changed += [(group, more) for group, more in zip(groups, (False, True), strict=True) if group]
    return [(frozenset([(dimension.name, name)]), more) for name, more in changed]


def _ends(net: Net, dimension: Dimension, source: str, sink: str) -> tuple[int, int]:
    """Return from where to where the cells of a table carry more if people go from one category to another."""
    if dimension.name == net.table.rows.name:
        return net.rows[sink], net.rows[source]
    return net.columns[source], net.columns[sink]
