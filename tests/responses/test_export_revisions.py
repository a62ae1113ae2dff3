"""One export over all revisions: wording, choices and type of a live questionnaire change, and no answer is lost."""

from __future__ import annotations

import csv
import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pyreadstat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from survey_service.questionnaire.comparison import BREAK, COMPARABLE, NOT_COMPARABLE
from survey_service.questionnaire.model import Questionnaire
from survey_service.responses import drafts, verdicts
from survey_service.responses.export import FORMATS, Options, codebook, documents
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import Submission, submit
from survey_service.store import open_store
from survey_service.store.base import Store
from tests.conftest import SMALL, TODAY

Load = Callable[[str], Questionnaire]

AGE_1 = "      - {type: text, name: age_1, label: {de: Wie früher, en: As before}}\n"
FIRST = SMALL.replace("      - {type: text, name: town", AGE_1 + "      - {type: text, name: town")
WORDING = FIRST.replace("de: Ort, en: Town", "de: Wohnort, en: Home town")
CHOICES = WORDING.replace("{name: blue, label: {de: Blau, en: Blue}", "{name: pink, label: {de: Rosa, en: Pink}")
TYPE = CHOICES.replace("{type: integer, name: age", "{type: text, name: age").replace(
    ", parameters: {min: 0, max: 120}", ""
)
TYPE = TYPE.replace("${age} >= 18", "${age} != ''").replace("${age} < 16 and ${age} != ''", "${age} = 'kind'")
WITHOUT = TYPE.replace("      - {type: date, name: since, label: {de: Seit wann, en: Since when}}\n", "")
STEPS = (FIRST, WORDING, CHOICES, TYPE, WITHOUT)
ANSWERS: tuple[dict[str, Any], ...] = (
    {"age": 20, "age_1": "a", "town": "Suhl", "likes": ["red", "blue"], "why": "red", "since": "2020-01-01"},
    {"age": 21, "age_1": "b", "town": "Hildburghausen", "likes": ["blue"]},
    {"age": 22, "age_1": "c", "town": "Meiningen", "likes": ["red", "pink"], "why": "red", "since": "2021-02-02"},
    {"age": "zwanzig", "age_1": "d", "town": "Wasungen", "likes": ["pink"]},
    {"age": "30", "age_1": "e", "town": "Zella", "likes": ["green"]},
)
OPTIONS = ("red", "pink", "green", "none", "blue")
"""The choices in the order of the columns: the newest revision's first."""


def respond(store: Store, publications: Publications, number: int, inputs: dict[str, Any], revision: str) -> None:
    submission = Submission(str(uuid.UUID(int=number)), revision, "de", {"OK": "yes", **inputs}, number, "api")
    submit(store, publications, submission, receipt_key="0" * 64, today=TODAY)


@pytest.fixture
def live(store: Store, questionnaire: Load) -> Publications:
    """Five revisions, a response under each, and one that was begun under the first and sent at the end."""
    publications = Publications(store)
    begun = None
    for number, (text, inputs) in enumerate(zip(STEPS, ANSWERS, strict=True), start=1):
        assert publications.publish({"small": questionnaire(text)}) == [f"small-{number}"]
        begun = begun or drafts.start(store, publications.current("small"), "de", TODAY, receipt_key="secret")
        respond(store, publications, number, inputs, publications.current("small").revision)
    assert begun is not None
    respond(store, publications, 6, {**ANSWERS[0], "age": 60}, begun.revision)
    return publications


def written(store: Store, publications: Publications, path: Path, form: str, **options: Any) -> Path:
    book = codebook.of(publications, "small")
    assert FORMATS[form].write(path, documents(store, "small"), book, Options(**options)) == 6
    return path


def rows_of_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_three_changes_three_verdicts(live: Publications, store: Store) -> None:
    def on(revision: str, question: str) -> str:
        found = {one.question: one.verdict for one in verdicts.judged(store, live, revision)}
        return found.get(question, COMPARABLE)

    assert (on("small-2", "town"), on("small-3", "likes"), on("small-4", "age")) == (BREAK, BREAK, NOT_COMPARABLE)
    assert verdicts.series(store, live, "small", "age_1") == tuple(
        (f"small-{n}", BREAK if n == 4 else COMPARABLE) for n in (2, 3, 4, 5)
    )
    assert on("small-5", "since") == NOT_COMPARABLE


def test_one_csv_over_all_revisions(live: Publications, store: Store, tmp_path: Path) -> None:
    rows = rows_of_csv(written(store, live, tmp_path / "a", "csv", columns=True))
    assert [row["revision"] for row in rows] == ["small-1", "small-2", "small-3", "small-4", "small-5", "small-1"]
    assert [row["age"] for row in rows] == ["", "", "", "zwanzig", "30", ""]
    assert [row["age@3"] for row in rows] == ["20", "21", "22", "", "", "60"]
    assert [row["age_1"] for row in rows] == ["a", "b", "c", "d", "e", "a"]
    assert [row["since"] for row in rows] == ["2020-01-01", "", "2021-02-02", "", "", "2020-01-01"]
    assert [row["since:state"] for row in rows] == [
        "answered", "not_shown", "answered", "not_shown", "", "answered",
    ]  # fmt: skip
    assert [name for name in rows[0] if name.startswith("likes/")] == [
        f"likes/{name}" for name in (*OPTIONS[:4], "pna", "blue")
    ]
    assert [row["likes/blue"] for row in rows] == ["1", "1", "0", "0", "0", "1"]
    assert [row["likes/pink"] for row in rows] == ["0", "0", "1", "1", "0", "0"]
    assert rows[0]["likes"] == "red blue"


@pytest.mark.parametrize("form", [form for form in FORMATS if form != "jsonl"])
def test_labels_of_removed_choices_and_questions_stay(
    live: Publications, store: Store, tmp_path: Path, form: str
) -> None:
    path = written(store, live, tmp_path / f"a.{form}", form, labels=True, columns=True, language="de")
    if form == "csv":
        assert rows_of_csv(path)[0]["F [likes]"] == "Rot; Blau"
        assert rows_of_csv(path)[1]["Wohnort [town]"] == "Hildburghausen"
    elif form == "xlsx":
        sheet = openpyxl.load_workbook(path)["codebook"]
        rows = [tuple(cell.value or "" for cell in row)[:6] for row in sheet.iter_rows()]
        assert ("likes", "F", "select_multiple", "blue", "Blau", "small-1 small-2 small-3 small-4 small-5") in rows
        assert ("age@3", "Alter", "integer", "", "", "small-1 small-2 small-3") in rows
        assert ("age", "Alter", "text", "", "", "small-4 small-5") in rows
        assert ("since", "Seit wann", "date", "", "", "small-1 small-2 small-3 small-4") in rows
    elif form == "parquet":
        table = pl.read_parquet(path)
        assert (table["age@3"].dtype, table["age"].dtype) == (pl.Int64, pl.String)
        assert table["age@3"].to_list() == [20, 21, 22, None, None, 60]
    else:
        table, meta = pyreadstat.read_sav(str(path), output_format="polars", user_missing=True)
        assert table["age@3"].to_list() == [20.0, 21.0, 22.0, None, None, 60.0]
        assert table["age_1"].to_list() == ["a", "b", "c", "d", "e", "a"]
        assert meta.column_names_to_labels["likes_blue"] == "F – Blau"


def test_a_type_that_comes_back_has_its_old_column(
    live: Publications, store: Store, questionnaire: Load, tmp_path: Path
) -> None:
    live.publish({"small": questionnaire(CHOICES)})
    rows = rows_of_csv(written(store, live, tmp_path / "a", "csv"))
    assert [row["age"] for row in rows] == ["20", "21", "22", "", "", "60"]
    assert [row["age@5"] for row in rows] == ["", "", "", "zwanzig", "30", ""]


def test_what_is_noted_by_itself_is_exported_too(store: Store, questionnaire: Load, tmp_path: Path) -> None:
    noted = "      - {type: hidden, name: way, default: '=1+1'}\n      - {type: today, name: sent}\n"
    text = SMALL.replace("      - {type: integer, name: age", noted + "      - {type: integer, name: age")
    publications = Publications(store)
    publications.publish({"small": questionnaire(text)})
    respond(store, publications, 1, {"age": 20}, "small-1")
    book = codebook.of(publications, "small")
    for form in FORMATS:
        assert FORMATS[form].write(tmp_path / form, documents(store, "small"), book, Options()) == 1
    [row] = rows_of_csv(tmp_path / "csv")
    assert (row["way"], row["sent"]) == ("'=1+1", "2026-11-23")


# -- any sequence of types

TYPES: dict[str, Any] = {"integer": 7, "decimal": 7.5, "text": "sieben", "date": "2026-11-23"}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(sorted(TYPES)), min_size=1, max_size=6))
def test_each_answer_stands_once_in_the_column_of_its_type(
    questionnaire: Load, tmp_path: Path, types: list[str]
) -> None:
    store = open_store("memory:", tmp_path)
    publications = Publications(store)
    for number, kind in enumerate(types, start=1):
        text = f"{SMALL.split('pages:')[0]}pages:\n  - name: a\n    label: {{de: A, en: A}}\n    questions:\n"
        text += "      - {type: select_one, name: OK, choices: yes_no, required: true, label: {de: J, en: Y}}\n"
        text += f"      - {{type: {kind}, name: x, label: {{de: X, en: X}}}}\n"
        publications.publish({"small": questionnaire(text)})
        respond(store, publications, number, {"x": TYPES[kind]}, publications.current("small").revision)
    book = codebook.of(publications, "small")
    FORMATS["csv"].write(tmp_path / "a", documents(store, "small"), book, Options())
    FORMATS["jsonl"].write(tmp_path / "b", documents(store, "small"), book, Options())
    columns = [variable for variable in book.variables if variable.question.name == "x"]
    assert sorted(variable.question.type for variable in columns) == sorted(set(types))
    assert columns[0].name == "x"
    assert columns[0].question.type == types[-1]
    rows = rows_of_csv(tmp_path / "a")
    for kind, row, line in zip(types, rows, (tmp_path / "b").read_text("utf-8").splitlines(), strict=True):
        filled = {variable.question.type: row[variable.name] for variable in columns if row[variable.name]}
        assert filled == {kind: str(TYPES[kind])}
        assert json.loads(line)["answers"]["x"] == TYPES[kind]
