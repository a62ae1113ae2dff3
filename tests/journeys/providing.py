"""What journeys of providers and of the desk share: the way through the questionnaire, buttons, links, signing in."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from playwright.sync_api import Page

from survey_service import clock
from survey_service.accounts import accounts
from tests.journeys.conftest import Service
from tests.journeys.inspection import Inspector
from tests.journeys.test_desk import PASSWORD, Manager
from tests.journeys.test_respondents import fill, path, proceed

ANNA, BEN, CARO = "anna@beispiel.example", "ben@beispiel.example", "caro@beispiel.example"


def press(page: Page, target: str) -> None:
    """Press the button of the form that is sent to an address which ends like this."""
    page.locator(f'form[action$="{target}"] button').first.click()


def enter(page: Page, link: str, look: Callable[[Page], None]) -> None:
    """Come by a link from a mail."""
    page.goto(link)
    look(page)
    page.locator("main form button").click()
    assert path(page).endswith("/offers")


def answer(page: Page, answers: Mapping[str, str]) -> None:
    """Go from the start of a questionnaire to its receipt, and answer what is asked and in ``answers`` (see `fill`)."""
    for _ in range(40):
        if path(page).endswith("/done"):
            return
        fill(page, dict(answers))
        proceed(page)
    raise AssertionError(f"stuck at {path(page)}")


def signed_in(service: Service, page: Page, inspector: Inspector) -> Manager:
    """Make the manager Mara, sign her in, and return her before the list of offers."""
    accounts.add(service.store, "Mara", ["manager"], PASSWORD, actor="test", now=clock.now())
    page.goto(f"{service.url}/manage/login?next=/manage/offers")
    page.fill("#name", "Mara")
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_url("**/manage/offers")
    return Manager(page, service.url, inspector, "light")
