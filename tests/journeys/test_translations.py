"""The manager's story of a text: taken away, missed at the gate, found by its link, written again, published."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from survey_service.accounts import accounts
from survey_service.questionnaire import translating
from survey_service.responses.revisions import Publications
from tests.journeys.conftest import Service
from tests.journeys.inspection import Inspector
from tests.journeys.test_desk import PASSWORD, Manager

OpenPage = Callable[..., Page]
TITLE = "needs/label"
KEY = translating.key_of(TITLE)
ARABIC = "ما الذي ينقصك؟"


@pytest.fixture
def desk(service: Service) -> Service:
    accounts.add(service.store, "Mara", ["manager"], PASSWORD, actor="test", now=dt.datetime.now(dt.UTC))
    return service


def sign_in(page: Page, service: Service) -> None:
    page.goto(f"{service.url}/manage/translations")
    page.fill("#name", "Mara")
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_selector("table.completeness")


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.languages)])
def test_a_text_is_taken_away_and_comes_back(desk: Service, phone: OpenPage, inspector: Inspector, scheme: str) -> None:
    page = phone("de", scripts=False, scheme=scheme)
    mara = Manager(page, desk.url, inspector, scheme)
    sign_in(page, desk)
    mara.look("overview")
    page.click("table.completeness a[href*='/needs/ar']")
    mara.look("texts")

    page.goto(f"{desk.url}/manage/translations/needs/ar?text={KEY}")
    page.fill(f"#w-{KEY}-0", "ما %(x)s؟")
    page.click("form.texts > .actions button")
    expect(page).to_have_title(re.compile("^(Error|Fehler):"))
    mara.look("refused")
    assert page.input_value(f"#w-{KEY}-0") == "ما %(x)s؟"
    page.fill(f"#w-{KEY}-0", "")
    page.click(f"button[value='{KEY}']")
    page.wait_for_selector(".notice")
    mara.look("taken away")

    mara.open("/manage/questionnaires/needs/publish")
    page.click("main form button")
    page.wait_for_selector(".errors")
    mara.look("gate closed")
    assert Publications(desk.store).history("needs") == ["needs-1"]
    page.click(".lacking a")
    assert page.url.endswith(f"#t-{KEY}")
    page.fill(f"#w-{KEY}-0", ARABIC)
    page.check(f"input[name='r-{KEY}']")
    page.click(f"button[value='{KEY}']")
    page.wait_for_selector(".notice")

    page.goto(f"{desk.url}/manage/questionnaires/needs/publish")
    page.click("main form button")
    page.wait_for_selector(".notice")
    mara.look("published")
    assert Publications(desk.store).history("needs") == ["needs-1", "needs-2"]
    visitor = phone("ar", scripts=False)
    visitor.goto(f"{desk.url}/ar/q/needs")
    assert visitor.inner_text("h1") == ARABIC
    assert mara.faults == {}


def test_easy_german_plural_forms_and_files(
    desk: Service, phone: OpenPage, inspector: Inspector, tmp_path: Path
) -> None:
    page = phone("de", scripts=False)
    mara = Manager(page, desk.url, inspector, "light")
    sign_in(page, desk)
    mara.open("/manage/translations/needs/de-simple?q=nicht")
    assert page.locator("ul.hint li").count() > 0
    mara.open("/manage/translations/interface/ar?q=%25(num)s")
    assert page.locator("textarea[dir=rtl]").count() >= 6

    page.goto(f"{desk.url}/manage/translations/needs/ar")
    page.click("main details summary")
    mara.look("files")
    with page.expect_download() as started:
        page.click("a[href*='format=xlsx']")
    sheet = tmp_path / "needs-ar.xlsx"
    shutil.copy(started.value.path(), sheet)
    book = openpyxl.load_workbook(sheet)
    cell = next(row for row in book["texts"].iter_rows() if row[0].value == TITLE)[4]
    cell.value = ARABIC
    book.save(sheet)
    page.set_input_files("#file", sheet)
    page.click("main details form button")
    page.wait_for_selector(".notice")
    mara.look("file taken")
    page.goto(f"{desk.url}/manage/translations/needs/ar?text={KEY}")
    assert page.input_value(f"#w-{KEY}-0") == ARABIC

    sheet.write_bytes(b"PK no workbook")
    page.click("main details summary")
    page.set_input_files("#file", sheet)
    page.click("main details form button")
    page.wait_for_selector(".errors")
    mara.look("file refused")
    assert mara.faults == {}
