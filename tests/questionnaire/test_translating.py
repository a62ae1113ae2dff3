"""States of texts, completeness, search: computed by hand."""

from __future__ import annotations

import pytest

from survey_service.questionnaire import translating
from survey_service.questionnaire.texts import MACHINE_DRAFT, REVIEWED, TRANSLATED, Translation, laid_over, merge
from survey_service.questionnaire.translating import MISSING, OUTDATED, Made, Source, entry

NOW, BEFORE = ("Wohnen",), ("Wohnung",)
SOURCE = Source("needs/a/label", "needs", "questions", NOW, {"en": ("Housing",)})


def made(source: tuple[str, ...] = NOW, wording: str = "mieszkanie", state: str = TRANSLATED, version: int = 0) -> Made:
    return Made(source, (wording,) if wording else (), state, version)


@pytest.mark.parametrize(
    ("edited", "bundled", "state", "wording"),
    [
        (None, None, MISSING, ()),
        (None, made(state=MACHINE_DRAFT), MACHINE_DRAFT, ("mieszkanie",)),
        (None, made(state=REVIEWED), REVIEWED, ("mieszkanie",)),
        (None, made(BEFORE), OUTDATED, ("mieszkanie",)),
        (made(wording="dom", version=2), made(), TRANSLATED, ("dom",)),
        (made(wording="dom", state=REVIEWED, version=2), None, REVIEWED, ("dom",)),
        (made(wording="", version=2), made(), MISSING, ()),  # taken away at the desk
        (made(BEFORE, "dom", version=2), made(), TRANSLATED, ("mieszkanie",)),  # the file was mended since
        (made(BEFORE, "dom", version=2), made(BEFORE), OUTDATED, ("dom",)),
        (made(BEFORE, "", version=2), None, MISSING, ()),
        (made(BEFORE, "", version=2), made(BEFORE), OUTDATED, ("mieszkanie",)),
    ],
)
def test_the_state_follows_from_what_was_made_of_which_source(
    edited: Made | None, bundled: Made | None, state: str, wording: tuple[str, ...]
) -> None:
    found = entry(SOURCE, "pl", edited, bundled)
    assert (found.state, found.wording) == (state, wording)
    assert found.version == (edited.version if edited else 0)
    assert found.shown == (state not in (MISSING, OUTDATED))


def test_what_stands_in_the_file_itself_is_translated_and_an_edit_wins() -> None:
    assert entry(SOURCE, "en", None, None).state == TRANSLATED
    assert entry(SOURCE, "en", None, None).wording == ("Housing",)
    assert entry(SOURCE, "en", made(wording="Home"), None).wording == ("Home",)
    assert entry(SOURCE, "en", made(BEFORE, "Flat"), None).wording == ("Housing",)


def test_an_outdated_text_says_what_it_was_made_from() -> None:
    assert entry(SOURCE, "pl", None, made(BEFORE)).made_from == BEFORE


def test_the_mark_changes_with_all_that_a_translator_looks_at() -> None:
    marks = {
        entry(source, "pl", edited, None).mark
        for source in (SOURCE, Source("needs/a/label", "needs", "questions", ("Wohnen?",)))
        for edited in (None, made(version=1), made(version=2), made(wording="x", version=1), made(state=REVIEWED))
    }
    assert len(marks) == 10


def test_completeness_counts_and_rounds_down() -> None:
    states = [made(), made(state=REVIEWED), made(state=MACHINE_DRAFT), made(BEFORE), None, None]
    counted = translating.completeness(entry(SOURCE, "pl", None, one) for one in states)
    assert (counted.total, counted.done, counted.open, counted.percent) == (6, 3, 3, 50)
    assert counted.counts == {MISSING: 2, OUTDATED: 1, MACHINE_DRAFT: 1, TRANSLATED: 1, REVIEWED: 1}
    many = translating.completeness([entry(SOURCE, "pl", None, made())] * 199 + [entry(SOURCE, "pl", None, None)])
    assert many.percent == 99
    assert translating.completeness([]).percent == 100


def test_search_looks_for_all_words_in_any_wording() -> None:
    entries = [entry(SOURCE, "pl", None, made()), entry(SOURCE, "pl", None, None)]
    assert len(translating.found(entries, words="HOUSING wohn")) == 2
    assert len(translating.found(entries, words="mieszk")) == 1
    assert len(translating.found(entries, words="mieszk nothing")) == 0
    assert [one.state for one in translating.found(entries, states=[MISSING])] == [MISSING]


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("needs/label", "questions"),
        ("needs/page/B01/hint", "questions"),
        ("needs/page/B01/required_message", "messages"),
        ("needs/page/B01/constraint_message", "messages"),
        ("needs/choices/yes_no/yes/label", "choices"),
        ("vocabularies/fields/ARB/label", "choices"),
        ("needs/screen_outs/young/label", "questions"),
    ],
)
def test_the_kind_of_a_text_follows_from_its_address(address: str, kind: str) -> None:
    assert translating.kind_of(address) == kind


def test_edits_laid_over_catalogs_decide_what_is_merged() -> None:
    text = {"de": "Wohnen", "en": "Housing"}
    bundled = {"pl": {"a": Translation("Wohnen", "mieszkanie", TRANSLATED)}}

    def merged(**edits: Translation) -> dict[str, str]:
        return dict(merge("a", text, laid_over(bundled, {tag: {"a": one} for tag, one in edits.items()})))

    assert merged() == {**text, "pl": "mieszkanie"}
    assert merged(pl=Translation("Wohnen", "dom", TRANSLATED)) == {**text, "pl": "dom"}
    assert merged(pl=Translation("Wohnen", "", TRANSLATED)) == text
    assert merged(pl=Translation("Wohnung", "dom", TRANSLATED)) == {**text, "pl": "mieszkanie"}
    assert merged(en=Translation("Wohnen", "Home", TRANSLATED)) == {**text, "en": "Home", "pl": "mieszkanie"}
    assert merged(en=Translation("Wohnen", "", TRANSLATED)) == {"de": "Wohnen", "pl": "mieszkanie"}
    assert merged(uk=Translation("Wohnen", "житло", TRANSLATED)) == {**text, "pl": "mieszkanie", "uk": "житло"}
