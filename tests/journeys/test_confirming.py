"""An offer goes stale as the clock moves: its provider is reminded by a real mail server, and confirms on a phone."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext

from survey_service import clock, letters, outbox, settings
from survey_service.accounts import accounts
from survey_service.cli import making
from survey_service.offers import contacts, events, freshness, moderation, register
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import Submission, submit
from survey_service.web.context import Context
from tests.journeys.conftest import Service
from tests.journeys.inspection import Inspector
from tests.journeys.test_desk import PASSWORD, Manager
from tests.journeys.test_respondents import Watcher
from tests.offers.test_register import OFFER
from tests.test_mail import Box, started

__all__ = ["started"]

BEGIN = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
Contexts = Callable[..., BrowserContext]


def offer(service: Service, name: str, language: str) -> str:
    """Register an offer and publish it; return its id."""
    inputs = {**OFFER, "A01": "offer", "A21": None, "A04_name": name, "A22_by": "anna@example.org"}
    inputs = {name: value for name, value in inputs.items() if value is not None}
    key = str(uuid.uuid4())
    publications = Publications(service.store)
    submission = Submission(key, "offers-1", language, inputs, 0, "web")
    submit(service.store, publications, submission, receipt_key="0" * 64, today=clock.today())
    (stored,) = service.store.collection(register.OFFERS).find(response_key=key)
    moderation.decide(service.store, stored.body["offer"], "published", "Mara")
    return str(stored.body["offer"])


@pytest.fixture
def post(service: Service, tmp_path: Path, started: Callable[..., tuple[Box, int]]) -> Callable[[int], Any]:
    """Return a function that lets the service do its rounds on a day, and returns what the mail server got."""
    box, port = started()
    values = settings.load(
        tmp_path / "instance", mail_url=f"smtp://127.0.0.1:{port}", public_url=service.url, operator="Landkreis Muster"
    )

    def day(number: int) -> list[Any]:
        with clock.fixed(BEGIN + dt.timedelta(days=number)):
            box.mails.clear()
            making.remind(Context(values, service.store))
            making.exchange(Context(values, service.store))
            return list(box.mails)

    return day


@pytest.mark.parametrize("tag", ["de", pytest.param("de-simple", marks=pytest.mark.languages)])
def test_reminded_and_confirmed_from_the_letter(
    service: Service, contexts: Contexts, inspector: Inspector, tmp_path: Path, post: Callable[[int], Any], tag: str
) -> None:
    with clock.fixed(BEGIN):
        first, second = offer(service, "Sprachcafé", "de"), offer(service, "Fahrradwerkstatt", "de")
        (contact,) = contacts.of_address(service.store, "anna@example.org")
        contacts.change(service.store, contact.contact, language=tag)
    assert post(149) == []
    (letter,) = post(150)
    assert letter["To"] == "anna@example.org"
    text = letter.get_body(("plain",)).get_content()
    assert "Sprachcafé" in text
    assert "Fahrradwerkstatt" in text
    assert post(151) == []
    values = settings.load(tmp_path / "other")
    later = BEGIN + dt.timedelta(days=181)
    body = register.find(service.store, first).body
    assert freshness.state(body, later.date(), values) == freshness.UNCONFIRMED
    (last,) = post(181)
    found = re.search(r"https?://\S+/confirm/\S+", last.get_body(("plain",)).get_content())
    assert found
    phone = contexts(tag).new_page()
    watcher = Watcher(inspector, tag, "light", tmp_path)
    with clock.fixed(later):
        phone.goto(found[0])
        assert phone.locator("input[type=checkbox]").count() == 2
        watcher.look(phone)
        phone.locator("summary").last.click()
        watcher.look(phone)
        phone.locator("input[type=checkbox]").last.uncheck()
        phone.locator("form button").first.click()
        phone.wait_for_selector("[role=status]")
        watcher.look(phone)
        assert [event.kind for event in events.of(service.store, first)][-1] == "confirmed"
        assert [event.kind for event in events.of(service.store, second)][-1] == "reminded"
        assert freshness.state(register.find(service.store, first).body, later.date(), values) == freshness.FRESH
        phone.locator("main .actions a").click()
        phone.locator("main form button").first.click()
        phone.wait_for_url("**/offers")
        assert "Fahrradwerkstatt" in phone.content()
        assert phone.goto(found[0]).status == 404  # type: ignore[union-attr]
    assert post(182) == []


def test_without_scripts_one_offer_is_one_press(
    service: Service, contexts: Contexts, inspector: Inspector, tmp_path: Path, post: Callable[[int], Any]
) -> None:
    with clock.fixed(BEGIN):
        only = offer(service, "Sprachcafé", "de")
    (letter,) = post(180)
    found = re.search(r"https?://\S+/confirm/\S+", letter.get_body(("plain",)).get_content())
    assert found
    html = letter.get_body(("html",)).get_content()
    phone = contexts("de", scripts=False).new_page()
    with clock.fixed(BEGIN + dt.timedelta(days=180)):
        phone.set_content(html)
        assert phone.evaluate("document.documentElement.scrollWidth") <= 360
        phone.goto(found[0])
        Watcher(inspector, "de", "light", tmp_path).look(phone)
        phone.locator("main form button").first.click()
        phone.wait_for_selector("[role=status]")
    assert register.find(service.store, only).body["confirmed"] == "2027-05-22"


@pytest.mark.parametrize("scheme", ["dark", pytest.param("light", marks=pytest.mark.languages)])
def test_the_manager_reads_the_outbox_and_calls(
    service: Service, contexts: Contexts, inspector: Inspector, tmp_path: Path, scheme: str
) -> None:
    for silent in ("Sprachcafé", "Fahrradwerkstatt"):
        with clock.fixed(BEGIN):
            name = offer(service, silent, "de")
    register.change(service.store, name, confirmed="2026-01-02")
    (contact,) = contacts.of_address(service.store, "anna@example.org")
    contacts.change(service.store, contact.contact, bounced="2026-11-01")
    values = settings.load(tmp_path / "instance", mail_url="smtp://127.0.0.1:1", mail_from="amt@example.org")
    with clock.fixed(BEGIN):
        kept = letters.post(values, "anna@example.org", "returned", "de", reason="Bitte ergänzen Sie die Uhrzeit.")
        outbox.move(kept, outbox.FAILED, outbox.State(0, 1, 0, outbox.REFUSED, 550, "5.1.1 no such user"))
        waiting = letters.post(values, "anna@example.org", "edit_link", "de", link=f"{service.url}/x/{'A' * 22}")
        outbox.note(waiting, outbox.State(0, 3, BEGIN.timestamp() + 900, outbox.AWAY, 0, "ConnectionRefusedError"))
    accounts.add(service.store, "Mara", ["manager"], PASSWORD, actor="test", now=dt.datetime.now(dt.UTC))
    mara = Manager(contexts("de", scheme=scheme).new_page(), service.url, inspector, scheme)
    mara.page.goto(f"{service.url}/manage/outbox")
    mara.page.fill("#name", "Mara")
    mara.page.fill("#password", PASSWORD)
    mara.page.click("main button")
    for path in ("/manage/", "/manage/outbox", f"/manage/outbox/failed/{kept.name}", "/manage/calls"):
        mara.open(path)
    assert mara.faults == {}
    assert mara.page.locator("tbody tr").count() == 1
    mara.page.click("main form button")
    mara.page.wait_for_selector("[role=status]")
    assert [event.kind for event in events.of(service.store, name)][-1] == "confirmed"
