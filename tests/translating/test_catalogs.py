"""Catalogs by our own tags: fallbacks, plurals after the registry, drafts, domains."""

from __future__ import annotations

from pathlib import Path

import pytest

from survey_service import languages
from survey_service.translating import catalogs
from survey_service.translating.catalogs import DESK, MESSAGES

HEADER = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\nPlural-Forms: nplurals=6; plural=0;\\n"\n\n'


def write(folder: Path, tag: str, domain: str, body: str) -> Path:
    path = catalogs.path_of(tag, domain, folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEADER + body, "utf-8")
    return path


def entry(source: str, wording: str) -> str:
    return f'msgid "{source}"\nmsgstr "{wording}"\n\n'


def plural(*forms: str) -> str:
    lines = "".join(f'msgstr[{number}] "{form}"\n' for number, form in enumerate(forms))
    return f'msgid "one"\nmsgid_plural "many"\n{lines}\n'


def test_easy_german_is_not_german_and_falls_back_to_it(tmp_path: Path) -> None:
    write(tmp_path, "de", MESSAGES, entry("Back", "Zurück") + entry("Change", "Ändern"))
    write(tmp_path, "de-simple", MESSAGES, entry("Back", "Eine Seite zurück"))
    simple = catalogs.translations("de-simple", MESSAGES, tmp_path)
    assert simple.gettext("Back") == "Eine Seite zurück"
    assert simple.gettext("Change") == "Ändern"
    assert simple.gettext("Unknown") == "Unknown"
    assert catalogs.translations("de", MESSAGES, tmp_path).gettext("Back") == "Zurück"


def test_a_language_without_a_catalog_uses_its_fallback(tmp_path: Path) -> None:
    write(tmp_path, "fa-AF", MESSAGES, entry("Back", "برگشت"))
    assert catalogs.translations("ps-AF", MESSAGES, tmp_path).gettext("Back") == "برگشت"
    assert catalogs.translations("ar", MESSAGES, tmp_path).gettext("Back") == "Back"


def test_the_desk_sees_its_own_texts_first_then_the_common_ones(tmp_path: Path) -> None:
    write(tmp_path, "de", MESSAGES, entry("Back", "Zurück") + entry("Offers", "Angebote"))
    write(tmp_path, "de", DESK, entry("Back", "Zur Übersicht"))
    desk = catalogs.translations("de", DESK, tmp_path)
    assert (desk.gettext("Back"), desk.gettext("Offers")) == ("Zur Übersicht", "Angebote")
    assert catalogs.translations("de", MESSAGES, tmp_path).gettext("Back") == "Zurück"


def test_fuzzy_and_empty_entries_are_left_out(tmp_path: Path) -> None:
    write(tmp_path, "de", MESSAGES, "#, fuzzy\n" + entry("Back", "Rücken") + entry("Change", ""))
    found = catalogs.translations("de", MESSAGES, tmp_path)
    assert (found.gettext("Back"), found.gettext("Change")) == ("Back", "Change")


def test_plural_forms_are_the_registrys_whatever_the_file_says(tmp_path: Path) -> None:
    write(tmp_path, "ar", MESSAGES, plural("zero", "one", "two", "few", "many", "other"))
    arabic = catalogs.translations("ar", MESSAGES, tmp_path)
    forms = [arabic.ngettext("one", "many", number) for number in (0, 1, 2, 3, 10, 11, 99, 100, 102, 103)]
    assert forms == ["zero", "one", "two", "few", "few", "many", "many", "other", "other", "few"]


@pytest.mark.parametrize(
    ("tag", "count", "by_number"),
    [
        ("de", 2, {0: 1, 1: 0, 2: 1}),
        ("de-simple", 2, {0: 1, 1: 0, 2: 1}),
        ("ru", 3, {1: 0, 21: 0, 2: 1, 24: 1, 5: 2, 11: 2, 0: 2}),
        ("uk", 3, {1: 0, 3: 1, 12: 2, 100: 2}),
        ("pl", 3, {1: 0, 2: 1, 22: 1, 5: 2, 21: 2}),
        ("ro", 3, {1: 0, 0: 1, 2: 1, 19: 1, 20: 2, 100: 2, 101: 1}),
        ("fa-AF", 2, {0: 0, 1: 0, 2: 1}),
        ("ti", 2, {0: 0, 1: 0, 2: 1}),
        ("vi", 1, {0: 0, 1: 0, 5: 0}),
        ("fr", 3, {0: 0, 1: 0, 2: 2, 1_000_000: 1}),
    ],
)
def test_plural_rules(tmp_path: Path, tag: str, count: int, by_number: dict[int, int]) -> None:
    write(tmp_path, tag, MESSAGES, plural(*(str(number) for number in range(count))))
    found = catalogs.translations(tag, MESSAGES, tmp_path)
    header = catalogs.plural_forms(languages.language(tag).locale)
    assert header.startswith(f"nplurals={count};")
    assert {number: found.ngettext("one", "many", number) for number in by_number} == {
        number: str(form) for number, form in by_number.items()
    }


def test_every_registered_language_has_usable_plural_forms() -> None:
    import gettext

    for language in languages.registry().values():
        header = catalogs.plural_forms(language.locale)
        count, expression = (part.split("=", 1)[1] for part in header.rstrip(";").split("; "))
        choose = gettext.c2py(expression)  # type: ignore[attr-defined]
        numbers = (*range(2000), 1_000_000, 1_000_001, 2_000_000)
        assert {choose(number) for number in numbers} == set(range(int(count)))


def test_machine_drafts_are_noticed(tmp_path: Path) -> None:
    reviewed = write(tmp_path, "de", MESSAGES, "#. state: reviewed\n" + entry("Back", "Zurück"))
    drafted = write(tmp_path, "uk", MESSAGES, "#. state: machine draft\n" + entry("Back", "Назад"))
    assert not catalogs.has_drafts(reviewed)
    assert catalogs.has_drafts(drafted)
    assert not catalogs.has_drafts(tmp_path / "missing.po")
