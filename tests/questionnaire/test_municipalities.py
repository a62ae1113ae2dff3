"""Where the municipalities lie: within the county's bounds, each at a place of its own."""

from __future__ import annotations

import itertools
import math

from survey_service.questionnaire.loader import Library

SOUTH, NORTH, WEST, EAST = 50.40, 50.86, 10.02, 10.78
"""The bounds of the county of Schmalkalden-Meiningen, in degrees (WGS 84)."""


def places(bundled: Library) -> dict[str, tuple[float, float]]:
    choices = bundled.questionnaires["offers"].questions["A17"].choices
    return {
        choice.label["*"]: (float(choice.columns["latitude"]), float(choice.columns["longitude"]))
        for choice in choices
        if choice.columns.get("latitude")
    }


def kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    east = (one[1] - other[1]) * math.cos(math.radians(one[0]))
    return math.hypot(one[0] - other[0], east) * 111.2


def test_all_but_one_lie_within_the_county(bundled: Library) -> None:
    found = places(bundled)
    assert len(found) == 37
    assert "Rhönblick" not in found
    for name, (latitude, longitude) in found.items():
        assert SOUTH < latitude < NORTH, name
        assert WEST < longitude < EAST, name


def test_distances_are_plausible(bundled: Library) -> None:
    """Straight distances measured on a map, in kilometres."""
    found = places(bundled)
    for one, other, distance in (
        ("Meiningen", "Schmalkalden", 17),
        ("Meiningen", "Zella-Mehlis", 20),
        ("Schmalkalden", "Oberhof", 20),
        ("Meiningen", "Kaltennordheim", 19),
        ("Meiningen", "Untermaßfeld", 4),
    ):
        assert abs(kilometres(found[one], found[other]) - distance) < 1.5, (one, other)
    for (one, here), (other, there) in itertools.combinations(found.items(), 2):
        assert 0.8 < kilometres(here, there) < 60, (one, other)
