"""Receipts in every script: read, typed in many ways, drawn and counted."""

from __future__ import annotations

import itertools
import math
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_service import languages
from survey_service.responses import receipts

WORDS = "bamiku-tukuri-nininu-zahasa"
SPELLED = {
    "ar": "باميكو-توكوري-نينينو-زاهاسا",
    "uk": "бамику-тукури-нинину-захаса",
    "ti": "ባሚኩ-ቱኩሪ-ኒኒኑ-ዛሃሳ",
}
SYLLABLES = ["".join(pair) for pair in itertools.product("bdfhklmnrstz", "aiu")]
words = st.lists(st.lists(st.sampled_from(SYLLABLES), min_size=3, max_size=3).map("".join), min_size=4, max_size=4)


@pytest.mark.parametrize("tag", SPELLED)
def test_written_in_a_script_and_read_again(tag: str) -> None:
    assert receipts.in_script(WORDS, tag) == SPELLED[tag]
    assert receipts.latin(SPELLED[tag]) == WORDS


@pytest.mark.parametrize("tag", [entry.tag for entry in languages.registry().values()])
@given(four=words)
def test_any_receipt_in_any_language_is_the_same_receipt(tag: str, four: list[str]) -> None:
    receipt = "-".join(four)
    own = receipts.in_script(receipt, tag)
    assert bool(own) == (tag in ("ar", "fa-AF", "ps-AF", "ckb", "ur", "uk", "ru", "bg", "ti", "am"))
    assert receipts.fault_of(own or receipt) is None
    assert receipts.hash_of(own or receipt) == receipts.hash_of(receipt)
    assert receipts.latin(own or receipt) == receipt


@pytest.mark.parametrize(
    "typed",
    [
        "BAMIKU TUKURI NININU ZAHASA",
        " bamiku  tukuri\nnininu\tzahasa. ",
        "bamikutukurininInuzahasa",
        "ba-mi-ku tu-ku-ri ni-ni-nu za-ha-sa",
        "bamiku\u2010tukuri\u2013nininu\u2014zahasa",
        "\u2068bamiku-tukuri-nininu-zahasa\u2069",
        "\u200ebamiku-tukuri-nininu-zahasa\u200f",
        "ｂａｍｉｋｕ-ｔｕｋｕｒｉ-ｎｉｎｉｎｕ-ｚａｈａｓａ",
        "BAMİKU TUKURİ NİNİNU ZAHASA",
        "bamıku tukurı nınınu zahasa",
        "\u202bباميكو-توكوري-نينينو-زاهاسا\u202c",
        "باميكو توكوري، نينينو زاهاسا",
        "بامیکو-توکوری-نینینو-زاهاسا",
        "بامیکو-توکوری-نینینو-زاہاسا",
        "بامیکو-توکوری-نینینو-زاەاسا",
        "بَاميكو-تُوكوري-نينينو-زاهاسـا",
        "بأميكو-توكوري-نينينو-زإهآسا",
        "\ufe91\ufe8e\ufee3\ufef4\ufedb\ufeee-توكوري-نينينو-زاهاسا",
        "БАМИКУ ТУКУРИ НИНИНУ ЗАХАСА",
        "баміку-тукурі-нініну-загаса",
        "бамйку-тукурй-нинину-захаса",
        "ባሚኩ ቱኩሪ ኒኒኑ ዛሀሳ",
        "ባሚኩ፡ቱኩሪ፡ኒኒኑ፡ዛሐሣ",
        "bamiku-توكوري-нинину-ዛሃሳ",
    ],
)
def test_typed_in_many_ways(typed: str) -> None:
    assert receipts.fault_of(typed) is None
    assert receipts.latin(typed) == WORDS
    assert receipts.hash_of(typed) == receipts.hash_of(WORDS)


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("", ""),
        ("bamiku tukuri nininu", ""),
        ("bamiku tukuri nininu zahasa bamiku", ""),
        ("bamiku tukuri nininu zahas", "zahas"),
        ("bamiku tokuri nininu zahasa", "tokuri"),
        ("باميكو غوكوري نينينو زاهاسا", "غوكوري"),
        ("ባሚኩ ቱኩሪ ኒኒ ዛሃሳ", "ኒኒ"),
        ("12 34 56 78", ""),
    ],
)
def test_what_cannot_be_a_receipt_is_named(typed: str, fault: str) -> None:
    assert receipts.fault_of(typed) == fault


def test_two_receipts_stay_two_in_every_script() -> None:
    for tag in SPELLED:
        assert len(set(receipts.syllables(tag))) == len(SYLLABLES) == 36


def test_how_many_receipts_there_are() -> None:
    """docs/responses.md reckons with this."""
    assert receipts.number() == 44_861**4
    assert math.log2(receipts.number()) == pytest.approx(61.8, abs=0.02)


def test_all_syllables_are_drawn_alike() -> None:
    drawn = [receipts.words_for(str(uuid.UUID(int=number)), "secret") for number in range(3000)]
    counts = dict.fromkeys(SYLLABLES, 0)
    for receipt in drawn:
        for word in receipt.split("-"):
            for at in (0, 2, 4):
                counts[word[at : at + 2]] += 1
    for count in counts.values():  # 1000 each, a little fewer in words that are not drawn
        assert 800 < count < 1200
