"""The manager takes home what was answered: entries of repeats on the desk, a zip of tables, the codebook."""

from __future__ import annotations

import datetime as dt
import uuid
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from survey_service import clock
from survey_service.accounts import accounts
from survey_service.questionnaire.model import Questionnaire
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import RESPONSES, Submission, submit
from tests.journeys.conftest import Service
from tests.journeys.desk import judged
from tests.journeys.inspection import Inspector
from tests.journeys.test_desk import PASSWORD, Manager
from tests.questionnaire.test_repeats import ALI_AND_MO, HOUSEHOLD
from tests.questionnaire.xlsform.workbooks import workbook

OpenPage = Callable[..., Page]


@pytest.fixture
def desk(service: Service, questionnaire: Callable[[str], Questionnaire]) -> Service:
    """A household of two that has answered, and a manager called Mara."""
    publications = Publications(service.store)
    publications.publish({"household": questionnaire(HOUSEHOLD)})
    submission = Submission(str(uuid.UUID(int=1)), "household-1", "en", {"street": "Weg 1", **ALI_AND_MO}, 5, "api")
    submit(service.store, publications, submission, receipt_key="0" * 64, today=clock.today())
    accounts.add(service.store, "Mara", ["manager"], PASSWORD, actor="test", now=dt.datetime.now(dt.UTC))
    return service


def test_entries_tables_and_the_codebook_without_scripts(desk: Service, phone: OpenPage, inspector: Inspector) -> None:
    page = phone("de", scripts=False)
    mara = Manager(page, desk.url, inspector, "light")
    mara.sign_in()
    mara.open("/manage/questionnaires/household/responses")
    page.locator("td summary").first.focus()
    page.keyboard.press("Enter")
    assert page.locator("td dd", has_text="Mo").first.is_visible()
    page.locator("td td summary, td dd summary").first.click()
    assert page.locator("td dd", has_text="Mr B").last.is_visible()
    mara.look("open entries/responses")

    mara.open("/manage/questionnaires/household/export")
    with page.expect_download() as started:
        page.locator("main form button").first.click()
    with zipfile.ZipFile(started.value.path()) as archive:
        assert archive.namelist() == ["responses.csv", "people.csv", "school.csv"]

    page.select_option("#codebook_language", "en")
    with page.expect_download() as started:
        page.locator("main form button[value=html]").click()
    html = started.value.path().read_text("utf-8")
    assert judged(inspector.faults(html, "en", "ltr", "light")) == []
    with page.expect_download() as started:
        page.locator("main form button[value=pdf]").click()
    assert started.value.suggested_filename == "household-codebook-en.pdf"
    assert started.value.path().read_bytes().startswith(b"%PDF-")
    assert mara.faults == {}


def test_responses_come_from_a_file_after_a_look_at_it(
    desk: Service, phone: OpenPage, inspector: Inspector, tmp_path: Path
) -> None:
    rows = [["_index", "street", "people:entries"], [1, "Weg 2", 1]]
    people = [["_index", "_parent_index", "name", "age"], [1, 1, "Sara", 30], [2, 1, "Nur", "old"]]
    (tmp_path / "answers.xlsx").write_bytes(workbook(main=rows, people=people))
    page = phone("de", scripts=False)
    mara = Manager(page, desk.url, inspector, "light")
    mara.sign_in()
    mara.open("/manage/responses/load")
    mara.look("load")
    page.set_input_files("#file", tmp_path / "answers.xlsx")
    page.select_option("#questionnaire", "household")
    page.locator("main form button").click()
    mara.look("load/preview")
    places = [" ".join(text.split()) for text in page.locator("table").last.locator("tbody tr").all_inner_texts()]
    assert any("people D 3 age" in place for place in places), places
    assert len(list(desk.store.collection(RESPONSES).iterate())) == 1
    page.locator("button[name=load]").click()
    page.locator("[role=status]").wait_for()
    stored = [each.body["answers"] for each in desk.store.collection(RESPONSES).iterate()]
    assert [one["name"] for one in stored[1]["people"]] == ["Sara", "Nur"]
    assert mara.faults == {}
