"""Receipts: four words that let their holder see, correct or withdraw a response.

The words are made of open syllables that all our languages can say and write (a consonant and a, i or u), three to a
word: 36³ = 46,656 words, four of them 2^62 receipts. They are derived from the submission key with a secret of the
instance, so a re-send gets the same words although only their hash is stored. A phone without a network draws its own
(``is_whole``). Each syllable has one spelling in the scripts of our languages, to be read and typed there.
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
_WHOLE = re.compile(f"(?:[{_CONSONANTS}][aiu]){{3}}(?:-(?:[{_CONSONANTS}][aiu]){{3}}){{{WORDS - 1}}}")
_ALPHABETS = {"Arab": "بدفهكلمنرستزايو", "Cyrl": "бдфхклмнрстзаиу"}
"""A letter for each consonant, then for a, i and u."""
_ETHIOPIC = "በደፈሀከለመነረሰተዘ"
"""The first of each consonant's row; u, i and a stand at 1, 2 and 3 behind it."""
_SCRIPTS = {
    **dict.fromkeys(("ar", "fa-AF", "ps-AF", "ckb", "ur"), "Arab"),
    **dict.fromkeys(("uk", "ru", "bg"), "Cyrl"),
    **dict.fromkeys(("ti", "am"), "Ethi"),
}
_VARIANTS = {"ک": "k", "ی": "i", "ى": "i", "ہ": "h", "ھ": "h", "ە": "h", "і": "i", "й": "i", "г": "h"}
"""Letters that keyboards of these languages offer in place of ours."""


def _block(secret: str, key: str, counter: int) -> list[str]:
    """Return the syllables that an HMAC-SHA-256 block gives, evenly distributed."""
    block = hmac.digest(secret.encode(), f"receipt:{key}:{counter}".encode(), hashlib.sha256)
    return [_BY_BYTE[byte] for byte in block if byte < _EVEN]


def words_for(key: str, secret: str) -> str:
    """Return the receipt of a submission key: four words of six letters joined by hyphens."""
    syllables = chain.from_iterable(_block(secret, key, counter) for counter in count())
    words = map("".join, zip(syllables, syllables, syllables, strict=False))
    return "-".join(islice((word for word in words if not _UNKIND.search(word)), WORDS))


def syllables(tag: str) -> tuple[str, ...]:
    """Return how each syllable is written in the script of a language, in the order ba, bi, bu, da …; nothing for
    languages in Latin letters."""
    script = _SCRIPTS.get(tag, "")
    if script == "Ethi":
        return tuple(chr(ord(first) + offset) for first in _ETHIOPIC for offset in (3, 2, 1))
    letters = _ALPHABETS.get(script, "")
    return tuple(consonant + vowel for consonant in letters[:-3] for vowel in letters[-3:])


def in_script(receipt: str, tag: str) -> str:
    """Return a receipt as it is written in the script of a language; "" for languages in Latin letters."""
    spelled = dict(zip(_SYLLABLES, syllables(tag), strict=False))
    words = receipt.split("-")
    return "-".join("".join(spelled[word[at : at + 2]] for at in (0, 2, 4)) for word in words) if spelled else ""


def is_whole(receipt: str) -> bool:
    """Tell whether a text is a receipt, written as we write them."""
    return bool(_WHOLE.fullmatch(receipt))


def drawing() -> dict[str, str]:
    """Return what a phone needs to draw receipts like ours: the consonants, and a pattern of words not to be drawn."""
    return {"consonants": _CONSONANTS, "unkind": _UNKIND.pattern}


def _to_latin() -> dict[int, str]:
    spelled = dict(_VARIANTS)
    for alphabet in _ALPHABETS.values():
        spelled.update(zip(alphabet, _CONSONANTS + "aiu", strict=True))
    spelled.update(zip(syllables("ti"), _SYLLABLES, strict=True))
    return {ord(letter): latin for letter, latin in spelled.items()}


_LATIN = _to_latin()


def hash_of(receipt: str) -> str:
    """Return what is stored of a receipt: SHA-256 over its words, however and in whichever script they were typed."""
    letters = _NO_LETTER.sub("", receipt.casefold().translate(_LATIN))
    return hashlib.sha256(letters.encode("ascii")).hexdigest()
