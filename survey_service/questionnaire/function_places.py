"""The rules of the geographic functions: the length and the area of a sequence of points on a sphere.

A point is "latitude longitude [altitude accuracy]" in degrees and metres. Source: the ODK XForms specification, section
"XPath Functions": the circumference of the earth around the equator counts, altitude does not. Radius of that circle:
6,378,100 m (IAU 2015 nominal value, resolution B3).
"""

from __future__ import annotations

import itertools
import math
import re

from survey_service.questionnaire.values import NAN

RADIUS = 6_378_100.0
_NUMBER = r"-?[0-9]+(?:\.[0-9]*)?"
_POINT = re.compile(rf"({_NUMBER})\s+({_NUMBER})(?:\s+{_NUMBER}){{0,2}}")
Point = tuple[float, float]


def _points(texts: tuple[str, ...]) -> list[Point] | None:
    """Return (latitude, longitude) in radians of all points in the texts, None if there is none or one is no point."""
    points = []
    for part in (part for text in texts for part in text.strip().rstrip(";").split(";")):
        match = _POINT.fullmatch(part.strip())
        if match is None or abs(float(match[1])) > 90 or abs(float(match[2])) > 180:
            return None
        points.append((math.radians(float(match[1])), math.radians(float(match[2]))))
    return points or None


def distance(*texts: str) -> float:
    """Return the metres along the points, to the centimetre (haversine formula); NaN if one is no point."""
    points = _points(texts)
    if points is None:
        return NAN
    return round(math.fsum(_between(one, other) for one, other in itertools.pairwise(points)), 2)


def _between(one: Point, other: Point) -> float:
    half = (
        math.sin((other[0] - one[0]) / 2) ** 2
        + math.cos(one[0]) * math.cos(other[0]) * math.sin((other[1] - one[1]) / 2) ** 2
    )
    return 2 * RADIUS * math.asin(math.sqrt(min(1.0, half)))


def area(*texts: str) -> float:
    """Return the square metres within the points, to two places; NaN if one is no point.

    The area under each side, between it and the equator, is taken with its sign and added up (the trapezoid rule on the
    sphere's equal-area cylinder). Sides are assumed to be short.
    """
    points = _points(texts)
    if points is None:
        return NAN
    total = 0.0
    if len(points) > 2:
        for (latitude, longitude), (next_latitude, next_longitude) in itertools.pairwise([*points, points[0]]):
            total += (next_longitude - longitude) * (2 + math.sin(latitude) + math.sin(next_latitude))
    return round(abs(total) * RADIUS * RADIUS / 2, 2)
