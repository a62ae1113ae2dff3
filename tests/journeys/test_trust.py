"""What a journey leaves behind: requests to nobody else, one cookie at most, and nothing for whoever leaves at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page

from survey_service.questionnaire.loader import Library
from survey_service.responses.drafts import DRAFTS
from survey_service.responses.submissions import RESPONSES
from tests.journeys import test_offline as on_the_phone
from tests.journeys.conftest import OpenPage, Service, back, serving
from tests.journeys.inspection import Inspector
from tests.journeys.test_respondents import begin, choose, finish

KEPT = """async () => {
  const base = await new Promise(done => { indexedDB.open("survey", 1).onsuccess = each => done(each.target.result) });
  const count = name => new Promise(done => {
    base.transaction(name).objectStore(name).count().onsuccess = each => done(each.target.result);
  });
  const found = [await count("drafts"), await count("outbox")];
  base.close();
  return found;
}"""


@pytest.fixture
def leaving(library: Library, tmp_path: Path) -> Iterator[Service]:
    """A service whose way out leads to an empty page."""
    with serving(library, tmp_path, exit_url="about:blank") as started:
        yield started


def listen(page: Page) -> set[str]:
    """Return the set that will hold the hosts of all requests of the page's browser."""
    hosts: set[str] = set()
    page.context.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    return hosts


def history(page: Page) -> list[str]:
    """Return the addresses that the back button leads to, and the present one."""
    found = page.context.new_cdp_session(page).send("Page.getNavigationHistory")
    return [entry["url"] for entry in found["entries"][: found["currentIndex"] + 1]]


def test_the_way_of_the_server_asks_nobody_else_and_keeps_one_cookie(service: Service, phone: OpenPage) -> None:
    page = phone("de", scripts=False)
    hosts = listen(page)
    page.goto(service.url)
    for address in ("/de/", "/de/privacy", "/de/accessibility", "/de/imprint", "/de/q/needs/thanks"):
        page.goto(service.url + address)
    assert page.context.cookies() == []
    begin(page, service)
    finish(page)
    (cookie,) = page.context.cookies()
    assert (cookie["name"], cookie["httpOnly"], cookie["sameSite"]) == ("survey", True, "Lax")
    assert hosts == {urlsplit(service.url).netloc}
    assert service.store.collection(RESPONSES).count() == 1


def test_the_way_of_the_phone_asks_nobody_else_and_sends_no_cookie(service: Service, phone: OpenPage) -> None:
    page = phone("de")
    hosts = listen(page)
    sent: list[dict[str, str]] = []
    page.context.on("request", lambda each: sent.append(each.all_headers()) if "/api/" in each.url else None)
    on_the_phone.arrive(page, service)
    on_the_phone.begin(page)
    on_the_phone.finish(page)
    page.wait_for_selector("#_sent.sent", timeout=30_000)
    assert hosts == {urlsplit(service.url).netloc}
    assert {cookie["name"] for cookie in page.context.cookies()} <= {"survey"}
    assert all("cookie" not in headers for headers in sent)
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    assert service.store.collection(RESPONSES).count() == 1


@pytest.mark.parametrize("tag", ["de", "ar"])
def test_leaving_without_scripts(leaving: Service, phone: OpenPage, inspector: Inspector, tag: str) -> None:
    page = phone(tag, scripts=False)
    begin(page, leaving, tag)
    choose(page, "B03", "w")
    page.locator("#_out").click()
    page.wait_for_url("about:blank")
    assert leaving.store.collection(DRAFTS).count() == 0
    assert page.context.cookies() == []
    back(page)
    assert page.locator("input:checked").count() == 0
    page.goto(f"{leaving.url}/{tag}/q/needs/about")
    assert page.locator("main input").count() == 0


@pytest.mark.parametrize("by", ["button", "Escape"])
def test_leaving_on_the_phone_takes_the_draft_and_leaves_what_others_have_sent(
    leaving: Service, contexts: Callable[..., BrowserContext], by: str
) -> None:
    page = contexts("de").new_page()
    on_the_phone.arrive(page, leaving)
    page.context.set_offline(True)
    on_the_phone.begin(page)
    on_the_phone.finish(page)  # waits in the outbox
    page.click('[data-view="_done"] [data-do="erase"]')
    page.wait_for_selector('[data-view="_erased"]:not([hidden])')
    page.goto(f"{leaving.url}/de/q/needs")
    page.wait_for_selector('section[data-page="consent"]:not([hidden])')
    on_the_phone.begin(page)
    page.check('input[name="B03"][value="w"]')
    page.wait_for_selector("#_kept.soft:not(:empty)")
    assert page.evaluate(KEPT) == [1, 1]
    before = history(page)
    if by == "button":
        page.click("#_out")
    else:
        for _ in range(3):
            page.keyboard.press("Escape")
    page.wait_for_url("about:blank")
    later = page.context.new_page()
    later.goto(f"{leaving.url}/de/offline/needs-1")
    later.wait_for_function(f"async () => (await ({KEPT})()).join() === '0,1'", timeout=30_000)
    after = history(page)
    assert after == [*before[:-1], "about:blank"], "the page itself is no longer in the history"


def test_twice_escape_or_other_keys_between_lead_nowhere(leaving: Service, phone: OpenPage) -> None:
    page = phone("de")
    page.goto(f"{leaving.url}/de/privacy")
    for key in ("Escape", "Escape", "a", "Escape", "Escape"):
        page.keyboard.press(key)
    assert page.url == f"{leaving.url}/de/privacy"
    page.keyboard.press("Escape")
    page.wait_for_url("about:blank")


def test_the_way_out_stays_in_sight_and_hides_no_focus(service: Service, phone: OpenPage) -> None:
    page = phone("ar", scripts=False)
    page.goto(f"{service.url}/ar/privacy")
    page.locator("footer a").last.scroll_into_view_if_needed()
    assert page.evaluate("scrollY") > 300
    box = page.locator("#_out").bounding_box()
    assert box is not None
    assert 0 <= box["y"] < 60
    assert box["height"] >= 48
    begin(page, service, "ar")
    for _ in range(60):
        page.keyboard.press("Shift+Tab")
        covered = page.evaluate(
            """() => {
              const element = document.activeElement, box = element.getBoundingClientRect();
              const out = document.getElementById('_leave').getBoundingClientRect();
              const inside = element.closest('#_leave, .skip') || element === document.body;
              return !inside && box.left < out.right && box.right > out.left && box.top < out.bottom - 1
                && box.bottom > out.top + 1 ? element.outerHTML.slice(0, 120) : '';
            }"""
        )
        assert covered == "", f"hidden by the way out: {covered}"
