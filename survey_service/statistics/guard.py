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
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from survey_service.statistics.disclosure import THRESHOLD
from survey_service.statistics.nets import Net
from survey_service.statistics.network import Possible, cheapest
from survey_service.statistics.publications import ALL, Dimension, Key
from survey_service.statistics.rounding import band, rounded
from survey_service.statistics.worlds import Move, Moved, Route, Sets, Shift, Worlds, added, note, totals_of

WIDE = 3
"""How far apart two values must be possible of each number below 5."""


@dataclass(frozen=True)
class Target:
    """A small number: an arc of a net in a union of sets. ``still``: arcs that keep what they carry meanwhile."""

    net: Net
    arc: int
    sets: Sets
    still: tuple[int, ...] = ()


class Guard(Worlds):
    """Finds what is small in all that is published or about to be, and hides what makes it too well known."""

    def targets(self) -> Iterator[Target]:
        """Yield all numbers below 5: those of versions, what is missing to a whole there, and those of differences."""
        versions = [frozenset(n for n, inside in enumerate(self.members) if inside[v]) for v in range(len(self.drafts))]
        differences = {one - other for one, other in itertools.permutations(versions, 2) if one - other}
        for sets in sorted({*versions, *differences}, key=sorted):
            counts = added(self.counts[number] for number in sets)
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
            with self.moved_room(target.net, move, moved) as room:
                changed = (room.raised if more else room.lowered)(target.arc, most, target.still)
            note(moved, move, {target.net.keys[arc]: by for arc, by in changed.items()})
            total = abs(changed.get(target.arc, 0))
        for way in self._ways(target, more):
            if total == most:
                break
            total += self.shift(way, move, most - total, moved)
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
        with self.only_settled():
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
            totals = totals_of(way.dimension, way.source, way.sink)
            with self.only_settled():
                enough = all(self.limits(key, move)[not up] >= WIDE for key, up in totals)
            if enough:
                paid = [self._paid(way.route_in(net), move) for net in self.tables_with(way.dimension)]
                if None not in paid:
                    return {key for key, _ in totals}.union(*(each for each in paid if each))
        return set()

    def _paid(self, route: Route, move: Move, still: tuple[int, ...] = ()) -> set[Key] | None:
        """Return what is to be hidden so that enough people can go along a route; None if they can't."""
        net = route.net
        with self.only_settled():
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
