"""Receipts: four words that let their holder see, correct or withdraw a response.

The words are made of open syllables that all our languages can say and write (a consonant and a, i or u), three to a
word: 36³ = 46,656 words, four of them 2^62 receipts. They are derived from the submission key with a secret of the
instance, so a re-send gets the same words although only their hash is stored.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator

_CONSONANTS = "bdfhklmnrstz"
_SYLLABLES = tuple(consonant + vowel for consonant in _CONSONANTS for vowel in "aiu")
_UNKIND = re.compile(r"kaka|kiki|fik|titi|nazi|hur|tut|zab|sahar|kuni|dum|himar|hara|bul?a|mudi|susi|suki|kuru?m")
WORDS = 4


def _stream(secret: str, key: str) -> Iterator[int]:
    """Yield endless numbers below 36, evenly distributed, from HMAC-SHA-256 blocks."""
    counter = 0
    while True:
        block = hmac.digest(secret.encode(), f"receipt:{key}:{counter}".encode(), hashlib.sha256)
        yield from (byte % 36 for byte in block if byte < 252)  # 252 = 7 × 36: no bias
        counter += 1


def words_for(key: str, secret: str) -> str:
    """Return the receipt of a submission key: four words of six letters joined by hyphens."""
    numbers = _stream(secret, key)
    words: list[str] = []
    while len(words) < WORDS:
        word = "".join(_SYLLABLES[next(numbers)] for _ in range(3))
        if not _UNKIND.search(word):
            words.append(word)
    return "-".join(words)


def hash_of(receipt: str) -> str:
    """Return what is stored of a receipt: SHA-256 over its words, however they were typed."""
    letters = re.sub(r"[^a-z]", "", receipt.casefold())
    return hashlib.sha256(letters.encode("ascii")).hexdigest()
