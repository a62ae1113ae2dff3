"""Shares split by a fact such as the language, so that neither a part nor what is left of the whole is a small group.

Of each part two numbers are known: for whom the share holds (hit) and for whom it does not (miss). A reader has the
whole, the parts that are published, and by subtraction all the others together. So a part is published only if both
its numbers are 5 or more, and the parts kept back are none, or at least two whose numbers together are 5 or more.
Parts whose base is too small for any share are chosen by the bases alone: then several shares of the same base keep
the same of them back, and comparing these tells nothing more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from survey_service.statistics.disclosure import THRESHOLD, Reason, Released, completed, protect
from survey_service.statistics.shares import share_of

Cell = tuple[int, int]
"""Hit and miss."""


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
    hits, misses = (sum(cell[place] for cell in cells.values()) for place in range(2))
    bases = {name: (sum(cell),) for name, cell in cells.items()}
    never = [name for name, (base,) in bases.items() if base < 2 * THRESHOLD]
    derivable = set(completed(never, bases)) - set(never)
    closed = [name for name, cell in cells.items() if name in {*never, *derivable} or min(cell) < THRESHOLD]
    derivable |= set(completed(closed, cells)) - set(closed)
    parts, rest = {}, {}
    for name, (hit, miss) in cells.items():
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
        others = (whole[0] - cell[0], whole[1] - cell[1])
        found = split_of({name: cell, "": others})
        parts[name] = found.parts[name]
        rest.update({each: share for each, share in found.rest.items() if each == name})
    return Split(protect(share_of(whole[0], whole[0] + whole[1])), parts, rest)
