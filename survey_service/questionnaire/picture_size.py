"""Width and height of a picture in pixels as browsers show it, read from its head."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping

from survey_service.questionnaire.file_kinds import Broken

_LARGEST = 20_000
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_EXIF, _SCAN = 0xE1, 0xDA
_TURNED_AT = 28
"""Where `file_cleaning` leaves how a JPEG is to be turned, behind the head of its Exif."""


def of(content: bytes, mime: str) -> tuple[int, int]:
    """Return (width, height) of a cleaned picture. Raises Broken if it has none, or far more than any screen."""
    try:
        width, height = _READERS[mime](content)
    except (struct.error, IndexError):
        raise Broken("no size") from None
    if not (0 < width <= _LARGEST and 0 < height <= _LARGEST):
        raise Broken("no size")
    return width, height


def _png(content: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from(">II", content, 16)
    return width, height


def _gif(content: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from("<HH", content, 6)
    return width, height


def _jpeg(content: bytes) -> tuple[int, int]:
    at, lying = 2, False
    while content[at + 1] != _SCAN:
        marker, (size,) = content[at + 1], struct.unpack_from(">H", content, at + 2)
        if marker == _EXIF:
            lying = struct.unpack_from(">H", content, at + _TURNED_AT)[0] >= 5
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", content, at + 5)
            return (height, width) if lying else (width, height)
        at += 2 + size
    raise Broken("no size")


def _webp(content: bytes) -> tuple[int, int]:
    kind = content[12:16]
    if kind == b"VP8X":
        return 1 + int.from_bytes(content[24:27], "little"), 1 + int.from_bytes(content[27:30], "little")
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", content, 21)
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", content, 26)
        return width & 0x3FFF, height & 0x3FFF
    raise Broken("no size")


_READERS: Mapping[str, Callable[[bytes], tuple[int, int]]] = {
    "image/png": _png,
    "image/gif": _gif,
    "image/jpeg": _jpeg,
    "image/webp": _webp,
}
