"""Taking out of pictures and films what tells of the person: place, device and moment of the recording.

Nothing is encoded anew: the parts that hold such facts are left out, the others stay byte for byte, and what stands
behind the end of a picture goes too. All that is kept of the Exif of a JPEG is how the picture is to be turned. One
whose parts cannot be told apart, or that has far more of them than any camera makes, is refused.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable, Mapping

from survey_service.questionnaire import recording_cleaning
from survey_service.questionnaire.file_kinds import Broken

_MOST_PARTS = 20_000
_STANDALONE = {0x01, *range(0xD0, 0xD8)}
_SOI, _EOI, _SOS, _COMMENT = 0xD8, 0xD9, 0xDA, 0xFE
_APPLICATION = range(0xE1, 0xF0)  # APP0 is the head of JFIF
_EXIF, _ICC = 0xE1, 0xE2
_ADOBE = 0xEE  # how the colours are stored: without it they are wrong
_PNG_HEAD = b"\x89PNG\r\n\x1a\n"
_PNG_DROPPED = {b"eXIf", b"tEXt", b"iTXt", b"zTXt", b"tIME"}
_WEBP_DROPPED = {b"EXIF", b"XMP "}
_WEBP_FLAGS = 0xFF ^ (0x08 | 0x04)
_NEXT_MARKER = re.compile(rb"\xff[^\x00\x01\xd0-\xd7\xff]")
_EXIF_HEAD = b"Exif\0\0"
_ORDERS = {b"II*\0": "<", b"MM\0*": ">"}
_UPRIGHT, _SHORT = 0x0112, 3


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
    for _ in range(_MOST_PARTS):
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
        (size,) = struct.unpack(">H", content[at + 2 : at + 4])
        end = at + 2 + size
        if marker in _STANDALONE or size < 2 or end > len(content):
            raise Broken("cut off")
        if marker == _SOS:
            end, scanned = _scan_end(content, end), True
        if marker == _EXIF:
            kept.append(_turned(content[at + 4 : end]))
        elif not _tells(marker, content[at + 4 : at + 18]):
            kept.append(content[at:end])
        at = end
    raise Broken("too many parts")


def _turned(exif: bytes) -> bytes:
    """Return a segment that says how a picture is to be turned, and nothing else; empty if it stands as it is."""
    order = _ORDERS.get(exif[6:10], "")
    if not (order and exif.startswith(_EXIF_HEAD)):
        return b""
    try:
        begin = struct.unpack_from(f"{order}I", exif, 10)[0] + 6
        (count,) = struct.unpack_from(f"{order}H", exif, begin)
        entries = [struct.unpack_from(f"{order}HHIH", exif, begin + 2 + 12 * entry) for entry in range(min(count, 100))]
    except struct.error:
        return b""
    turn = next((value for tag, kind, _, value in entries if (tag, kind) == (_UPRIGHT, _SHORT)), 1)
    if not 2 <= turn <= 8:
        return b""
    body = _EXIF_HEAD + b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, _UPRIGHT, _SHORT, 1, turn, 0, 0)
    return struct.pack(">BBH", 0xFF, _EXIF, len(body) + 2) + body


def _tells(marker: int, start: bytes) -> bool:
    """Tell whether a segment of a JPEG is to be left out: all of applications but colours, and comments."""
    if marker == _ICC:
        return not start.startswith(b"ICC_PROFILE\0")
    if marker == _ADOBE:
        return not start.startswith(b"Adobe")
    return marker in _APPLICATION or marker == _COMMENT


def _scan_end(content: bytes, at: int) -> int:
    """Return where the next marker stands after the coded data that begin here."""
    found = _NEXT_MARKER.search(content, at)
    if found is None:
        raise Broken("cut off")
    return found.start()


def _png(content: bytes) -> bytes:
    kept, at, pictured = [_PNG_HEAD], len(_PNG_HEAD), False
    for _ in range(_MOST_PARTS):
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
    raise Broken("too many parts")


def _webp(content: bytes) -> bytes:
    whole = struct.unpack("<I", content[4:8])[0] + 8
    if whole > len(content):
        raise Broken("cut off")
    kept, at = [], 12
    for _ in range(_MOST_PARTS):
        if at >= whole:
            break
        kind, size = struct.unpack("<4sI", content[at : at + 8])
        end = at + 8 + size + size % 2
        if at + 8 + size > whole:
            raise Broken("cut off")
        if kind == b"VP8X" and size:
            kept.append(content[at : at + 8] + bytes([content[at + 8] & _WEBP_FLAGS]) + content[at + 9 : end])
        elif kind not in _WEBP_DROPPED:
            kept.append(content[at:end])
        at = end
    if not kept or at < whole:
        raise Broken("no picture")
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _gif(content: bytes) -> bytes:
    at = 13 + _table(content[10])
    kept = [content[:at]]
    for _ in range(_MOST_PARTS):
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
    raise Broken("too many parts")


def _table(flags: int) -> int:
    """Return the bytes of the colour table that the flags of a GIF tell of."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _blocks_end(content: bytes, at: int) -> int:
    while content[at]:
        at += 1 + content[at]
    return at + 1


_CLEANERS: Mapping[str, Callable[[bytes], bytes]] = {
    "image/jpeg": _jpeg,
    "image/png": _png,
    "image/webp": _webp,
    "image/gif": _gif,
    "audio/mpeg": recording_cleaning.mpeg,
    "audio/wav": recording_cleaning.wave,
    **dict.fromkeys(("audio/mp4", "video/mp4", "video/3gpp"), recording_cleaning.film),
}
