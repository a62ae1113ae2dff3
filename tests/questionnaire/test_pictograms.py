"""Pictograms: the drawings themselves, and how a definition names them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey_service.paths import bundled
from survey_service.problems import Problem
from survey_service.questionnaire import definition
from survey_service.questionnaire.comparison_rules import Asked, reasons
from survey_service.questionnaire.loader import load_folder
from survey_service.questionnaire.pictograms import all_pictograms, pictogram_sets
from survey_service.questionnaire.xlsform import exporting, importing
from tests.conftest import SMALL

NAMES = sorted(all_pictograms())
PATH = re.compile(r"M[-0-9. MmLlHhVvCcAaZz]+")
WITHOUT = {"languages", "municipalities"}
FLAGS = {("nationality", name) for name in ("UA", "SY", "AF", "EU")}
"""Languages and places have no drawing that all would read alike, and flags of countries are a matter of dispute."""


@pytest.mark.parametrize("name", NAMES)
def test_a_drawing_is_small_lies_on_its_grid_and_says_what_it_shows(name: str) -> None:
    drawing = all_pictograms()[name]
    assert drawing.line or drawing.fill
    assert all(PATH.fullmatch(path) for path in (drawing.line, drawing.fill) if path)
    assert len(drawing.line) + len(drawing.fill) <= 400
    assert drawing.shows
    assert drawing.shows[0].islower()
    for x, y in re.findall(r"M(-?[0-9.]+)[ ]?(-?[0-9.]+)", drawing.line + drawing.fill):
        assert 0 <= float(x) <= 48
        assert 0 <= float(y) <= 48


def test_a_name_stands_in_one_set_and_is_no_word_that_yaml_takes_for_something_else() -> None:
    assert sum(len(rows) for rows in pictogram_sets().values()) == len(NAMES)
    assert all(isinstance(name, str) for name in NAMES)
    drawn = [(drawing.line, drawing.fill) for drawing in all_pictograms().values()]
    assert len(set(drawn)) == len(drawn), "no two look the same"


def test_all_are_documented() -> None:
    text = (bundled("forms").parent / "docs" / "pictograms.md").read_text("utf-8")
    listed = dict(re.findall(r"^\| `(\w+)` \| (.+?) \|$", text, re.MULTILINE))
    assert listed == {name: drawing.shows for name, drawing in all_pictograms().items()}


def test_every_choice_of_needs_has_one_that_no_other_of_its_list_has() -> None:
    needs = load_folder(bundled("forms"), catalogs=False).questionnaires["needs"]
    for name, choices in needs.lists.items():
        with_one = [choice.pictogram for choice in choices if choice.pictogram]
        without = {(name, choice.name) for choice in choices if not choice.pictogram}
        assert without <= FLAGS or name in WITHOUT
        assert len(set(with_one)) == len(with_one), name
    assert all(question.pictogram for question in needs.questions.values() if question.name != "B00_notice")


def test_a_page_for_each_row_takes_the_rows_own() -> None:
    needs = load_folder(bundled("forms"), catalogs=False).questionnaires["needs"]
    assert needs.questions["B09_ARB"].pictogram == "briefcase"
    assert needs.questions["B09_GES"].pictogram == "health"


def _load(folder: Path, text: str) -> Any:
    (folder / "small.yaml").write_text(text, "utf-8")
    return load_folder(folder, catalogs=False).questionnaires["small"]


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("name: age,", "name: age, pictogram: briefcas,", "small/about/age"),
        ('name: "no",', 'name: "no", pictogram: briefcas,', "small/choices/yes_no/no"),
    ],
)
def test_an_unknown_one_is_a_located_fault_with_a_remedy(tmp_path: Path, old: str, new: str, place: str) -> None:
    with pytest.raises(Problem) as caught:
        _load(tmp_path, SMALL.replace(old, new, 1))
    (fault,) = caught.value.faults
    assert (fault["place"], str(fault["fault"])) == (place, "the pictogram “briefcas” is unknown")
    assert str(fault["remedy"]) == "did you mean “briefcase”?"
    assert SMALL.splitlines()[fault["line"] - 1] == next(line for line in SMALL.splitlines() if old in line)


@pytest.mark.parametrize("value", ["7", "[x, y]", "zzzzzz"])
def test_something_else_than_a_name_is_a_fault(tmp_path: Path, value: str) -> None:
    with pytest.raises(Problem, match=r"is unknown → use a name of docs/pictograms\.md"):
        _load(tmp_path, SMALL.replace("name: age,", f"name: age, pictogram: {value},", 1))


@settings(deadline=None, max_examples=30)
@given(question=st.sampled_from(["", *NAMES]), choice=st.sampled_from(["", *NAMES]))
def test_json_and_xlsform_give_it_back(tmp_path_factory: pytest.TempPathFactory, question: str, choice: str) -> None:
    text = SMALL.replace("name: age,", f'name: age, pictogram: "{question}",', 1)
    text = text.replace('name: "no",', f'name: "no", pictogram: "{choice}",', 1)
    model = _load(tmp_path_factory.mktemp("forms"), text)
    assert model.questions["age"].pictogram == question
    assert model.lists["yes_no"][1].pictogram == choice
    assert model.lists["yes_no"][1].columns == {}, "it is no column to filter by"
    assert definition.from_json(definition.to_json(model)) == model
    assert importing.read(exporting.write(model), "small.xlsx").questionnaire == model


def test_another_picture_breaks_no_series_and_is_named(tmp_path: Path) -> None:
    old = _load(tmp_path, SMALL)
    text = SMALL.replace("name: OK,", "name: OK, pictogram: write,", 1)
    new = _load(tmp_path, text.replace('name: "no",', 'name: "no", pictogram: cross,', 1))
    sides = [Asked(model.questions["OK"], ("de", "en")) for model in (old, new)]
    assert {(reason.code, reason.verdict) for reason in reasons(*sides)} == {
        ("pictogram", "comparable"),
        ("choice_pictogram", "comparable"),
    }
