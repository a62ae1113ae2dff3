"""Pairs of offers that may be one: what is proposed, why, and with how few comparisons."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from survey_service.offers import duplicates
from survey_service.offers.duplicates import Pair
from survey_service.offers.folding import fold, fold_name
from survey_service.offers.lists import Row
from survey_service.store.base import Store

BOTH_STORES = True


def row(offer: str, name: str, organisation: str = "Verein Beispiel", **changes: Any) -> Row:
    values: dict[str, Any] = {
        "organisation_id": fold_name(organisation),
        "kind": "offer",
        "moderation": "published",
        "listed": True,
        "merged_into": "",
        "fields": ("INT",),
        "municipalities": frozenset(),
        "whole_county": True,
        "confirmed": "2026-11-01",
        "since": "2026-11-01",
        "words": fold(f"{name} {organisation}"),
        "folded": fold(name),
        "folded_organisation": fold_name(organisation),
        "places": frozenset({"98617"}),
        "phone": "",
        **changes,
    }
    return Row(offer=offer, name=name, organisation=organisation, **values)


def proposed(*rows: Row) -> list[tuple[str, ...]]:
    return [(pair.first.offer, pair.second.offer, *pair.reasons) for pair in duplicates.propose(rows)]


def test_the_same_telephone_and_names_alike() -> None:
    first = row("a", "Sprachcafé Meiningen", "Verein Brücke", phone="03693 / 12 34 56")
    second = row("b", "Sprachkaffee Meiningen", "Caritas", phone="+49 (0)3693 123456", places=frozenset())
    assert proposed(first, second) == [("a", "b", "phone", "names_alike")]


def test_the_same_name_at_the_same_place_by_whoever_wrote_it() -> None:
    first = row("a", "Deutsch für Eltern", "Volkshochschule")
    second = row("b", "DEUTSCH  für Eltern", "Kreis-VHS Schmalkalden")
    assert proposed(first, second) == [("a", "b", "same_name", "place")]
    assert proposed(first, row("b", "Deutsch für Eltern", "Kreis-VHS", places=frozenset({"98574"}))) == []


def test_two_spellings_of_an_organisation() -> None:
    first = row("a", "Möbellager", "Sozialwerk Meiningen e. V.")
    second = row("b", "Möbel-Lager", "Sozialwerk Meinigen")
    assert proposed(first, second) == [("a", "b", "names_alike", "place", "organisations_alike")]


def test_an_arabic_name_from_two_keyboards() -> None:
    assert proposed(row("a", "مقهى اللغة العربي"), row("b", "مقهی اللغه العربی")) == [
        ("a", "b", "same_name", "place", "organisation")
    ]


@pytest.mark.parametrize(
    "second",
    [
        row("b", "Deutschkurs A2"),  # another level
        row("b", "Deutschkurs A1", kind="structure"),
        row("b", "Deutschkurs A1", moderation="withdrawn"),
        row("b", "Deutschkurs A1", moderation="merged", merged_into="c"),
        row("b", "Schwimmkurs A1"),
    ],
)
def test_what_is_no_duplicate(second: Row) -> None:
    assert proposed(row("a", "Deutschkurs A1"), second) == []


def test_two_branches_of_one_organisation_are_proposed_only_with_the_same_telephone() -> None:
    here, there = frozenset({"98617"}), frozenset({"98574"})
    branches = row("a", "Migrationsberatung", places=here), row("b", "Migrationsberatung", places=there)
    assert proposed(*branches) == []
    with_phone = (row(o, "Migrationsberatung", places=p, phone="03693 555555") for o, p in (("a", here), ("b", there)))
    assert proposed(*with_phone) == [("a", "b", "phone", "same_name", "organisation")]


@pytest.mark.parametrize(
    "typed", ["03693 123456", "+49 3693 123456", "0049 (0) 3693/123456", "+49(0)3693-123456", "٠٣٦٩٣ ١٢٣٤٥٦"]
)
def test_telephone_numbers_are_the_same_however_they_are_written(typed: str) -> None:
    assert duplicates.numbers(typed) == {"+493693123456"}


@pytest.mark.parametrize("typed", ["", "12", "nach Absprache", "+"])
def test_what_is_no_telephone_number_tells_nothing(typed: str) -> None:
    assert duplicates.numbers(typed) == frozenset()


def test_of_several_numbers_one_is_enough_and_doubtful_ones_are_compared_by_their_digits() -> None:
    assert duplicates.numbers("03693 123456 oder 0361 654321") & duplicates.numbers("+49 361 654321")
    assert duplicates.numbers("067 123 45 67") == {"671234567"}


def test_the_surest_come_first_and_what_was_declared_different_is_left_out() -> None:
    rows = [row("a", "Möbellager"), row("b", "Möbel-Lager"), row("c", "Kleiderkammer"), row("d", "Kleiderkammer")]
    pairs = duplicates.propose(rows)
    assert [pair.key for pair in pairs] == ["c d", "a b"]
    assert [pair.key for pair in duplicates.propose(rows, frozenset({"c d"}))] == ["a b"]


def test_that_two_are_different_is_remembered_in_whichever_order(store: Store) -> None:
    duplicates.declare_distinct(store, "b", "a", "Mara")
    duplicates.declare_distinct(store, "a", "b", "Willi")
    assert duplicates.distinct(store) == {"a b"}
    duplicates.propose_again(store, "b", "a")
    duplicates.propose_again(store, "b", "a")
    assert duplicates.distinct(store) == frozenset()


WORDS = ("Sprach", "Kinder", "Frauen", "Beratungs", "Möbel", "Sport", "Mittags", "Garten", "Musik", "Lern")
KINDS = ("treff", "café", "stunde", "gruppe", "hilfe", "kurs", "lager", "werkstatt")


def inventory(count: int) -> list[Row]:
    """An inventory as it might be: common words, a few hundred places, some organisations with many offers."""
    dice = random.Random(7)
    return [
        row(
            f"o{number}",
            f"{dice.choice(WORDS)}{dice.choice(KINDS)} {dice.choice(WORDS)}{dice.choice(KINDS)}",
            f"Verein {dice.choice(WORDS)} {number % max(1, count // 8)}",
            places=frozenset({f"98{dice.randrange(38):03}"}),
            phone=f"03693 {dice.randrange(10**6):06}",
        )
        for number in range(count)
    ]


def test_comparisons_grow_with_the_inventory_and_not_with_its_square() -> None:
    once, twice = (sum(1 for _ in duplicates.candidates(inventory(count))) for count in (10_000, 20_000))
    assert 10_000 < once < 50 * 10_000  # of 50 million pairs
    assert twice <= 2.5 * once  # where all are compared it would be 4
    everywhere = [row(f"o{number}", f"Kurs {number:05}") for number in range(10_000)]  # one place, one organisation
    assert sum(1 for _ in duplicates.candidates(everywhere)) < 50 * 10_000


def test_one_who_is_in_every_list_is_still_found() -> None:
    """In a group too large to compare all, an offer and its copy are neighbours by name."""
    crowd = [
        row(f"o{number:03}", f"Treffpunkt {chr(97 + number % 26)}{chr(97 + number // 26)}xyz") for number in range(300)
    ]
    copies = [row("x", "Treffpunkt Regenbogen"), row("y", "Treffpunkt Regenbogn")]
    found: list[Pair] = duplicates.propose([*crowd, *copies])
    assert ("x", "y") in {(pair.first.offer, pair.second.offer) for pair in found}


def test_pairs_are_kept_up_to_date_without_comparing_all_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    kept, rows = duplicates.Proposals(), inventory(400)
    assert kept.get(rows, frozenset()) == duplicates.propose(rows)
    monkeypatch.setattr(duplicates, "propose", None)  # from now on
    copy = replace(rows[7], offer="copy")
    grown = [*rows, copy]
    found = kept.get(grown, frozenset())
    assert (rows[7].offer, "copy") in {(pair.first.offer, pair.second.offer) for pair in found}
    assert kept.get(grown, frozenset({duplicates.pair_key(rows[7].offer, "copy")})) != found
    merged = [*rows, replace(copy, moderation="merged", merged_into=rows[7].offer)]
    assert not [pair for pair in kept.get(merged, frozenset()) if pair.second.offer == "copy"]
    assert next(pair.key for pair in duplicates.like(rows[7], grown)) == duplicates.pair_key(rows[7].offer, "copy")
    without = [row for row in rows if row is not rows[7]]
    assert not [pair for pair in kept.get(without, frozenset()) if rows[7].offer in pair.key.split()]
