"""Closing the loop: Mara writes at the desk, without scripts, what became of the answers, and publishes it; Amira reads
it in Arabic on her phone, and sees with her four words what her own needs led to; a newsletter tells everybody.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid

import pytest
from playwright.sync_api import Page, expect

from survey_service import clock
from survey_service.accounts import accounts
from survey_service.closing import issues, publishing
from survey_service.concept import progress
from survey_service.concept.model import Progress
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import Submission, submit
from survey_service.store.base import Store
from survey_service.web.words import receipts
from tests.closing.conftest import WAVE, adopted
from tests.journeys.conftest import OpenPage, Service
from tests.journeys.inspection import Inspector, shown
from tests.journeys.test_desk import PASSWORD, Manager

PLACE = f"/manage/closing/{WAVE}/ARB"
ARABIC = ("كثيرون يبحثون عن عمل.", "نحو 40 شخصًا يبحثون عن عمل.", "دورات مسائية.", "بالإجماع")


@pytest.fixture
def mara(service: Service, phone: OpenPage, inspector: Inspector) -> Manager:
    accounts.add(service.store, "Mara", ["manager"], PASSWORD, actor="test", now=dt.datetime.now(dt.UTC))
    page = phone("de", scripts=False)
    page.set_default_timeout(30_000)
    page.goto(f"{service.url}/manage/login?next=/manage/closing")
    page.fill("#name", "Mara")
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_url(lambda url: "/login" not in url)
    return Manager(page, service.url, inspector, "light")


def write(mara: Manager, *said: str) -> None:
    """Fill in the form of texts from the first field on and save it."""
    page = mara.page
    for place, text in enumerate(said, 1):
        if text:
            page.fill(f"#field-{place}", text)
    page.locator("form.texts button").click()
    page.wait_for_url(re.compile("saved=yes"))


def read(reader: Page, inspector: Inspector, tag: str, direction: str) -> list[str]:
    return inspector.faults(shown(reader), tag, direction, "light")


def answered(store: Store) -> str:
    """Send Amira's response of the wave, and return her four words."""
    publications = Publications(store)
    answers = {"B00": "yes", "B01": "self", "B02": "27-44", "C2": "yes", "B08": ["ARB"], "B09_ARB": ["ARB.job"]}
    receipt = receipts.words_for("a key", "a secret")
    current = publications.current("needs").revision
    given = Submission(str(uuid.uuid4()), current, "ar", answers, 1, "web", receipt=receipt)
    return submit(store, publications, given, receipt_key="a secret", today=dt.date(2026, 5, 4)).receipt


def test_from_the_desk_to_the_phone(service: Service, mara: Manager, phone: OpenPage, inspector: Inspector) -> None:
    page, store = mara.page, service.store
    with clock.fixed(dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)):
        adopted(store)
        progress.note(store, "item-2", Progress("running"), "Mara")
    words = answered(store)

    # the desk: German words, Arabic ones, the gate, publishing
    mara.open("/manage/closing")
    page.click(f'a[href="{PLACE}"]')
    page.wait_for_url(f"**{PLACE}")
    mara.look("before")
    write(mara, "Viele suchen Arbeit.\n\n- vor allem am Abend")
    page.goto(f"{service.url}{PLACE}?in=ar")
    mara.look("in Arabic")
    write(mara, *ARABIC)
    expect(page.locator("select[name=state-en]")).to_have_count(0)  # English lacks texts
    page.select_option("select[name=state-ar]", "draft")
    page.locator("form").last.locator("button").click()
    page.wait_for_url("**published=1")
    mara.look("published")
    assert publishing.load(store, 1).languages == {"de": "reviewed", "ar": "draft"}

    # the newsletter
    page.goto(f"{service.url}/manage/news")
    mara.look("news")
    for kind, ref in (("became", "1"), ("questionnaire", "needs")):
        form = page.locator(f'form:has(input[name=kind][value={kind}]):has(input[name=ref][value="{ref}"])')
        page.locator("details", has=form).locator("summary").first.click()
        form.locator("button").click()
        expect(page.locator(f"ol.history input[name=ref][value='{ref}']").first).to_be_attached(timeout=30_000)
    page.goto(f"{service.url}/manage/news?in=de")
    write(mara, "Neues im November")
    page.goto(f"{service.url}/manage/news?in=ar")
    write(mara, "جديد في نوفمبر")
    mara.look("news to publish")
    page.select_option("select[name=state-ar]", "reviewed")
    page.locator("form").last.locator("button").click()
    page.wait_for_url("**published=1")
    mara.look("news published")
    assert issues.load(store, 1).languages == {"de": "reviewed", "ar": "reviewed"}
    assert mara.faults == {}

    # Amira's phone
    amira = phone("ar", scripts=False)
    amira.set_default_timeout(30_000)
    faults = {}
    amira.goto(f"{service.url}/ar/")
    amira.click('a[href="/ar/became"]')
    amira.wait_for_url("**/ar/became")
    faults["overview"] = read(amira, inspector, "ar", "rtl")
    amira.click('a[href="/ar/became/ARB"]')
    amira.wait_for_url("**/ar/became/ARB")
    for text in ARABIC[:3]:
        expect(amira.locator("main")).to_contain_text(text, timeout=30_000)
    faults["page"] = read(amira, inspector, "ar", "rtl")
    amira.goto(f"{service.url}/ar/news")
    expect(amira.locator("h1")).to_have_text("جديد في نوفمبر", timeout=30_000)
    faults["news"] = read(amira, inspector, "ar", "rtl")
    amira.goto(f"{service.url}/ar/receipt")
    amira.fill("[name=words]", words)
    amira.locator("main form button").first.click()
    expect(amira.locator("#_became")).to_be_attached(timeout=30_000)
    expect(amira.locator("main")).to_contain_text(ARABIC[2], timeout=30_000)
    faults["receipt"] = read(amira, inspector, "ar", "rtl")
    assert {name: found for name, found in faults.items() if found} == {}
    amira.goto(f"{service.url}/pl/became/ARB")  # not offered in Polish
    expect(amira.locator("main [hreflang]")).to_have_count(2, timeout=30_000)
