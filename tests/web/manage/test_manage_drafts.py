"""Working copies on the desk: what a workbook becomes, what stands against it, and how it is published."""

from __future__ import annotations

import io
import secrets
from typing import Any

import xlsxwriter
from flask import Flask

from survey_service.questionnaire.loader import missing_texts
from survey_service.responses import definitions
from survey_service.responses.revisions import Publications
from survey_service.store.base import Store
from tests.samples import sample
from tests.web.manage.conftest import Desk

GOOD = {
    "survey": [
        ["type", "name", "label::Deutsch (de)", "label::English (en)", "relevant"],
        ["select_one yn", "Q1", "Arbeiten Sie?", "Do you work?", ""],
        ["begin_repeat", "jobs", "Arbeit", "Job", "${Q1} = 'yes'"],
        ["text", "job", "Was?", "What?", ""],
        ["end_repeat", "", "", "", ""],
        ["note", "bye", "Danke, ${job}", "Thanks, ${job}", ""],
    ],
    "choices": [
        ["list_name", "name", "label::Deutsch (de)", "label::English (en)"],
        ["yn", "yes", "Ja", "Yes"],
        ["yn", "no", "Nein", "No"],
    ],
    "settings": [["form_title", "form_id"], ["Arbeit", "work"]],
}


def workbook(sheets: dict[str, list[list[str]]]) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return target.getvalue()


def bring(desk: Desk, data: bytes, **fields: str) -> Any:
    answer = desk.client.post(
        "/manage/questionnaires/import",
        data={"_csrf": desk.token(), "file": (io.BytesIO(data), "form.xlsx"), **fields},
        content_type="multipart/form-data",
    )
    answer.request.environ["wsgi.input"].close()  # the test client's own temporary file
    return answer


def test_a_workbook_becomes_a_working_copy_and_then_a_revision(manager: Desk, store: Store) -> None:
    answer = bring(manager, workbook(GOOD))
    assert answer.status_code == 303
    assert answer.location == "/manage/drafts/work"
    page = manager.get("/manage/drafts/work").text
    assert "Arbeit" in page
    assert manager.get("/de/q/work").status_code == 404  # not published yet
    assert definitions.get(store, "work").questionnaire.repeats.keys() == {"jobs"}
    published = manager.post("/manage/drafts/work/publish")
    assert published.status_code == 303
    assert Publications(store).current("work").revision == "work-1"
    assert definitions.find(store, "work") is None
    assert manager.get("/de/q/work").status_code == 200


def test_errors_name_their_cells_and_nothing_is_kept(manager: Desk, store: Store) -> None:
    bad = {**GOOD, "survey": [*GOOD["survey"], ["select_one nowhere", "Q9", "X", "X", "${Q8} = 1"]]}
    answer = bring(manager, workbook(bad))
    assert answer.status_code == 422
    assert "survey!A7" in answer.text
    assert "nowhere" in answer.text
    assert definitions.find(store, "work") is None


def test_what_is_no_workbook_is_refused(manager: Desk) -> None:
    answer = bring(manager, b"PK\x03\x04 nonsense")
    assert answer.status_code == 422
    assert ".xlsx" in answer.text


def test_without_a_file(manager: Desk) -> None:
    assert manager.post("/manage/questionnaires/import").status_code == 422


def test_a_workbook_larger_than_other_requests_may_be(manager: Desk) -> None:
    rows = [*GOOD["survey"], *(["note", f"n{number}", secrets.token_hex(150), "x"] for number in range(9_000))]
    data = workbook({**GOOD, "survey": rows})
    assert 500_000 < len(data) < 10_000_000
    assert bring(manager, data).status_code == 303


def test_a_large_body_is_refused_from_whoever_is_not_signed_in(app: Flask) -> None:
    assert bring(Desk(app), b"x" * 600_000).status_code == 401


def test_a_body_too_large_even_for_a_workbook(manager: Desk) -> None:
    assert bring(manager, b"x" * 10_200_000).status_code == 413


def test_a_missing_text_closes_the_gate(manager: Desk, store: Store) -> None:
    rows = [list(row) for row in GOOD["survey"]]
    rows[3][3] = ""  # the English label of “job”
    bring(manager, workbook({**GOOD, "survey": rows}))
    assert missing_texts(definitions.get(store, "work").questionnaire, "en") == ["work/job/job/label"]
    refused = manager.post("/manage/drafts/work/publish")
    assert refused.status_code == 409
    assert "work/job/job/label" in refused.text
    assert manager.post("/manage/drafts/work/languages", {"language": "de"}).status_code == 303
    assert manager.post("/manage/drafts/work/publish").status_code == 303
    assert Publications(store).current("work").questionnaire.languages == ("de",)


def test_preview_in_each_language_with_conditions_in_words(manager: Desk) -> None:
    bring(manager, workbook(GOOD))
    page = manager.get("/manage/drafts/work/preview?language=en").text
    assert 'lang="en" dir="ltr"' in page
    assert "Do you work?" in page
    assert "What?" in page
    assert "Arbeiten Sie" in page  # the condition of the repeat, in the desk's language
    assert manager.get("/manage/drafts/work/preview?language=fr").status_code == 404


def test_discarded(manager: Desk, store: Store) -> None:
    bring(manager, workbook(GOOD))
    assert manager.post("/manage/drafts/work/discard").status_code == 303
    assert definitions.find(store, "work") is None


def test_the_working_copy_goes_out_as_a_workbook(manager: Desk) -> None:
    bring(manager, workbook(GOOD))
    answer = manager.get("/manage/drafts/work/workbook")
    assert answer.data.startswith(b"PK")
    again = bring(manager, answer.data, name="again")
    assert again.location == "/manage/drafts/again"


def test_a_practitioners_form_in_four_languages(manager: Desk, store: Store) -> None:
    answer = bring(manager, sample("RMS_CAPI_v2.xlsx"), name="rms")
    assert answer.status_code == 303
    assert definitions.get(store, "rms").questionnaire.languages == ("en", "es", "fr", "ar")
    assert manager.get("/manage/drafts/rms").status_code == 200
    page = manager.get("/manage/drafts/rms/preview?language=ar").text
    assert 'lang="ar" dir="rtl"' in page


def test_lists_in_files_come_along(manager: Desk, store: Store) -> None:
    rows = [["type", "name", "label"], ["select_one_from_file towns.csv", "town", "Town"]]
    answer = manager.client.post(
        "/manage/questionnaires/import",
        data={
            "_csrf": manager.token(),
            "file": (io.BytesIO(workbook({"survey": rows})), "form.xlsx"),
            "lists": [(io.BytesIO(b"name,label\n1,Meiningen\n"), "towns.csv"), (io.BytesIO(b""), "")],
            "name": "towns",
        },
        content_type="multipart/form-data",
    )
    assert answer.status_code == 303
    question = definitions.get(store, "towns").questionnaire.questions["town"]
    assert [choice.name for choice in question.choices] == ["1"]
