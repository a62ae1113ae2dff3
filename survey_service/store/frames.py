r"""How the journal's files look: a header line, then frames, each a header line and lines of text.

A file begins with ``survey-store 1 <kind> <generation> <base> <salt> <crc>\n``; kind is ``wal`` (a journal) or ``snp``
(a snapshot), base the sequence number of the last frame before a journal's first one, or the last one that a snapshot
holds. A frame begins with ``#<sequence> <lines> <bytes> <crc>\n``. Numbers are hexadecimal and of fixed width. The
checksum (CRC-32) covers the file's random salt, the header and the lines, so that a frame of another file, or of an
older one whose blocks have come back, never counts. One frame is one unit: it is there as a whole or not at all.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

FORMAT = 1
JOURNAL = "wal"
SNAPSHOT = "snp"
_FILE = re.compile(rb"survey-store 1 ([a-z]{3}) ([0-9a-f]{16}) ([0-9a-f]{16}) ([0-9a-f]{32}) ([0-9a-f]{8})\n")
_FRAME = re.compile(rb"#([0-9a-f]{16}) ([0-9a-f]{8}) ([0-9a-f]{8}) ([0-9a-f]{8})\n")
FILE_HEADER_SIZE = len("survey-store 1 ") + 3 + 1 + 16 + 1 + 16 + 1 + 32 + 1 + 8 + 1
FRAME_HEADER_SIZE = 1 + 16 + 1 + 8 + 1 + 8 + 1 + 8 + 1


def seed_of(salt: str) -> int:
    """Return where the checksums of the frames of a file with this salt begin."""
    return zlib.crc32(salt.encode("ascii"))


@dataclass(frozen=True)
class FileHeader:
    """The first line of a file. ``salt`` is 32 hexadecimal digits."""

    kind: str
    generation: int
    base: int
    salt: str

    @property
    def seed(self) -> int:
        """Where the checksums of the file's frames begin."""
        return seed_of(self.salt)

    def encode(self) -> bytes:
        """Return the line."""
        text = b"survey-store 1 %b %016x %016x %b " % (
            self.kind.encode("ascii"),
            self.generation,
            self.base,
            self.salt.encode("ascii"),
        )
        return text + b"%08x\n" % zlib.crc32(text)


def decode_file_header(line: bytes) -> FileHeader | None:
    """Return the header of a file from its first `FILE_HEADER_SIZE` bytes, or None if they are damaged."""
    match = _FILE.fullmatch(line)
    if match is None or match[5] != b"%08x" % zlib.crc32(line[:-9]):
        return None
    return FileHeader(match[1].decode("ascii"), int(match[2], 16), int(match[3], 16), match[4].decode("ascii"))


def format_of(line: bytes) -> int:
    """Return the version of the format that a header says, 0 if it says none or is damaged."""
    match = re.match(rb"survey-store ([0-9]{1,9}) ", line)
    return int(match[1]) if match and line[-9:-1] == b"%08x" % zlib.crc32(line[:-9]) else 0


class Frame(NamedTuple):
    """One frame: its sequence number and its lines, without their line ends."""

    sequence: int
    lines: list[bytes]


def encode_frame(seed: int, sequence: int, lines: Sequence[bytes]) -> bytes:
    """Return the bytes of a frame. Raises ValueError if a line contains a line end."""
    payload = b"\n".join((*lines, b"")) if lines else b""
    if payload.count(b"\n") != len(lines):
        raise ValueError("a line of the journal contains a line end")
    head = b"#%016x %08x %08x " % (sequence, len(lines), len(payload))
    return b"%b%08x\n%b" % (head, zlib.crc32(payload, zlib.crc32(head, seed)), payload)


def _decode(seed: int, head: bytes, payload: bytes) -> Frame | None:
    """Return the frame if its checksum is right."""
    if head[-9:-1] != b"%08x" % zlib.crc32(payload, zlib.crc32(head[:-9], seed)):
        return None
    return Frame(int(head[1:17], 16), payload.split(b"\n")[:-1] if payload else [])


class FrameReader:
    """The valid frames at the beginning of a file, one after the other; the stream stands behind the file's header.

    ``end`` is where the last one ended.
    """

    def __init__(self, stream: BinaryIO, seed: int, size: int) -> None:
        self._stream = stream
        self._seed = seed
        self._size = size
        self.end = FILE_HEADER_SIZE

    def __iter__(self) -> Iterator[Frame]:
        while (frame := self._next()) is not None:
            yield frame

    def _next(self) -> Frame | None:
        head = self._stream.read(FRAME_HEADER_SIZE)
        match = _FRAME.fullmatch(head)
        length = int(match[3], 16) if match else 0
        if match is None or self.end + FRAME_HEADER_SIZE + length > self._size:
            return None
        frame = _decode(self._seed, head, self._stream.read(length))
        if frame is not None:
            self.end += FRAME_HEADER_SIZE + length
        return frame

    def rest(self) -> bytes:
        """Return what stands behind the last valid frame, without the zeros of reserved room."""
        self._stream.seek(self.end)
        return self._stream.read().rstrip(b"\0")


def frames_within(rest: bytes, seed: int) -> Iterator[tuple[int, int, Frame]]:
    """Yield the valid frames that stand anywhere in these bytes, each with its begin and its end."""
    place = 0
    while (match := _FRAME.search(rest, place)) is not None:
        end = match.end() + int(match[3], 16)
        frame = _decode(seed, match[0], rest[match.end() : end])
        if frame is not None:
            yield match.start(), end, frame
        place = match.start() + 1 if frame is None else end


def holds_frame(rest: bytes, seed: int) -> bool:
    """Return whether a valid frame begins anywhere in these bytes."""
    return next(frames_within(rest, seed), None) is not None


def salt_within(line: bytes) -> str | None:
    """Return the salt of a damaged file header, if at least that looks like one."""
    salt = line[-42:-10]
    return salt.decode("ascii") if re.fullmatch(rb"[0-9a-f]{32}", salt) else None
