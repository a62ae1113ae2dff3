"""Numbers of people in texts of statements: everybody sees them rounded, and a version that tells them stays open."""

from __future__ import annotations

import pytest

from survey_service.concept import accepting, items, versions
from survey_service.concept.exactness import tells_exactly
from survey_service.concept.model import Evidence
from survey_service.problems import Problem
from survey_service.store.base import Store
from tests.concept.conftest import adopt, begin, block, file

BASIS = Evidence(1, "gaps", "abc", "2026-Q2", "work", "answered", 42, 97, 42 / 97, 0.34, 0.53)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("42 suchen.", True),
        ("Von 97 Menschen", True),
        ("(97)", True),
        ("٤٢ شخصًا", True),
        ("۹۷ نفر", True),
        ("42.", True),
        ("42, sagt man", True),
        ("42 % suchen", False),
        ("42% suchen", False),
        ("٤٢٪", False),
        ("42,1 % suchen", False),
        ("42.1 percent", False),
        ("420 oder 1.042 oder 142", False),
        ("Etwa 40 von 95", False),
        ("keine Zahl", False),
    ],
)
def test_an_exact_number_is_found_in_any_digits_and_a_share_is_none(text: str, told: bool) -> None:
    assert tells_exactly({"de": text}, BASIS, (40, 95)) == (["de"] if told else [])
    assert tells_exactly({"de": text}, BASIS, (42, 97)) == []


@pytest.mark.parametrize("text", ["1.042", "1,042", "1 042", "1’042", "1042", "12\u202f345", "12345"])
def test_a_number_in_groups_is_one_number(text: str) -> None:
    many = Evidence(1, "gaps", "abc", "2026-Q2", "work", "answered", 1_042, 12_345, 0.084, 0.08, 0.09)
    assert tells_exactly({"de": f"Es sind {text} Menschen."}, many, (None, None)) == ["de"]


def test_a_version_that_tells_exact_numbers_is_not_adopted(store: Store) -> None:
    number = begin(store)
    accepting.accept(store, number, file(store, block()), "Mara")  # 42 of 97: “40 of 95” in the report's own sentence
    items.edit(store, number, "item-1", seen=1, texts={"de": "Etwa 40 Menschen.", "en": "42 of them."}, by="Mara")
    with pytest.raises(Problem) as caught:
        adopt(store, number)
    assert (caught.value.code, caught.value.details) == ("concept.exact", {"numbers": "1"})
    assert versions.newest_adopted(store) is None
    versions.take_back(store, number, "Mara")
    items.edit(store, number, "item-1", seen=2, texts={"de": "Etwa 40 Menschen.", "en": "About 40."}, by="Mara")
    assert adopt(store, number).digest
