"""The county as a drawing: municipalities as spots by their coordinates, names where they find room."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

UNITS_OF_KILOMETRE = 10
_KILOMETRES_OF_DEGREE = 111.2
_SIDE, _MARGIN, _LETTER, _LINE, _GAP = 66, 40, 11, 19, 4
_LEAST, _MOST, _NONE = 4.0, 24.0, 4.0


_SHIFTS = (0.5, 0.0, 1.0, 0.2, 0.8)
"""How much of a name, above or below its spot, may stand to the left of it; the best first."""
_ANCHORS: Mapping[float, tuple[str, float | None]] = {0.5: ("middle", None), 0.0: ("start", None), 1.0: ("end", None)}


@dataclass(frozen=True)
class Town:
    """A municipality: its code, name, latitude and longitude in degrees, and how many offers there are for it."""

    code: str
    name: str
    latitude: float
    longitude: float
    count: int
    is_town: bool = False


@dataclass(frozen=True)
class Name:
    """Where a name stands: the base line's point, and what of the name is there (SVG's ``text-anchor``)."""

    x: float
    y: float
    anchor: str


@dataclass(frozen=True)
class Spot:
    """A municipality on the drawing; without room for its name there is none."""

    town: Town
    x: float
    y: float
    radius: float
    name: Name | None


@dataclass(frozen=True)
class Drawing:
    """Spots on a surface of so many units; smaller spots come last, so that none is hidden."""

    width: float
    height: float
    spots: tuple[Spot, ...]


Box = tuple[float, float, float, float]


def drawing(towns: Sequence[Town]) -> Drawing:
    """Return the municipalities to scale, north above. Names of towns take their room first, the longest of them before
    all others, then those of places with many offers.
    """
    if not towns:
        return Drawing(2 * _SIDE, 2 * _MARGIN, ())
    north, west = max(town.latitude for town in towns), min(town.longitude for town in towns)
    middle = (north + min(town.latitude for town in towns)) / 2
    down = _KILOMETRES_OF_DEGREE * UNITS_OF_KILOMETRE
    across = down * math.cos(math.radians(middle))
    at = {
        town.code: (_SIDE + (town.longitude - west) * across, _MARGIN + (north - town.latitude) * down)
        for town in towns
    }
    width = max(x for x, _ in at.values()) + _SIDE
    height = max(y for _, y in at.values()) + _MARGIN
    taken = [_around(*at[town.code], _radius(town)) for town in towns]
    names: dict[str, Name | None] = {}
    for town in sorted(
        towns, key=lambda town: (not town.is_town, -len(town.name) if town.is_town else -town.count, town.name)
    ):
        names[town.code] = _room(town, *at[town.code], (width, height), taken)
    spots = (Spot(town, *at[town.code], _radius(town), names[town.code]) for town in towns)
    return Drawing(width, height, tuple(sorted(spots, key=lambda spot: -spot.radius)))


def _radius(town: Town) -> float:
    """Return a radius whose circle's area grows with the number of offers, within limits."""
    return min(_MOST, _LEAST + 1.8 * math.sqrt(town.count)) if town.count else _NONE


def _room(town: Town, x: float, y: float, size: tuple[float, float], taken: list[Box]) -> Name | None:
    """Return where a name fits without touching anything taken, and take that room; None if it fits nowhere."""
    length, away = _LETTER * len(town.name), _radius(town) + _GAP
    above, below, beside = y - away, y + away + _LINE * 0.7, y + _LINE / 3
    places = [(Name(x + away, beside, "start"), x + away), (Name(x - away, beside, "end"), x - away - length)]
    for part in _SHIFTS:
        left = x - part * length
        anchor, at = _ANCHORS.get(part, ("start", left))
        places += [(Name(x if at is None else at, line, anchor), left) for line in (above, below)]
    for name, left in places:
        box = (left, name.y - _LINE * 0.75, left + length, name.y + _LINE * 0.25)
        inside = box[0] >= 0 and box[1] >= 0 and box[2] <= size[0] and box[3] <= size[1]
        if inside and not any(_touch(box, other) for other in taken):
            taken.append(box)
            return name
    return None


def _around(x: float, y: float, radius: float) -> Box:
    return (x - radius, y - radius, x + radius, y + radius)


def _touch(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def is_placed(latitude: str, longitude: str) -> bool:
    """Tell whether texts are the coordinates of a place on earth."""
    try:
        return -90 <= float(latitude) <= 90 and -180 <= float(longitude) <= 180
    except ValueError:
        return False
