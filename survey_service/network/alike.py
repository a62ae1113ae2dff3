"""Names of organisations that look as if they were one: only a hint, somebody decides."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from rapidfuzz import fuzz

from survey_service.offers.folding import fold_name

_ALIKE = 88
"""How alike, of 100, two names must be."""
_MOST = 10


def pairs(names: Sequence[str]) -> list[tuple[str, str]]:
    """Return pairs of names that differ by little, the likest first, at most ten."""
    folded = [(name, fold_name(name)) for name in names]
    found = [
        (-likeness, one, other)
        for (one, first), (other, second) in itertools.combinations(folded, 2)
        if first != second and (likeness := fuzz.ratio(first, second, score_cutoff=_ALIKE))
    ]
    return [(one, other) for _, one, other in sorted(found)[:_MOST]]
