"""Catalogs are complete: no page is offered in a language that lacks one of its texts."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from survey_service import languages
from survey_service.questionnaire import texts
from survey_service.questionnaire.loader import Library, load_folder, missing_texts
from survey_service.translating import catalogs
from tests.catalogs import update as update_of_catalogs
from tests.test_languages import FIRST_WAVE, SECOND_WAVE

ROOT = Path(__file__).resolve().parent.parent
TAGS = [entry.tag for entry in languages.offered()]
FORM_TAGS = FIRST_WAVE + SECOND_WAVE
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")


@pytest.fixture(scope="module")
def update() -> ModuleType:
    return update_of_catalogs()


@pytest.fixture(scope="module")
def extracted(update: ModuleType) -> Callable[[str], Catalog]:
    """Return a function that extracts the texts of a domain, each domain once."""
    return functools.cache(update.extract)


@pytest.mark.parametrize("domain", catalogs.DOMAINS)
@pytest.mark.parametrize("tag", [tag for tag in TAGS if tag != "en"])
def test_the_interface_is_complete_and_nothing_in_it_is_obsolete(
    extracted: Callable[[str], Catalog], domain: str, tag: str
) -> None:
    if not catalogs.speaks(languages.language(tag), domain):
        return
    wanted = {message.id for message in extracted(domain) if message.id}
    with catalogs.path_of(tag, domain).open("rb") as file:
        found = {message.id: message for message in read_po(file, abort_invalid=True) if message.id}
    assert wanted - set(found) == set()
    assert set(found) - wanted == set()
    for message in found.values():
        forms = message.string if isinstance(message.string, tuple) else (message.string,)
        sources = message.id if isinstance(message.id, tuple) else (message.id,)
        assert all(forms), message.id
        allowed = set(_PLACEHOLDER.findall(sources[-1]))
        for form in forms:
            assert set(_PLACEHOLDER.findall(form)) <= allowed, message.id
        if len(sources) == 1:
            assert set(_PLACEHOLDER.findall(forms[0])) == allowed, message.id


@pytest.mark.parametrize("tag", FORM_TAGS)
def test_every_text_of_every_questionnaire_exists(bundled: Library, tag: str) -> None:
    for questionnaire in bundled.questionnaires.values():
        assert tag in questionnaire.languages
        assert missing_texts(questionnaire, tag) == []


def test_every_text_of_every_indicator_exists_with_its_numbers(bundled: Library) -> None:
    own = {address: text for address, text in bundled.texts.items() if address.startswith("indicators/")}
    assert len(own) == 54  # names and definitions
    for address, text in own.items():
        assert set(text) == set(FORM_TAGS), address
        for tag, wording in text.items():
            assert sorted(re.findall(r"\d{2,}", wording)) == sorted(re.findall(r"\d{2,}", text["de"])), (address, tag)


@pytest.mark.parametrize("tag", [tag for tag in FORM_TAGS if tag not in ("de", "en")])
def test_translations_keep_the_shape_of_the_source(tag: str) -> None:
    """As many paragraphs and list lines as the German text, and the same telephone numbers and other digits."""
    sources = load_folder(ROOT / "forms", catalogs=False).texts
    with (ROOT / "forms" / "translations" / f"{tag}.po").open("rb") as file:
        found = texts.translations_of(read_po(file))
    for address, translation in found.items():
        source = sources[address]["de"]
        shape = [line.startswith("- ") for line in source.splitlines()]
        assert [line.startswith("- ") for line in translation.wording.splitlines()] == shape, address
        if address.endswith("help_lines/label"):
            numbers = re.findall(r"\d{3,}", source)
            assert re.findall(r"\d{3,}", translation.wording) == numbers, address


@pytest.mark.parametrize("tag", [tag for tag in FORM_TAGS if tag not in ("de", "en")])
def test_machine_drafts_are_marked(tag: str) -> None:
    assert catalogs.has_drafts(ROOT / "forms" / "translations" / f"{tag}.po")


_GROUPS = re.compile("(.?)(\\d[\\d.]*(?:(?:, |[ \u00a0])\\d[\\d.]*)+)(.?)")
"""Digits in groups, with what stands before and behind: from right to left the groups would change places."""


@pytest.mark.parametrize("tag", [entry.tag for entry in languages.offered() if entry.direction == "rtl"])
def test_grouped_digits_keep_their_order_from_right_to_left(tag: str) -> None:
    found = 0
    for path in (ROOT / "forms" / "translations" / f"{tag}.po", catalogs.path_of(tag, catalogs.MESSAGES)):
        with path.open("rb") as file:
            for message in filter(lambda message: message.id, read_po(file)):  # not the header
                for wording in message.string if isinstance(message.string, tuple) else (message.string,):
                    for before, digits, behind in _GROUPS.findall(wording):
                        if digits == "301 549":
                            continue  # behind the Latin letters of a standard's name, digits go their way
                        assert (before, behind) == ("\u200e", "\u200e"), f"{path.name}: {digits}"
                        found += 1
    assert found >= 7


def test_questionnaire_catalogs_are_kept_for_the_languages_of_the_questionnaires(
    update: ModuleType, bundled: Library
) -> None:
    assert update.spoken(bundled) == FORM_TAGS
    files = {path.stem for path in (ROOT / "forms" / "translations").glob("*.po")}
    assert files == set(FORM_TAGS) - {"de", "en"}


@pytest.mark.parametrize("tag", ["ar", "fa-AF", "uk", "es", "fr", "ti", "am"])
def test_a_catalog_that_is_up_to_date_is_not_changed(
    update: ModuleType, extracted: Callable[[str], Catalog], tmp_path: Path, tag: str
) -> None:
    path = catalogs.path_of(tag, catalogs.MESSAGES)
    catalog, missing = update.updated(extracted(catalogs.MESSAGES), path, tag)
    assert missing == []
    update.write(catalog, tmp_path / "copy.po", tag)
    assert (tmp_path / "copy.po").read_text("utf-8") == path.read_text("utf-8")


def test_a_changed_source_empties_the_translation_and_keeps_the_others(tmp_path: Path) -> None:
    path = tmp_path / "pl.po"
    sources = {"a/label": {"de": "Eins", "en": "One"}, "b/label": {"de": "Zwei", "en": "Two"}}
    assert texts.write_catalog(path, "pl", sources) == 2
    content = path.read_text("utf-8").replace('msgid "Eins"\nmsgstr ""', 'msgid "Eins"\nmsgstr "Jeden"')
    path.write_text(content.replace('msgid "Zwei"\nmsgstr ""', 'msgid "Zwei"\nmsgstr "Dwa"'), "utf-8")
    sources["b/label"]["de"] = "Zwo"
    assert texts.write_catalog(path, "pl", sources) == 1
    content = path.read_text("utf-8")
    assert 'msgid "Eins"\nmsgstr "Jeden"' in content
    assert 'msgid "Zwo"\nmsgstr ""' in content
