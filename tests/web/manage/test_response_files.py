"""Files of responses on the desk: linked in the table, sent to be saved, noted in the audit log, exported by name."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from survey_service.accounts.audit import AUDIT
from survey_service.questionnaire.model import Questionnaire
from survey_service.responses import files, submissions
from survey_service.responses.export import FORMATS, Options, codebook, documents
from survey_service.responses.files import Incoming
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import RESPONSES, Submission
from survey_service.store.base import Store
from tests.web.manage.conftest import NOW, Desk

FORM = """
questionnaire: paper
audience: newcomers
languages: [de, en]
label: {de: Papiere, en: Papers}
minutes: [1, 2]
consent: OK
choices:
  yes_no: [{name: "yes", label: {de: Ja, en: "Yes"}}, {name: "no", label: {de: Nein, en: "No"}}]
pages:
  - name: consent
    label: {de: Beginn, en: Start}
    questions:
      - {type: select_one, name: OK, choices: yes_no, required: true, label: {de: "Ja?", en: "Do you agree?"}}
      - {type: file, name: letter, label: {de: Brief, en: Letter}}
"""
CONTENT = b"%PDF-1.7 a letter"
ANSWER = {"file": "c" * 32, "name": "=Brief & mehr.pdf", "type": "application/pdf", "size": len(CONTENT)}


@pytest.fixture
def number(store: Store, publications: Publications, questionnaire: Callable[[str], Questionnaire], app: object) -> int:
    """The number of a response with a file."""
    publications.publish({"paper": questionnaire(FORM)})
    folder: Path = app.extensions["survey_service"].settings.instance  # type: ignore[attr-defined]
    key = "00000000-0000-4000-8000-000000000001"
    files.write(folder, [Incoming(ANSWER, CONTENT)])
    files.record(store, key, [Incoming(ANSWER, CONTENT)], NOW.date())
    submission = Submission(
        key=key,
        revision=publications.current("paper").revision,
        language="de",
        inputs={"OK": "yes", "letter": ANSWER},
        seed=1,
        mode="web",
        files=files.issued(store, key),
    )
    submissions.submit(store, publications, submission, receipt_key="k" * 64, today=NOW.date())
    return store.collection(RESPONSES).find(key=key)[0].id


def test_the_table_leads_to_the_file_which_is_sent_to_be_saved(manager: Desk, number: int, store: Store) -> None:
    address = f"/manage/responses/{number}/files/{'c' * 32}"
    page = manager.get("/manage/questionnaires/paper/responses").text
    assert f'<a href="{address}"><bdi>=Brief &amp; mehr.pdf</bdi></a>' in page
    answer = manager.get(address)
    assert answer.data == CONTENT
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert answer.headers["Cache-Control"] == "no-store"
    (entry,) = [stored.body for stored in store.collection(AUDIT).find(action="file.read")]
    assert (entry["actor"], entry["subject"], entry["details"]) == ("Mara", str(number), {"file": "c" * 32})


@pytest.mark.parametrize("path", ["1/files/" + "d" * 32, "99/files/" + "c" * 32, "1/files/..%2f..%2fsecret.key"])
def test_no_other_file_is_there(manager: Desk, number: int, path: str) -> None:
    assert manager.get(f"/manage/responses/{path}").status_code == 404


def test_a_lost_content_is_told(manager: Desk, number: int, app: object) -> None:
    folder: Path = app.extensions["survey_service"].settings.instance  # type: ignore[attr-defined]
    (folder / files.name_of("c" * 32)).unlink()
    answer = manager.get(f"/manage/responses/{number}/files/{'c' * 32}")
    assert answer.status_code == 404
    assert "uploads" in answer.text


@pytest.mark.parametrize("role", ["", "Willi"])
def test_others_get_nothing(as_role: Callable[[str], Desk], number: int, role: str) -> None:
    answer = as_role(role).get(f"/manage/responses/{number}/files/{'c' * 32}")
    assert answer.status_code in (303, 403)
    assert CONTENT not in answer.data


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_exports_have_the_name(
    form: str, number: int, store: Store, publications: Publications, tmp_path: Path
) -> None:
    book = codebook.of(publications, "paper")
    path = tmp_path / "out"
    assert FORMATS[form].write(path, documents(store, "paper"), book, Options()) == 1
    if form == "csv":
        assert "'=Brief & mehr.pdf" in path.read_text("utf-8-sig")
    if form == "jsonl":
        assert json.loads(path.read_text("utf-8"))["answers"]["letter"] == ANSWER
