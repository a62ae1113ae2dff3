"""The rules of the functions of chance, and of digests.

Nothing here is really random: all follows from a seed, so that the same answers always give the same result and the
browser finds the same as the server.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import math
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from survey_service.questionnaire.values import Path, Value, to_number, to_text

T = TypeVar("T")
_WORD = 0xFFFF_FFFF
_PRIME = 2_147_483_647
_FACTOR = 16_807


def _mixed(word: int) -> int:
    """Spread a word of 32 bits evenly (the finaliser of MurmurHash3, A. Appleby, public domain algorithm)."""
    word ^= word >> 16
    word = word * 0x85EBCA6B & _WORD
    word ^= word >> 13
    word = word * 0xC2B2AE35 & _WORD
    return word ^ word >> 16


def _word(seed: int, path: Path, number: int) -> int:
    """Return 32 bits that follow from the respondent's seed, the place in repeats and the number of the call."""
    word = _mixed(seed & _WORD) ^ _mixed(seed >> 32 & _WORD)
    for step in (*(index for _, index in path), number):
        word = _mixed((word + step + 1) & _WORD)
    return word


def random(seed: int, path: Path, number: int) -> float:
    """Return a number from 0 to below 1 for the ``number``-th call of an expression, counted from 0."""
    return _word(seed, path, number) / 2**32


def shuffled(items: Sequence[T], seed: int) -> list[T]:
    """Shuffle as the specification says: "inside-out" Fisher-Yates with a Park-Miller generator."""
    state = int(math.fmod(seed, _PRIME))  # the sign of the seed stays, as in ECMAScript
    if state <= 0:
        state += _PRIME - 1
    result: list[T] = []
    for item in items:
        state = state * _FACTOR % _PRIME
        place = int((state - 1) / (_PRIME - 1) * (len(result) + 1))
        result.append(item)
        result[-1], result[place] = result[place], item
    return result


def own_seed(seed: int, path: Path) -> int:
    """Return the seed of a shuffle that was given none."""
    return _word(seed, path, 0) % _PRIME


def written_seed(value: Value) -> int:
    """Return the seed that an expression gives: a number without its fraction, or 32 bits of a text (FNV-1a, UTF-8)."""
    number = to_number(value)
    if math.isfinite(number):
        return int(max(-(2.0**53), min(number, 2.0**53)))
    word = 0x811C9DC5
    for byte in to_text(value).encode("utf-8", "surrogatepass"):
        word = (word ^ byte) * 0x01000193 & _WORD
    return word


def identifier(seed: int, path: Path, length: float | None) -> str:
    """Return a UUID of version 4, or ``length`` (at most 1,000) characters of a–z and 0–9; the seed decides."""
    digest = hashlib.shake_256(f"{seed}:{path}".encode("utf-8", "surrogatepass"))
    if length is None:
        return str(uuid.UUID(bytes=digest.digest(16), version=4))
    wanted = 0 if math.isnan(length) else int(max(0.0, min(length, 1000.0)))
    alphabet = "0123456789abcdefghijklmnopqrstuvwxyz"
    return "".join(alphabet[byte % 36] for byte in digest.digest(wanted))


DIGESTS: Mapping[str, Callable[[bytes], Any]] = {
    "MD5": lambda data: hashlib.md5(data, usedforsecurity=False),
    "SHA-1": lambda data: hashlib.sha1(data, usedforsecurity=False),
    "SHA-256": hashlib.sha256,
    "SHA-384": hashlib.sha384,
    "SHA-512": hashlib.sha512,
}
ENCODINGS: Mapping[str, Callable[[bytes], bytes]] = {"base64": base64.b64encode, "hex": binascii.hexlify}


def digest(text: str, algorithm: str, encoding: str = "base64") -> str:
    """Return the digest of a text (UTF-8)."""
    found: bytes = DIGESTS[algorithm](text.encode("utf-8", "surrogatepass")).digest()
    return ENCODINGS[encoding](found).decode("ascii")


def base64_decode(text: str) -> str:
    """Return the text (UTF-8) that Base64 stands for; the empty text if it is none."""
    try:
        return base64.b64decode(text.encode("ascii"), validate=True).decode("utf-8")
    except (ValueError, binascii.Error):
        return ""
