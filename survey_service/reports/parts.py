"""Parts of a table: the rows of one period in the order of their own hashes, which tells nothing of their arrival.

Beside the rows a part has their hashes and the ids of the documents they were made of, each in the same order. The rows
become files of snapshots as they are; ids and hashes never leave the working state.

The content of a part is the SHA-256 hash of the sorted hashes of its rows, one after another. So it is the same in
whatever order the rows came and went, and two different multisets of rows with the same content would be a collision
of SHA-256: nothing weaker, such as a sum of hashes, is relied upon.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

DIGEST = 32


@dataclass(frozen=True)
class Part:
    """Rows, their hashes (32 bytes each) and the ids of their documents, all in the order of the hashes."""

    rows: pl.DataFrame
    digests: bytes
    ids: array[int]

    @property
    def content(self) -> str:
        """The hash of the multiset of rows, whatever their order was."""
        return hashlib.sha256(self.digests).hexdigest()


def part_of(rows: pl.DataFrame, digests: list[bytes], ids: Iterable[int]) -> Part:
    """Return rows in any order as a part."""
    order = pl.Series(digests, dtype=pl.Binary).arg_sort()
    numbers = array("q", ids)
    places = order.to_list()
    return Part(
        rows[order], b"".join([digests[place] for place in places]), array("q", (numbers[place] for place in places))
    )


def without(part: Part, ids: frozenset[int]) -> Part:
    """Return a part without the rows of some documents; the part itself if it has none of them."""
    kept = ~pl.Series(part.ids, dtype=pl.Int64).is_in(pl.Series(list(ids), dtype=pl.Int64).implode())
    gone = (~kept).arg_true().to_list()
    if not gone:
        return part
    digests, numbers, start = [], array("q"), 0
    view = memoryview(part.digests)
    for place in (*gone, len(part.ids)):
        digests.append(view[start * DIGEST : place * DIGEST])
        numbers += part.ids[start:place]
        start = place + 1
    return Part(part.rows.filter(kept), b"".join(digests), numbers)


def merged(part: Part, added: Part) -> Part:
    """Return two parts as one. Both have the same columns; it takes little if few rows are added."""
    if not part.ids or not added.ids:
        return part if part.ids else added
    view, step = memoryview(part.digests), len(added.ids) + 1
    digests: list[bytes | memoryview] = []
    numbers, keys, start = array("q"), [], 0
    for number in range(len(added.ids)):
        new = added.digests[number * DIGEST : (number + 1) * DIGEST]
        place = _place(part.digests, new, start)
        digests += [view[start * DIGEST : place * DIGEST], new]
        numbers += part.ids[start:place]
        numbers.append(added.ids[number])
        keys.append(place * step + number)
        start = place
    digests.append(view[start * DIGEST :])
    numbers += part.ids[start:]
    known = pl.select(pl.int_range(len(part.ids), dtype=pl.Int64) * step + len(added.ids)).to_series()
    order = pl.concat([known, pl.Series(keys, dtype=pl.Int64)], rechunk=True).arg_sort()
    rows = pl.concat([part.rows, added.rows], rechunk=True)[order]
    return Part(rows, b"".join(digests), numbers)


def _place(digests: bytes, wanted: bytes, low: int) -> int:
    """Return how many of the sorted hashes are not above one, at least ``low``."""
    high = len(digests) // DIGEST
    while low < high:
        middle = (low + high) // 2
        if digests[middle * DIGEST : (middle + 1) * DIGEST] <= wanted:
            low = middle + 1
        else:
            high = middle
    return low


def counts_of(rows: pl.DataFrame, columns: Iterable[str]) -> dict[str, dict[str, int]]:
    """Return how often each value of some columns stands in the rows."""
    found = {}
    for name in columns:
        values, numbers = rows[name].value_counts(name=":n").to_dict(as_series=False).values()
        found[name] = dict(sorted(zip(values, numbers, strict=True)))
    return found


def added_up(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Return the sums of counts."""
    total: dict[str, int] = {}
    for each in counts:
        for name, number in each.items():
            total[name] = total.get(name, 0) + number
    return dict(sorted(total.items()))
