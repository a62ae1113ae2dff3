"""Somebody who reads all published figures and computes how many people could be behind each small number.

The unknowns are the people of each publication by municipality (and of those elsewhere), with what is counted and
without. What is known of them: each published number within its rounding, that nothing is below 0, the rules, and more
than a reader would know:

- of a survey, how many people there are in each publication, and (unless answers were taken back) that whoever has been
  counted stays counted;
- of other figures, which of them were not corrected from one publication to the next;
- of a target, that it was better than the baseline at the desk when it was set.

Bounds come from linear programming; narrow ones are drawn tighter by whole numbers.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array

from tests.monitoring.public_reading import COUNTY, Told

REST = "~"
"""Those who live where no figure is recorded; without them the municipalities with figures are known to be all."""
Counts = tuple[int, int]
"""People with what is counted, and without."""
Truth = Mapping[str, Counts]
"""People by municipality, and REST."""
THRESHOLD, WIDE = 5, 3


@dataclass(frozen=True)
class Small:
    """A number below 5 that the attacker knows too well; ``since`` is another publication if it is what came since."""

    area: str
    part: str
    publication: int
    since: int
    true: int
    least: float
    most: float


@dataclass
class Series:
    """One indicator in one period: what is true and what is told of it, by publication in which it changed.

    ``better`` are the targets that were told: the publication with whose counts the baseline was compared, the share,
    and whether more is better.
    """

    survey: bool
    truths: dict[int, Truth]
    told: dict[int, dict[str, Told]]
    better: list[tuple[int, float, bool]] = field(default_factory=list)


class Attack:
    """What can be found in a series."""

    def __init__(self, series: Series) -> None:
        self.series = series
        self.versions = sorted(series.told)
        self.areas = sorted({area for truth in series.truths.values() for area in truth})
        self.places = {place: number for number, place in enumerate(
            itertools.product(self.versions, self.areas, (0, 1))
        )}  # fmt: skip
        self.monotone = series.survey and all(
            before[area][part] <= after[area][part]
            for before, after in itertools.pairwise(series.truths[each] for each in self.versions)
            for area in self.areas
            for part in (0, 1)
        )
        self.rows: list[np.ndarray] = []
        self.least: list[float] = []
        self.most: list[float] = []
        for version in self.versions:
            self._shown(version)
            self._whole(version)
        if self.monotone:
            self._stay()
        if not series.survey:
            self._uncorrected()
        for version, target, up in series.better:
            sign = 1 if up else -1
            row = sign * ((1 - target) * self.sum_of(version, COUNTY, 0) - target * self.sum_of(version, COUNTY, 1))
            self._know(row, -np.inf, 0)

    def sum_of(self, version: int, area: str, part: int | None) -> np.ndarray:
        """Return which unknowns a number is the sum of; ``part`` None is both."""
        row = np.zeros(len(self.places))
        for own in self.areas if area == COUNTY else [area]:
            for each in (0, 1) if part is None else [part]:
                row[self.places[version, own, each]] = 1
        return row

    def true(self, version: int, area: str, part: int | None) -> int:
        truth = self.series.truths[version]
        counts = [truth[each] for each in (self.areas if area == COUNTY else [area])]
        return sum(sum(each) if part is None else each[part] for each in counts)

    def _know(self, row: np.ndarray, least: float, most: float) -> None:
        self.rows.append(row)
        self.least.append(least)
        self.most.append(most)

    def _shown(self, version: int) -> None:
        """Note what the numbers say that are new in a publication."""
        for area, cell in self.series.told[version].items():
            if cell.numerator is None or cell.denominator is None:
                continue
            yes, base = cell.numerator, cell.denominator
            if self.series.survey:
                self._know(self.sum_of(version, area, 0), max(THRESHOLD, yes - 2), yes + 2)
                self._know(self.sum_of(version, area, 1), THRESHOLD, np.inf)
                self._know(self.sum_of(version, area, None), base - 2, base + 2)
            elif area != COUNTY:
                self._know(self.sum_of(version, area, 0), yes, yes)
                self._know(self.sum_of(version, area, 1), base - yes, base - yes)
            else:  # of a county whose municipalities don't add up, what doesn't is of no use
                for part, count in enumerate((yes, base - yes)):
                    if self.true(version, COUNTY, part) == count:
                        self._know(self.sum_of(version, COUNTY, part), count, count)

    def _whole(self, version: int) -> None:
        """Note how many people answered a survey."""
        if self.series.survey:
            people = self.true(version, COUNTY, None)
            self._know(self.sum_of(version, COUNTY, None), people, people)

    def _stay(self) -> None:
        for before, after in itertools.pairwise(self.versions):
            for area, part in itertools.product(self.areas, (0, 1)):
                self._know(self.sum_of(after, area, part) - self.sum_of(before, area, part), 0, np.inf)

    def _uncorrected(self) -> None:
        for (before, after), area, part in itertools.product(
            itertools.combinations(self.versions, 2), self.areas, (0, 1)
        ):
            if self.true(before, area, part) == self.true(after, area, part):
                self._know(self.sum_of(after, area, part) - self.sum_of(before, area, part), 0, 0)

    def targets(self) -> Iterator[tuple[np.ndarray, Small]]:
        """Yield all numbers below 5: of each publication, and of a survey what came between two of them."""
        parts = {"counted": 0, "not counted": 1, "all": None}
        for version, area, (name, part) in itertools.product(self.versions, [*self.areas, COUNTY], parts.items()):
            if (area, part) == (COUNTY, None) and self.series.survey:
                continue
            row, true = self.sum_of(version, area, part), self.true(version, area, part)
            if self.true(version, area, None) == 0 and area not in self.series.told[version]:
                continue  # that the municipalities with figures are all there are is known
            if true < THRESHOLD:
                yield row, Small(area, name, version, 0, true, true, true)
            for before in self.versions if self.monotone else ():
                came = true - self.true(before, area, part)
                if before < version and came < THRESHOLD:
                    yield row - self.sum_of(before, area, part), Small(area, name, version, before, came, came, came)

    def narrow(self) -> list[Small]:
        """Return all numbers below 5 whose possible values are fewer than 3 apart."""
        targets = list(self.targets())
        if not targets or not self.rows:
            return []
        rows = np.array([row for row, _ in targets])
        least, most = self._relaxed(rows, np.array([each.true for _, each in targets], dtype=float))
        found = []
        for place, (row, each) in enumerate(targets):
            low, high = least[place], most[place]
            if high - low < WIDE + 2:
                low, high = max(low, self._whole_number(row)), min(high, -self._whole_number(-row))
            assert low - 1e-6 <= each.true <= high + 1e-6, "what is true is possible"
            if high - low < WIDE - 1e-6:
                found.append(Small(**{**vars(each), "least": float(low), "most": float(high)}))
        return found

    def _relaxed(self, rows: np.ndarray, true: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return bounds by linear programming; those that are wide enough need not be exact."""
        least, most = true.copy(), true.copy()
        matrix, below, above = np.array(self.rows), np.array(self.least), np.array(self.most)
        equal = below == above
        upper = [matrix[~equal & np.isfinite(above)], -matrix[~equal & np.isfinite(below)]]
        bounds = [above[~equal & np.isfinite(above)], -below[~equal & np.isfinite(below)]]
        given = {"A_ub": csr_array(np.vstack(upper)), "b_ub": np.concatenate(bounds)}
        given |= {"A_eq": csr_array(matrix[equal]), "b_eq": below[equal]} if equal.any() else {}

        def extreme(cost: np.ndarray) -> bool:
            found = linprog(cost, bounds=(0, 10_000), method="highs", **given)
            assert found.status == 0, found.message
            np.minimum(least, rows @ found.x, out=least)
            np.maximum(most, rows @ found.x, out=most)
            return True

        dice = np.random.default_rng(0)
        for _ in range(2):  # one world shows many numbers at an extreme at once
            extreme(dice.normal(size=len(rows)) @ rows)
        for place, sign in itertools.product(range(len(rows)), (1, -1)):
            if most[place] - least[place] < WIDE + 2:
                extreme(sign * rows[place])
        return least, most

    def _whole_number(self, row: np.ndarray) -> float:
        """Return the least that a sum of whole numbers can be."""
        known = LinearConstraint(csr_array(np.array(self.rows)), self.least, self.most)
        whole = np.ones(len(row))
        # Presolved, HiGHS calls true worlds impossible now and then.
        found = milp(row, constraints=known, bounds=Bounds(0, 10_000), integrality=whole, options={"presolve": False})
        assert found.status == 0, found.message
        return float(found.fun)


def found_in(series: Sequence[Series]) -> list[Small]:
    """Return all that an attacker finds."""
    return [small for each in series if each.told for small in Attack(each).narrow()]
