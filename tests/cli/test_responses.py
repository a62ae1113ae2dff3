"""Commands for responses: loading a workbook, and the codebook."""

from __future__ import annotations

import csv
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from survey_service.accounts import audit
from survey_service.cli import cli
from survey_service.questionnaire.model import Questionnaire
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import RESPONSES
from survey_service.store import open_store
from tests.questionnaire.test_repeats import HOUSEHOLD
from tests.questionnaire.xlsform.workbooks import workbook

ROWS = [
    ["_index", "OK", "age", "town", "likes"],
    [1, "yes", 20, "Suhl", "red"],
    [2, "yes", 500, "=Geheimdorf", "red"],
    [3, "no", 20, "Suhl", "red"],
    [4, "no", 20, "Suhl", "red"],
]


@pytest.fixture
def instance(tmp_path: Path, small: Questionnaire, questionnaire: Callable[[str], Questionnaire]) -> Path:
    """An instance with two questionnaires."""
    folder = tmp_path / "instance"
    store = open_store("tinydb:", folder)
    Publications(store).publish({"small": small, "household": questionnaire(HOUSEHOLD)})
    store.close()
    (tmp_path / "rows.xlsx").write_bytes(workbook(main=ROWS))
    return folder


def run(instance: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["responses", *arguments, "--instance", str(instance)])


def load(instance: Path, *options: str, name: str = "small") -> Result:
    return run(instance, "import", name, str(instance.parent / "rows.xlsx"), *options)


def stored(instance: Path) -> tuple[list[Any], list[Any]]:
    """Return the answers of all responses, and what the audit log says of loading."""
    store = open_store("tinydb:", instance)
    answers = [each.body["answers"] for each in store.collection(RESPONSES).iterate()]
    noted = [(e.subject, e.details) for e in audit.entries(store) if e.action == "responses.loaded"]
    store.close()
    return answers, noted


def test_what_fits_is_loaded_once_and_noted(instance: Path) -> None:
    result = load(instance)
    assert result.exit_code == 0
    assert "main!C3: age: Please write 120 or less." in result.stderr
    assert "main!4 and 1 more: The person did not consent. The response is not loaded." in result.stderr
    assert "1 answers left out" in result.stderr
    assert "2 of 4 responses loaded; 0 were loaded before." in result.stderr
    assert "500" not in result.output
    assert "Geheimdorf" not in result.output
    assert "0 of 4 responses loaded; 2 were loaded before." in load(instance).stderr
    expected = [{"OK": "yes", "age": 20, "town": "Suhl", "likes": ["red"]}, {"OK": "yes", "likes": ["red"]}]
    assert stored(instance) == (expected, [("small", {"count": 2}), ("small", {"count": 0})])


def test_a_check_changes_nothing(instance: Path) -> None:
    result = load(instance, "--check")
    assert result.exit_code == 0
    assert "2 of 4 responses would be loaded; 0 were loaded before." in result.stderr
    assert stored(instance) == ([], [])


def test_the_listing_names_values_and_is_for_its_owner_only(instance: Path) -> None:
    target = instance.parent / "listing.csv"
    assert load(instance, "--check", "--listing", str(target)).exit_code == 0
    with target.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["kind", "sheet", "row", "column", "question", "reason", "value"]
    assert ["refused", "main", "3", "C", "age", "Please write 120 or less.", "500"] in rows
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("options", "name", "status", "said"),
    [
        ((), "nothing", 1, "There is no questionnaire “nothing”"),
        (("--language", "ar"), "small", 2, "known: de, en"),
        ((), "household", 1, "No sheet of the workbook has columns"),
    ],
)
def test_what_is_refused(instance: Path, options: tuple[str, ...], name: str, status: int, said: str) -> None:
    result = load(instance, *options, name=name)
    assert result.exit_code == status
    assert said in result.stderr
    assert stored(instance) == ([], [])


def test_a_broken_file_is_refused_without_a_traceback(instance: Path) -> None:
    (instance.parent / "rows.xlsx").write_bytes(b"no workbook")
    result = load(instance)
    assert result.exit_code == 1
    assert "This is no .xlsx workbook." in result.stderr


def test_the_codebook_is_a_page(instance: Path) -> None:
    target = instance.parent / "codebook.html"
    assert run(instance, "codebook", "household", "--language", "en", "--output", str(target)).exit_code == 0
    page = target.read_text("utf-8")
    assert page.startswith("<!doctype html>")
    assert "Who is the head of ${street}?" in page
    assert run(instance, "codebook", "small", "--language", "xx").exit_code == 2
    assert run(instance, "codebook", "nothing").exit_code == 1
    assert "<h1>Codebuch: Klein</h1>" in run(instance, "codebook", "small").stdout


def test_the_codebook_is_a_pdf_on_request(instance: Path) -> None:
    target = instance.parent / "codebook.pdf"
    assert run(instance, "codebook", "household", "--format", "pdf", "--output", str(target)).exit_code == 0
    data = target.read_bytes()
    assert data.startswith(b"%PDF-")
    assert b"/StructTreeRoot" in data
    assert run(instance, "codebook", "household", "--format", "docx").exit_code == 2


def test_an_export_of_repeats_says_that_it_is_a_zip(instance: Path) -> None:
    target = instance.parent / "a.zip"
    result = run(instance, "export", "household", "--output", str(target))
    assert "0 responses written" in result.stderr
    assert "as a zip of one file a table" in result.stderr
    assert target.read_bytes().startswith(b"PK")
