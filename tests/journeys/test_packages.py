"""Mara brings a package of another county, compares its key by telephone, and looks at the figures of both."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from survey_service import clock
from survey_service.accounts import accounts
from survey_service.packages import exporting, keys
from survey_service.packages.manifest import County
from survey_service.questionnaire.loader import Library
from survey_service.store import open_store
from tests.journeys.conftest import OpenPage, Service, serving
from tests.journeys.inspection import Inspector
from tests.journeys.test_desk import PASSWORD, Manager
from tests.monitoring.published import fill, publish
from tests.packages.conftest import Instance, fill_elsewhere, redefined

PAGE = "/manage/packages"


@pytest.fixture
def service(library: Library, tmp_path: Path) -> Iterator[Service]:
    with serving(library, tmp_path, operator="Landkreis Schmalkalden-Meiningen") as started:
        fill(started.store)
        publish(started.store)
        yield started


@pytest.fixture
def gotha(tmp_path: Path) -> Iterator[Instance]:
    """Another county, which counts one thing otherwise."""
    words = {"de": "Alle Beschäftigten ausländischer Herkunft ÷ alle Ausländerinnen und Ausländer von 15 bis 64 Jahren"}
    folder = tmp_path / "gotha"
    made = Instance(
        County("16067", "Landkreis Gotha"), folder, open_store("tinydb:", folder), redefined("ARB1", definition=words)
    )
    fill_elsewhere(made.store)
    made.publish()
    yield made
    made.store.close()


def test_figures_of_two_counties_side_by_side(
    service: Service, gotha: Instance, phone: OpenPage, inspector: Inspector, tmp_path: Path
) -> None:
    accounts.add(service.store, "Mara", ["manager"], PASSWORD, actor="test", now=dt.datetime.now(dt.UTC))
    file = tmp_path / "gotha.zip"
    file.write_bytes(exporting.indicators(gotha.sender, gotha.batches, {}, clock.now())[1])
    page = phone("de", scripts=False)
    page.goto(f"{service.url}/manage/login?next={PAGE}")
    page.fill("#name", "Mara")
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_url(f"**{PAGE}")
    mara = Manager(page, service.url, inspector, "light")
    mara.look("nothing yet")

    def bring() -> None:
        page.set_input_files("#file", file)
        page.click(f'form[action="{PAGE}"] button')

    bring()
    expect(page.locator("#fingerprint")).to_be_visible()
    mara.look("whose key")
    page.fill("#fingerprint", "0000 0000")
    page.click(f'form[action="{PAGE}/senders"] button')
    expect(page.locator('[role="alert"]')).to_be_visible()
    page.fill("#fingerprint", keys.fingerprint(gotha.key).upper())
    page.click(f'form[action="{PAGE}/senders"] button')
    page.wait_for_url("**trusted=16067*")
    mara.look("trusted")
    bring()
    expect(page.locator('[role="status"]')).to_be_visible()
    mara.look("taken")
    page.click('[role="status"] a')
    page.wait_for_url("**/packages/comparison")
    expect(page.locator(".sharebar")).to_have_count(2)
    page.click("main details summary")
    expect(page.locator("main details[open] del").first).to_be_visible()
    mara.look("comparison")
    with page.expect_download() as started:
        page.click('a[href$=".csv"]')
    assert started.value.suggested_filename == "comparison.csv"
    page.goto(f"{service.url}{PAGE}")
    with page.expect_download() as started:
        page.click(f'form[action="{PAGE}/made"] button')
    assert started.value.suggested_filename.startswith("16066-indicators-figures-")
    page.click('form[action$="/remove"] button >> nth=0')
    expect(page.locator('form[action="/manage/packages/1/remove"]')).to_have_count(0)
    assert mara.faults == {}
