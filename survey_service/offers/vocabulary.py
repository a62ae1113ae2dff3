"""The words there are, and which of them a typed word may mean: itself, longer ones around it, or ones spelt alike."""

from __future__ import annotations

import itertools
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
_MOST_ALIKE = 10
_FAR = 99


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
        return self._holding(word if len(word) >= _LEAST_WITHIN else f"\n{word}")

    def alike(self, word: str) -> tuple[int, list[str]]:
        """Return the words that differ from a typed one by as few letters as any does and its length allows, and how
        far off they are: the less, the better.

        Whole words come first; only if there are none, beginnings and ends of longer ones are compared.
        """
        allowed = typos(word)
        if not allowed:
            return _FAR, []
        sharing = self._sharing(word, allowed)
        distance, near = _nearest(word, [term for term in sharing if abs(len(term) - len(word)) <= allowed], allowed)
        if not near and len(word) >= _LEAST_END:
            distance, near = _nearest(word, _ends(sharing, len(word)), 1)
            distance += allowed
        return (distance, near) if near else (_FAR, [])

    def _sharing(self, word: str, allowed: int) -> set[str]:
        """Return the words that share with a typed one what so many mistakes must leave.

        Cut into one more piece than there are mistakes, it has a piece that is right; only two letters swapped where it
        is cut must be looked for by themselves.
        """
        cuts = [len(word) * number // (allowed + 1) for number in range(allowed + 2)]
        pieces = {word[begin:end] for begin, end in itertools.pairwise(cuts)}
        for cut in cuts[1:-1]:
            pieces.add(word[cut - 2 : cut - 1] + word[cut] + word[cut - 1] + word[cut + 1 : cut + 2])
        return {term for piece in pieces for term in self._holding(piece)}

    def _holding(self, wanted: str) -> list[str]:
        """Return the words in which a text stands; one that begins with a line break stands at their beginning."""
        found, text, starts = [], self._text, self._starts
        at = text.find(wanted)
        while at >= 0:
            number = bisect_right(starts, at) - 1
            found.append(self._terms[number])
            at = text.find(wanted, starts[number + 1])
        return found


def _ends(terms: Iterable[str], size: int) -> list[str]:
    """Return what longer words begin or end with, in about so many letters."""
    sizes = range(size - 1, size + 2)
    longer = [term for term in terms if len(term) > size]
    return list(dict.fromkeys(end for term in longer for one in sizes for end in (term[:one], term[-one:])))


def _nearest(word: str, among: list[str], allowed: int) -> tuple[int, list[str]]:
    found = process.extract(word, among, scorer=OSA.distance, score_cutoff=allowed, limit=_MOST_ALIKE)
    least = min((distance for _, distance, _ in found), default=0)
    return least, [term for term, distance, _ in found if distance == least]
