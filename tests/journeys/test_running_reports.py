"""The manager begins a report, sees how far it is, has the page stay as it is, and cancels; without scripts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page

from survey_service.problems import Problem
from survey_service.reports import host
from survey_service.reports.process import Progress
from survey_service.reports.report import REPORTS
from tests.journeys.conftest import Service
from tests.journeys.inspection import Inspector
from tests.journeys.test_desk import PASSWORD, Manager, desk

__all__ = ["desk"]


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Reports get as far as 3 of 7 steps and stay there until they are cancelled."""
    over = threading.Event()

    def run(*_arguments: object, told: Progress, wanted: Callable[[], None], **_named: object) -> None:
        told(3, 7)
        while not over.wait(0.05):
            wanted()
        raise Problem("plugin.failed", name="monitoring", reason="end of the test")

    monkeypatch.setattr(host, "run", run)
    yield
    over.set()


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.languages)])
def test_a_report_is_begun_looked_at_and_cancelled(
    desk: Service, phone: Callable[..., Page], inspector: Inspector, held: None, scheme: str
) -> None:
    page = phone("de", scripts=False, scheme=scheme)
    mara = Manager(page, desk.url, inspector, scheme)
    page.goto(f"{desk.url}/manage/reports")
    page.fill("#name", "Mara")
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.click("button[value=monitoring]")
    page.wait_for_url("**/manage/reports/runs/1")
    page.wait_for_selector("progress[value='3'][max='7']", timeout=30_000)  # the page reloads itself
    page.click("main a[href$='?stay=1']")
    page.wait_for_url("**/runs/1?stay=1")
    mara.look("run")
    for _ in range(2):
        page.goto(f"{desk.url}/manage/reports")
        page.click("button[value=needs_and_offers]")
        page.wait_for_url("**/manage/reports/runs/*")
    page.click("main a[href$='?stay=1']")
    page.wait_for_url("**/runs/3?stay=1")
    mara.look("waiting run")
    page.goto(f"{desk.url}/manage/reports")
    mara.look("reports")
    page.click("a[href$='/manage/reports/runs/1']")
    page.click("form[action$='/runs/1/cancel'] button")
    page.wait_for_selector("main a[href='/manage/reports']", timeout=30_000)
    mara.look("cancelled run")
    assert page.locator("main form").count() == 0
    assert desk.store.collection(REPORTS).count() == 0
    assert mara.faults == {}
