"""Shares split by a fact such as the language, so that neither a part nor what is left of the whole is a small group.

Of each part three numbers are known: whom the share holds for (hit), for whom it does not (miss), and who is not in
its base (outside). A reader has the whole, the parts that are published, and by subtraction all the others together.
So a part is published only if each of its numbers is 5 or more, and the parts kept back are none, or at least two
whose numbers together are 5 or more. Parts that are too small for any share are chosen by their bases alone: then
several shares of the same base keep the same of them back, and comparing these tells nothing more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from survey_service.statistics.disclosure import THRESHOLD, Reason, Released, protect
from survey_service.statistics.shares import share_of

Cell = tuple[int, int, int]
"""Hit, miss, outside."""


@dataclass(frozen=True)
class Split:
    """A share of the whole, of each part, and for a part that is published of all the others together (``rest``)."""

    total: Released
    parts: Mapping[str, Released]
    rest: Mapping[str, Released]

    @property
    def published(self) -> tuple[str, ...]:
        """The parts that may be published, in order."""
        return tuple(name for name, part in self.parts.items() if part.suppressed is None)


def split_of(cells: Mapping[str, Cell]) -> Split:
    """Return the shares of a partition: each case is in exactly one part."""
    hits, misses, outside = (sum(cell[place] for cell in cells.values()) for place in range(3))
    bases = {name: (hit + miss, out) for name, (hit, miss, out) in cells.items()}
    # Nobody outside means a question that everybody was asked: then there is no such group to protect.
    never = [name for name, (base, out) in bases.items() if base < 2 * THRESHOLD or (outside and out < THRESHOLD)]
    needed = (True, True, outside > 0)
    derivable = set(_completed(never, bases, (True, outside > 0))) - set(never)
    closed = [name for name, cell in cells.items() if name in {*never, *derivable} or min(cell[:2]) < THRESHOLD]
    derivable |= set(_completed(closed, cells, needed)) - set(closed)
    parts, rest = {}, {}
    for name, (hit, miss, _) in cells.items():
        if name in derivable or name in closed:
            small = hit + miss < THRESHOLD
            reason = Reason.DERIVABLE if name in derivable else Reason.BASE if small else Reason.GROUP
            parts[name] = Released(None, None, None, None, None, reason)
        else:
            parts[name] = protect(share_of(hit, hit + miss))
            rest[name] = protect(share_of(hits - hit, hits - hit + misses - miss))
    return Split(protect(share_of(hits, hits + misses)), parts, rest)


def apart(cells: Mapping[str, Cell], whole: Cell) -> Split:
    """Return the shares of parts that overlap, such as languages understood: each is set against all the others."""
    parts, rest = {}, {}
    for name, cell in cells.items():
        others = (whole[0] - cell[0], whole[1] - cell[1], whole[2] - cell[2])
        found = split_of({name: cell, "": others})
        parts[name] = found.parts[name]
        rest.update({each: share for each, share in found.rest.items() if each == name})
    return Split(protect(share_of(whole[0], whole[0] + whole[1])), parts, rest)


def _completed(kept_back: Iterable[str], sizes: Mapping[str, Sequence[int]], needed: Sequence[bool]) -> list[str]:
    """Return the parts kept back with so many more, the smallest first, that nothing small is left by subtraction."""
    chosen = list(kept_back)
    others = sorted((name for name in sizes if name not in chosen), key=lambda name: sum(sizes[name][:-1]))
    for name in others:
        sums = [sum(sizes[each][place] for each in chosen) for place in range(len(needed))]
        wide = all(total >= THRESHOLD for total, asked in zip(sums, needed, strict=True) if asked)
        if not chosen or (len(chosen) > 1 and wide):
            break
        chosen.append(name)
    return chosen
