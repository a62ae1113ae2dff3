"""Exports: read back with other programs, over all revisions; text stays text, and nothing identifies anybody."""

from __future__ import annotations

import csv
import datetime as dt
import json
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pyreadstat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from survey_service.cells import neutralised
from survey_service.problems import Problem
from survey_service.questionnaire.question_types import storable
from survey_service.responses import export
from survey_service.responses.export import FACTS, FORMATS, Options, codebook, documents, spreadsheet
from survey_service.responses.export.codebook import Codebook
from survey_service.responses.export.layout import Layout
from survey_service.responses.revisions import Publications
from survey_service.store.base import Store
from tests.conftest import SMALL
from tests.responses.test_submissions import send

OTHER = "22222222-2222-4222-8222-222222222222"
HARD = "=1 سلام🙂é<b>\n“x”"


@pytest.fixture
def two(store: Store, publications: Publications, questionnaire: Any) -> Store:
    """Two responses: one before ``since`` was renamed and blue removed, one after."""
    send(store, publications, age=20, town=HARD, likes=["red", "blue"])
    publications.publish({"small": questionnaire(SMALL.replace("name: since", "name: begin"))})
    send(store, publications, OTHER, age=-3 + 23, likes=["red"], begin="2024-02-29")
    return store


def written(store: Store, publications: Publications, path: Path, form: str, **options: Any) -> int:
    book = codebook.of(publications, "small")
    return FORMATS[form].write(path, documents(store, "small"), book, Options(**options))


def rows_of_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_csv_across_revisions(two: Store, publications: Publications, tmp_path: Path) -> None:
    assert written(two, publications, tmp_path / "a", "csv") == 2
    assert (tmp_path / "a").read_bytes().startswith(b"\xef\xbb\xbfnumber,")
    rows = rows_of_csv(tmp_path / "a")
    assert (rows[0]["town"], rows[0]["likes"], rows[0]["begin"], rows[0]["since:state"]) == (
        f"'{HARD}", "red blue", "", "skipped",
    )  # fmt: skip
    assert (rows[1]["begin"], rows[1]["since"], rows[1]["revision"]) == ("2024-02-29", "", "small-2")
    assert rows[0]["number"] != rows[1]["number"]


def test_a_column_for_each_choice(two: Store, publications: Publications, tmp_path: Path) -> None:
    written(two, publications, tmp_path / "a", "csv", columns=True)
    rows = rows_of_csv(tmp_path / "a")
    names = [name for name in rows[0] if name.startswith("likes/")]
    assert [name for name in names if name in ("likes/red", "likes/blue")] == ["likes/red", "likes/blue"]
    assert [(row["likes/red"], row["likes/blue"]) for row in rows] == [("1", "1"), ("1", "0")]


def test_labels_in_the_language_chosen(two: Store, publications: Publications, tmp_path: Path) -> None:
    written(two, publications, tmp_path / "a", "csv", labels=True, language="en")
    rows = rows_of_csv(tmp_path / "a")
    assert rows[0]["Age [age]"] == "20"
    likes = next(name for name in rows[0] if name.endswith("[likes]"))
    assert rows[0][likes] == "Red; Blue"


def test_a_question_whose_type_has_changed_has_two_columns(
    store: Store, publications: Publications, questionnaire: Any, tmp_path: Path
) -> None:
    send(store, publications, age=20)
    changed = SMALL.replace("type: integer, name: age", "type: text, name: age")
    publications.publish({"small": questionnaire(changed.replace(", parameters: {min: 0, max: 120}", ""))})
    send(store, publications, OTHER, age="zwanzig")
    written(store, publications, tmp_path / "a", "csv")
    rows = rows_of_csv(tmp_path / "a")
    assert [(row["age"], row["age@1"]) for row in rows] == [("", "20"), ("zwanzig", "")]
    assert [(row["age:state"], row["age@1:state"]) for row in rows] == [("", "answered"), ("answered", "")]


def test_json_lines_carry_no_key_and_no_receipt(store: Store, publications: Publications, tmp_path: Path) -> None:
    outcome = send(store, publications, age=20, town="سلام")
    assert written(store, publications, tmp_path / "a", "jsonl") == 1
    text = (tmp_path / "a").read_text("utf-8")
    row = json.loads(text)
    assert set(row) == {*FACTS, "answers", "states"}
    assert row["answers"]["town"] == "سلام"
    assert outcome.key not in text


def test_a_workbook_holds_text_as_text_and_dates_as_dates(
    two: Store, publications: Publications, tmp_path: Path
) -> None:
    assert written(two, publications, tmp_path / "a.xlsx", "xlsx", columns=True, language="en") == 2
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    heading, *rows = book["responses"].iter_rows()
    at = {cell.value: place for place, cell in enumerate(heading)}
    town, begin = rows[0][at["town"]], rows[1][at["begin"]]
    assert (town.value, town.data_type) == (HARD, "s")
    assert begin.value == dt.datetime(2024, 2, 29)
    assert [row[at["age"]].value for row in rows] == [20, 20]
    assert [row[at["likes/blue"]].value for row in rows] == [1, 0]
    assert rows[1][at["since"]].value is None
    entries = [tuple(cell.value or "" for cell in row) for row in book["codebook"].iter_rows(min_row=2)]
    place = ("responses", "about", "About you", "", "")
    assert ("age", "Age", "integer", "", "", "small-1 small-2", *place) in entries
    assert ("since", "Since when", "date", "", "", "small-1", "responses", "more", "More", "", "") in entries
    assert any(entry[0] == "likes" and entry[3:5] == ("red", "Red") for entry in entries)


def test_a_workbook_says_what_it_cannot_hold(
    store: Store, publications: Publications, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(store, publications, age=20, town="x" * 15)
    send(store, publications, OTHER, age=21)
    limits = (("LONGEST", 14, "text"), ("MOST_ROWS", 2, "rows"), ("MOST_COLUMNS", 10, "columns"))
    for limit, value, code in limits:
        with monkeypatch.context() as patched:
            patched.setattr(spreadsheet, limit, value)
            with pytest.raises(Problem) as caught:
                written(store, publications, tmp_path / "a.xlsx", "xlsx")
        assert caught.value.code == f"export.{code}"


def test_parquet_has_types(two: Store, publications: Publications, tmp_path: Path) -> None:
    assert written(two, publications, tmp_path / "a", "parquet", columns=True) == 2
    table = pl.read_parquet(tmp_path / "a")
    assert table["age"].to_list() == [20, 20]
    assert table["age"].dtype == pl.Int64
    assert table["town"].to_list() == [HARD, None]
    assert table["begin"].to_list() == [None, dt.date(2024, 2, 29)]
    assert table["likes/blue"].to_list() == [1, 0]
    assert table["begin:state"].to_list() == [None, "answered"]


def test_spss_has_labels_and_says_why_something_is_missing(
    two: Store, publications: Publications, tmp_path: Path
) -> None:
    assert written(two, publications, tmp_path / "a.sav", "sav", language="en") == 2
    table, meta = pyreadstat.read_sav(str(tmp_path / "a.sav"), output_format="polars", user_missing=True)
    assert meta.column_names_to_labels["age"] == "Age"
    assert table["age"].to_list() == [20.0, 20.0]
    assert table["town"].to_list() == [HARD, ""]
    assert table["likes_red"].to_list() == [1.0, 1.0]
    assert table["OK"].to_list() == [1.0, 1.0]
    labels = meta.variable_value_labels["OK"]
    assert labels[1.0].endswith("[yes]")
    assert {code: labels[code] for code in (-97.0, -98.0, -99.0)} == {
        -97.0: "pna", -98.0: "skipped", -99.0: "not_shown",
    }  # fmt: skip
    assert meta.missing_ranges["OK"]
    assert table["since_state"].to_list()[0] == -98.0


def test_no_response_at_all(store: Store, publications: Publications, tmp_path: Path) -> None:
    for form in FORMATS:
        assert written(store, publications, tmp_path / form, form) == 0, form


@pytest.mark.parametrize("form", FORMATS)
def test_no_file_tells_who_answered(form: str, store: Store, publications: Publications, tmp_path: Path) -> None:
    outcome = send(store, publications, age=20)
    written(store, publications, tmp_path / "a", form)
    content = (tmp_path / "a").read_bytes()
    assert outcome.key.encode() not in content
    assert outcome.receipt.encode() not in content


@pytest.mark.parametrize(
    ("text", "expected"),
    [("=1", "'=1"), ("+49", "'+49"), ("-5", "'-5"), ("@x", "'@x"), ("\tx", "'\tx"), ("a=1", "a=1"), ("", "")],
)
def test_what_a_spreadsheet_takes_for_a_formula(text: str, expected: str) -> None:
    assert neutralised(text) == expected


TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=40).map(str.strip).filter(bool)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(town=TEXT.filter(storable), age=st.integers(16, 99), likes=st.sets(st.sampled_from(["red", "blue"])))
def test_any_answer_comes_back(
    town: str, age: int, likes: set[str], publications: Publications, tmp_path: Path
) -> None:
    """One response, written and read again by four programs."""
    book = codebook.of(publications, "small")
    answers = {"OK": "yes", "age": age, "town": town, **({"likes": sorted(likes)} if likes else {})}
    document = {**dict.fromkeys(FACTS, "x"), "number": 1, "revision": "small-1", "answers": answers, "states": {}}

    def write(form: str) -> Path:
        path = tmp_path / f"a.{form}"
        assert FORMATS[form].write(path, iter([document]), book, Options()) == 1
        return path

    expected = (age, town, " ".join(sorted(likes)))
    [row] = rows_of_csv(write("csv"))
    assert (int(row["age"]), row["town"], row["likes"]) == (age, neutralised(town), expected[2])
    table = pl.read_parquet(write("parquet"))
    assert (table["age"][0], table["town"][0], table["likes"][0] or "") == expected
    sheet = openpyxl.load_workbook(write("xlsx"))["responses"]
    at = {cell.value: place for place, cell in enumerate(sheet[1])}
    values = [cell.value for cell in sheet[2]]
    assert (values[at["age"]], values[at["town"]], values[at["likes"]] or "") == expected


def test_the_layout_is_made_once(publications: Publications) -> None:
    book = codebook.of(publications, "small")
    assert isinstance(book, Codebook)
    layout = Layout(book, Options())
    assert layout.headings()[: len(FACTS)] == list(FACTS)
    assert [column.name for column in layout.columns] == layout.headings()
    assert export.FACTS == FACTS
