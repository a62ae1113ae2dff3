"""The order in which the documents of a table were last changed, for those who keep something up to date with it.

Each change of a table has a number. The log notes the ids in the order of the changes, eight bytes each. A document
that changes again makes its earlier place void; void places are taken out when they are the larger part. What was
deleted stays in the log: it is how a consumer learns of it.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Sequence

_SMALL, _LARGE = "I", "Q"
_FEW = 4096
"""Places that are never worth a clean-up."""


class History:
    """The log of one table. ``epoch`` names this history, so that a number of another one isn't taken for its own."""

    def __init__(self, epoch: str, ids: Iterable[int] = ()) -> None:
        self.epoch = epoch
        self.last = 0
        self._numbers = array(_SMALL)
        self._ids = array(_SMALL)
        self._void = 0
        for id in ids:
            self.note(id, again=False)

    def note(self, id: int, *, again: bool) -> None:
        """Note a change; ``again`` says that the document may be in the log already."""
        self.last += 1
        self._append((self.last,), (id,))
        self._void += again
        if self._void > _FEW and 2 * self._void > len(self._ids):
            self._clean()

    def since(self, number: int) -> Iterable[tuple[int, int]]:
        """Return (number, id) of the last change of each document that was changed after a number, in order."""
        if self._void and len(self._ids) - bisect_right(self._numbers, number) > _FEW:
            self._clean()
        place = bisect_right(self._numbers, number)
        numbers, ids = self._numbers[place:], self._ids[place:]
        if not self._void:
            return zip(numbers, ids, strict=True)
        places = sorted(_last_places(ids))
        return [(numbers[place], ids[place]) for place in places]

    def copy(self) -> History:
        """Return a history that doesn't change with this one."""
        other = History(self.epoch)
        other.last, other._numbers, other._ids, other._void = self.last, self._numbers[:], self._ids[:], self._void
        return other

    def portions(self, size: int) -> Iterable[tuple[Sequence[int], Sequence[int]]]:
        """Yield the log as numbers and ids, so many at a time, to be taken by `load`."""
        for place in range(0, len(self._ids), size):
            yield self._numbers[place : place + size].tolist(), self._ids[place : place + size].tolist()

    def load(self, numbers: Sequence[int], ids: Sequence[int], last: int) -> None:
        """Append what `portions` has yielded; ``last`` is the number of the last change of all.

        Raises ValueError if there are not as many ids as numbers, or if the numbers don't ascend.
        """
        known = self._numbers[-1:].tolist()
        if len(numbers) != len(ids) or sorted({*known, *numbers}) != [*known, *numbers]:
            raise ValueError("the order of the changes makes no sense")
        self._append(numbers, ids)
        self._void += len(ids)  # nobody knows how many of them are
        self.last = max(self.last, last)

    def _append(self, numbers: Sequence[int], ids: Sequence[int]) -> None:
        if max(*numbers, *ids, 0) >= 2**32 and self._ids.typecode == _SMALL:
            self._numbers, self._ids = array(_LARGE, self._numbers), array(_LARGE, self._ids)
        self._numbers.extend(numbers)
        self._ids.extend(ids)

    def _clean(self) -> None:
        """Take the void places out."""
        places = sorted(_last_places(self._ids))
        kind = self._ids.typecode
        self._numbers = array(kind, [self._numbers[place] for place in places])
        self._ids = array(kind, [self._ids[place] for place in places])
        self._void = 0


def _last_places(ids: Sequence[int]) -> Iterable[int]:
    """Return where each id stands for the last time."""
    return dict(zip(ids, range(len(ids)), strict=True)).values()
