"""Taking out of pictures and films what tells of the person: place, device and moment of the recording.

Nothing is encoded anew: the parts that hold such facts are left out, the others stay byte for byte, and what stands
behind the end of a picture goes too. A picture whose parts cannot be told apart is refused.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator, Mapping

_STANDALONE = {0x01, *range(0xD0, 0xD8)}
_SOI, _EOI, _SOS, _COMMENT = 0xD8, 0xD9, 0xDA, 0xFE
_APPLICATION = range(0xE1, 0xF0)  # APP0 is the head of JFIF
_ICC = 0xE2
_ADOBE = 0xEE  # how the colours are stored: without it they are wrong
_PNG_HEAD = b"\x89PNG\r\n\x1a\n"
_PNG_DROPPED = {b"eXIf", b"tEXt", b"iTXt", b"zTXt", b"tIME"}
_WEBP_DROPPED = {b"EXIF", b"XMP "}
_WEBP_FLAGS = 0xFF ^ (0x08 | 0x04)
_BOXES_AROUND = {b"moov", b"trak", b"moof", b"traf", b"mdia"}
_BOXES_DROPPED = {b"udta", b"meta", b"uuid"}


class Broken(ValueError):
    """The content is not what its first bytes say."""


def cleaned(content: bytes, mime: str) -> bytes:
    """Return the content without what tells of the person. Raises Broken if it is damaged."""
    clean = _CLEANERS.get(mime)
    if clean is None:
        return content
    try:
        return clean(content)
    except (struct.error, IndexError):
        raise Broken("cut off") from None


def _jpeg(content: bytes) -> bytes:
    kept, at, scanned = [content[:2]], 2, False
    while True:
        if content[at] != 0xFF:
            raise Broken("no marker")
        marker = content[at + 1]
        if marker == 0xFF:  # a marker may have more of these in front
            at += 1
            continue
        if marker == _EOI:
            if not scanned:
                raise Broken("no picture")
            kept.append(content[at : at + 2])
            return b"".join(kept)
        if marker in _STANDALONE:
            end = at + 2
        else:
            (size,) = struct.unpack(">H", content[at + 2 : at + 4])
            end = at + 2 + size
            if size < 2 or end > len(content):
                raise Broken("cut off")
            if marker == _SOS:
                end, scanned = _scan_end(content, end), True
        if not _tells(marker, content[at + 4 : at + 18]):
            kept.append(content[at:end])
        at = end


def _tells(marker: int, start: bytes) -> bool:
    """Tell whether a segment of a JPEG is to be left out: all of applications but colours, and comments."""
    if marker == _ICC:
        return not start.startswith(b"ICC_PROFILE\0")
    if marker == _ADOBE:
        return not start.startswith(b"Adobe")
    return marker in _APPLICATION or marker == _COMMENT


def _scan_end(content: bytes, at: int) -> int:
    """Return where the next marker stands after the coded data that begin here."""
    while True:
        at = content.find(b"\xff", at)
        if at < 0 or at + 1 >= len(content):
            raise Broken("cut off")
        following = content[at + 1]
        if following != 0 and following not in _STANDALONE and following != 0xFF:
            return at
        at += 1 if following == 0xFF else 2


def _png(content: bytes) -> bytes:
    kept, at, pictured = [_PNG_HEAD], len(_PNG_HEAD), False
    while True:
        size, kind = struct.unpack(">I4s", content[at : at + 8])
        end = at + 12 + size
        (checksum,) = struct.unpack(">I", content[end - 4 : end])
        if end > len(content) or checksum != zlib.crc32(content[at + 4 : end - 4]):
            raise Broken("a damaged part")
        if kind not in _PNG_DROPPED:
            kept.append(content[at:end])
        pictured = pictured or kind == b"IDAT"
        at = end
        if kind == b"IEND":
            if not pictured:
                raise Broken("no picture")
            return b"".join(kept)


def _webp(content: bytes) -> bytes:
    whole = struct.unpack("<I", content[4:8])[0] + 8
    if whole > len(content):
        raise Broken("cut off")
    kept, at = [], 12
    while at < whole:
        kind, size = struct.unpack("<4sI", content[at : at + 8])
        end = at + 8 + size + size % 2
        if at + 8 + size > whole:
            raise Broken("cut off")
        if kind == b"VP8X" and size:
            kept.append(content[at : at + 8] + bytes([content[at + 8] & _WEBP_FLAGS]) + content[at + 9 : end])
        elif kind not in _WEBP_DROPPED:
            kept.append(content[at:end])
        at = end
    if not kept:
        raise Broken("no picture")
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _gif(content: bytes) -> bytes:
    at = 13 + _table(content[10])
    kept = [content[:at]]
    while True:
        kind = content[at]
        if kind == 0x3B:
            kept.append(content[at : at + 1])
            return b"".join(kept)
        if kind == 0x2C:
            end = _blocks_end(content, at + 10 + _table(content[at + 9]) + 1)
            kept.append(content[at:end])
        elif kind == 0x21:
            end = _blocks_end(content, at + 2)
            repeats = content[at + 1] == 0xFF and content[at + 3 : at + 14] == b"NETSCAPE2.0"
            if content[at + 1] == 0xF9 or repeats:
                kept.append(content[at:end])
        else:
            raise Broken("an unknown part")
        at = end


def _table(flags: int) -> int:
    """Return the bytes of the colour table that the flags of a GIF tell of."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _blocks_end(content: bytes, at: int) -> int:
    while content[at]:
        at += 1 + content[at]
    return at + 1


def _film(content: bytes) -> bytes:
    """Turn the boxes with facts about the recording into free space of the same size, so that nothing moves."""
    result = bytearray(content)
    for start, head, end in _boxes(content, 0, len(content)):
        result[start + 4 : start + 8] = b"free"
        result[start + head : end] = bytes(end - start - head)
    return bytes(result)


def _boxes(content: bytes, at: int, stop: int) -> Iterator[tuple[int, int, int]]:
    """Yield (start, bytes of its head, end) of each box that is to be emptied."""
    while at < stop:
        size, kind = struct.unpack(">I4s", content[at : at + 8])
        head = 8
        if size == 1:
            (size,) = struct.unpack(">Q", content[at + 8 : at + 16])
            head = 16
        end = stop if size == 0 else at + size
        if end > stop or end < at + head:
            raise Broken("cut off")
        if kind in _BOXES_DROPPED:
            yield at, head, end
        elif kind in _BOXES_AROUND:
            yield from _boxes(content, at + head, end)
        at = end


_CLEANERS: Mapping[str, Callable[[bytes], bytes]] = {
    "image/jpeg": _jpeg,
    "image/png": _png,
    "image/webp": _webp,
    "image/gif": _gif,
    **dict.fromkeys(("audio/mp4", "video/mp4", "video/3gpp"), _film),
}
