"""Exports: rows over all revisions, formula-like text stays text, nothing that identifies."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from survey_service.responses import export
from survey_service.responses.revisions import Publications
from survey_service.store.base import Store
from tests.conftest import SMALL
from tests.responses.test_submissions import send


def test_csv_across_revisions(store: Store, publications: Publications, questionnaire: Any) -> None:
    send(store, publications, age=20, town="=1+1", likes=["red", "blue"])
    publications.publish({"small": questionnaire(SMALL.replace("name: since", "name: begin"))})
    send(store, publications, "22222222-2222-4222-8222-222222222222", age=20, likes=["red"], begin="2024-02-29")
    file = io.StringIO(newline="")
    assert export.write_csv(store, publications, "small", file) == 2
    rows = list(csv.DictReader(io.StringIO(file.getvalue())))
    assert (rows[0]["town"], rows[0]["likes"], rows[0]["begin"], rows[0]["since:state"]) == (
        "'=1+1",
        "red blue",
        "",
        "skipped",
    )
    assert (rows[1]["begin"], rows[1]["since"], rows[1]["revision"]) == ("2024-02-29", "", "small-2")
    assert rows[0]["number"] != rows[1]["number"]


def test_json_lines_carry_no_key_and_no_receipt(store: Store, publications: Publications) -> None:
    outcome = send(store, publications, age=20, town="سلام")
    file = io.StringIO()
    assert export.write_jsonl(store, "small", file) == 1
    row = json.loads(file.getvalue())
    assert set(row) == {*export.FACTS, "answers", "states"}
    assert row["answers"]["town"] == "سلام"
    assert outcome.key not in file.getvalue()


def test_numbers_stay_numbers() -> None:
    assert [export.cell(value) for value in (-5, 2.5, "-5", ["a", "b"], None, "@x")] == [
        -5,
        2.5,
        "'-5",
        "a b",
        "",
        "'@x",
    ]
