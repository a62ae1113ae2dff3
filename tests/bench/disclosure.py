"""What disclosure control costs: a table of 50×50 with totals beside one of 25×25, scaled by cells.

``protect_table`` hides what must be hidden in one table; ``release`` publishes it besides in batches, rounded and
guarded against differences, the first batch and a second one in which few or many are new. Each figure is the median
of several runs, on the same tables each time. Budget: at most 1 s for 2,500 cells, and at most 5 times what the 625
cells of the small table cost, scaled by cells.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Sequence

from survey_service.statistics.publications import Counted, Counts, Dimension, Layer, Table
from survey_service.statistics.releasing import release
from survey_service.statistics.tables import protect_table

ROUNDS = 3
SIZES = (25, 50)
VIEWS = {"all": frozenset({"wave"})}
KINDS: dict[str, Sequence[int]] = {
    "many small": (0, 1, 3, 8, 20),
    "all sizes": (0, 1, 2, 3, 4, 5, 6, 9, 15, 40),
    "few small": range(30),
    "every other": (3, 50),
}
FEW_NEW, MANY_NEW = (0, 0, 0, 1), (0, 1, 3, 9)


def _table(size: int) -> Table:
    rows = Dimension("rows", tuple(f"r{number}" for number in range(size)))
    return Table("table", rows, Dimension("columns", tuple(f"c{number}" for number in range(size))))


def _counted(table: Table, layer: Layer, kind: Sequence[int], dice: random.Random) -> Counted:
    assert table.columns
    counts: Counts = {(r, c): dice.choice(kind) for r in table.rows.categories for c in table.columns.categories}
    return Counted(table, {layer: counts})


def _seconds(run: Callable[[], object]) -> float:
    """Return the processor time of a run: nothing is waited for, and a busy machine counts for nothing."""
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        run()
        times.append(time.process_time() - start)
    return statistics.median(times)


def measure(kind: Sequence[int], size: int) -> dict[str, float]:
    """Return the seconds that each step takes for a table of a kind and size."""
    dice, table = random.Random(size), _table(size)
    first = _counted(table, (1, "wave"), kind, dice)
    plain = list(first.layers[1, "wave"].values())
    rows = [plain[start : start + size] for start in range(0, len(plain), size)]
    history = release([first], VIEWS).history
    found = {
        "one table": _seconds(lambda: protect_table(rows)),
        "first batch": _seconds(lambda: release([first], VIEWS)),
    }
    for name, new in {"second, few new": FEW_NEW, "second, many new": MANY_NEW}.items():
        second = _counted(table, (2, "wave"), new, dice)
        found[name] = _seconds(lambda second=second: release([second], VIEWS, history))
    return found


def main() -> None:
    small, large = SIZES
    print(f"Disclosure control of {large}×{large} cells with totals; in brackets: beside {small}×{small}, by cells")
    for name, kind in KINDS.items():
        by_size = {size: measure(kind, size) for size in SIZES}
        for step, seconds in by_size[large].items():
            for_cells = seconds * 2_500 / large**2
            scaled = seconds / (by_size[small][step] * large**2 / small**2)
            print(f"  {name:12} {step:18} {for_cells:6.2f} s per 2,500 cells  ({scaled:.1f}×)")
