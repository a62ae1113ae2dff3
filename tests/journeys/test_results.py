"""Somebody reads the published figures on a phone, in German and Arabic, without scripts; how the pages are drawn."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from survey_service import languages, settings
from survey_service.app import create_app
from survey_service.questionnaire.loader import Library
from survey_service.responses.revisions import Publications
from survey_service.store import open_store
from tests.journeys import gallery
from tests.journeys.conftest import OpenPage, Service
from tests.journeys.gallery import Studio
from tests.journeys.inspection import Inspector
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


@pytest.mark.parametrize("tag", ["ar", "de", "ti"])
def test_every_page_is_drawn_well(library: Library, inspector: Inspector, tmp_path: Path, tag: str) -> None:
    store = open_store("tinydb:", tmp_path)
    Publications(store).publish(library.questionnaires)
    shots = gallery.shots(Studio(create_app(settings.load(tmp_path), store), store), tag, gallery.results)
    language = languages.language(tag)
    assert len(shots) == 7
    for shot in shots:
        assert inspector.faults_in_both_schemes(shot.html, language.html, language.direction) == [], shot.name
    store.close()
