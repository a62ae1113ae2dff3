"""Enketo in a real browser asks a questionnaire by a channel, in Arabic: what arrives is what our own page stores."""

from __future__ import annotations

import base64
import datetime as dt
import io
import json
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page

from survey_service.accounts import accounts
from survey_service.responses.submissions import RESPONSES
from tests.journeys.conftest import OpenPage, Service
from tests.journeys.enketo import building
from tests.journeys.inspection import Inspector, shown
from tests.journeys.test_respondents import NEEDS
from tests.web.test_poster import decoded

PASSWORD = "drei Birnen im Schnee"
OTHER = "كلمات بالعربية & <b>"


class Enketo:
    """A phone with Enketo, set up with a server's address."""

    def __init__(self, page: Page, service: Service) -> None:
        self.page = page
        self.errors: list[str] = []
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.route("**/enketo/", lambda route: route.fulfill(body=building.page(), content_type="text/html"))
        page.goto(f"{service.url}/enketo/")

    def begin(self, server: str, tag: str) -> None:
        complaints = self.page.evaluate("([server, tag]) => begin(server, tag)", [server, tag])
        assert complaints == []

    def choose(self, path: str, *values: str) -> None:
        for value in values:
            self.page.locator(f'label:has(> input[name="/data/{path}"][value="{value}"])').click()

    def select(self, path: str, value: str) -> None:
        """Choose from a list that Enketo draws in the place of the browser's."""
        question = self.page.locator(f'.question:has(select[name="/data/{path}"])')
        question.locator(".dropdown-toggle").click()
        question.locator(f'.dropdown-menu label:has(input[value="{value}"])').click()

    def write(self, path: str, text: str) -> None:
        self.page.locator(f'[name="/data/{path}"]').fill(text)

    def proceed(self, page: str) -> None:
        """Go on and wait for a page."""
        self.page.locator(".next-page").click()
        self.page.locator(f'section.current[name="/data/{page}"]').wait_for(timeout=60_000)


@pytest.fixture
def server(service: Service, phone: OpenPage, inspector: Inspector) -> str:
    """The address that a phone reads from the code of a channel, which a manager opens on a phone in German."""
    accounts.add(service.store, "Mara", ["manager"], PASSWORD, actor="test", now=dt.datetime.now(dt.UTC))
    desk = phone("de", scripts=False)
    desk.goto(f"{service.url}/manage/questionnaires/needs/phones")
    desk.fill("#name", "Mara")
    desk.fill("#password", PASSWORD)
    desk.click("main button")
    desk.locator("#label").wait_for()
    assert inspector.faults(shown(desk), "de", "ltr") == []
    desk.fill("#label", "VHS, Tablet 1")
    desk.click("main form button")
    desk.locator("svg[role=img]").wait_for()
    assert inspector.faults(shown(desk), "de", "ltr") == []
    code = Image.open(io.BytesIO(desk.locator("svg[role=img]").screenshot()))
    settings: dict[str, Any] = json.loads(zlib.decompress(base64.b64decode(decoded(code))))
    assert settings["project"]["name"] == "Was brauchen Sie? (VHS, Tablet 1)"
    address: str = settings["general"]["server_url"]
    assert address.startswith(f"{service.url}/openrosa/")
    return address


@pytest.fixture
def enketo(service: Service, phone: OpenPage) -> Iterator[Enketo]:
    made = Enketo(phone("ar"), service)
    yield made
    assert made.errors == []


def test_needs_in_arabic_arrive_as_our_own_page_stores_them(enketo: Enketo, server: str, service: Service) -> None:
    enketo.begin(server, "ar")
    form = enketo.page.locator("form.or")
    assert form.get_attribute("dir") == "rtl"
    enketo.select("_language", "ar")
    enketo.proceed("consent")
    assert "نعم، أوافق" in form.inner_text()
    enketo.choose("consent/B00", "yes")
    enketo.proceed("about")
    enketo.choose("about/B01", "self")
    enketo.choose("about/B02", "27-44")
    enketo.choose("about/B03", "pna")
    enketo.select("about/B04", "16066042")
    enketo.choose("about/B05", "2-5_years")
    enketo.proceed("language")
    enketo.choose("language/B06", "ar", "de")
    enketo.choose("language/B07", "2")
    enketo.proceed("personal")
    enketo.choose("personal/C2", "yes")
    enketo.proceed("fields")
    enketo.choose("fields/B08", "ARB", "GES")
    for field, need in (("ARB", "ARB.job"), ("GES", "GES.doctor")):
        at = f"needs_{field}"
        enketo.proceed(at)
        enketo.choose(f"{at}/B09_{field}", need, "other")
        enketo.choose(f"{at}/B11_{field}", "known_not_used")
        enketo.write(f"{at}/B09_{field}_other", OTHER)
        enketo.choose(f"{at}/B10_{field}", "3")
        enketo.choose(f"{at}/B12_{field}", "language", "waiting")
    enketo.proceed("home")
    enketo.choose("home/B13", "yes")
    enketo.choose("home/B16", "own")
    enketo.choose("home/B14", "3-5")
    enketo.proceed("life")
    enketo.proceed("closing")
    assert enketo.page.evaluate("valid()") is True
    sent = enketo.page.evaluate("send()")
    assert sent["status"] == 201
    assert len(sent["message"].splitlines()[-1].split("-")) == 4 or len(sent["message"].splitlines()[-1].split()) == 4
    (response,) = service.store.collection(RESPONSES).iterate()
    body = response.body
    assert body["answers"] == NEEDS
    assert (body["language"], body["revision"], body["mode"]) == ("ar", "needs-1", "interview")
    assert enketo.page.evaluate("send()") == sent
    assert service.store.collection(RESPONSES).count() == 1
