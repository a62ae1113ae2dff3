"""A shared tablet: how it is turned on, what it erases when, and that nobody's own device is touched by any of it."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import re
from collections.abc import Iterator
from html import unescape

import pytest
from flask import Flask

from survey_service import clock
from survey_service.responses import links
from survey_service.responses.drafts import DRAFTS
from survey_service.responses.submissions import RESPONSES
from survey_service.store.base import Store
from survey_service.web.styles import script
from tests.web.browser import Browser

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
IDLE, WARNING = 120, 30


@pytest.fixture(autouse=True)
def at_nine() -> Iterator[None]:
    with clock.fixed(NOW):
        yield


def later(seconds: float) -> object:
    return clock.fixed(NOW + dt.timedelta(seconds=seconds))


def refresh(browser: Browser) -> tuple[int, str]:
    """Return when and where a browser without scripts goes on by itself."""
    found = re.search(
        r'<noscript><meta http-equiv="refresh" content="(\d+); url=([^"]+)"></noscript>', browser.page.html
    )
    assert found, browser.page.html
    return int(found[1]), unescape(found[2])


@pytest.fixture
def tablet(browser: Browser) -> Browser:
    """A tablet on which somebody has agreed, in English."""
    browser.open("/q/every?kiosk")
    browser.open(next(link for link in browser.page.links if link.startswith("/en/")))
    browser.send(browser.page.action, OK="yes")
    assert browser.url == "/en/q/every/all?kiosk=every"
    return browser


def test_where_languages_are_offered_nothing_moves(browser: Browser) -> None:
    assert "refresh" not in browser.open("/q/every?kiosk").html
    assert "refresh" not in browser.open("/?kiosk").html


def test_without_kiosk_no_page_moves_or_has_a_script(begun: Browser) -> None:
    for url in ("/q/every", "/en/q/every", "/en/q/every/follow", "/en/privacy", "/en/erase", "/en/kiosk/every"):
        page = begun.open(url)
        assert "refresh" not in page.html
        assert "data-target" not in page.html
        assert script("kiosk").source not in begun.response.headers["Content-Security-Policy"]
    with later(10 * 3600):
        assert begun.open("/en/q/every/all").title.startswith("All kinds"), "nobody's own draft is erased"


def test_the_policy_allows_just_the_script_of_the_page(tablet: Browser) -> None:
    found = re.search(r"<script data-seconds[^>]*>(.*?)</script>", tablet.page.html, re.DOTALL)
    assert found is not None
    digest = base64.b64encode(hashlib.sha256(found[1].encode()).digest()).decode()
    (allowed,) = re.findall("script-src ([^;]*);", tablet.response.headers["Content-Security-Policy"])
    assert f"'sha256-{digest}'" in allowed.split(), "in one directive: a second would not count"
    assert "unsafe" not in tablet.response.headers["Content-Security-Policy"]


def test_idle_then_asked_then_continued(tablet: Browser, store: Store) -> None:
    tablet.send(tablet.page.action, data="half a sentence", validate="kept")
    tablet.open("/en/q/every/all?kiosk=every")
    seconds, question = refresh(tablet)
    assert (seconds, question) == (IDLE, "/en/kiosk/every?at=all&kiosk=every")
    with later(IDLE):
        page = tablet.open(question)
        assert page.title.startswith("Are you still there?")
        assert "In 30 seconds everything here is erased" in page.text
        assert refresh(tablet) == (WARNING, "/q/every?kiosk=every")
    with later(IDLE + WARNING - 5):
        page = tablet.open(next(link for link in page.links if link.startswith("/en/q/")))
        assert tablet.url == "/en/q/every/all?kiosk=every"
        assert page.value("validate") == "kept"
    with later(2 * IDLE):  # the answer counts as a touch, so it is waited as long again
        assert tablet.open("/en/q/every/all?kiosk=every").value("validate") == "kept"
    assert store.collection(DRAFTS).count() == 1


def test_idle_then_asked_then_erased(tablet: Browser, store: Store) -> None:
    seconds, question = refresh(tablet)
    with later(seconds):
        tablet.open(question)
        seconds_more, start = refresh(tablet)
    assert store.collection(DRAFTS).count() == 1
    with later(seconds + seconds_more):
        page = tablet.open(start)
        assert tablet.url == "/q/every?kiosk=every"
        assert tablet.response.headers["Clear-Site-Data"] == '"cache"'
        assert store.collection(DRAFTS).count() == 0
        tablet.open("/en/q/every/all?kiosk=every")  # the back button
        assert tablet.status == 404
        assert "half" not in tablet.page.html
        tablet.open(next(link for link in page.links if link.startswith("/de/")))
        assert "Ja?" in tablet.page.text


def test_any_look_after_the_time_erases_also_where_the_browser_slept(tablet: Browser, store: Store) -> None:
    with later(IDLE + WARNING):
        tablet.open("/en/q/every/all?kiosk=every")
        assert (tablet.url, store.collection(DRAFTS).count()) == ("/q/every?kiosk=every", 0)


def test_a_look_without_kiosk_after_the_time_erases_too(tablet: Browser, store: Store) -> None:
    with later(IDLE + WARNING):
        tablet.open("/en/q/every")
        assert store.collection(DRAFTS).count() == 0
        assert "You have begun already" not in tablet.page.text


def test_whoever_types_for_long_on_one_page_loses_nothing(tablet: Browser, store: Store) -> None:
    with later(3600):  # with a script, the page stays as long as somebody touches it
        tablet.send(tablet.page.action, validate="slow", button=None)
        assert tablet.url == "/en/q/every/follow?kiosk=every"
        assert store.collection(DRAFTS).find()[0].body["inputs"]["validate"] == "slow"


def test_what_was_typed_is_kept_while_the_question_waits_and_then_erased(tablet: Browser, store: Store) -> None:
    with later(500):
        tablet.send(tablet.page.action, validate="x" * 21, button=("_pause", "yes"))  # too long: kept, not judged yet
        assert tablet.url == "/en/kiosk/every?at=all&kiosk=every"
        assert store.collection(DRAFTS).find()[0].body["inputs"]["validate"] == "x" * 21
    with later(500 + WARNING):
        tablet.open(refresh(tablet)[1])
        assert store.collection(DRAFTS).count() == 0


def test_after_sending_the_next_person_begins(tablet: Browser, store: Store) -> None:
    while not tablet.url.split("?")[0].endswith("/check"):
        tablet.send(tablet.page.action)
    tablet.send("/en/q/every/check?kiosk=every")
    assert tablet.url == "/en/q/every/done?kiosk=every"
    assert refresh(tablet) == (IDLE, "/en/kiosk/every?at=done&kiosk=every")
    receipt = re.search(r"<code[^>]*>([^<]+)</code>", tablet.page.html)
    assert receipt is not None
    erase = next(str(values["action"]) for tag, values in tablet.page.tags if "/erase" in str(values.get("action")))
    assert erase == "/en/erase?kiosk=every"
    tablet.send(erase)
    assert tablet.url == "/q/every?kiosk=every"
    tablet.open("/en/q/every/done?kiosk=every")
    assert tablet.status == 404
    assert receipt[1] not in tablet.page.text
    assert store.collection(RESPONSES).count() == 1


def test_a_receipt_left_open_is_gone_after_the_time(tablet: Browser) -> None:
    while not tablet.url.split("?")[0].endswith("/check"):
        tablet.send(tablet.page.action)
    tablet.send("/en/q/every/check?kiosk=every")
    with later(IDLE + WARNING):
        tablet.open("/en/q/every/done?kiosk=every")
        assert tablet.url == "/q/every?kiosk=every"
        tablet.open("/en/q/every/done")
        assert tablet.status == 404


def test_a_card_made_on_the_tablet_does_not_lead_to_a_tablet(tablet: Browser) -> None:
    tablet.open("/en/resume/every?kiosk=every")
    assert "localhost/en/resume" in tablet.page.text
    card = next(str(values["action"]) for tag, values in tablet.page.tags if "/card" in str(values.get("action")))
    assert card == "/en/receipt/card?kiosk=every"
    tablet.send(card)
    address = next(text for text in re.findall(r"<bdi[^>]*>([^<]+)</bdi>", tablet.page.html))
    assert address == "localhost/en/receipt"
    assert refresh(tablet)[0] == IDLE


def test_the_tag_of_the_link_stays_with_the_tablet(browser: Browser, store: Store) -> None:
    links.create(store, "every", "library")
    for _ in range(2):
        browser.open("/q/every/library?kiosk")
        browser.open(next(link for link in browser.page.links if link.startswith("/en/")))
        browser.send(browser.page.action, OK="yes")
        while not browser.url.split("?")[0].endswith("/check"):
            browser.send(browser.page.action)
        browser.send("/en/q/every/check?kiosk=every&from=library")
        erase = next(
            str(values["action"]) for tag, values in browser.page.tags if "/erase" in str(values.get("action"))
        )
        browser.send(erase)
        assert browser.url == "/q/every/library?kiosk=every"
    assert [one.body["source"] for one in store.collection(RESPONSES).iterate()] == ["library"] * 2


def test_the_tablet_keeps_to_its_questionnaire(tablet: Browser) -> None:
    home = next(link for link in tablet.page.links if link.startswith("/en/?"))
    tablet.open(home)
    assert tablet.url == "/q/every?kiosk=every"
    tablet.open("/en/?kiosk=")  # a tablet for all questionnaires offers them
    assert "/en/q/every?kiosk=" in tablet.page.links
    assert refresh(tablet)[1] == "/en/kiosk?kiosk="


@pytest.mark.parametrize("at", ["//evil.example", "https://evil.example", "../../manage", "%0d%0aX: y", "a" * 500])
def test_the_way_back_stays_within_the_questionnaire(browser: Browser, at: str) -> None:
    page = browser.open(f"/en/kiosk/every?kiosk=every&at={at}")
    assert [link for link in page.links if link.startswith("/en/q/")] == ["/en/q/every?kiosk=every"]


def test_nothing_happens_on_the_desk(app: Flask) -> None:
    answer = app.test_client().get("/manage/login?kiosk=every")
    assert "refresh" not in answer.text
    assert answer.headers.get("Refresh") is None
