"""Receipts: four words that let their holder go on with a draft, and see, correct or withdraw a response.

The words are made of open syllables that all our languages can say and write (a consonant and a, i or u), three to a
word: 36³ = 46,656 words, of which 44,861 are kind; four of them make 2^61.8 receipts. They are derived from the
submission key with a secret of the instance, so a re-send gets the same words although only their hash is stored. A
phone without a network draws its own (``is_whole``), to which nothing leads that is stored. Each syllable has one
spelling in the scripts of our languages, to be read and typed there.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from itertools import chain, count, islice, product

_CONSONANTS = "bdfhklmnrstz"
_SYLLABLES = tuple(consonant + vowel for consonant in _CONSONANTS for vowel in "aiu")
_EVEN = 252
"""Bytes below are evenly distributed over the syllables: 252 = 7 × 36."""
_BY_BYTE = _SYLLABLES * (_EVEN // len(_SYLLABLES))
_UNKIND = re.compile(r"kaka|kiki|fik|titi|nazi|hur|tut|zab|sahar|kuni|dum|himar|hara|bul?a|mudi|susi|suki|kuru?m")
_NO_LETTER = re.compile(r"[^a-z]+")
_GAP = re.compile(r"[\s\-\u2010-\u2015_.,،/]+")
WORDS, SYLLABLES = 4, 3
_EXAMPLE = "bamiku"
_SYLLABLE = f"[{_CONSONANTS}][aiu]"
_WORD = re.compile(f"(?:{_SYLLABLE}){{{SYLLABLES}}}")
_WHOLE = re.compile(f"{_WORD.pattern}(?:-{_WORD.pattern}){{{WORDS - 1}}}")
_ALPHABETS = {"Arab": "بدفهكلمنرستزايو", "Cyrl": "бдфхклмнрстзаиу"}
"""A letter for each consonant, then for a, i and u."""
_ETHIOPIC = "በደፈሀከለመነረሰተዘ"
"""The first of each consonant's row; u, i and a stand at 1, 2 and 3 behind it."""
_SCRIPTS = {
    **dict.fromkeys(("ar", "fa-AF", "ps-AF", "ckb", "ur"), "Arab"),
    **dict.fromkeys(("uk", "ru", "bg"), "Cyrl"),
    **dict.fromkeys(("ti", "am"), "Ethi"),
}
_VARIANTS = {
    **dict.fromkeys("یىېۍێے", "i"),
    **dict.fromkeys("ہھەةحخ", "h"),
    **dict.fromkeys("ک", "k"),
    **dict.fromkeys("ۆۇ", "u"),
    **dict.fromkeys("ڵ", "l"),
    **dict.fromkeys("ڕ", "r"),
    **dict.fromkeys("ѕ", "s"),
    **dict.fromkeys("іı", "i"),
    **dict.fromkeys("гґһ", "h"),
}
"""Letters that keyboards of these languages offer in place of ours, or that sound like them."""
_ETHIOPIC_VARIANTS = {"ሐ": "h", "ኀ": "h", "ሠ": "s"}
_ORDERS = {0: "a", 3: "a", 2: "i", 1: "u"}
"""How far behind the first of a row a vowel stands; the first itself is said and typed for a."""


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


def example(tag: str) -> str:
    """Return a word as it could be in a receipt, in Latin letters and in the script of a language."""
    own = in_script(_EXAMPLE, tag)
    return f"{_EXAMPLE} / \u2068{own}\u2069" if own else _EXAMPLE


def is_whole(receipt: str) -> bool:
    """Tell whether a text is a receipt, written as we write them."""
    return bool(_WHOLE.fullmatch(receipt))


def drawing() -> dict[str, str]:
    """Return what a phone needs to draw receipts like ours: the consonants, and a pattern of words not to be drawn."""
    return {"consonants": _CONSONANTS, "unkind": _UNKIND.pattern}


def number() -> int:
    """Return how many receipts there are."""
    drawn = ("".join(syllables) for syllables in product(_SYLLABLES, repeat=SYLLABLES))
    kind: int = sum(not _UNKIND.search(word) for word in drawn)
    return int(kind**WORDS)


def _to_latin() -> dict[int, str]:
    spelled = dict(_VARIANTS)
    for alphabet in _ALPHABETS.values():
        spelled.update(zip(alphabet, _CONSONANTS + "aiu", strict=True))
    rows = {**dict(zip(_ETHIOPIC, _CONSONANTS, strict=True)), **_ETHIOPIC_VARIANTS}
    for first, consonant in rows.items():
        spelled.update({chr(ord(first) + order): consonant + vowel for order, vowel in _ORDERS.items()})
    return {ord(letter): latin for letter, latin in spelled.items()}


_LATIN = _to_latin()


def _letters(typed: str) -> str:
    """Return what was typed as Latin letters and nothing else: no blanks, hyphens, vowel signs or direction marks."""
    latin = unicodedata.normalize("NFKD", typed.casefold().translate(_LATIN)).casefold().translate(_LATIN)
    return _NO_LETTER.sub("", latin)


def latin(typed: str) -> str:
    """Return words that were typed as we write them; they must pass `fault_of`."""
    letters = _letters(typed)
    size = 2 * SYLLABLES
    return "-".join(letters[at : at + size] for at in range(0, size * WORDS, size))


def hash_of(receipt: str) -> str:
    """Return what is stored of a receipt: SHA-256 over its words, however and in whichever script they were typed."""
    return hashlib.sha256(_letters(receipt).encode("ascii")).hexdigest()


def fault_of(typed: str) -> str | None:
    """Return None if what was typed can be a receipt; else the first word that cannot be one of the four, or "" if
    there are not four words. Nothing has to be looked up for that.
    """
    letters = _letters(typed)
    if re.fullmatch(f"(?:{_SYLLABLE}){{{SYLLABLES * WORDS}}}", letters):
        return None
    parts = [part for part in _GAP.split(typed) if _letters(part)]
    return next((part for part in parts if not _WORD.fullmatch(_letters(part))), "")
