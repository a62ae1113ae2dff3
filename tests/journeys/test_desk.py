"""The manager's story: sign in, look around, close a questionnaire, publish an offer, make and read a report."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from survey_service import clock, demo
from survey_service.accounts import accounts, audit
from survey_service.offers import register
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import RESPONSES
from survey_service.watching import chain
from survey_service.web.manage.status import TITLES
from tests.journeys.conftest import Service
from tests.journeys.desk import faults_at_the_desk
from tests.journeys.inspection import Inspector, shown

PASSWORD = "drei Birnen im Schnee"
OpenPage = Callable[..., Page]


@pytest.fixture
def desk(service: Service) -> Service:
    """The service with the demonstration and a manager called Mara."""
    demo.fill(service.store, Publications(service.store), today=clock.today())
    accounts.add(service.store, "Mara", ["manager"], PASSWORD, actor="test", now=dt.datetime.now(dt.UTC))
    return service


class Manager:
    """Mara at her phone or desk; every page she reaches is inspected."""

    def __init__(self, page: Page, url: str, inspector: Inspector, scheme: Any) -> None:
        self.page, self.url, self.inspector, self.scheme = page, url, inspector, scheme
        self.faults: dict[str, list[str]] = {}

    def look(self, name: str) -> None:
        """Inspect the page as on a phone and on a desk's screen; only the table of responses is wider than that."""
        wider = name.endswith("/responses")
        if found := faults_at_the_desk(self.inspector, shown(self.page), self.scheme, wider=wider):
            self.faults[name] = found

    def sign_in(self) -> None:
        self.page.goto(f"{self.url}/manage/reports")
        self.look("login")
        self.page.fill("#name", "Mara")
        self.page.fill("#password", "ein falsches Wort")
        self.page.click("main button")
        expect(self.page).to_have_title(re.compile("^(Error|Fehler):"))
        self.look("wrong login")
        self.page.fill("#password", PASSWORD)
        self.page.click("main button")
        self.page.wait_for_url(f"{self.url}/manage/reports")

    def open(self, path: str) -> None:
        self.page.goto(f"{self.url}{path}")
        self.look(path)


def workbook_rows(desk: Service) -> int:
    """Return how many responses of the experts are stored."""
    return desk.store.collection(RESPONSES).count(questionnaire="experts")


def narrowest_column(page: Page) -> float:
    """Return the width in pixels of the narrowest column heading."""
    headings = page.locator("thead th")
    return float(headings.evaluate_all("all => Math.min(...all.map(each => each.getBoundingClientRect().width))"))


def test_a_manager_works_through_the_desk_without_scripts(desk: Service, phone: OpenPage, inspector: Inspector) -> None:
    page = phone("de", scripts=False)
    mara = Manager(page, desk.url, inspector, "light")
    mara.sign_in()
    page.click("button[value=needs_and_offers]")
    page.wait_for_url("**/manage/reports/1", timeout=120_000)
    mara.look("report")
    assert page.locator("svg").count() >= 1
    assert narrowest_column(page) >= 40  # a column is as wide as its longest word
    for path in ("/manage/reports", "/manage/password", "/manage/"):
        mara.open(path)
    mara.open("/manage/questionnaires/experts/responses")
    assert narrowest_column(page) >= 60

    mara.open("/manage/questionnaires/experts/export")
    page.check('input[name="format"][value="xlsx"]')
    page.check('input[name="labels"]')
    with page.expect_download() as started:
        page.click("main form button")
    with started.value.path().open("rb") as file:
        workbook = openpyxl.load_workbook(io.BytesIO(file.read()))
    assert workbook.sheetnames == ["responses", "codebook"]
    assert workbook["responses"].max_row == 1 + workbook_rows(desk)

    page.goto(f"{desk.url}/manage/")
    page.click('form[action="/manage/questionnaires/needs/close"] button')
    page.wait_for_selector('form[action="/manage/questionnaires/needs/open"]')
    assert not Publications(desk.store).current("needs").is_open

    mara.open("/manage/offers")
    waiting = page.locator("tbody tr").count()
    page.click("tbody th a >> nth=0")
    mara.look("offer")
    offer = page.url.rsplit("/", 1)[1]
    page.click("button[value=published]")
    page.wait_for_url("**/manage/offers?done=*")
    assert page.locator("tbody tr").count() == waiting - 1
    published = {stored.body["offer"] for stored in register.all_offers(desk.store, "published")}
    assert offer in published

    page.click("header summary")
    mara.look("menu")
    page.click('form[action="/manage/logout"] button')
    page.wait_for_url("**/manage/login")
    page.goto(f"{desk.url}/manage/questionnaires/experts/responses")
    assert "/manage/login" in page.url
    assert mara.faults == {}
    assert audit.first_fault(desk.store) is None


def test_a_manager_sees_how_the_service_is_and_who_did_what(
    desk: Service, phone: OpenPage, inspector: Inspector
) -> None:
    mara = Manager(phone("de", scripts=False), desk.url, inspector, "light")
    mara.sign_in()
    for path in ("privacy", "privacy/record", "help", "help/privacy", "status"):
        mara.open(f"/manage/{path}")
    expect(mara.page.locator("dl.facts dt")).to_have_count(len(TITLES))
    mara.page.goto(f"{mara.url}/manage/audit")
    mara.page.select_option("#action", "login.succeeded")
    mara.page.click("form.find button")
    mara.page.wait_for_url("**action=login.succeeded**")
    expect(mara.page.locator("tbody tr").first).to_contain_text("Mara")
    mara.page.click('form[action="/manage/audit"][method="post"] button')
    mara.page.wait_for_url("**/manage/audit?done=checked")
    mara.look("audit log")
    last = chain.last(desk.store)
    assert last is not None
    assert last.fault == 0
    assert mara.faults == {}
