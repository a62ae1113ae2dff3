"""Somebody looks for a German course in Meiningen, in Arabic and in German, on a phone, without scripts and with.

How the pages are drawn is looked at by ``test_languages.py``.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import OpenPage, Service
from tests.journeys.inspection import Inspector
from tests.offers.listed import MEININGEN, SCHMALKALDEN, add

COURSE = {
    "A02": "Volkshochschule Beispiel",
    "A04_name": "Deutsch für den Anfang",
    "A05_fields": ["INT", "BIL"],
    "A05_types": ["INT.integration_course", "BIL.german_class"],
    "A09": ["de", "ar"],
    "A14_free": "yes",
    "A12": "no",
    "A16": ["child_care"],
    "A07_type": "physical",
    "A07_place": MEININGEN,
}
TYPED = {"ar": "تعلم الألمانيه", "de": "Deutschkuhrs"}
"""What is typed, each with a mistake."""


@pytest.fixture
def offers(service: Service) -> Service:
    add(service.store, "course", **COURSE)
    add(
        service.store,
        "far",
        **{**COURSE, "A04_name": "Deutschkurs am Wald", "A17": [SCHMALKALDEN], "A07_place": SCHMALKALDEN},
    )
    add(
        service.store,
        "online",
        **{**COURSE, "A04_name": "Deutschkurs am Bildschirm", "A17_whole": "yes", "A14_free": "no", "A07_place": ""},
    )
    for number in range(25):
        add(service.store, f"more{number:02}", A04_name=f"Treffpunkt {number:02}", A17=[SCHMALKALDEN])
    return service


def names(page: Page) -> list[str]:
    return page.locator(".found h3").all_inner_texts()


@pytest.mark.parametrize("tag", ["ar", "de"])
@pytest.mark.parametrize("scripts", [False, True])
def test_a_german_course_in_meiningen(offers: Service, phone: OpenPage, tag: str, *, scripts: bool) -> None:
    page = phone(tag, scripts=scripts)
    page.goto(f"{offers.url}/{tag}/")
    page.locator(f'a[href="/{tag}/offers"]').click()
    expect(page.locator("h1")).to_be_in_viewport()
    assert len(names(page)) == 20
    page.locator("#_q").fill(TYPED[tag])
    page.locator("#_place").select_option(MEININGEN)
    page.locator("#_find button").click()
    expect(page.locator("#found")).to_be_in_viewport()
    assert names(page) == ["Deutsch für den Anfang", "Deutschkurs am Bildschirm"]
    page.locator("summary").nth(1).click()
    page.locator('input[value="free"]').check()
    page.locator("#_find button").click()
    page.wait_for_url("**only=free**")
    assert names(page) == ["Deutsch für den Anfang"]
    removing = page.locator(".ways a")
    assert removing.count() == 3
    removing.last.click()
    page.wait_for_url(lambda url: "only" not in url)
    assert len(names(page)) == 3
    assert (
        page.locator(".found h3 a").first.get_attribute("href")
        == f"/{tag}/offers/{'online' if tag == 'de' else 'course'}"
    )


def test_from_page_to_page(offers: Service, phone: OpenPage) -> None:
    page = phone("ar", scripts=False)
    page.goto(f"{offers.url}/ar/offers")
    first = names(page)
    page.locator('a[rel="next"]').click()
    page.wait_for_url("**page=2**")
    assert len(first) == 20
    assert len(names(page)) == 8
    assert not set(first) & set(names(page))
    assert page.locator(".found").get_attribute("start") == "21"


@pytest.mark.parametrize(
    ("tag", "typed", "text"), [("ar", "كمب", "كمبيوتر"), ("de", "deutsch a", "Deutschkurs am Wald")]
)
def test_proposals_by_keyboard(offers: Service, phone: OpenPage, tag: str, typed: str, text: str) -> None:
    add(offers.store, "computer", A04_name="Rechner", A05_fields=["BIL"], A05_types=["BIL.digital_course"])
    page = phone(tag)
    page.goto(f"{offers.url}/{tag}/offers")
    box = page.locator("#_q")
    expect(box).to_have_attribute("role", "combobox")
    expect(box).to_have_attribute("aria-expanded", "false")
    box.press_sequentially(typed)
    option = page.locator("#_proposed > li").filter(has_text=text)
    expect(option).to_have_count(1)
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("status")).not_to_be_empty()
    while option.get_attribute("aria-selected") != "true":
        box.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant") == option.get_attribute("id")
    outer, inner = page.locator("#_proposed").bounding_box(), box.bounding_box()
    assert outer is not None
    assert inner is not None
    assert abs(outer["x"] - inner["x"]) <= 1
    box.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    assert box.input_value() == typed
    box.press("Backspace")
    option = page.locator("#_proposed > li").first
    expect(option).to_be_visible()
    box.press("ArrowUp")
    chosen = page.locator('#_proposed > [aria-selected="true"]').inner_text()
    box.press("Enter")
    page.wait_for_url("**q=**")
    assert page.locator("#_q").input_value() == chosen


@pytest.mark.parametrize("tag", ["ar", "de"])
def test_proposals_are_drawn_well(offers: Service, phone: OpenPage, inspector: Inspector, tag: str) -> None:
    page = phone(tag)
    page.goto(f"{offers.url}/{tag}/offers")
    page.locator("#_q").press_sequentially("deut")
    expect(page.locator("#_proposed > li").first).to_be_visible()
    page.locator("#_q").press("ArrowDown")
    assert inspector.axe(page) == []
    assert inspector.geometry(page) == []
