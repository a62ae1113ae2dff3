"""How alike two texts are: the cosine of their character n-grams weighted by TF-IDF, in any language and script."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping

from survey_service.coding import folding

SHORTEST, LONGEST = 3, 5
_MOST_CHARACTERS = 2_000
Vector = Mapping[str, float]


class Index:
    """Texts by name, to be asked which of them are like another one."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        counted = {name: _grams(text) for name, text in texts.items()}
        self._spread: Counter[str] = Counter()
        for grams in counted.values():
            self._spread.update(grams.keys())
        self._size = len(texts)
        self._vectors = {name: self._vector(grams) for name, grams in counted.items()}

    def nearest(self, text: str, *, least: float, most: int) -> list[tuple[str, float]]:
        """Return the names of at most so many texts at least so alike (0 to 1), the most alike first."""
        asked = self._vector(_grams(text))
        found = [(name, _cosine(asked, vector)) for name, vector in self._vectors.items()]
        return sorted((pair for pair in found if pair[1] >= least), key=lambda pair: (-pair[1], pair[0]))[:most]

    def _vector(self, grams: Counter[str]) -> Vector:
        """Return weights of length 1: what stands in many texts counts little (smoothed inverse document frequency)."""
        weights = {
            gram: (1 + math.log(count)) * (math.log((1 + self._size) / (1 + self._spread[gram])) + 1)
            for gram, count in grams.items()
        }
        length = math.sqrt(math.fsum(weight * weight for weight in weights.values()))
        return {gram: weight / length for gram, weight in weights.items()} if length else {}


def _grams(text: str) -> Counter[str]:
    """Return the n-grams of the words of a text; a word's ends belong to them."""
    found: Counter[str] = Counter()
    for word in folding.words(text[:_MOST_CHARACTERS]):
        framed = f" {word} "
        for size in range(SHORTEST, LONGEST + 1):
            found.update(framed[start : start + size] for start in range(len(framed) - size + 1))
    return found


def _cosine(one: Vector, other: Vector) -> float:
    small, large = (one, other) if len(one) <= len(other) else (other, one)
    return min(1.0, math.fsum(weight * large.get(gram, 0.0) for gram, weight in small.items()))
