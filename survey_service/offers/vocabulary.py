"""The words there are, and which of them a typed word may mean: the same, longer ones around it, or ones spelt alike."""

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
_MOST_ALIKE = 30


class Vocabulary:
    """A set of words. They never change; what is asked is cheap, whatever their number."""

    def __init__(self, terms: Iterable[str]) -> None:
        self._terms = sorted(terms)
        self._known = frozenset(self._terms)
        self._text = "\n" + "\n".join(self._terms)
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
        """Return the words that differ from a typed one by as many letters as its length allows, the nearest only."""
        allowed = typos(word)
        if not allowed:
            return []
        near = [term for size in range(len(word) - allowed, len(word) + allowed + 1) for term in self._sized.get(size, ())]
        found = process.extract(word, near, scorer=OSA.distance, score_cutoff=allowed, limit=_MOST_ALIKE)
        least = min((distance for _, distance, _ in found), default=0)
        return [term for term, distance, _ in found if distance == least]

    @functools.cached_property
    def _sized(self) -> dict[int, list[str]]:
        sized: dict[int, list[str]] = {}
        for term in self._terms:
            sized.setdefault(len(term), []).append(term)
        return sized
