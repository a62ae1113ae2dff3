"""Drawing by weights: the small vocabulary the demo is written in."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")
Inputs = dict[str, object]
Weights = Mapping[str, float]


def pick(dice: random.Random, weights: Mapping[T, float]) -> T:
    """Return one of the keys, each as likely as its weight."""
    return dice.choices(list(weights), list(weights.values()))[0]


def several(dice: random.Random, weights: Weights, count: int) -> list[str]:
    """Return up to ``count`` different keys, the heavy ones more likely."""
    left = {name: weight for name, weight in weights.items() if weight > 0}
    chosen: list[str] = []
    while left and len(chosen) < count:
        name = pick(dice, left)
        chosen.append(name)
        del left[name]
    return chosen


def happens(dice: random.Random, probability: float) -> bool:
    """Return True with the given probability."""
    return dice.random() < probability


def spread(names: Sequence[str], heavy: Weights, light: float = 1.0) -> dict[str, float]:
    """Return weights for all names: those of ``heavy``, and ``light`` for the others."""
    return {name: heavy.get(name, light) for name in names}
