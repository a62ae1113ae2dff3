"""A questionnaire on a phone with a bad network or none: kept, answered, sent once, whatever happens meanwhile."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route

from survey_service.responses import receipts
from survey_service.responses.submissions import RESPONSES
from survey_service.store.base import Stored
from tests.journeys.conftest import Service

CONTINUE = "#_form .actions button"
Contexts = Callable[..., BrowserContext]


def arrive(page: Page, service: Service, tag: str = "de", name: str = "needs") -> None:
    """Open a start page and wait until the questionnaire is on the phone."""
    page.goto(f"{service.url}/{tag}/q/{name}")
    page.wait_for_selector("html[data-here=true]", timeout=30_000)


def begin(page: Page) -> None:
    """Give the consent on the start page; from here on nothing needs a network."""
    page.check('input[name="B00"][value="yes"]')
    page.click(CONTINUE)
    page.wait_for_selector('section[data-page="about"]:not([hidden])')


def finish(page: Page, age: str = "27-44") -> str:
    """Answer the age and leave the rest out, send, and return the receipt."""
    page.check(f'input[name="B02"][value="{age}"]')
    while not page.url.endswith("#_check"):
        before = page.url
        page.click(CONTINUE)
        page.wait_for_url(lambda url, before=before: url != before)
    page.click("#_send")
    page.wait_for_selector('[data-view="_done"]:not([hidden])')
    return page.inner_text("#_words")


def seen(page: Page, view: str) -> None:
    """Wait for a view."""
    page.wait_for_selector(f'[data-view="{view}"]:not([hidden])', timeout=30_000)


def back_online(context: BrowserContext, page: Page) -> None:
    context.set_offline(False)
    page.evaluate("() => { dispatchEvent(new Event('online')) }")


def stored(service: Service) -> list[Stored]:
    return list(service.store.collection(RESPONSES).iterate())


def wait_for(service: Service, page: Page, count: int) -> list[Stored]:
    """Wait until so many responses are stored."""
    for _ in range(300):
        if len(stored(service)) >= count:
            break
        page.wait_for_timeout(100)
    found = stored(service)
    assert len(found) == count
    return found


@pytest.fixture
def page(contexts: Contexts) -> Page:
    return contexts("de").new_page()


def test_answered_without_a_network_sent_once_when_there_is_one(service: Service, page: Page) -> None:
    arrive(page, service)
    page.context.set_offline(True)
    begin(page)
    page.wait_for_selector("#_kept.soft:not(:empty)")
    receipt = finish(page)
    assert stored(service) == []
    page.close()
    later = page.context.new_page()
    later.goto(f"{service.url}/de/q/needs")  # the worker leads to what is on the phone
    seen(later, "_done")
    assert later.inner_text("#_words") == receipt
    back_online(later.context, later)
    later.wait_for_selector("#_sent.sent", timeout=30_000)
    (response,) = wait_for(service, later, 1)
    assert response.body["answers"] == {"B00": "yes", "B02": "27-44"}
    assert response.body["receipt_hash"] == receipts.hash_of(receipt)
    assert (response.body["mode"], response.body["revision"]) == ("web", "needs-1")
    assert response.body["states"]["B01"] == "skipped"
    assert response.body["states"]["B09_ARB"] == "not_shown"


def test_five_people_one_after_another_on_one_phone_without_a_network(service: Service, page: Page) -> None:
    arrive(page, service)
    page.context.set_offline(True)
    words = set()
    ages = ("16-17", "18-26", "27-44", "45-64", "65_plus")
    for number, age in enumerate(ages):
        page.goto(f"{service.url}/de/q/needs")
        page.wait_for_selector('section[data-page="consent"]:not([hidden])')
        if number:
            assert page.inner_text("#_waiting").endswith(f": {number}")
        assert page.locator("input:checked").count() == 0
        begin(page)
        words.add(finish(page, age))
        page.click('[data-view="_done"] [data-do="erase"]')
        seen(page, "_erased")
        page.go_back()
        assert page.locator("input:checked").count() == 0, "the next person sees nothing of the one before"
    back_online(page.context, page)
    found = wait_for(service, page, 5)
    assert sorted(response.body["answers"]["B02"] for response in found) == sorted(ages)
    assert len(words) == len({response.body["key"] for response in found}) == 5
    assert {receipts.hash_of(each) for each in words} == {response.body["receipt_hash"] for response in found}
    page.reload()
    page.wait_for_selector("#_waiting", state="hidden")


def lose_the_reply(service: Service, times: int) -> tuple[Callable[[Route], None], list[str]]:
    """Return what lets the service take a response and loses the reply, so many times, and the keys that were sent."""
    keys: list[str] = []

    def handle(route: Route) -> None:
        keys.append(json.loads(route.request.post_data or "{}")["id"])
        if len(keys) > times:
            route.continue_()
            return
        route.fetch(max_redirects=0)
        route.abort()

    return handle, keys


def test_a_reply_that_gets_lost_costs_nothing(service: Service, page: Page) -> None:
    arrive(page, service)
    handle, keys = lose_the_reply(service, 1)
    page.context.route("**/responses", handle)
    begin(page)
    finish(page)
    page.wait_for_selector("#_sent.sent", timeout=60_000)
    assert len(keys) == 2
    assert len(set(keys)) == 1
    assert len(stored(service)) == 1


@pytest.mark.parametrize("answer", ["503", "a login page"])
def test_what_is_no_acknowledgement_is_tried_again(service: Service, page: Page, answer: str) -> None:
    """A service that is down for a moment, and a hotspot that answers everything with its own page."""
    arrive(page, service)
    tries: list[Any] = []

    def handle(route: Route) -> None:
        tries.append(route)
        if len(tries) > 1:
            route.continue_()
        elif answer == "503":
            route.fulfill(status=503, headers={"Retry-After": "1"}, content_type="application/problem+json", body="{}")
        else:
            route.fulfill(status=200, content_type="text/html", body="<h1>Welcome to our network</h1>")

    page.context.route("**/responses", handle)
    begin(page)
    finish(page)
    page.wait_for_selector("#_sent.sent", timeout=60_000)
    assert len(tries) == 2
    assert len(stored(service)) == 1


def test_a_closed_page_in_the_middle_goes_on_where_it_was_in_another_language(service: Service, page: Page) -> None:
    arrive(page, service)
    begin(page)
    page.check('input[name="B01"][value="family"]')
    page.click(CONTINUE)
    page.wait_for_selector('section[data-page="language"]:not([hidden])')
    page.close()
    again = page.context.new_page()
    again.goto(f"{service.url}/de/q/needs")
    seen(again, "_continue")
    again.click('[data-do="continue"]')
    again.wait_for_selector('section[data-page="language"]:not([hidden])')
    again.click("details.languages summary")
    again.click('a[hreflang="ar"]')
    again.wait_for_url("**/ar/offline/needs-1#language")
    again.wait_for_selector('section[data-page="language"]:not([hidden])')
    again.click("#_back")
    assert again.locator('input[name="B01"][value="family"]').is_checked()
