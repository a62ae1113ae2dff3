"""Words of a text so folded that spellings of one word are equal, in the scripts that respondents write.

Case, accents and vowel signs, tatweel and joiners go; digits are ASCII; the letters that Arabic, Persian, Urdu and
Kurdish keyboards write differently (ي ى ی, ك ک, ه ة) are one, and so are the Ethiopic letters that Amharic speaks
alike.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

_JOINERS = "\u0640\u200c\u200d\u200e\u200f\u00ad"
_LETTERS = {
    "ى": "ی", "ي": "ی", "ې": "ی", "ۍ": "ی", "ێ": "ی",
    "ك": "ک", "ة": "ه", "ۀ": "ه", "ہ": "ه", "ھ": "ه", "ە": "ه",
    "ٱ": "ا", "ۆ": "و", "ڵ": "ل", "ڕ": "ر",
    "ı": "i", "ł": "l", "đ": "d", "ø": "o", "æ": "ae", "œ": "oe",
    "’": "'", "ʼ": "'",
}  # fmt: skip
_ALIKE = {0x1210: 0x1200, 0x1280: 0x1200, 0x1220: 0x1230, 0x12D0: 0x12A0, 0x1340: 0x1338}
"""Rows of eight Ethiopic letters → the row spoken alike in Amharic."""
_TABLE = str.maketrans(
    {
        **dict.fromkeys(_JOINERS, ""),
        **_LETTERS,
        **{chr(row + each): chr(alike + each) for row, alike in _ALIKE.items() for each in range(8)},
    }
)
_CONJUNCTIONS, _PREPOSITIONS, _ARTICLE = ("و", "ف"), ("ب", "ک", "ل"), "ال"
_LEAST_STEM = 3


def fold(text: str) -> str:
    """Return a text as it is compared."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    kept = (letter for letter in unicodedata.normalize("NFKD", plain) if unicodedata.category(letter) != "Mn")
    return ascii_digits(unicodedata.normalize("NFC", "".join(kept)).translate(_TABLE))


def ascii_digits(text: str) -> str:
    """Return a text with the digits of all scripts as ASCII; its length stays."""
    values = ((letter, unicodedata.decimal(letter, None)) for letter in text)
    return "".join(letter if value is None else str(value) for letter, value in values)


def words(text: str) -> list[str]:
    """Return the folded words of a text in order; whatever is no letter or digit parts them, in any script."""
    return "".join(letter if _in_word(letter) else " " for letter in fold(text)).split()


def _in_word(letter: str) -> bool:
    return letter.isalnum() or unicodedata.category(letter) == "Mc"  # a vowel sign of its own width


def forms(word: str) -> frozenset[str]:
    """Return a folded word and, in Arabic script, what it is without the particles that are written onto it."""
    return frozenset(_stems(word)) if "\u0600" <= word[:1] <= "\u06ff" else frozenset((word,))


def _stems(word: str) -> Iterator[str]:
    starts = [word]
    if word.startswith(_CONJUNCTIONS):
        starts.append(word[1:])
    for start in starts:
        yield from _long_enough(start)
        if start.startswith(_ARTICLE):
            yield from _long_enough(start[2:])
        if start.startswith(_PREPOSITIONS):
            rest = start[1:]
            yield from _long_enough(rest)
            if rest.startswith(_ARTICLE):
                yield from _long_enough(rest[2:])
            elif start.startswith("لل"):  # "for the": the article has lost its alif
                yield from _long_enough(rest[1:])


def _long_enough(word: str) -> Iterator[str]:
    if len(word) >= _LEAST_STEM:
        yield word
