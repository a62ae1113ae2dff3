"""Taking out of films and sound recordings what tells of the person: titles, places, devices, moments."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from survey_service.questionnaire.file_kinds import Broken, is_mpeg_audio

_BOXES_AROUND = {b"moov", b"trak", b"moof", b"traf", b"mdia"}
_BOXES_DROPPED = {b"udta", b"meta", b"uuid"}
_DEEPEST, _MOST_BOXES = 8, 100_000
_WAVE_KEPT = {b"fmt ", b"data", b"fact"}
_MOST_CHUNKS = 1_000
_FIRST_FRAME_WITHIN = 65_536
_ID3, _ID3_HEAD, _ID3_LAST = b"ID3", 10, 128


def film(content: bytes) -> bytes:
    """Turn the boxes with facts about the recording into free space of the same size, so that nothing moves."""
    result = bytearray(content)
    for number, (start, head, end, dropped) in enumerate(_boxes(content, 0, len(content), 0)):
        if number > _MOST_BOXES:
            raise Broken("too many parts")
        if dropped:
            result[start + 4 : start + 8] = b"free"
            result[start + head : end] = bytes(end - start - head)
    return bytes(result)


def _boxes(content: bytes, at: int, stop: int, depth: int) -> Iterator[tuple[int, int, int, bool]]:
    """Yield (start, bytes of its head, end, whether it is to be emptied) of each box, those within others too."""
    if depth > _DEEPEST:
        raise Broken("too deep")
    while at < stop:
        size, kind = struct.unpack(">I4s", content[at : at + 8])
        head = 8
        if size == 1:
            (size,) = struct.unpack(">Q", content[at + 8 : at + 16])
            head = 16
        end = stop if size == 0 else at + size
        if end > stop or end < at + head:
            raise Broken("cut off")
        yield at, head, end, kind in _BOXES_DROPPED
        if kind in _BOXES_AROUND:
            yield from _boxes(content, at + head, end, depth + 1)
        at = end


def mpeg(content: bytes) -> bytes:
    """Return the frames of sound without the tags before and behind them."""
    at = 0
    while content.startswith(_ID3, at) and at < _FIRST_FRAME_WITHIN:
        seven_bits = struct.unpack(">4B", content[at + 6 : at + _ID3_HEAD])
        at += _ID3_HEAD + sum((part & 0x7F) << shift for part, shift in zip(seven_bits, (21, 14, 7, 0), strict=True))
    limit = at + _FIRST_FRAME_WITHIN
    while not is_mpeg_audio(content, at):
        at = content.find(b"\xff", at + 1, limit)
        if at < 0:
            raise Broken("no sound")
    end = len(content)
    if content.startswith(b"TAG", end - _ID3_LAST):
        end -= _ID3_LAST
    return content[at:end]


def wave(content: bytes) -> bytes:
    """Return the sound and how it is coded, without any other part; the last one may be cut off, as recorders do."""
    kept, at = {}, 12
    for _ in range(_MOST_CHUNKS):
        if at + 8 > len(content):
            break
        kind, size = struct.unpack("<4sI", content[at : at + 8])
        body = content[at + 8 : at + 8 + size]
        if kind in _WAVE_KEPT:
            kept[kind] = struct.pack("<4sI", kind, len(body)) + body + bytes(len(body) % 2)
        at += 8 + size + size % 2
    if not kept.keys() >= {b"fmt ", b"data"}:
        raise Broken("no sound")
    parts = b"WAVE" + b"".join(kept.values())
    return b"RIFF" + struct.pack("<I", len(parts)) + parts
