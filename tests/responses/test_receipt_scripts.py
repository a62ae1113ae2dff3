"""Receipts in the scripts of our languages: one spelling each, read back however it was typed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_service import languages
from survey_service.responses import receipts

WORDS = "bafiku-dumuta-zisinu-harulo".replace("lo", "li")
SPELLED = {
    "ar": "بافيكو-دوموتا-زيسينو-هارولي",
    "uk": "бафику-думута-зисину-харули",
    "ti": "ባፊኩ-ዱሙታ-ዚሲኑ-ሃሩሊ",
}
syllables = st.tuples(st.sampled_from("bdfhklmnrstz"), st.sampled_from("aiu")).map("".join)
drawn = st.lists(st.lists(syllables, min_size=3, max_size=3).map("".join), min_size=4, max_size=4).map("-".join)


@pytest.mark.parametrize("tag", SPELLED)
def test_each_script_spells_the_words_its_own_way(tag: str) -> None:
    assert receipts.in_script(WORDS, tag) == SPELLED[tag]


def test_latin_languages_need_no_other_spelling() -> None:
    latin = [entry.tag for entry in languages.offered() if not receipts.in_script(WORDS, entry.tag)]
    assert latin == ["de", "de-simple", "en", "pl", "ro", "tr", "kmr", "fr", "so", "sq", "sr-Latn", "vi", "es", "hu"]


@given(drawn, st.sampled_from([entry.tag for entry in languages.offered()]))
def test_whatever_the_spelling_the_hash_is_the_same(receipt: str, tag: str) -> None:
    spelled = receipts.in_script(receipt, tag) or receipt
    assert receipts.hash_of(spelled) == receipts.hash_of(receipt)
    typed = f" \u200f{spelled.replace('-', '  ').upper()}\u200e "
    assert receipts.hash_of(typed) == receipts.hash_of(receipt)


@pytest.mark.parametrize(
    "typed",
    [
        "بافیکو دوموتا زیسینو هارولی",  # Persian ye and kaf
        "бафіку думута зісіну харулі",  # Ukrainian i
    ],
)
def test_letters_of_other_keyboards_count(typed: str) -> None:
    assert receipts.hash_of(typed) == receipts.hash_of(WORDS)


@given(drawn)
def test_a_drawn_receipt_is_whole_and_anything_else_is_not(receipt: str) -> None:
    assert receipts.is_whole(receipt)
    for other in (receipt[:-1], receipt + "-bafiku", receipt.upper(), receipt.replace("-", " "), ""):
        assert not receipts.is_whole(other)


def test_what_a_phone_draws_with_makes_receipts_of_ours() -> None:
    drawing = receipts.drawing()
    assert re.fullmatch("[a-z]{12}", drawing["consonants"])
    assert re.search(drawing["unkind"], "nazimu")
    assert not any(re.search(drawing["unkind"], word) for word in receipts.words_for("key", "secret").split("-"))
