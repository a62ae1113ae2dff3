"""Words as the directory compares them: folded, umlauts both ways, Arabic words without article and endings."""

from __future__ import annotations

import functools
import re
import unicodedata

from survey_service.offers.folding import fold

LEAST_FUZZY = 4
"""Shorter words must be spelt right: almost any other is but one letter away."""
_LEAST_TWO_TYPOS = 8
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "ae", "Ö": "oe", "Ü": "ue"})
_ARTICLE = re.compile(r"(?:[وفبک]?ال|لل)(?=..)")
_ENDING = re.compile(r"(?<=...)(?:ات|ها|ین|ون|ه)$")
_JOINTS = ("", "s", "es", "n", "en")
"""What German puts between the parts of a compound."""
_LEAST_PART = 4


def words(text: str) -> list[str]:
    """Return the words of a text in their order, each as it is compared."""
    return [_bare(word) for word in fold(text).split()]


def spellings(text: str) -> set[str]:
    """Return all words of a text in all their spellings: ``Möbel`` is found as ``mobel`` and as ``moebel``."""
    return {word for part in text.split() for word in _spelt(part)}


@functools.lru_cache(maxsize=50_000)
def _spelt(part: str) -> frozenset[str]:
    return frozenset(word for variant in _variants(part) for word in words(variant))


def asked(text: str) -> list[tuple[str, ...]]:
    """Return the words of a query in their order, each with its spellings."""
    found = []
    for part in text.split():
        variants = [words(variant) for variant in _variants(part)]
        if len({len(variant) for variant in variants}) == 1:
            found += [tuple(dict.fromkeys(same)) for same in zip(*variants, strict=True)]
        else:
            found += [(word,) for word in variants[0]]
    return list(dict.fromkeys(found))


def typos(word: str) -> int:
    """Return how many letters of a word may be wrong, missing, too many or swapped."""
    return 0 if len(word) < LEAST_FUZZY else 1 if len(word) < _LEAST_TWO_TYPOS else 2


def parts(word: str) -> list[tuple[str, str]]:
    """Return where a compound may be cut: the first part in each form that German may have given it, and the second."""
    cuts = range(_LEAST_PART, len(word) - _LEAST_PART + 1)
    return [
        (word[: cut - len(joint)], word[cut:])
        for cut in cuts
        for joint in _JOINTS
        if word[:cut].endswith(joint) and cut - len(joint) >= _LEAST_PART
    ]


def _variants(text: str) -> list[str]:
    composed = unicodedata.normalize("NFC", text)
    spelt_out = composed.translate(_UMLAUTS)
    return [composed] if spelt_out == composed else [composed, spelt_out]


def _bare(word: str) -> str:
    """Return a folded word without the Arabic article, however often it seems to stand there, and common endings.

    ``ألماني`` and ``الألمانية`` become the same: what begins like the article by chance loses that on both sides.
    """
    if not "\u0600" <= word[0] <= "\u06ff":
        return word
    while (shorter := _ARTICLE.sub("", word, count=1) if _ARTICLE.match(word) else word) != word:
        word = shorter
    return _ENDING.sub("", word)
