"""Mara lets another system know what happens and read results: it hears of it, and a program reads with its token."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect
from standardwebhooks.webhooks import Webhook

from survey_service import settings
from survey_service.accounts import accounts
from survey_service.cli import hooking
from survey_service.questionnaire.loader import Library
from survey_service.responses.revisions import Publications
from survey_service.web.context import Context
from tests.hooks.conftest import Receiver, plain_receiver
from tests.journeys.conftest import OpenPage, Service, serving
from tests.journeys.inspection import Inspector
from tests.journeys.test_desk import PASSWORD, Manager

__all__ = ["plain_receiver"]
OWN = ("127.0.0.0/8",)


@pytest.fixture
def service(library: Library, tmp_path: Path) -> Iterator[Service]:
    with serving(library, tmp_path, hook_networks=OWN) as started:
        yield started


def test_another_system_is_told_and_reads(
    service: Service, phone: OpenPage, inspector: Inspector, tmp_path: Path, plain_receiver: Receiver
) -> None:
    accounts.add(service.store, "Mara", ["manager"], PASSWORD, actor="test", now=dt.datetime.now(dt.UTC))
    page = phone("de", scripts=False)
    page.goto(f"{service.url}/manage/login?next=/manage/webhooks")
    page.fill("#name", "Mara")
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_url("**/manage/webhooks")
    mara = Manager(page, service.url, inspector, "light")
    mara.look("no webhook yet")
    page.fill("#name", "Kreiskarte")
    page.fill("#url", f"http://127.0.0.1:{plain_receiver.port}/hook")
    page.click("main form button")
    expect(page.locator('[role="alert"]')).to_be_visible()  # nothing was chosen
    mara.look("webhook refused")
    page.check('input[value="questionnaire.closed"]')
    page.click("main form button")
    expect(page.locator("code.secret")).to_be_visible()
    mara.look("the secret")
    secret = page.locator("code.secret").inner_text()
    page.click("main a.button")
    page.click('button[value="test"]')
    expect(page.locator('[role="status"]')).to_be_visible()
    Publications(service.store).set_open("needs", False)
    hooking.tell(Context(settings.load(tmp_path / "instance", hook_networks=OWN), service.store))
    _, headers, body = plain_receiver.got[-1]
    told = Webhook(secret).verify(body, headers)
    assert (told["type"], told["data"]) == ("questionnaire.closed", {"questionnaire": "needs"})
    page.reload()
    expect(page.locator("tbody tr")).to_have_count(2)
    mara.look("webhook")

    page.goto(f"{service.url}/manage/webhooks")
    mara.look("webhooks")
    page.click('main a[href="/manage/tokens"]')
    page.wait_for_url("**/manage/tokens")
    page.fill("#name", "Statistikamt")
    page.check('input[value="responses:read"]')
    page.select_option("#limit", "needs")
    page.click("main form button")
    expect(page.locator("code.secret")).to_be_visible()
    mara.look("the token")
    token = {"Authorization": f"Bearer {page.locator('code.secret').inner_text()}"}
    page.click("main a.button")
    expect(page.locator("tbody tr")).to_have_count(1)
    mara.look("tokens")
    address = f"{service.url}/api/v1/responses?questionnaire=needs"
    assert page.request.get(address, headers=token).status == 200
    page.click('form[action$="/revoke"] button')
    expect(page.locator('[role="status"]')).to_be_visible()
    assert page.request.get(address, headers=token).status == 401
    assert mara.faults == {}
