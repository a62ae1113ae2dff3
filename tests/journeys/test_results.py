"""Somebody reads the published figures on a phone, in German and Arabic, without scripts; how the pages are drawn."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from survey_service import languages
from tests.journeys.conftest import OpenPage, Service
from tests.journeys.inspection import Inspector, shown
from tests.monitoring.published import MEININGEN, fill, publish


@pytest.fixture
def results(service: Service) -> Service:
    fill(service.store)
    publish(service.store)
    return service


@pytest.mark.parametrize("tag", ["ar", "de"])
def test_from_the_start_page_to_a_municipality(results: Service, phone: OpenPage, tag: str) -> None:
    page = phone(tag, scripts=False)
    page.goto(f"{results.url}/{tag}/")
    page.locator(f'a[href="/{tag}/results"]').click()
    expect(page.locator("h1")).to_be_in_viewport()
    expect(page.locator(".figure")).to_have_count(3)
    assert page.locator("tbody td").first.inner_text().startswith("43")
    page.locator("#_area").select_option(MEININGEN)
    page.locator("main form button").click()
    page.wait_for_url(f"**area={MEININGEN}**")
    assert "50" in page.locator("tbody td").first.inner_text()
    page.locator(".topics a").nth(1).click()
    page.wait_for_url("**field=INT**")
    page.locator("#INT3 a").click()
    page.wait_for_url("**/results/INT3**")
    with page.expect_download() as download:
        page.locator(".files a").first.click()
    assert b"INT3" in Path(download.value.path()).read_bytes()


def test_time_goes_from_left_to_right_in_every_language(results: Service, phone: OpenPage) -> None:
    for tag in ("ar", "de"):
        page = phone(tag)
        page.goto(f"{results.url}/{tag}/results/ARB1")
        places = page.locator(".trend circle").evaluate_all("dots => dots.map(dot => dot.getBoundingClientRect().x)")
        assert len(places) == 3
        assert places == sorted(places)


@pytest.mark.parametrize("tag", ["ar", "de"])
def test_what_there_is_nothing_of_yet_is_drawn_well(
    service: Service, phone: OpenPage, inspector: Inspector, tag: str
) -> None:
    """All other pages are looked at by ``test_languages.py``."""
    page, language = phone(tag, scripts=False), languages.language(tag)
    for path in ("results", "offers", "became", "news"):
        page.goto(f"{service.url}/{tag}/{path}")
        assert inspector.faults_in_both_schemes(shown(page), language.html, language.direction) == [], path
