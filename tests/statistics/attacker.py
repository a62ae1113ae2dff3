"""Somebody who reads all that is public and computes: bounds by linear programming over answers of people.

It knows nothing of how numbers are chosen to be hidden. The unknowns are how many people of each set of layers gave
each combination of answers; what it knows is each published number within its rounding, that nothing is below 0, and
how many people there are in each set.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.sparse import csr_array

from survey_service.statistics.publications import ALL, Counted, Dimension, History, Key, Layer, Release, Table
from survey_service.statistics.releasing import release

Answers = tuple[str, ...]
"""The category of one person in each dimension, in the order of DIMENSIONS of a story."""
WIDE = 3
FIRST = st.one_of(st.just(0), st.integers(0, 4), st.integers(0, 4), st.integers(5, 14))
LATER = [st.integers(0, 1), st.sampled_from((0, 0, 0, 1, 2)), st.integers(0, 4), st.integers(0, 9)]


@dataclass
class Story:
    """What is published one after another: people by layer and answers, tables, and the views of each batch."""

    dimensions: tuple[Dimension, ...]
    tables: tuple[Table, ...]
    people: dict[Layer, dict[Answers, int]]
    views: list[dict[str, frozenset[str]]]
    releases: list[Release] = field(default_factory=list)

    def publish(self) -> History:
        """Publish all batches, and return the history."""
        history = History()
        for number, views in enumerate(self.views, 1):
            layers = [layer for layer in self.people if layer[0] == number]
            counted = [Counted(table, {layer: self.counts(table, layer) for layer in layers}) for table in self.tables]
            self.releases.append(release(counted, views, history))
            history = self.releases[-1].history
        return history

    def counts(self, table: Table, layer: Layer) -> dict[tuple[str, str], int]:
        found: dict[tuple[str, str], int] = {}
        for answers, count in self.people[layer].items():
            of = dict(zip((each.name for each in self.dimensions), answers, strict=True))
            place = of[table.rows.name], of[table.columns.name] if table.columns else ALL
            found[place] = found.get(place, 0) + count
        return found

    def inside(self, key: Key, answers: Answers) -> bool:
        """Tell whether a number is about people with these answers."""
        for dimension, answer in zip(self.dimensions, answers, strict=True):
            for name, wanted in key:
                if name == dimension.name and answer not in dimension.members(wanted):
                    return False
        return True


@st.composite
def stories(draw: st.DrawFn, batches: int = 3) -> Story:
    """Return up to three linked dimensions, one with groups at times; batches; a part, or two with views of their own
    that may begin later; tables that may be shares, also one-way ones and rings."""
    first = draw(
        st.sampled_from(
            [
                Dimension("A", ("a1", "a2")),
                Dimension("A", ("a1", "a2", "a3")),
                Dimension("A", ("a1", "a2", "a3", "a4"), {"g1": ("a1", "a2"), "g2": ("a3", "a4")}),
            ]
        )
    )
    second = Dimension("B", ("b1", "b2", "b3")[: draw(st.integers(2, 3))])
    third = Dimension("C", ("c1", "c2"))
    dimensions = (first, second, third)[: draw(st.integers(1, 3))]
    shares = draw(st.booleans())
    possible = [Table("one", first, shares=shares)]
    if len(dimensions) > 1:
        possible.append(Table("two", first, second, shares=shares))
    if len(dimensions) > 2:
        possible += [Table("three", first, third), Table("ring", second, third)]
    chosen = draw(st.lists(st.sampled_from(possible), min_size=1, unique_by=lambda table: table.name))
    parts = ("p", "q")[: draw(st.integers(1, 2))]
    number = draw(st.integers(1, batches))
    combinations = list(itertools.product(*(each.categories for each in dimensions)))
    people = {}
    for batch, part in itertools.product(range(1, number + 1), parts):
        some = FIRST if batch == 1 else draw(st.sampled_from(LATER))
        values = draw(st.lists(some, min_size=len(combinations), max_size=len(combinations)))
        people[batch, part] = dict(zip(combinations, values, strict=True))
    views = [{"all": frozenset(parts)} for _ in range(number)]
    if len(parts) > 1:
        for each in views[draw(st.integers(0, number - 1)) :]:
            each["p"] = frozenset("p")
    return Story(dimensions, tuple(chosen), people, views)


@dataclass(frozen=True)
class Narrow:
    """A number below 5 that the attacker knows too well."""

    key: Key
    layers: frozenset[Layer]
    true: int
    least: float
    most: float


class Attack:
    """What can be found in a history."""

    def __init__(self, story: Story, history: History) -> None:
        self.story, self.history = story, history
        together: dict[tuple[bool, ...], set[Layer]] = {}
        for layer in story.people:
            inside = tuple(layer in version.layers for version in history.versions)
            if any(inside):
                together.setdefault(inside, set()).add(layer)
        self.sets = list(together.values())
        self.combinations = list(itertools.product(*(each.categories for each in story.dimensions)))
        self.size = len(self.sets) * len(self.combinations)

    def sum_of(self, key: Key, layers: frozenset[Layer]) -> np.ndarray:
        """Return which unknowns a number is the sum of."""
        people = [self.story.inside(key, answers) for answers in self.combinations]
        return np.concatenate([np.array(people, dtype=float) * (each <= layers) for each in self.sets])

    def true(self, key: Key, layers: frozenset[Layer]) -> int:
        return sum(
            count
            for layer in layers
            for answers, count in self.story.people[layer].items()
            if self.story.inside(key, answers)
        )

    def known(self) -> tuple[np.ndarray, list[float], np.ndarray, list[float]]:
        """Return sums that have upper bounds, and sums that are known, each with its value."""
        most, bounds, exact, values = [], [], [], []
        for version in self.history.versions:
            for key, published in version.shown.items():
                row = self.sum_of(key, version.layers)
                most += [row, -row]
                bounds += [published + 2, -max(5, published - 2)]
        for each in self.sets:
            exact.append(self.sum_of(frozenset(), frozenset(each)))
            values.append(self.true(frozenset(), frozenset(each)))
        return np.array(most), bounds, np.array(exact), values

    def targets(self) -> Iterator[tuple[Key, frozenset[Layer]]]:
        """Yield all numbers below 5 in published tables: of versions, and of differences of two versions."""
        versions = [version.layers for version in self.history.versions]
        differences = {one - other for one, other in itertools.permutations(versions, 2) if one - other}
        published = {name for version in self.history.versions for name in version.tables}
        keys = {
            self.history.tables[name].key(place) for name in published for place in self.history.tables[name].places()
        }
        for layers, key in itertools.product(sorted({*versions, *differences}, key=sorted), sorted(keys, key=sorted)):
            if key and self.true(key, layers) < 5:
                yield key, layers

    def narrow(self) -> list[Narrow]:
        """Return all numbers below 5 whose possible values are fewer than 3 apart."""
        targets = list(self.targets())
        if not targets:
            return []
        rows = np.array([self.sum_of(*target) for target in targets])
        true = np.array([self.true(*target) for target in targets], dtype=float)
        least, most = true.copy(), true.copy()
        upper, bounds, exact, values = self.known()
        given = {"A_ub": csr_array(upper), "b_ub": bounds} if len(upper) else {}

        def extreme(cost: np.ndarray) -> None:
            found = linprog(cost, A_eq=csr_array(exact), b_eq=values, bounds=(0, None), method="highs", **given)
            assert found.status == 0, found.message
            np.minimum(least, rows @ found.x, out=least)
            np.maximum(most, rows @ found.x, out=most)

        dice = np.random.default_rng(0)
        for _ in range(4):  # one world after another shows many numbers at an extreme at once
            extreme(dice.normal(size=len(targets)) @ rows)
        for place in range(len(targets)):
            for sign in (1, -1):
                if most[place] - least[place] < WIDE - 1e-6:
                    extreme(sign * rows[place])
        return [
            Narrow(*target, int(true[place]), least[place], most[place])
            for place, target in enumerate(targets)
            if most[place] - least[place] < WIDE - 1e-6
        ]


def found_in(story: Story) -> list[Narrow]:
    """Publish a story and return what an attacker finds."""
    return Attack(story, story.publish()).narrow()


def outcome(releases: Sequence[Release]) -> Mapping[str, int]:
    """Return how many tables were published and held back, and how many numbers were shown and hidden."""
    cells = [cell for each in releases for table in each.published for cell in table.cells.values()]
    hidden = sum(cell is None for cell in cells)
    return {
        "published": sum(len(each.published) for each in releases),
        "held back": sum(len(each.held_back) for each in releases),
        "shown": len(cells) - hidden,
        "hidden": hidden,
    }
