"""Proof that nothing small can be found in what is published: for each small number, two worlds far enough apart.

What a reader is assumed to know: every number ever published, in all views and versions; all the rules; that counts
are whole numbers and not below 0; that whoever has been counted stays counted; and exactly how many people there are in
each difference of two versions. Not the reason why a number is hidden, and not the answers of single people.

From the true counts others are made that would have led to the very same publications:
- people of one set of layers move between the cells of one table, so that each shown number stays within what its
  rounding allows (people come from somewhere: who leaves a cell must be in it);
- or people of two sets of layers change places: what one gets in a cell the other loses, so that versions with both
  stay as they are;
- where tables share a dimension its totals stand still, or move by the same numbers in all of these tables.
If the tables are joined by shared dimensions like the branches of a tree, tables that agree in what they share can
always be put together to answers of people, so such a world is possible. How far a number moves within one table is
exact (a largest flow). That these moves are all there are is not: a number may be wider than is found here. So the
guard errs by hiding, never by showing. This is tested by linear programming, which knows nothing of moves.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from survey_service.statistics.disclosure import THRESHOLD
from survey_service.statistics.nets import Net, net_of
from survey_service.statistics.network import NO_LIMIT, Possible, Room, cheapest
from survey_service.statistics.publications import ALL, Dimension, Key, Layer, Table
from survey_service.statistics.rounding import band, rounded

WIDE = 3
"""How far apart two values must be possible of each number below 5."""
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
class Target:
    """A small number: an arc of a net in a union of sets. ``still``: arcs that keep what they carry meanwhile."""

    net: Net
    arc: int
    sets: Sets
    still: tuple[int, ...] = ()


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


class Guard:
    """All that is published or about to be, with the true counts (by layer and key)."""

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
            _added(self.counts[number] for number, inside in enumerate(self.members) if inside[place])
            for place in range(len(self.drafts))
        ]

    # What is small

    def targets(self) -> Iterator[Target]:
        """Yield all numbers below 5: those of versions, what is missing to a whole there, and those of differences."""
        versions = [frozenset(n for n, inside in enumerate(self.members) if inside[v]) for v in range(len(self.drafts))]
        differences = {one - other for one, other in itertools.permutations(versions, 2) if one - other}
        for sets in sorted({*versions, *differences}, key=sorted):
            counts = _added(self.counts[number] for number in sets)
            for net in self.nets:
                yield from self._small(net, sets, counts, sets in versions)

    def _small(self, net: Net, sets: Sets, counts: Mapping[Key, int], version: bool) -> Iterator[Target]:
        for place, arc in net.number.items():
            if counts.get(net.keys[arc], 0) < THRESHOLD:
                yield Target(net, arc, sets)
            whole = net.table.whole(place) if version and net.table.shares else None
            of = counts.get(net.table.key(whole), 0) if whole else 0
            if whole and of >= THRESHOLD > of - counts.get(net.keys[arc], 0):
                base = net.number.get(whole)
                yield Target(net, arc, sets, () if base is None else (base,))

    # How wide it is

    def wide(self, target: Target) -> bool:
        """Tell whether a number could have values that are far enough apart."""
        up = self._reach(target, WIDE, True, {})
        return up == WIDE or up + self._reach(target, WIDE - up, False, {}) == WIDE

    def _reach(self, target: Target, most: int, more: bool, moved: Moved) -> int:
        """Return how far a number is moved by one move after another, each from where the last one led.

        Who has been moved is noted in ``moved``, which is empty at first.
        """
        total = 0
        for move in self._moves(target.sets):
            total += self._moved(target, move, most - total, more, moved)
            if total == most:
                break
        return total

    def _moves(self, sets: Sets) -> list[Move]:
        others = [number for number in range(len(self.counts)) if number not in sets]
        return [Move(gains, loses) for gains in sorted(sets) for loses in (None, *others)]

    def _moved(self, target: Target, move: Move, most: int, more: bool, moved: Moved) -> int:
        total = 0
        if self._shared_total(target) is None:
            with self._moved_room(target.net, move, moved) as room:
                changed = (room.raised if more else room.lowered)(target.arc, most, target.still)
            _note(moved, move, {target.net.keys[arc]: by for arc, by in changed.items()})
            total = abs(changed.get(target.arc, 0))
        for way in self._ways(target, more):
            if total == most:
                break
            total += self._shift(way, move, most - total, moved)
        return total

    def _ways(self, target: Target, more: bool) -> Iterator[Shift]:
        """Yield how people could go from one category of a shared dimension to another so that a number changes."""
        table, place = target.net.table, target.net.places[target.arc]
        total = self._shared_total(target)
        for dimension, name in zip(table.dimensions, place, strict=False):
            inside = dimension.members(name)
            if name == ALL or dimension.name not in self.shared or target.still:
                continue
            for one, other in itertools.product(inside, [each for each in dimension.categories if each not in inside]):
                source, sink = (other, one) if more else (one, other)
                yield Shift(dimension, source, sink, None if total else _route(target, dimension, one, other, more))

    def _shared_total(self, target: Target) -> Dimension | None:
        row, column = target.net.places[target.arc]
        table = target.net.table
        if column == ALL:
            return table.rows if table.rows.name in self.shared else None
        return table.columns if row == ALL and table.columns and table.columns.name in self.shared else None

    def _shift(self, way: Shift, move: Move, most: int, moved: Moved) -> int:
        """Move people from one category of a shared dimension to another one, in all its tables; return how many."""
        totals = _totals(way.dimension, way.source, way.sink)
        for key, more in totals:
            most = min(most, self.limits(key, move, moved)[0 if more else 1])
            if most <= 0:
                return 0
        routes = sorted(map(way.route_in, self._with(way.dimension)), key=lambda route: not route.through)
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
        _note(moved, move, changed)
        return most

    def _flow(self, route: Route, move: Move, most: int, moved: Moved) -> tuple[int, dict[int, int]]:
        """Return how many people can go along a route, at most ``most``, and what that changes."""
        with self._moved_room(route.net, move, moved) as room:
            most = min([most, *(room.up[arc] if route.more else room.down[arc] for arc in route.through)])
            amount, arcs = room.flow(*route.ends, most, route.through)
        return amount, arcs | dict.fromkeys(route.through, amount if route.more else -amount)

    def _with(self, dimension: Dimension) -> list[Net]:
        return [net for net in self.nets if dimension.name in [each.name for each in net.table.dimensions]]

    # Limits

    def room(self, net: Net, move: Move) -> Room:
        """Return the limits of all arcs of a net; totals of shared dimensions stand still."""
        found = self._rooms.get((id(net), move, self._settled))
        if found is None:
            limits = [self._limits_of(net, arc, move) for arc in range(len(net.keys))]
            found = Room(net.arcs, [up for up, _ in limits], [down for _, down in limits])
            self._rooms[id(net), move, self._settled] = found
        return found

    @contextmanager
    def _only_settled(self) -> Iterator[None]:
        self._settled = True
        yield
        self._settled = False

    @contextmanager
    def _moved_room(self, net: Net, move: Move, moved: Moved) -> Iterator[Room]:
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

    # What can be hidden besides

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

    def mend(self, target: Target) -> bool:
        """Hide what makes a small number wide, itself first, then others; return False if nothing does."""
        key = target.net.keys[target.arc]
        if any(key in draft.shown for draft in self.drafts if not draft.settled):
            self.hide(key)
            if self.wide(target):
                return True
        for move in self._moves(target.sets)[::-1]:
            for more in (True, False):
                needed = self._needed(target, move, more)
                for each in needed:
                    self.hide(each)
                if needed and self.wide(target):
                    return True
        return self._restore(target)

    def _restore(self, target: Target) -> bool:
        """Hide what keeps a small number from being as wide as it was before this batch."""
        worlds: list[Moved] = [{}, {}]
        with self._only_settled():
            up = self._reach(target, WIDE, True, worlds[0])
            down = self._reach(target, WIDE - up, False, worlds[1])
        if up + down < WIDE:
            return False
        for key, by in itertools.chain.from_iterable(world.items() for world in worlds):
            for place in range(len(self.drafts)):
                true = self.true[place].get(key, 0)
                least, most = band(rounded(true))
                true += sum(change for sets, change in by.items() if self.members[sets][place])
                if key in self.drafts[place].shown and not least <= true <= most:
                    self.hide(key)
        return True

    def _needed(self, target: Target, move: Move, more: bool) -> set[Key]:
        if self._shared_total(target) is None:
            tail, head = target.net.arcs.ends[target.arc]
            route = Route(target.net, (head, tail) if more else (tail, head), (target.arc,), more)
            found = self._paid(route, move, target.still)
            if found is not None:
                return found
        for way in self._ways(target, more):
            totals = _totals(way.dimension, way.source, way.sink)
            with self._only_settled():
                enough = all(self.limits(key, move)[not up] >= WIDE for key, up in totals)
            if enough:
                paid = [self._paid(way.route_in(net), move) for net in self._with(way.dimension)]
                if None not in paid:
                    return {key for key, _ in totals}.union(*(each for each in paid if each))
        return set()

    def _paid(self, route: Route, move: Move, still: tuple[int, ...] = ()) -> set[Key] | None:
        """Return what is to be hidden so that enough people can go along a route; None if they can't."""
        net = route.net
        with self._only_settled():
            settled = self.room(net, move)
        if any((settled.up if route.more else settled.down)[arc] < WIDE for arc in route.through):
            return None

        def price(arc: int) -> int:
            size = 1 + max(self.true[place].get(net.keys[arc], 0) for place in range(len(self.drafts)))
            return size * (1_000 if ALL in net.places[arc] else 1)

        possible = Possible(settled.up, settled.down, price)
        found = cheapest(self.room(net, move), possible, route.ends, WIDE, (*route.through, *still))
        return None if found is None else {net.keys[arc] for arc in (*found, *route.through)}


def _route(target: Target, dimension: Dimension, inside: str, outside: str, more: bool) -> Route:
    """Return the way that leads through a number when people come to its category from another one, or leave."""
    net, (row, column) = target.net, target.net.places[target.arc]
    tail, head = net.arcs.ends[target.arc]
    if dimension.name == net.table.rows.name:
        through = {net.number[inside, column], target.arc}
        one, other = head, net.rows[outside]
    else:
        group = net.table.rows.group(row)
        through = {target.arc, *([net.number[group, column]] if group else ())}
        one, other = net.columns[outside], tail
    return Route(net, (one, other) if more else (other, one), tuple(through), more)


def _note(moved: Moved, move: Move, changed: Mapping[Key, int]) -> None:
    """Note who has been moved: what changed by a move, by key."""
    for key, by in changed.items():
        sets = moved.setdefault(key, {})
        sets[move.gains] = sets.get(move.gains, 0) + by
        if move.loses is not None:
            sets[move.loses] = sets.get(move.loses, 0) - by


def _added(counts: Iterable[Mapping[Key, int]]) -> dict[Key, int]:
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


def _totals(dimension: Dimension, source: str, sink: str) -> list[tuple[Key, bool]]:
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
