"""Words as they are compared, and which words a typed one may mean."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from survey_service.offers.search_words import asked, parts, spellings, typos, words
from survey_service.offers.vocabulary import Vocabulary


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Straße", "STRASSE"),
        ("Café", "cafe"),
        ("الألمانية", "ألماني"),
        ("دورة", "دورات"),
        ("السكن", "سكن"),
        ("والسكن", "سكن"),
        ("للأطفال", "أطفال"),
        ("كوردی", "كوردي"),
        ("١٢", "12"),
        ("۱۲", "12"),
        ("ЁЛКА", "елка"),
    ],
)
def test_what_is_the_same_word(one: str, other: str) -> None:
    assert words(one) == words(other)


def test_umlauts_are_found_both_ways() -> None:
    assert spellings("Möbel für Mütter") == {"mobel", "moebel", "fur", "fuer", "mutter", "muetter"}
    assert asked("Möbel  Zella-Mehlis") == [("mobel", "moebel"), ("zella",), ("mehlis",)]
    assert asked("Mo\u0308bel") == [("mobel", "moebel")]  # typed as two characters
    assert asked(" ·,;") == []


def test_how_many_letters_may_be_wrong() -> None:
    assert [typos("x" * length) for length in (1, 3, 4, 7, 8, 20)] == [0, 0, 1, 1, 2, 2]


def test_where_a_compound_may_be_cut() -> None:
    assert ("deutsch", "kurs") in parts("deutschkurs")
    assert ("integration", "kurs") in parts("integrationskurs")
    assert parts("kurs") == []


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary(["deutschsprachkurs", "sprachcafe", "wohnung", "wohnungssuche", "kurs", "ab", "abc", "kur"])


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("sprachkurs", ["deutschsprachkurs"]),
        ("wohnung", ["wohnung", "wohnungssuche"]),
        ("suche", ["wohnungssuche"]),
        ("kurs", ["deutschsprachkurs", "kurs"]),
        ("kur", ["kur", "kurs"]),
        ("ab", ["ab", "abc"]),
        ("a", []),
        ("xyz", []),
    ],
)
def test_words_around_a_typed_one(vocabulary: Vocabulary, typed: str, found: list[str]) -> None:
    assert vocabulary.around(typed) == found


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("wohnug", {"wohnung"}),
        ("whonung", {"wohnung"}),
        ("sprachcaffee", {"sprachcafe"}),
        ("sprachkus", {"sprachkurs"}),
        ("kusr", {"kur", "kurs"}),
        ("kxxx", set()),
        ("abd", set()),
    ],
)
def test_words_that_are_spelt_alike(vocabulary: Vocabulary, typed: str, found: set[str]) -> None:
    assert set(vocabulary.alike(typed)[1]) == found


def test_a_vocabulary_without_words() -> None:
    empty = Vocabulary([])
    assert (empty.around("wohnung"), empty.around("a"), empty.alike("wohnung")[1]) == ([], [], [])


_WORD = st.text("abcdeäس", min_size=1, max_size=12)


@given(st.sets(_WORD, max_size=30), _WORD)
def test_the_words_around_are_those_that_a_scan_finds(known: set[str], typed: str) -> None:
    expected = [word for word in sorted(known) if (typed in word if len(typed) > 3 else word.startswith(typed))]
    expected = expected if len(typed) > 1 else [word for word in expected if word == typed]
    assert Vocabulary(known).around(typed) == expected


@given(st.sets(_WORD, max_size=30), st.text("abcde", min_size=4, max_size=12))
def test_every_word_with_one_mistake_is_found(known: set[str], typed: str) -> None:
    """Two mistakes may lie so that a swap hides one; with one nothing is missed."""
    near = {word for word in known if OSA.distance(word, typed) == 1}
    if near and typed not in known and len(near) < 10:
        assert near <= set(Vocabulary(known).alike(typed)[1])
