"""Sets of small numbers as whole numbers of Python: bit by bit, so that ten thousand are intersected in a blink."""

from __future__ import annotations

from collections.abc import Iterable


def bits(numbers: Iterable[int], size: int) -> int:
    """Return the set of some numbers below ``size``."""
    array = bytearray(size // 8 + 1)
    for number in numbers:
        array[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(array, "little")


def members(chosen: int, start: int, count: int) -> list[int]:
    """Return at most ``count`` numbers of a set in their order, without the first ``start``."""
    shift = _behind(chosen, start) if start else 0
    chosen >>= shift
    found: list[int] = []
    while chosen and len(found) < count:
        lowest = chosen & -chosen
        found.append(lowest.bit_length() - 1 + shift)
        chosen ^= lowest
    return found


def _behind(chosen: int, count: int) -> int:
    """Return the least number below which a set has at least ``count`` members, or its end."""
    low, high = 0, chosen.bit_length()
    while low < high:
        middle = (low + high) // 2
        if (chosen & ((1 << middle) - 1)).bit_count() < count:
            low = middle + 1
        else:
            high = middle
    return low
