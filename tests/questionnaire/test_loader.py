"""Definition files: every fault is named with file, place and remedy, all at once."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey_service.problems import Problem
from survey_service.questionnaire import definition
from survey_service.questionnaire.loader import load_folder, missing_texts
from survey_service.questionnaire.model import wording
from tests.conftest import SMALL


def faults_of(folder: Path, text: str, name: str = "small") -> list[Any]:
    (folder / f"{name}.yaml").write_text(text, "utf-8")
    with pytest.raises(Problem) as caught:
        load_folder(folder)
    assert caught.value.code == "questionnaire.faulty"
    return [{**fault, "fault": str(fault["fault"]), "remedy": str(fault["remedy"])} for fault in caught.value.faults]


@pytest.mark.parametrize(
    "old, new, fault, remedy",
    [
        ("type: integer", "type: intger", "the type “intger” is unknown", "did you mean “integer”?"),
        ("name: town,", "name: age,", "the question name is used twice", "rename one of the questions"),
        ("name: more\n", "name: about\n", "the page name is used twice", "rename one of the pages"),
        (
            "${age} >= 18",
            "${aeg} >= 18",
            "relevant refers to “aeg”, which is no question",
            "mend the name or remove it",
        ),
        ("choices: yes_no", "choices: yesno", "there is no choice list “yesno”", "did you mean “yes_no”?"),
        ("warm = '1'", "wram = '1'", "no choice has the column “wram”", "did you mean “warm”?"),
        ("languages: [de, en]", "languages: [de, xx]", "the language “xx” is unknown", "registry"),
        ("languages: [de, en]", "languages: [de, en, pl]", "there is no text in “pl”", "take “pl” out of languages"),
        ("audience: newcomers", "audience: everybody", "the audience “everybody” is unknown", "newcomers"),
        ("required: true", "requird: true", "the key “requird” is unknown", "did you mean “required”?"),
        ('name: "no"', "name: no", None, None),
        ('name: "no"', "name: 7", "the name 7 is not usable", "put numbers in quotes"),
        ("consent: OK", "consent: KO", "“KO” is no question", "name the consent question"),
        ("questionnaire: small", "questionnaire: tiny", "is not the file's", "write “questionnaire: small”"),
        ("max_length: 20", "max_lenght: 20", "the parameter “max_lenght” is unknown for text", "max_length"),
        ("{max_selected: 2}", "{randomize: true, alphabetical: true}", "both that of chance and that", "write one of"),
        ("{max_selected: 2}", "{alphabetical: 1}", "the parameter “alphabetical” is 1", "write true or false"),
        ("minutes: [1, 2]", "minutes: few", "minutes is not a pair of numbers", "[5, 7]"),
        ("label: {de: Klein, en: Small}", "label: {de: Klein, en: ''}", "is empty or not a text", "in quotes"),
        ("label: {de: Klein, en: Small}\n", "", "there is no label", "add “label:"),
        ('"${age} >= 18"', '"age >= 18"', "the name “age” stands alone", "write ${age} for an answer"),
        ('"${age} >= 18"', '". >= 18"', "“.” has no meaning here", "belongs into a constraint"),
        ("name: age,", "name: age, default: old,", "the default “old” is no answer", "whole number"),
        (
            "label: {de: Klein, en: Small}",
            "label: &a {de: K, en: S}\nhint: *a",
            "aliases (*name) are not allowed",
            "check",
        ),
        ("name: red,", "name: blue,", "the choice stands twice", "remove or rename"),
    ],
)
def test_each_fault_is_named_with_a_remedy(
    tmp_path: Path, old: str, new: str, fault: str | None, remedy: str | None
) -> None:
    assert old in SMALL
    text = SMALL.replace(old, new, 1)
    if fault is None:
        (tmp_path / "small.yaml").write_text(text, "utf-8")
        assert load_folder(tmp_path).questionnaires  # “no” is a name here, not false
        return
    found = faults_of(tmp_path, text)
    assert any(fault in entry["fault"] and str(remedy) in entry["remedy"] for entry in found), found
    assert all(entry["file"] == "small.yaml" for entry in found)


def test_the_line_of_a_fault_is_named(tmp_path: Path) -> None:
    text = SMALL.replace("type: integer", "type: intger")
    line = next(number for number, row in enumerate(text.splitlines(), 1) if "intger" in row)
    assert {entry["line"] for entry in faults_of(tmp_path, text) if "intger" in entry["fault"]} == {line}


def test_a_fault_brings_no_faults_of_others_with_it(tmp_path: Path) -> None:
    """Five mistakes, five faults, though other questions refer to the ones at fault."""
    text = SMALL
    for old, new in (
        ("type: integer", "type: intger"),
        ("choices: yes_no", "choices: yesno"),
        ("warm = '1'", "wram = '1'"),
        ("minutes: [1, 2]", "minutes: few"),
        ("audience: newcomers", "audience: all"),
    ):
        text = text.replace(old, new)
    found = faults_of(tmp_path, text)
    assert [(entry["line"] > 0, bool(entry["remedy"])) for entry in found] == [(True, True)] * 5


def test_a_cycle_is_found(tmp_path: Path) -> None:
    text = SMALL.replace("parameters: {min: 0, max: 120}", "relevant: \"${town} = ''\"")
    entry = faults_of(tmp_path, text)[0]
    assert entry["fault"].startswith("questions depend on each other in a circle: ")
    assert "age → town → age" in entry["fault"] or "town → age → town" in entry["fault"]


def test_faults_of_all_files_come_at_once(tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text("questionnaire: [", "utf-8")
    (tmp_path / "empty.yaml").write_text("", "utf-8")
    (tmp_path / "latin.yaml").write_bytes(b"questionnaire: \xff")
    found = faults_of(tmp_path, SMALL.replace("type: integer", "type: intger"))
    assert {entry["file"] for entry in found} == {"other.yaml", "empty.yaml", "latin.yaml", "small.yaml"}


def test_a_key_that_stands_twice_is_named(tmp_path: Path) -> None:
    found = faults_of(tmp_path, SMALL.replace("consent: OK", "consent: OK\nconsent: OK"))
    assert "stands twice" in found[0]["fault"]


def test_an_expression_fault_names_its_column(tmp_path: Path) -> None:
    found = faults_of(tmp_path, SMALL.replace('"${age} >= 18"', '"${age} >="'))
    assert "relevant, character" in found[0]["fault"]
    assert found[0]["remedy"]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_no_file_ever_ends_in_anything_but_a_problem(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.mktemp("forms")
    (folder / "odd.yaml").write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(Problem):
        load_folder(folder)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_no_broken_value_ever_ends_in_anything_but_a_problem(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Replace one value of a good file by something else: it loads, or it is a Problem; never a crash."""
    lines = SMALL.splitlines()
    number = data.draw(st.integers(1, len(lines) - 1))
    value = data.draw(st.sampled_from(["7", "[]", "{}", "null", "x", "true", "{de: 1}", "[[1]]", "[{}]", "-", "1.5"]))
    head = lines[number].split(":", 1)[0]
    lines[number] = f"{head}: {value}"
    folder = tmp_path_factory.mktemp("forms")
    (folder / "small.yaml").write_text("\n".join(lines), "utf-8")
    with contextlib.suppress(Problem):
        load_folder(folder)


CATALOG = """
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

#. state: machine draft
msgctxt "small/label"
msgid "Klein"
msgstr "Mały"

msgctxt "small/about/label"
msgid "Über Dich"
msgstr "O tobie"
"""


def test_catalogs_fill_languages_and_an_outdated_source_counts_as_missing(tmp_path: Path) -> None:
    (tmp_path / "translations").mkdir()
    (tmp_path / "translations" / "pl.po").write_text(CATALOG, "utf-8")
    (tmp_path / "small.yaml").write_text(SMALL, "utf-8")
    small = load_folder(tmp_path).questionnaires["small"]
    assert wording(small.label, "pl") == "Mały"
    missing = missing_texts(small, "pl")
    assert "small/label" not in missing
    assert "small/about/label" in missing


def test_a_revision_comes_back_equal_from_json(small: Any) -> None:
    again = definition.from_json(definition.to_json(small))
    assert again == small
    assert definition.fingerprint(definition.to_json(again)) == definition.fingerprint(definition.to_json(small))


def test_pages_for_each_choice_of_a_vocabulary(tmp_path: Path) -> None:
    (tmp_path / "vocabularies").mkdir()
    (tmp_path / "vocabularies" / "areas.yaml").write_text(
        "vocabulary: areas\nlabel: A\nchoices:\n"
        "- {name: ARB, label: {de: Arbeit, en: Work}}\n- {name: WOH, label: B}\n",
        "utf-8",
    )
    (tmp_path / "many.yaml").write_text(
        "questionnaire: many\naudience: experts\nlanguages: [de, en]\nlabel: Many\npages:\n"
        "- name: first\n  label: F\n  questions:\n  - {type: select_multiple, name: pick, choices: areas, label: P}\n"
        "- name: area_{code}\n  for_each: areas\n  label: '{label}'\n  relevant: selected(${pick}, '{code}')\n"
        "  questions:\n  - {type: text, name: 'why_{code}', label: W}\n",
        "utf-8",
    )
    many = load_folder(tmp_path).questionnaires["many"]
    assert [page.name for page in many.pages] == ["first", "area_ARB", "area_WOH"]
    assert many.pages[1].label == {"de": "Arbeit", "en": "Work"}
    assert list(many.questions) == ["pick", "why_ARB", "why_WOH"]


def test_bundled_files_come_back_equal_from_json(bundled: Any) -> None:
    assert set(bundled.questionnaires) == {"needs", "offers", "experts", "consultation"}
    for questionnaire in bundled.questionnaires.values():
        assert definition.from_json(definition.to_json(questionnaire)) == questionnaire


def test_names_of_the_services_own_pages_are_reserved(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(SMALL.replace("name: about", "name: check"), "utf-8")
    with pytest.raises(Problem) as caught:
        load_folder(tmp_path)
    assert "check: the service has a page of that name itself" in str(caught.value)


def test_the_consent_stands_on_the_first_page(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(SMALL.replace("consent: OK", "consent: why"), "utf-8")
    with pytest.raises(Problem) as caught:
        load_folder(tmp_path)
    assert "why: the consent stands behind other pages" in str(caught.value)


def test_a_questionnaire_has_pages(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(SMALL.split("pages:")[0] + "pages: []\n", "utf-8")
    with pytest.raises(Problem) as caught:
        load_folder(tmp_path)
    assert "pages: the questionnaire has no pages" in str(caught.value)
