"""A manager changes the needs questionnaire in the browser: a question, a condition, the bank, a test run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from survey_service.accounts import accounts
from survey_service.responses import definitions
from tests.journeys.conftest import Service
from tests.journeys.inspection import Inspector
from tests.journeys.test_desk import PASSWORD, Manager

OpenPage = Callable[..., Page]
EDIT = "/manage/drafts/needs/edit"


@pytest.fixture
def desk(service: Service) -> Service:
    """The service with a manager called Mara."""
    accounts.add(service.store, "Mara", ["manager"], PASSWORD, actor="test", now=dt.datetime.now(dt.UTC))
    return service


def sign_in(page: Page, url: str) -> None:
    page.goto(f"{url}/manage/")
    page.fill("#name", "Mara")
    page.fill("#password", PASSWORD)
    page.click("main button")


def test_a_manager_edits_a_questionnaire_without_scripts(desk: Service, phone: OpenPage, inspector: Inspector) -> None:
    page = phone("de", scripts=False)
    mara = Manager(page, desk.url, inspector, "light")
    sign_in(page, desk.url)
    mara.look("home")
    page.click('form[action="/manage/questionnaires/needs/change"] button')
    assert page.url == f"{desk.url}{EDIT}"

    page.click('a[href$="/edit/question/B03"]')
    mara.look("question")
    page.fill("#label-de", "Welches Geschlecht haben Sie?")
    page.fill("#relevant", "${B02} >=")
    page.click('form.texts button[value="check"]')
    assert page.locator("#relevant").get_attribute("aria-invalid") == "true"
    assert page.locator("#label-de").input_value() == "Welches Geschlecht haben Sie?"
    mara.look("question with a fault")
    page.click("details.builder summary")
    page.select_option("#row-1-question", "B02")
    page.click('button[value="compose"]')
    page.select_option("#row-1-relation", "is_not")
    page.select_option("#row-1-value", "under_16")
    page.click('button[value="compose"]')
    assert page.locator("#relevant").input_value() == "${B02} != 'under_16'"
    mara.look("condition")
    page.click('form.texts button[value="check"]')
    mara.look("checked")
    page.click('.actions button[value="save"]')
    assert page.url.startswith(f"{desk.url}{EDIT}?saved=1&lost=")
    mara.look("outline, saved")
    question = definitions.get(desk.store, "needs").questionnaire.questions["B03"]
    assert question.label.keys() == {"de", "en"}
    assert question.relevant is not None
    assert question.relevant.text == "${B02} != 'under_16'"

    for path in (
        *("/new/question?page=person&after=B02", "/new/page?after=consent", "/new/group", "/new/end", "/head"),
        *("/page/consent", "/list/age", "/end/no_consent"),
        *("/bank?page=consent&q=Offers", "?delete=question+B03"),
    ):
        mara.open(f"{EDIT}{path}")
    mara.open("/manage/questionnaires/new")
    mara.open("/manage/drafts/needs")
    assert mara.faults == {}


def test_a_manager_tries_it_out_with_the_keyboard(desk: Service, phone: OpenPage, inspector: Inspector) -> None:
    page = phone("de", scripts=False)
    mara = Manager(page, desk.url, inspector, "dark")
    sign_in(page, desk.url)
    page.click('form[action="/manage/questionnaires/needs/change"] button')
    page.goto(f"{desk.url}/manage/drafts/needs/try")
    mara.look("try")
    page.focus('.phone input[name="B00"]')
    page.keyboard.press("Space")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator('input[name="_at"]').input_value() not in ("", "consent")
    mara.look("second page")
    assert page.locator("li[aria-current=step]").count() == 1
    page.locator('.trace button[name="_go"]').last.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    mara.look("another page")
    assert desk.store.collection(definitions.DEFINITIONS).count() == 1
    assert mara.faults == {}
