"""The language registry decides; Babel serves plurals and formatting only."""

from __future__ import annotations

import pytest

from survey_service import languages

FIRST_WAVE = ["de", "de-simple", "en", "uk", "ru", "ar", "fa-AF", "pl", "ro"]

SECOND_WAVE = ["tr", "ti", "ps-AF", "kmr", "ckb", "fr", "so", "sq", "sr-Latn", "bg", "vi", "am", "ur", "es", "hu"]


def test_both_waves_are_offered_in_order() -> None:
    assert [entry.tag for entry in languages.offered()] == FIRST_WAVE + SECOND_WAVE


def test_oromo_is_registered_and_not_offered() -> None:
    oromo = languages.language("om")
    assert (oromo.autonym, oromo.iso639, oromo.direction) == ("Afaan Oromoo", "orm", "ltr")
    assert not oromo.offered


def test_directions_and_autonyms() -> None:
    rtl = [tag for tag, entry in languages.registry().items() if entry.direction == "rtl"]
    assert rtl == ["ar", "fa-AF", "ps-AF", "ckb", "ur"]
    assert languages.language("fa-AF").autonym == "دری"
    assert languages.language("kmr").autonym == "Kurmancî"


def test_easy_german_stays_itself() -> None:
    assert languages.language("de-simple").html == "de-x-simple"
    assert languages.chain("de-simple") == ("de-simple", "de", "en")
    assert languages.language("de-simple").babel == languages.language("de").babel


@pytest.mark.parametrize(
    "accepted, tag",
    [
        (["uk-UA", "en"], "uk"),
        (["fa"], "fa-AF"),
        (["fa-AF"], "fa-AF"),
        (["prs", "ru"], "ru"),
        (["de-DE"], "de"),
        (["de-simple"], "de"),
        (["ti", "fr"], "ti"),
        (["es-419", "en"], "es"),
        (["om-ET", "am-ET"], "am"),
        (["om", "so"], "so"),
        (["om", "sw"], None),
        ([], None),
        (["AR"], "ar"),
    ],
)
def test_negotiation(accepted: list[str], tag: str | None) -> None:
    assert languages.negotiate(accepted) == tag


def test_negotiation_among_some() -> None:
    some = [languages.language(tag) for tag in ("de", "de-simple", "uk")]
    assert languages.negotiate(["es", "uk"], some) == "uk"
    assert languages.negotiate(["es"], some) is None
    assert languages.negotiate(["de-simple"], some) == "de"
    assert languages.negotiate(["de"], []) is None


def test_every_language_has_a_babel_locale_and_a_fallback_that_ends() -> None:
    for tag, entry in languages.registry().items():
        assert entry.babel.language
        assert len(entry.iso639) == 3
        assert languages.chain(tag)[-1] == "en"
