"""Places in repeats: nested inputs change in one place only, and keys follow when an entry goes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from survey_service.questionnaire import places

INPUTS = {"a": 1, "house": [{"name": "Ali"}, {"name": "Sara", "pets": [{"pet": "cat"}, {"pet": "dog"}]}]}


def test_keys_count_from_one() -> None:
    assert places.key((), "a") == "a"
    assert places.key((("house", 1), ("pets", 0)), "pet") == "house~2/pets~1/pet"


def test_at() -> None:
    assert places.at(INPUTS, (("house", 1), ("pets", 1))) == {"pet": "dog"}
    assert places.at(INPUTS, (("house", 7),)) == {}
    assert places.at({"house": "no list"}, (("house", 0),)) == {}


def test_put_changes_one_entry_and_leaves_the_given_inputs_alone() -> None:
    changed = places.put(INPUTS, (("house", 1), ("pets", 1)), {"pet": "fish", "age": 2})
    assert changed["house"][1] == {"name": "Sara", "pets": [{"pet": "cat"}, {"pet": "fish", "age": 2}]}
    assert changed["house"][0] == {"name": "Ali"}
    assert INPUTS["house"][1]["pets"][1] == {"pet": "dog"}  # type: ignore[index]


def test_put_beyond_the_end_fills_with_empty_entries() -> None:
    assert places.put({}, (("house", 2),), {"name": "Mo"}) == {"house": [{}, {}, {"name": "Mo"}]}


def test_without_moves_up_what_stands_behind() -> None:
    assert places.without(INPUTS, (("house", 0),))["house"] == [INPUTS["house"][1]]  # type: ignore[index]
    assert places.without(INPUTS, (("house", 1), ("pets", 0)))["house"][1]["pets"] == [{"pet": "dog"}]
    assert places.without(INPUTS, (("house", 5),)) == INPUTS


def test_keys_follow_when_an_entry_goes() -> None:
    keys = ("a", "house", "house~1/name", "house~2/name", "house~2/pets~1/pet", "house~10/name", "housing~2/name")
    assert places.keys_without(keys, (("house", 0),)) == (
        *("a", "house", "house~1/name", "house~1/pets~1/pet", "house~9/name", "housing~2/name"),
    )
    assert places.keys_without(keys, (("house", 1), ("pets", 0))) == (
        *("a", "house", "house~1/name", "house~2/name", "house~10/name", "housing~2/name"),
    )


@given(st.integers(0, 5), st.integers(0, 5))
def test_inputs_and_keys_move_alike(gone: int, other: int) -> None:
    inputs = {"r": [{"q": number} for number in range(6)]}
    kept = places.without(inputs, (("r", gone),))
    (key,) = places.keys_without([places.key((("r", other),), "q")], (("r", gone),)) or ("",)
    expected = [number for number in range(6) if number != gone]
    assert [entry["q"] for entry in kept["r"]] == expected
    assert key == (places.key((("r", expected.index(other)),), "q") if other != gone else "")
