"""What differs between two states of an offer's answers, and whether that is small."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SMALL = frozenset(
    {"A06", "A08_days", "A08_from", "A08_to", "A08_times", "A18_wait", "A19_max", "A19_free"}
    | {"A20_name", "A20_phone", "A20_email", "A22_by", "A02_email", "A13"}
)
"""Questions whose answers a trusted provider may change without waiting: times, places free, status, whom to call."""


@dataclass(frozen=True)
class Difference:
    """The answer to one question before and after; None if there was or is none."""

    question: str
    before: Any
    after: Any


def between(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Return what differs between two states, in the order of the questions' names."""
    names = sorted({*before, *after})
    return tuple(
        Difference(name, before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)
    )


def are_small(differences: tuple[Difference, ...]) -> bool:
    """Tell whether all that differs may change without a decision of the desk."""
    return all(difference.question in SMALL for difference in differences)
