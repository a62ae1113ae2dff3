"""The high-water mark: how far the journal had certainly got, and whether it was closed cleanly.

A journal that was cut exactly between two frames looks complete. The mark, written after each sync and so never ahead
of the journal, shows that something is missing. It is one line in a file of its own, overwritten in place and smaller
than any disk's block, so that it is never half new. Its own writes are not synced: after a power cut it may lag behind.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

NAME = "MARK"
_MARK = re.compile(rb"mark ([0-9a-f]{16}) ([0-9a-f]{16}) ([0-9a-f]{16}) ([oc]) ([0-9a-f]{8})\n")


@dataclass(frozen=True)
class Mark:
    """The journal of ``generation`` was durable up to the offset ``end``, where frame ``sequence`` ends.

    ``clean`` says that it ends there, because it was closed.
    """

    generation: int
    end: int
    sequence: int
    clean: bool = False


def encode(generation: int, end: int, sequence: int, clean: bool = False) -> bytes:
    """Return the line of a mark."""
    text = b"mark %016x %016x %016x %b " % (generation, end, sequence, b"c" if clean else b"o")
    return text + b"%08x\n" % zlib.crc32(text)


def decode(line: bytes) -> Mark | None:
    """Return the mark, or None if the line is damaged."""
    match = _MARK.fullmatch(line)
    if match is None or match[5] != b"%08x" % zlib.crc32(line[:-9]):
        return None
    return Mark(int(match[1], 16), int(match[2], 16), int(match[3], 16), match[4] == b"c")
