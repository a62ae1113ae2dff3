"""A year of the concept in short, without scripts: a report is accepted, two people word one statement, the Kreistag
adopts it, everybody reads it; a new report flags a statement, a revision is written, adopted and compared.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from survey_service import clock
from survey_service.accounts import accounts
from survey_service.concept import versions
from survey_service.concept.model import Evidence
from tests.concept.conftest import block, file
from tests.journeys.conftest import Service
from tests.journeys.inspection import Inspector, shown
from tests.journeys.test_desk import PASSWORD, Manager

OpenPage = Callable[..., Page]
SHARED = "40 von 95 suchen Arbeit, vor allem in den Dörfern."
MINE = "40 von 95 suchen Arbeit und finden keine."


def arrive(service: Service, phone: OpenPage, name: str) -> Page:
    """Sign in on a phone without scripts."""
    page = phone("de", scripts=False)
    page.goto(f"{service.url}/manage/login?next=/manage/concept")
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_url("**/manage/concept")
    return page


@pytest.fixture
def mara(service: Service, phone: OpenPage, inspector: Inspector) -> Manager:
    for name, role in (("Mara", "manager"), ("Willi", "working_group")):
        accounts.add(service.store, name, [role], PASSWORD, actor="test", now=dt.datetime.now(dt.UTC))
    return Manager(arrive(service, phone, "Mara"), service.url, inspector, "light")


def adopt(mara: Manager, number: int) -> None:
    page, today = mara.page, clock.today()
    mara.open(f"/manage/concept/{number}")
    page.click("button[value=consult]")
    page.wait_for_url("**done=consult")
    mara.look("in consultation")
    page.fill("#result", "einstimmig")
    for name, day in (("day", today), ("start", today), ("end", today + dt.timedelta(days=1_000))):
        page.fill(f"#{name}", day.isoformat())
    page.click("button[value=adopt]")
    page.wait_for_url("**done=adopt")
    mara.look("adopted")


def test_from_a_report_to_a_revision(service: Service, mara: Manager, phone: OpenPage, inspector: Inspector) -> None:
    page, store = mara.page, service.store
    file(store, block(), block("rent", "WOH", 30, 90))
    mara.look("nothing yet")
    page.click("main form button")
    page.wait_for_url("**/manage/concept/1")
    mara.look("empty draft")
    mara.open("/manage/concept/1/inputs?report=1")
    page.goto(f"{service.url}/manage/concept/1/inputs")
    page.click("button[name=all]")  # one click for all of a report
    page.wait_for_url("**accepted=2&known=0")
    mara.look("accepted")
    mara.open("/manage/concept/1/items/new")
    page.select_option("#kind", "measure")
    page.select_option("#field", "ARB")
    page.fill("#text-de", "Kurs am Abend.")
    page.click("main form.texts button")
    page.wait_for_selector("[role=alert]")
    mara.look("what a measure lacks")
    page.fill("#judgement", "AK Arbeit")
    page.fill("#lead", "Volkshochschule")
    page.select_option("#horizon", "short")
    page.select_option("#effort", "S")
    page.fill("#budget", "12.500")
    page.fill("#due", clock.today().isoformat())
    page.click("main form.texts button")
    page.wait_for_url("**/items/item-3")
    mara.look("a measure")

    willi = arrive(service, phone, "Willi")
    for one in (willi, page):  # both open the same wording
        one.goto(f"{service.url}/manage/concept/1/items/item-1")
    willi.fill("#text-de", SHARED)
    willi.click("form.texts button")
    willi.wait_for_load_state()
    page.fill("#text-de", MINE)
    page.click("form.texts button")
    page.wait_for_selector("[role=alert]")
    mara.look("two editors")
    assert versions.load(store, 1).item("item-1").wording.texts["de"] == SHARED
    told = page.locator("main").inner_text()
    assert SHARED in told
    assert MINE in told
    assert page.input_value("#text-de") == MINE
    page.fill("#text-de", "40 von 95 suchen Arbeit, vor allem in den Dörfern, und finden keine.")
    page.click("form.texts button")
    page.wait_for_load_state()
    mara.look("both in one")
    adopt(mara, 1)
    first = versions.load(store, 1)
    assert first.item("item-1").wording.number == 3

    for tag, direction in (("de", "ltr"), ("ar", "rtl")):
        visitor = phone(tag, scripts=False)
        visitor.goto(f"{service.url}/{tag}/concept")
        faults = inspector.faults(shown(visitor), tag, direction)
        visitor.click("main h2 a")
        visitor.wait_for_url(f"**/{tag}/concept/1")
        assert visitor.locator("#item-1").inner_text().count("95") >= 1
        assert faults + inspector.faults(shown(visitor), tag, direction) == []

    file(store, block(count=50), block("rent", "WOH", 30, 90))
    mara.open("/manage/concept")
    assert page.locator("[aria-labelledby=_flags] li").count() == 1  # the same figures flag nothing
    page.click("main form button")
    page.wait_for_url("**/manage/concept/2")
    mara.look("a revision with a flag")
    mara.open("/manage/concept/2/items/item-1/evidence")
    assert page.input_value("#text-de").startswith("40 von 95 suchen Arbeit, vor allem")  # somebody had worded it
    page.fill("#text-de", "50 von 95 suchen Arbeit, vor allem in den Dörfern, und finden keine.")
    page.click("button[value=renew]")
    page.wait_for_url("**/manage/concept/2#item-1")
    adopt(mara, 2)
    basis = versions.load(store, 2).item("item-1").wording.basis
    assert isinstance(basis, Evidence)
    assert (basis.report, basis.count) == (2, 50)
    mara.open("/manage/concept/compare?old=1&new=2")
    assert page.locator("article").count() == 1
    assert page.locator("article p.source del").first.inner_text().endswith("40")
    assert page.locator("article p.source ins").first.inner_text().endswith("50")
    assert versions.load(store, 1).items == first.items
    for tag, direction in (("de", "ltr"), ("ar", "rtl")):
        visitor = phone(tag, scripts=False)
        visitor.goto(f"{service.url}/{tag}/concept")
        visitor.click("main a.button")
        visitor.wait_for_url(f"**/{tag}/concept/compare?old=1&new=2")
        assert visitor.locator("article del").first.inner_text().endswith("40")
        assert visitor.locator("article ins").first.inner_text().endswith("50")
        assert inspector.faults(shown(visitor), tag, direction) == []
    mara.open("/manage/concept/1")
    assert mara.faults == {}
