"""The words there are, and which of them a typed word may mean: itself, longer ones around it, or ones spelt alike."""

from __future__ import annotations

import functools
from bisect import bisect_right
from collections.abc import Iterable

from rapidfuzz import process
from rapidfuzz.distance import OSA

from survey_service.offers.search_words import typos

_LEAST_WITHIN = 4
"""Shorter words are found at the beginning of others only, not within them."""
_LEAST_BEGINNING = 2
_LEAST_END = 6
"""Shorter words are compared with whole ones only."""
_MOST_ALIKE = 30


class Vocabulary:
    """A set of words. They never change; what is asked is cheap, whatever their number."""

    def __init__(self, terms: Iterable[str]) -> None:
        self._terms = sorted(terms)
        self._known = frozenset(self._terms)
        self._text = "\n" + "\n".join(self._terms)
        self._known_ends: dict[int, list[str]] = {}
        self._starts = [0]
        for term in self._terms:
            self._starts.append(self._starts[-1] + len(term) + 1)

    def __contains__(self, word: str) -> bool:
        return word in self._known

    def around(self, word: str) -> list[str]:
        """Return the words that a typed one is, begins, or stands in: ``sprachkurs`` in ``deutschsprachkurs``."""
        if len(word) < _LEAST_BEGINNING:
            return [word] if word in self._known else []
        wanted = word if len(word) >= _LEAST_WITHIN else f"\n{word}"
        found, at, text = [], self._text.find(wanted), self._text
        while at >= 0:
            number = bisect_right(self._starts, at) - 1
            found.append(self._terms[number])
            at = text.find(wanted, self._starts[number + 1])
        return found

    def alike(self, word: str) -> list[str]:
        """Return the words that hold one that differs from a typed one by as many letters as its length allows.

        Whole words come first; only if there are none, beginnings and ends of longer ones are compared.
        """
        allowed = typos(word)
        if not allowed:
            return []
        sizes = range(len(word) - allowed, len(word) + allowed + 1)
        near = _nearest(word, [term for size in sizes for term in self._sized.get(size, ())], allowed)
        if not near and len(word) >= _LEAST_END:
            near = _nearest(word, [end for size in range(len(word) - 1, len(word) + 2) for end in self._ends(size)], 1)
        return list(dict.fromkeys(found for one in near for found in self.around(one)))

    @functools.cached_property
    def _sized(self) -> dict[int, list[str]]:
        sized: dict[int, list[str]] = {}
        for term in self._terms:
            sized.setdefault(len(term), []).append(term)
        return sized

    def _ends(self, size: int) -> list[str]:
        """Return what longer words begin or end with, in so many letters."""
        if size not in self._known_ends:
            longer = [term for term in self._terms if len(term) > size]
            ends = (end for term in longer for end in (term[:size], term[-size:]))
            self._known_ends[size] = list(dict.fromkeys(ends))
        return self._known_ends[size]


def _nearest(word: str, among: list[str], allowed: int) -> list[str]:
    found = process.extract(word, among, scorer=OSA.distance, score_cutoff=allowed, limit=_MOST_ALIKE)
    least = min((distance for _, distance, _ in found), default=0)
    return [term for term, distance, _ in found if distance == least]
