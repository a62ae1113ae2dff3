"""Mara looks at the preview, publishes figures without scripts, and a newcomer reads them on a phone right after."""

from __future__ import annotations

import datetime as dt

import pytest
from playwright.sync_api import expect

from survey_service.accounts import accounts
from tests.journeys.conftest import OpenPage, Service
from tests.journeys.inspection import Inspector
from tests.journeys.test_desk import PASSWORD, Manager
from tests.monitoring.published import fill, note


@pytest.fixture
def mara(service: Service, phone: OpenPage, inspector: Inspector) -> Manager:
    accounts.add(service.store, "Mara", ["manager"], PASSWORD, actor="test", now=dt.datetime.now(dt.UTC))
    page = phone("de", scripts=False)
    page.goto(f"{service.url}/manage/login?next=/manage/indicators")
    page.fill("#name", "Mara")
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_url("**/manage/indicators")
    return Manager(page, service.url, inspector, "light")


def test_figures_are_looked_at_published_and_read(service: Service, mara: Manager, phone: OpenPage) -> None:
    fill(service.store)
    reader, other = phone("en", scripts=False), phone("ar", scripts=False)
    reader.goto(f"{service.url}/en/results")
    expect(reader.locator(".figure")).to_have_count(0)
    mara.open("/manage/indicators/overview?field=ARB")
    expect(mara.page.locator(".multiples .trend")).to_have_count(3)
    mara.page.goto(f"{service.url}/manage/indicators")
    mara.page.locator('a[href="/manage/indicators/publish"]').click()
    mara.page.wait_for_url("**/manage/indicators/publish")
    mara.look("preview")
    reader.reload()
    expect(reader.locator(".figure")).to_have_count(0)
    mara.page.locator('form[method="post"] button').last.click()
    mara.page.wait_for_url("**published=1")
    mara.look("published")
    reader.reload()
    expect(reader.locator(".figure")).to_have_count(3)
    other.goto(f"{service.url}/ar/results")
    expect(other.locator(".figure")).to_have_count(3)
    expect(other.locator(".figure h2").first).to_have_text("الأجانب الذين لديهم عمل")  # foreigners who have work
    assert other.locator("html").get_attribute("dir") == "rtl"
    note(service.store, "ARB1", "2024", 1001, 2400)  # final: 1010 of 2400 was a mistake
    mara.open("/manage/indicators/publish")
    mara.page.fill("#reason", "Zahlendreher bei 2024")
    mara.look("correction")
    mara.page.locator('form[method="post"] button').last.click()
    mara.page.wait_for_url("**published=2")
    other.reload()
    expect(other.locator("section.figure").first).to_contain_text("Zahlendreher bei 2024")
    reader.goto(f"{service.url}/en/results/ARB1?batch=1")
    expect(reader.locator(".remark")).to_contain_text("Publication 2 of")
    reader.locator(".remark a").click()
    reader.wait_for_url("**/results/ARB1?batch=2")
    expect(reader.locator("tbody").first).to_contain_text("41.7 % (corrected)")
    note(service.store, "INT3", "2026-Q2", 44, 100)
    mara.open("/manage/indicators/publish")
    expect(mara.page.locator('main form[method="post"]')).to_have_count(0)  # nothing that could be published
    assert mara.faults == {}
