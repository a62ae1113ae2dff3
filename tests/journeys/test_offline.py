"""A questionnaire on a phone with a bad network or none: kept, answered, sent once, whatever happens meanwhile."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route

from survey_service import clock
from survey_service.responses import receipts
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import RESPONSES
from survey_service.store.base import Stored
from tests.journeys.conftest import Service, back

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
    finish_from(page)
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
            page.wait_for_selector("#_waiting:not([hidden])")
            assert page.inner_text("#_waiting").endswith(f": {number}")
        assert page.locator("input:checked").count() == 0
        begin(page)
        words.add(finish(page, age))
        page.click('[data-view="_done"] [data-do="erase"]')
        seen(page, "_erased")
        back(page)
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


def test_two_tabs_of_one_person_are_one_draft_and_one_response(service: Service, page: Page) -> None:
    arrive(page, service)
    begin(page)
    page.check('input[name="B01"][value="self"]')
    other = page.context.new_page()
    other.goto(f"{service.url}/de/q/needs")
    seen(other, "_continue")
    other.click('[data-do="continue"]')
    other.check('input[name="B03"][value="w"]')
    other.click(CONTINUE)
    other.wait_for_selector('section[data-page="language"]:not([hidden])')
    finish(page)
    page.wait_for_selector("#_sent.sent", timeout=30_000)
    other.click(CONTINUE)  # the draft is gone: the other tab shows that it was sent
    seen(other, "_done")
    (response,) = wait_for(service, page, 1)
    assert response.body["answers"] == {"B00": "yes", "B01": "self", "B02": "27-44", "B03": "w"}


@pytest.mark.parametrize("years", [-1, 1])
def test_a_clock_that_is_wrong_by_a_year_changes_nothing(service: Service, page: Page, years: int) -> None:
    page.add_init_script(f"""
      const now = Date.now;
      Date.now = () => now() + {years} * 31557600000;
      Date = class extends Date {{ constructor(...given) {{ super(...(given.length ? given : [Date.now()])) }} }};
    """)
    arrive(page, service)
    begin(page)
    finish(page)
    page.wait_for_selector("#_sent.sent", timeout=30_000)
    (response,) = wait_for(service, page, 1)
    assert response.body["period"] == "2026-Q4" or response.body["period"].startswith(str(clock.today().year))


FULL = """
for (const name of ["put", "add"])
  IDBObjectStore.prototype[name] = () => { throw new DOMException("full", "QuotaExceededError") };
"""
REFUSED = "IDBFactory.prototype.open = () => { throw new DOMException('private', 'SecurityError') };"


@pytest.mark.parametrize("fault", [FULL, REFUSED])
def test_a_full_storage_is_told_and_the_answers_are_sent_all_the_same(service: Service, page: Page, fault: str) -> None:
    arrive(page, service)
    page.add_init_script(fault)
    begin(page)
    page.wait_for_selector("#_kept.error:not(:empty)")
    receipt = finish(page)
    assert receipt.count("-") == 3
    (response,) = wait_for(service, page, 1)
    assert response.body["receipt_hash"] == receipts.hash_of(receipt)


def test_a_full_storage_without_a_network_keeps_the_answers_on_the_page(service: Service, page: Page) -> None:
    arrive(page, service)
    page.add_init_script(FULL)
    page.context.set_offline(True)
    begin(page)
    page.check('input[name="B02"][value="27-44"]')
    while not page.url.endswith("#_check"):
        before = page.url
        page.click(CONTINUE)
        page.wait_for_url(lambda url, before=before: url != before)
    page.click("#_send")
    page.wait_for_selector("#_kept.error:not(:empty)")
    page.wait_for_selector("#_send:not([disabled])")
    page.context.set_offline(False)
    page.click("#_send")
    seen(page, "_done")
    assert len(stored(service)) == 1


def test_a_browser_without_workers_goes_page_by_page(service: Service, page: Page) -> None:
    page.add_init_script("delete Navigator.prototype.serviceWorker;")
    page.goto(f"{service.url}/de/q/needs")
    page.check('input[name="B00"][value="yes"]')
    page.click(CONTINUE)
    page.wait_for_url("**/de/q/needs/about")


def test_a_new_revision_in_the_middle_leaves_the_one_that_was_begun(service: Service, page: Page) -> None:
    """Also a month later: the questionnaire is closed meanwhile, the phone was without a network."""
    arrive(page, service)
    begin(page)
    page.context.set_offline(True)
    page.check('input[name="B02"][value="27-44"]')
    page.click(CONTINUE)
    publications = Publications(service.store)
    form = publications.current("needs").questionnaire
    without = tuple(each for each in form.pages if each.name != "closing")
    publications.publish({"needs": replace(form, pages=without)})
    page.context.set_offline(False)
    page.goto(f"{service.url}/de/q/needs")  # the new revision is fetched; the draft goes on with its own
    seen(page, "_continue")
    assert page.url.endswith("/offline/needs-1")
    page.context.set_offline(True)
    page.click('[data-do="continue"]')
    finish_from(page)
    publications.set_open("needs", False)
    with clock.fixed(clock.now() + dt.timedelta(days=29)):
        back_online(page.context, page)
        (response,) = wait_for(service, page, 1)
    assert response.body["revision"] == "needs-1"
    assert response.body["states"]["B20"] == "skipped", "the page that was taken out was still shown"


def test_what_the_service_refuses_can_be_looked_at_again(service: Service, page: Page) -> None:
    arrive(page, service)
    begin(page)
    page.context.set_offline(True)
    receipt = finish(page)
    Publications(service.store).set_open("needs", False)
    with clock.fixed(clock.now() + dt.timedelta(days=31)):
        back_online(page.context, page)
        page.wait_for_selector("#_refused:not([hidden])")
        assert page.inner_text("#_reason") != ""
    assert stored(service) == []
    Publications(service.store).set_open("needs", True)
    page.click('[data-do="open"]')
    seen(page, "_continue")
    page.click('[data-do="continue"]')
    assert page.url.endswith("#_check")
    page.click("#_answers a >> nth=2")
    assert page.locator('input[name="B02"][value="27-44"]').is_checked()
    finish_from(page)
    (response,) = wait_for(service, page, 1)
    assert response.body["receipt_hash"] == receipts.hash_of(receipt)


def test_the_end_for_the_young_and_for_those_who_do_not_agree_keeps_nothing(service: Service, page: Page) -> None:
    arrive(page, service)
    begin(page)
    page.check('input[name="B02"][value="under_16"]')
    page.click(CONTINUE)
    seen(page, "_end_under_16")
    assert kept(page) == [0, 0]
    page.goto(f"{service.url}/de/q/needs")
    page.wait_for_selector("html[data-here=true]")
    page.check('input[name="B00"][value="no"]')
    page.click(CONTINUE)
    seen(page, "_end_no_consent")
    assert kept(page) == [0, 0]
    assert stored(service) == []


def test_finished_erases_everything_but_what_is_not_sent_yet(service: Service, page: Page) -> None:
    arrive(page, service)
    begin(page)
    page.check('input[name="B01"][value="self"]')
    page.wait_for_timeout(300)
    assert kept(page) == [1, 0]
    page.click('[data-view="page"] [data-do="ask"]')
    seen(page, "_erase")
    page.click('[data-view="_erase"] [data-do="erase"]')
    seen(page, "_erased")
    assert kept(page) == [0, 0]
    back(page)
    assert page.locator("input:checked").count() == 0


def kept(page: Page) -> list[int]:
    """Return how many drafts (and receipts) and how many unsent responses are on the phone."""
    counts: list[int] = page.evaluate(
        """async () => {
          const base = await new Promise(done => {
            indexedDB.open("survey", 1).onsuccess = event => done(event.target.result);
          });
          const count = name => new Promise(done => {
            base.transaction(name).objectStore(name).count().onsuccess = event => done(event.target.result);
          });
          const counts = [await count("drafts"), await count("outbox")];
          base.close();
          return counts;
        }"""
    )
    return counts


def finish_from(page: Page) -> None:
    """Go on from wherever one is to the end, and send."""
    while not page.url.endswith("#_check"):
        before = page.url
        page.click(CONTINUE)
        page.wait_for_url(lambda url, before=before: url != before)
    page.click("#_send")
    seen(page, "_done")
