"""Receipts: four words that let their holder see, correct or withdraw a response.

The words are made of open syllables that all our languages can say and write (a consonant and a, i or u), three to a
word: 36³ = 46,656 words, four of them 2^62 receipts. They are derived from the submission key with a secret of the
instance, so a re-send gets the same words although only their hash is stored.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from itertools import chain, count, islice

_CONSONANTS = "bdfhklmnrstz"
_SYLLABLES = tuple(consonant + vowel for consonant in _CONSONANTS for vowel in "aiu")
_EVEN = 252
"""Bytes below are evenly distributed over the syllables: 252 = 7 × 36."""
_BY_BYTE = _SYLLABLES * (_EVEN // len(_SYLLABLES))
_UNKIND = re.compile(r"kaka|kiki|fik|titi|nazi|hur|tut|zab|sahar|kuni|dum|himar|hara|bul?a|mudi|susi|suki|kuru?m")
_NO_LETTER = re.compile(r"[^a-z]+")
WORDS = 4


def _block(secret: str, key: str, counter: int) -> list[str]:
    """Return the syllables that an HMAC-SHA-256 block gives, evenly distributed."""
    block = hmac.digest(secret.encode(), f"receipt:{key}:{counter}".encode(), hashlib.sha256)
    return [_BY_BYTE[byte] for byte in block if byte < _EVEN]


def words_for(key: str, secret: str) -> str:
    """Return the receipt of a submission key: four words of six letters joined by hyphens."""
    syllables = chain.from_iterable(_block(secret, key, counter) for counter in count())
    words = map("".join, zip(syllables, syllables, syllables, strict=False))
    return "-".join(islice((word for word in words if not _UNKIND.search(word)), WORDS))


def hash_of(receipt: str) -> str:
    """Return what is stored of a receipt: SHA-256 over its words, however they were typed."""
    letters = _NO_LETTER.sub("", receipt.casefold())
    return hashlib.sha256(letters.encode("ascii")).hexdigest()
