"""The county as a drawing: to scale, north above, names that touch neither each other nor a spot."""

from __future__ import annotations

import itertools

import pytest

from survey_service.offers import geography
from survey_service.offers.geography import Drawing, Town
from survey_service.questionnaire.loader import Library


def county(bundled: Library, counts: dict[str, int] | None = None) -> Drawing:
    choices = bundled.questionnaires["offers"].questions["A17"].choices
    return geography.drawing(
        [
            Town(
                choice.name,
                choice.label["*"],
                float(choice.columns["latitude"]),
                float(choice.columns["longitude"]),
                (counts or {}).get(choice.label["*"], 3),
                choice.columns["kind"] == "Stadt",
            )
            for choice in choices
            if choice.columns.get("latitude")
        ]
    )


def box(spot: geography.Spot) -> tuple[float, float, float, float]:
    assert spot.name is not None
    length = 11 * len(spot.town.name)
    left = spot.name.x - {"start": 0.0, "middle": 0.5, "end": 1.0}[spot.name.anchor] * length
    return left, spot.name.y - 14, left + length, spot.name.y + 4


def touch(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def test_towns_lie_to_scale_with_north_above(bundled: Library) -> None:
    drawn = {spot.town.name: spot for spot in county(bundled).spots}
    assert len(drawn) == 37
    assert drawn["Brotterode-Trusetal"].y < drawn["Schmalkalden"].y < drawn["Meiningen"].y < drawn["Grabfeld"].y
    assert drawn["Birx"].x < drawn["Meiningen"].x < drawn["Zella-Mehlis"].x < drawn["Oberhof"].x
    apart = (drawn["Meiningen"].x - drawn["Schmalkalden"].x, drawn["Meiningen"].y - drawn["Schmalkalden"].y)
    assert 160 < (apart[0] ** 2 + apart[1] ** 2) ** 0.5 < 185, "17 kilometres, ten units each"


def test_names_touch_nothing_and_all_towns_have_one(bundled: Library) -> None:
    drawn = county(bundled, {"Meiningen": 400, "Schmalkalden": 90})
    named = [spot for spot in drawn.spots if spot.name]
    assert {spot.town.name for spot in drawn.spots if spot.town.is_town} <= {spot.town.name for spot in named}
    assert len(named) > 20
    for one, other in itertools.combinations(named, 2):
        assert not touch(box(one), box(other)), (one.town.name, other.town.name)
    for one, other in itertools.product(named, drawn.spots):
        if one is not other:
            around = (other.x - other.radius, other.y - other.radius, other.x + other.radius, other.y + other.radius)
            assert not touch(box(one), around), (one.town.name, other.town.name)
    for spot in named:
        left, top, right, bottom = box(spot)
        assert (left >= 0, top >= 0, right <= drawn.width, bottom <= drawn.height) == (True, True, True, True)


def test_circles_grow_with_the_number_and_small_ones_are_drawn_last() -> None:
    towns = [Town("a", "A", 50, 10, 0), Town("b", "B", 50.1, 10.1, 1), Town("c", "C", 50.2, 10.2, 10_000)]
    drawn = geography.drawing(towns)
    assert [spot.town.code for spot in drawn.spots] == ["c", "b", "a"]
    assert [round(spot.radius, 1) for spot in drawn.spots] == [24, 5.8, 4]


def test_no_town_is_an_empty_drawing_and_one_is_in_the_middle() -> None:
    assert geography.drawing([]).spots == ()
    (spot,) = geography.drawing([Town("a", "A", 50, 10, 1)]).spots
    assert (spot.x, spot.y) == (66, 40)


@pytest.mark.parametrize(("latitude", "longitude", "placed"), [("50.5", "10.4", True), ("", "", False)])
def test_what_is_a_place_on_earth(latitude: str, longitude: str, placed: bool) -> None:
    assert geography.is_placed(latitude, longitude) is placed
    assert not geography.is_placed("91", "10")
    assert not geography.is_placed("nan", "10")
