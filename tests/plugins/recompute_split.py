"""Shares split by language, municipality and the like, again in plain Python: which parts may be published at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from tests.plugins.recompute import Document, Expected, Test, hidden, shown


@dataclass(frozen=True)
class Parts:
    total: Expected
    parts: Mapping[str, Expected]
    rest: Mapping[str, Expected]


def secret(reason: str) -> Expected:
    return Expected(None, None, None, None, None, reason)


def primary(k: int, n: int) -> Expected:
    if n < 5:
        return hidden(n, "small_base")
    return shown(k, n) if k >= 5 and n - k >= 5 else hidden(n, "small_group")


def widen(chosen: list[str], weights: Mapping[str, tuple[int, ...]]) -> list[str]:
    """Add the lightest others until the chosen are several and weigh 5 in every respect, or nobody is left."""
    chosen = list(chosen)
    while chosen and len(chosen) < len(weights):
        sums = [sum(weights[name][place] for name in chosen) for place in range(len(weights[chosen[0]]))]
        if len(chosen) > 1 and all(total >= 5 for total in sums):
            break
        left = [name for name in sorted(weights) if name not in chosen]
        chosen.append(min(left, key=lambda name: sum(weights[name])))
    return chosen


def split_counts(cells: Mapping[str, tuple[int, int]]) -> Parts:
    tiny = [name for name in sorted(cells) if sum(cells[name]) < 10]
    first = widen(tiny, {name: (sum(cell),) for name, cell in cells.items()})
    small = first + [name for name in sorted(cells) if name not in first and min(cells[name]) < 5]
    kept = widen(small, cells)
    k, n = sum(hit for hit, _ in cells.values()), sum(sum(cell) for cell in cells.values())
    parts, rest = {}, {}
    for name, (hit, miss) in cells.items():
        if (name in first and name not in tiny) or (name in kept and name not in small):
            parts[name] = secret("derivable")
        elif name in kept:
            parts[name] = secret("small_base" if hit + miss < 5 else "small_group")
        else:
            parts[name] = primary(hit, hit + miss)
            rest[name] = primary(k - hit, n - hit - miss)
    return Parts(primary(k, n), parts, rest)


def split(people: Iterable[Document], part_of: Callable[[Document], str], hit: Test, base: Test) -> Parts:
    cells: dict[str, list[int]] = {}
    for person in people:
        cell = cells.setdefault(part_of(person), [0, 0])
        if base(person):
            cell[0 if hit(person) else 1] += 1
    return split_counts({name: (cell[0], cell[1]) for name, cell in cells.items()})


def overlapping(people: list[Document], values_of: Callable[[Document], list[str]], hit: Test, base: Test) -> Parts:
    """Several values a person: each value is set against all who have it not."""
    names = {value for person in people for value in values_of(person)}
    parts, rest = {}, {}
    total = None
    for name in names:
        found = split(people, lambda person, name=name: name if name in values_of(person) else "", hit, base)
        parts[name] = found.parts[name]
        if name in found.rest:
            rest[name] = found.rest[name]
        total = found.total
    inside = [person for person in people if base(person)]
    return Parts(total or primary(sum(map(hit, inside)), len(inside)), parts, rest)
