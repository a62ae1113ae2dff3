"""Exports of repeats: a table each, linked by numbers; and how each type of answer is written."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import tracemalloc
import uuid
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pyreadstat
import pytest

from survey_service import clock
from survey_service.questionnaire.judge import judge
from survey_service.questionnaire.model import Questionnaire
from survey_service.responses.export import FACTS, FORMATS, Options, codebook, documents, naming, packed
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import Submission, submit
from survey_service.store.base import Store
from tests.conftest import TODAY
from tests.questionnaire.test_repeats import ALI_AND_MO, HOUSEHOLD

KINDS = """
questionnaire: kinds
audience: newcomers
languages: [en]
label: {en: Kinds}
choices:
  colours: [{name: red, label: {en: "=Red"}}, {name: blue, label: {en: Blue}}]
groups:
  - {name: people, label: {en: "Person in ${town}"}, repeat: true}
pages:
  - name: one
    label: {en: One}
    questions:
      - {type: range, name: scale, label: {en: Scale}, parameters: {min: 0, max: 10, step: 1}}
      - {type: range, name: fine, label: {en: Fine}, parameters: {min: 0, max: 1, step: 0.5}}
      - {type: time, name: at, label: {en: At}}
      - {type: datetime, name: moment, label: {en: Moment}}
      - {type: geopoint, name: home, label: {en: Home}}
      - {type: select_one, name: to, label: {en: Colour}, choices: colours}
      - {type: text, name: town, label: {en: Town}}
      - {type: integer, name: half, label: {en: Half}, calculation: "${scale} div 2"}
      - {type: date, name: later, label: {en: Later}, calculation: "concat(${town}, '!')"}
      - {type: hidden, name: origin, default: poster}
      - {type: start, name: began}
      - {type: end, name: ended}
      - {type: today, name: day}
  - name: two
    label: {en: Two}
    group: people
    questions:
      - {type: text, name: status, label: {en: Name}}
  - name: three
    label: {en: Three}
    questions:
      - {type: select_one, name: head, label: {en: "Head of ${town}"}, choices_from: status}
      - {type: select_multiple, name: adults, label: {en: Adults}, choices_from: status}
"""
NOW = dt.datetime(2026, 11, 23, 9, 30, tzinfo=dt.UTC)
ANSWERS: dict[str, Any] = {
    "scale": 7, "fine": 0.5, "at": "14:30", "moment": "2026-02-28T08:15", "home": [50.5, -10.25], "to": "blue",
    "town": "Suhl", "people": [{"status": "=Ali B"}, {"status": "Sara"}], "head": "=Ali B",
    "adults": ["=Ali B", "Sara"],
}  # fmt: skip
Send = Callable[..., None]


@pytest.fixture
def published(store: Store) -> Publications:
    return Publications(store)


@pytest.fixture
def send(store: Store, published: Publications) -> Send:
    def submitted(name: str, **inputs: Any) -> None:
        submission = Submission(str(uuid.uuid4()), published.current(name).revision, "en", inputs, 5, "api")
        with clock.fixed(NOW):
            submit(store, published, submission, receipt_key="0" * 64, today=TODAY)

    return submitted


@pytest.fixture
def households(published: Publications, questionnaire: Callable[[str], Questionnaire], send: Send) -> Publications:
    """Three responses: nobody; Ali and Mo, who goes to two schools; Eva, who goes to one."""
    published.publish({"household": questionnaire(HOUSEHOLD)})
    send("household", street="A")
    send("household", street="=B", head="Ali", **ALI_AND_MO)
    send("household", people=[{"name": "Eva", "age": 10, "schools": 1, "school": [{"teacher": "Mx C"}]}])
    return published


def write(store: Store, published: Publications, name: str, path: Path, form: str, **options: Any) -> int:
    book = codebook.of(published, name)
    assert packed(form, book) is (form not in ("xlsx", "jsonl"))
    return FORMATS[form].write(path, documents(store, name), book, Options("en", **options))


def unzipped(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def picked(found: list[dict[str, str]], *names: str) -> list[tuple[str, ...]]:
    return [tuple(row[name] for name in names) for row in found]


def test_csv_is_a_zip_of_linked_tables(households: Publications, store: Store, tmp_path: Path) -> None:
    assert write(store, households, "household", tmp_path / "a", "csv") == 3
    files = unzipped(tmp_path / "a")
    assert list(files) == ["responses.csv", "people.csv", "school.csv"]
    tables = {name.removesuffix(".csv"): rows(content) for name, content in files.items()}
    assert picked(tables["responses"], "number", "street", "people:entries", "persons") == [
        ("1", "A", "0", ""), ("2", "'=B", "2", "2"), ("3", "", "1", "1"),
    ]  # fmt: skip
    assert picked(tables["people"], "number", "entry", "name", "age", "schools", "school:entries") == [
        ("2", "1", "Ali", "62", "", "0"), ("2", "2", "Mo", "9", "2", "2"), ("3", "1", "Eva", "10", "1", "1"),
    ]  # fmt: skip
    assert picked(tables["people"], "age:state", "schools:state")[0] == ("answered", "not_shown")
    assert "parent_entry" not in tables["people"][0]
    assert picked(tables["school"], "number", "parent_entry", "entry", "teacher") == [
        ("2", "2", "1", "Ms A"), ("2", "2", "2", "Mr B"), ("3", "1", "1", "Mx C"),
    ]  # fmt: skip


def test_entries_are_numbered_within_the_response(
    published: Publications, store: Store, questionnaire: Callable[[str], Questionnaire], send: Send, tmp_path: Path
) -> None:
    published.publish({"household": questionnaire(HOUSEHOLD)})
    children = [
        {"name": n, "age": 8, "schools": 2, "school": [{"teacher": f"{n}1"}, {"teacher": f"{n}2"}]} for n in "XY"
    ]
    send("household", people=children)
    write(store, published, "household", tmp_path / "a", "csv")
    school = rows(unzipped(tmp_path / "a")["school.csv"])
    assert picked(school, "parent_entry", "entry", "teacher") == [
        ("1", "1", "X1"), ("1", "2", "X2"), ("2", "3", "Y1"), ("2", "4", "Y2"),
    ]  # fmt: skip


def test_a_workbook_has_a_sheet_for_each_repeat(households: Publications, store: Store, tmp_path: Path) -> None:
    assert write(store, households, "household", tmp_path / "a.xlsx", "xlsx") == 3
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == ["responses", "people", "school", "codebook"]
    school = [[cell.value for cell in row][:4] for row in book["school"].iter_rows()]
    assert school[0] == ["number", "parent_entry", "entry", "teacher"]
    assert school[1:] == [[2, 2, 1, "Ms A"], [2, 2, 2, "Mr B"], [3, 1, 1, "Mx C"]]
    lines = [tuple(cell.value or "" for cell in row) for row in book["codebook"].iter_rows(min_row=2)]
    assert ("people:entries", "Person", "repeat", "", "", "household-1", "responses", "", "", "", "") in lines
    assert ("school:entries", "School", "repeat", "", "", "household-1", "people", "", "", "minors", "Minor") in lines
    assert (
        "teacher",
        "Teacher",
        "text",
        "",
        "",
        "household-1",
        "school",
        "one_school",
        "School",
        "school",
        "School",
    ) in lines
    assert any(line[1] == "Who is the head of ${street}?" for line in lines)


def test_json_lines_stay_nested(households: Publications, store: Store, tmp_path: Path) -> None:
    write(store, households, "household", tmp_path / "a", "jsonl")
    second = [json.loads(line) for line in (tmp_path / "a").read_text("utf-8").splitlines()][1]
    assert second["answers"]["people"][1]["school"] == [{"teacher": "Ms A"}, {"teacher": "Mr B"}]


def test_parquet_and_spss_are_zips_of_typed_tables(households: Publications, store: Store, tmp_path: Path) -> None:
    assert write(store, households, "household", tmp_path / "a", "parquet") == 3
    files = unzipped(tmp_path / "a")
    people = pl.read_parquet(io.BytesIO(files["people.parquet"]))
    assert people["number"].to_list() == [2, 2, 3]
    assert people["age"].to_list() == [62, 9, 10]
    assert people["school:entries"].to_list() == [0, 2, 1]
    assert write(store, households, "household", tmp_path / "b", "sav") == 3
    (tmp_path / "school.sav").write_bytes(unzipped(tmp_path / "b")["school.sav"])
    table, meta = pyreadstat.read_sav(str(tmp_path / "school.sav"), output_format="polars")
    assert table["parent_entry"].to_list() == [2.0, 2.0, 1.0]
    assert table["teacher"].to_list() == ["Ms A", "Mr B", "Mx C"]
    assert meta.column_names_to_labels["teacher"] == "Teacher"


@pytest.fixture
def kinds(published: Publications, questionnaire: Callable[[str], Questionnaire], send: Send) -> Publications:
    published.publish({"kinds": questionnaire(KINDS)})
    send("kinds", **ANSWERS)
    send("kinds")
    return published


def test_types_in_a_workbook(kinds: Publications, store: Store, tmp_path: Path) -> None:
    write(store, kinds, "kinds", tmp_path / "a.xlsx", "xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    heading, first, second = book["responses"].iter_rows()
    value = dict(zip([cell.value for cell in heading], [cell.value for cell in first], strict=True))
    expected = {
        "scale": 7, "fine": 0.5, "at": dt.time(14, 30), "moment": dt.datetime(2026, 2, 28, 8, 15),
        "home:latitude": 50.5, "home:longitude": -10.25, "to": "blue", "origin": "poster", "head": "=Ali B",
        "adults": "=Ali B; Sara", "began": dt.datetime(2026, 11, 23, 9, 30), "ended": dt.datetime(2026, 11, 23, 9, 30),
        "day": dt.datetime(2026, 11, 23), "half": 3.5, "later": "Suhl!", "home:state": "answered", "people:entries": 2,
    }  # fmt: skip
    assert {name: value[name] for name in expected} == expected
    nothing = dict(zip([cell.value for cell in heading], [cell.value for cell in second], strict=True))
    assert (nothing["home:latitude"], nothing["home:state"], nothing["people:entries"]) == (None, "skipped", 0)
    entries = [[cell.value for cell in row] for row in book["people"].iter_rows()]
    assert entries[0] == ["number", "entry", "status@1", "status@1:state"]  # a column of every table is called so
    assert entries[1] == [1, 1, "=Ali B", "answered"]
    assert next(c for row in book["people"].iter_rows() for c in row if c.value == "=Ali B").data_type == "s"


def test_types_in_parquet_and_spss(kinds: Publications, store: Store, tmp_path: Path) -> None:
    write(store, kinds, "kinds", tmp_path / "a", "parquet")
    table = pl.read_parquet(io.BytesIO(unzipped(tmp_path / "a")["responses.parquet"]))
    assert {name: table[name].dtype for name in ("scale", "fine", "at", "moment", "home:latitude", "began", "day")} == {
        "scale": pl.Int64, "fine": pl.Float64, "at": pl.Time, "moment": pl.Datetime("ms"), "home:latitude": pl.Float64,
        "began": pl.Datetime("ms"), "day": pl.Date,
    }  # fmt: skip
    assert table["moment"].to_list() == [dt.datetime(2026, 2, 28, 8, 15), None]
    assert (table["half"].to_list(), table["later"][0]) == ([3.5, None], "Suhl!")
    assert (table["head"][0], table["adults"][0], table["origin"][1]) == ("=Ali B", "=Ali B; Sara", "poster")
    write(store, kinds, "kinds", tmp_path / "b", "sav")
    (tmp_path / "r.sav").write_bytes(unzipped(tmp_path / "b")["responses.sav"])
    spss, meta = pyreadstat.read_sav(str(tmp_path / "r.sav"), output_format="polars")
    assert spss["at"].to_list() == [dt.time(14, 30), None]
    assert spss["to_"].to_list()[0] == 2.0  # TO is a word of SPSS
    assert spss["head"].to_list() == ["=Ali B", ""]
    assert (spss["home_latitude"][0], spss["scale"][0]) == (50.5, 7.0)
    assert meta.column_names_to_labels["home_latitude"] == "Home – latitude"


def test_text_of_every_kind_stays_text_in_csv(kinds: Publications, store: Store, tmp_path: Path) -> None:
    write(store, kinds, "kinds", tmp_path / "a", "csv", labels=True)
    tables = unzipped(tmp_path / "a")
    row = rows(tables["responses.csv"])[0]
    assert row["Head of ${town} [head]"] == "'=Ali B"
    assert row["Adults [adults]"] == "'=Ali B; Sara"
    assert row["Person in ${town} [people:entries]"] == "2"
    assert rows(tables["people.csv"])[0]["Name [status@1]"] == "'=Ali B"


def test_a_question_that_moved_into_a_repeat_has_two_columns(
    households: Publications, store: Store, questionnaire: Callable[[str], Questionnaire], send: Send, tmp_path: Path
) -> None:
    """The street moves into the repeat, the teacher's repeat out of the other."""
    street = "      - {type: text, name: street, label: {en: Street}}\n"
    changed = HOUSEHOLD.replace(street, "      - {type: integer, name: schools, label: {en: Schools}}\n")
    changed = changed.replace(
        "      - {type: integer, name: schools, label: {en: Schools}}\n  - name: one", f"{street}  - name: one"
    )
    changed = changed.replace('count: "${schools}", parent: minors', 'count: "${schools}"')
    households.publish({"household": questionnaire(changed)})
    people = [{"name": "Nur", "age": 5, "street": "C"}]
    send("household", schools=1, people=people, school=[{"teacher": "Z"}])
    write(store, households, "household", tmp_path / "a", "csv")
    files = unzipped(tmp_path / "a")
    assert list(files) == ["responses.csv", "people.csv", "school@1.csv", "school.csv"]
    main, inner = rows(files["responses.csv"]), rows(files["people.csv"])
    assert picked(main, "street@1", "schools", "school:entries", "people:entries")[1::2] == [
        ("'=B", "", "", "2"), ("", "1", "1", "1"),
    ]  # fmt: skip
    assert picked(inner, "schools@1", "street", "school@1:entries")[1::2] == [("2", "", "2"), ("", "C", "")]
    assert picked(rows(files["school.csv"]), "number", "teacher") == [("4", "Z")]
    assert picked(rows(files["school@1.csv"]), "number", "teacher@1")[0] == ("2", "Ms A")


def test_names_that_files_take() -> None:
    long = "a" * 40
    assert naming.sheets([long, long.upper(), "x:y", "History", "responses"], taken=("responses",)) == [
        "a" * 31, "A" * 29 + "~2", "x_y", "History~2", "responses~2",
    ]  # fmt: skip
    assert naming.files(["people", "People", "../x"]) == ["people", "People~2", "_x"]
    names = naming.spss(["a" * 70, "A" * 80, "age@1", "with", "ä", "x."])
    assert names == ["a" * 64, "A" * 62 + "_2", "age@1", "with_", "v__", "x"]
    assert all(len(name.encode()) <= 64 for name in names)


def test_no_response_and_no_entry(
    published: Publications, store: Store, questionnaire: Callable[[str], Questionnaire], tmp_path: Path
) -> None:
    published.publish({"kinds": questionnaire(KINDS)})
    for form in FORMATS:
        assert write(store, published, "kinds", tmp_path / form, form) == 0, form
    assert FACTS[0] == "number"


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_many_entries_take_no_more_memory_than_few(
    form: str, questionnaire: Callable[[str], Questionnaire], tmp_path: Path
) -> None:
    household = questionnaire(HOUSEHOLD)
    judgement = judge(household, ALI_AND_MO, TODAY)
    book = codebook.over({"household-1": household})
    body = {**dict.fromkeys(FACTS, "x"), "revision": "household-1"}

    def peak(count: int) -> int:
        many = ({**body, "number": n, "answers": judgement.answers, "states": judgement.states} for n in range(count))
        tracemalloc.start()
        assert FORMATS[form].write(tmp_path / "a", many, book, Options()) == count
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(1)  # what is loaded at first use
    assert peak(1_000) < peak(100) + 100_000
