"""Respondents in a real browser, without scripts: in Arabic by touch, in German by keyboard, on a shared phone."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path

import brotli
import pytest
from playwright.sync_api import BrowserContext, Error, Page, Response

from survey_service import clock, languages
from survey_service.responses.drafts import DRAFTS
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import RESPONSES
from tests.arrival import SPOKEN, arrival
from tests.journeys.conftest import OpenPage, Service, back
from tests.journeys.inspection import Inspector, shown

CONTINUE = "#_form .actions button"
SEND = "main form .actions button"


_STANDS = """() => document.readyState === 'complete' && document.querySelector('main') &&
  (document.documentElement.dataset.left ?? '') + '|' + document.querySelector('main').innerText"""


def proceed(page: Page) -> None:
    """Press the main button of the page, and wait for what comes of it: another document, or the same changed."""
    page.locator(SEND).first.wait_for()
    page.evaluate("document.documentElement.dataset.left = 'left'")
    before = page.evaluate(_STANDS)
    page.locator(SEND).first.click()
    for _ in range(100):
        with contextlib.suppress(Error):  # between two documents there is nothing to ask
            now = page.evaluate(_STANDS)
            if now and now != before:
                return
        page.wait_for_timeout(50)


def choose(page: Page, question: str, *names: str) -> None:
    """Tick choices by their stored names, whatever the language."""
    for name in names:
        page.locator(f'input[name="{question}"][value="{name}"]').check()


def path(page: Page) -> str:
    """Return the address without the host."""
    return "/" + page.url.split("/", 3)[3]


class Watcher:
    """Inspects each page of a journey once, and takes a picture of one that is faulty."""

    def __init__(self, inspector: Inspector, tag: str, scheme: str, folder: Path) -> None:
        self.inspector, self.tag, self.scheme, self.folder = inspector, tag, scheme, folder
        self.seen: list[str] = []

    def look(self, page: Page) -> None:
        """Fail if anything is wrong with the page as it stands."""
        page.wait_for_load_state("load")  # a key that was pressed may have led to a page that isn't here yet
        language = languages.language(self.tag)
        found = self.inspector.faults(shown(page), language.html, language.direction, self.scheme)
        self.seen.append(path(page))
        if found:
            page.screenshot(path=self.folder / f"{self.tag}-{self.scheme}-{len(self.seen):02}.png", full_page=True)
        assert found == [], f"{path(page)}: {found}; see {self.folder}"


@pytest.fixture
def watch(inspector: Inspector, tmp_path: Path) -> Callable[[str, str], Watcher]:
    return lambda tag, scheme: Watcher(inspector, tag, scheme, tmp_path)


def answer_needs(page: Page) -> None:
    """Answer the needs questionnaire from its start page to the check page, two fields and an error on the way.

    How these pages are drawn is looked at by ``test_languages.py``.
    """
    proceed(page)  # the consent left out
    choose(page, "B00", "yes")
    proceed(page)
    choose(page, "B01", "self")
    choose(page, "B02", "27-44")
    choose(page, "B03", "pna")
    page.select_option("#B04", "16066042")
    choose(page, "B05", "2-5_years")
    proceed(page)
    choose(page, "B06", "ar", "de")
    choose(page, "B07", "2")
    proceed(page)
    choose(page, "C2", "yes")
    proceed(page)
    choose(page, "B08", "ARB", "WOH", "GES", "INT")  # one too many
    proceed(page)
    page.locator('input[name="B08"][value="INT"]').uncheck()
    page.locator('input[name="B08"][value="WOH"]').uncheck()
    proceed(page)
    for field, need in (("ARB", "ARB.job"), ("GES", "GES.doctor")):
        answer_field(page, field, need)
    choose(page, "B13", "yes")
    choose(page, "B16", "own")
    proceed(page)
    choose(page, "B14", "3-5")
    proceed(page)
    while "/check" not in path(page):
        proceed(page)


def answer_field(page: Page, field: str, need: str) -> None:
    """Answer the page of one field of action; each answer that brings up more questions shows the page once more."""
    choose(page, f"B09_{field}", need, "other")
    choose(page, f"B11_{field}", "known_not_used")
    proceed(page)
    page.fill(f'[id="B09_{field}_other"]', "كلمات بالعربية & <b>")
    choose(page, f"B10_{field}", "3")
    choose(page, f"B12_{field}", "language", "waiting")
    proceed(page)


NEEDS = {
    "B00": "yes",
    "B01": "self",
    "B02": "27-44",
    "B04": "16066042",
    "B05": "2-5_years",
    "B06": ["de", "ar"],
    "B07": "2",
    "C2": "yes",
    "B08": ["ARB", "GES"],
    **{
        name: value
        for field, need in (("ARB", "ARB.job"), ("GES", "GES.doctor"))
        for name, value in (
            (f"B09_{field}", [need, "other"]),
            (f"B09_{field}_other", "كلمات بالعربية & <b>"),
            (f"B10_{field}", "3"),
            (f"B11_{field}", "known_not_used"),
            (f"B12_{field}", ["language", "waiting"]),
        )
    },
    "B13": "yes",
    "B14": ["3-5"],
    "B16": "own",
}


def test_a_newcomer_answers_in_arabic_without_scripts(service: Service, phone: OpenPage) -> None:
    page = phone("ar", scripts=False)
    page.goto(service.url)
    page.locator('a[hreflang="ar"]').click()
    page.locator('a[href="/ar/q/needs"]').click()
    answer_needs(page)
    proceed(page)
    assert path(page) == "/ar/q/needs/done"
    words = page.locator("code").first.inner_text()
    assert re.fullmatch(r"([a-z]{6}-){3}[a-z]{6}", words)

    (stored,) = service.store.collection(RESPONSES).find()
    body = stored.body
    assert body["answers"] == NEEDS
    assert (body["language"], body["revision"], body["mode"]) == ("ar", "needs-1", "web")
    assert body["period"] == clock.period(clock.today())
    assert body["states"]["B03"] == "pna"
    assert body["states"]["B09_WOH"] == "not_shown"
    content = str(body)
    assert "127.0.0.1" not in content
    assert not re.search(r"\d{1,2}:\d{2}", content), "no time of day"
    assert dt.date.today().isoformat() not in content, "no exact day"
    assert words not in content
    assert service.store.collection(DRAFTS).count() == 0

    proceed(page)  # finished: erase everything here
    assert path(page) == "/ar/erased"


OTHERS = {
    "offers": {"A00": "yes", "A01": "project", "A02": "=Verein", "A04_name": "=Treff", "A05_fields": "ARB"},
    "experts": {"E00": "yes", "E02": "ARB", "E01": "=Verein"},
    "consultation": {"K0": "yes", "K0_statement": "=ARB-1.2", "K0_group": "AK_ARB", "K1": "disagree", "K2": "=weil"},
}


ALWAYS, ELSE = [], [pytest.mark.languages]
"""One of two is enough each time: by ``make test-languages`` the other one is looked at."""


@pytest.mark.parametrize(
    ("questionnaire", "tag", "scheme"),
    [
        pytest.param("offers", "de", "light", marks=ELSE),
        pytest.param("offers", "ar", "dark", marks=ALWAYS),
        pytest.param("experts", "de", "light", marks=ALWAYS),
        pytest.param("experts", "ar", "dark", marks=ELSE),
        pytest.param("consultation", "de", "light", marks=ELSE),
        pytest.param("consultation", "ar", "dark", marks=ALWAYS),
    ],
)
def test_every_page_of_the_other_questionnaires(
    service: Service,
    phone: OpenPage,
    watch: Callable[[str, str], Watcher],
    questionnaire: str,
    tag: str,
    scheme: str,
) -> None:
    page, watcher = phone(tag, scripts=False, scheme=scheme), watch(tag, scheme)
    page.goto(f"{service.url}/{tag}/q/{questionnaire}")
    for _ in range(30):
        watcher.look(page)
        if path(page).endswith("/done"):
            break
        fill(page, OTHERS[questionnaire])
        proceed(page)
    assert path(page) == f"/{tag}/q/{questionnaire}/done"
    assert service.store.collection(RESPONSES).count(questionnaire=questionnaire) == 1


def fill(page: Page, answers: dict[str, str]) -> None:
    """Fill in what is on the page: ``=text`` is typed, anything else is ticked."""
    for name, value in answers.items():
        if value.startswith("=") and page.locator(f'[id="{name}"]').count():
            page.fill(f'[id="{name}"]', value[1:])
        elif page.locator(f'input[name="{name}"][value="{value}"]').count():
            choose(page, name, value)


# -- languages of imported questionnaires ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "tag", [pytest.param(tag, marks=[] if tag == "ti" else [pytest.mark.languages]) for tag in SPOKEN]
)
def test_a_questionnaire_from_elsewhere_in_its_own_languages(
    service: Service, phone: OpenPage, watch: Callable[[str, str], Watcher], tag: str
) -> None:
    page, watcher = phone(tag, scripts=False), watch(tag, "light")
    Publications(service.store).publish({"arrival": arrival()})
    page.goto(service.url)
    assert page.locator("main a[hreflang]").first.get_attribute("hreflang") == tag, "the phone's language comes first"
    watcher.look(page)
    page.locator(f'main a[hreflang="{tag}"]').click()
    watcher.look(page)
    page.locator(f'a[href="/{tag}/q/arrival"]').click()
    page.locator("details.languages summary").click()
    watcher.look(page)
    choose(page, "OK", "yes")
    proceed(page)
    page.fill("#people", "31")
    for part, value in (("day", "30"), ("month", "2"), ("year", "2020")):
        page.fill(f'[name="since:{part}"]', value)
    choose(page, "helps", "home", "none")
    proceed(page)
    watcher.look(page)
    page.fill("#people", "4")
    page.fill("#since", "29")
    page.locator('input[name="helps"][value="none"]').uncheck()
    proceed(page)
    assert path(page) == f"/{tag}/q/arrival/household~"
    watcher.look(page)  # no entry yet
    page.locator('button[name="_add"]').click()
    page.fill("#called", "Abel")
    page.fill("#met", "31")
    page.locator(CONTINUE).click()
    watcher.look(page)  # a day without a month
    page.fill("#met", "")
    page.locator(CONTINUE).click()
    page.goto(f"{service.url}/{tag}/q/arrival/household~")
    page.locator('button[name="_add"]').click()
    page.goto(f"{service.url}/{tag}/q/arrival/household~")
    watcher.look(page)
    page.locator('a[href$="?remove=2"]').click()
    watcher.look(page)
    page.locator('button[name="_remove"]').click()
    page.locator(CONTINUE).last.click()
    assert path(page) == f"/{tag}/q/arrival/check"
    watcher.look(page)
    proceed(page)
    watcher.look(page)
    words = page.locator("code").first.inner_text()
    for address in ("privacy", "imprint", "nowhere", "receipt"):
        page.goto(f"{service.url}/{tag}/{address}")
        watcher.look(page)
    page.fill("#words", words)
    page.locator("main form button").click()
    watcher.look(page)
    (stored,) = service.store.collection(RESPONSES).find()
    assert stored.body["answers"] == {
        "OK": "yes",
        "people": 4,
        "since": "2020-02-29",
        "helps": ["home"],
        "household": [{"called": "Abel"}],
    }
    assert stored.body["language"] == tag


# -- keyboard ---------------------------------------------------------------------------------------------------------


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the element has the focus; the focus must be visible all the way."""
    for _ in range(150):
        page.keyboard.press("Tab")
        state = page.evaluate(
            """(selector) => {
              const element = document.activeElement, label = element.closest('label');
              const drawn = (target) => target && getComputedStyle(target).outlineStyle !== 'none';
              const box = element.getBoundingClientRect(), onScreen = box.bottom > 0 && box.top < innerHeight;
              const visible = drawn(element) || drawn(label), start = element.outerHTML.slice(0, 100);
              return [element.matches(selector), visible, onScreen, start];
            }""",
            selector,
        )
        assert state[1], f"the focus on {state[3]} cannot be seen"
        assert state[2], f"the focus on {state[3]} is off the screen"
        if state[0]:
            return
    raise AssertionError(f"{selector} cannot be reached with Tab")


def pick(page: Page, question: str, name: str) -> None:
    """Choose with the keyboard: Tab into the group, arrows within radios, Space for boxes."""
    choice = f'input[name="{question}"][value="{name}"]'
    if page.locator(choice).get_attribute("type") == "checkbox":
        tab_to(page, choice)
        page.keyboard.press("Space")
    else:
        tab_to(page, f'input[name="{question}"]')
        page.keyboard.press("Space")
        for _ in range(20):
            if page.locator(choice).is_checked():
                break
            page.keyboard.press("ArrowDown")
    assert page.locator(choice).is_checked()


def press(page: Page, selector: str = CONTINUE) -> None:
    """Tab to a button and press Enter."""
    tab_to(page, selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_needs_in_german_by_keyboard_only(service: Service, phone: OpenPage) -> None:
    """Without scripts too: all that a browser keeps is one cookie."""
    page = phone("de", scripts=False)
    page.goto(f"{service.url}/de/q/needs")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "_main"

    press(page)  # the consent left out: the summary has the focus and leads to the question
    assert page.evaluate("document.activeElement.className") == "errors"
    assert page.title().startswith("Fehler: ")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "B00"
    page.keyboard.press("Space")
    assert page.locator("#B00").is_checked()
    press(page)
    assert path(page) == "/de/q/needs/about"

    pick(page, "B02", "18-26")
    tab_to(page, "#B04")
    page.keyboard.type("Meiningen")
    press(page)
    pick(page, "B06", "uk")
    press(page)
    pick(page, "C2", "no")
    press(page)
    pick(page, "B08", "INF")
    press(page)
    pick(page, "B09_INF", "INF.bus")
    pick(page, "B09_INF", "other")
    press(page)
    assert page.evaluate("document.activeElement.id") == "_more"
    tab_to(page, "#B09_INF_other")
    page.keyboard.type("Nachtbus")
    with page.expect_navigation():
        page.keyboard.press("Enter")  # goes on; it must not switch the language
    assert path(page) == "/de/q/needs/home"
    while "/check" not in path(page):
        press(page)
    press(page, 'a[href*="about"][id="about:B02:change"]')
    pick(page, "B02", "27-44")
    press(page)
    assert path(page) == "/de/q/needs/check"
    press(page, SEND)
    assert path(page) == "/de/q/needs/done"
    assert [cookie["name"] for cookie in page.context.cookies()] == ["survey"]
    (stored,) = service.store.collection(RESPONSES).find()
    assert stored.body["language"] == "de"
    assert stored.body["answers"] == {
        "B00": "yes",
        "B02": "27-44",
        "B04": "16066042",
        "B06": ["uk"],
        "C2": "no",
        "B08": ["INF"],
        "B09_INF": ["INF.bus", "other"],
        "B09_INF_other": "Nachtbus",
    }


# -- shared phones, lost power, changed minds -------------------------------------------------------------------------


def begin(page: Page, service: Service, tag: str = "de") -> None:
    page.goto(f"{service.url}/{tag}/q/needs")
    choose(page, "B00", "yes")
    proceed(page)


def finish(page: Page) -> None:
    for _ in range(20):
        if "/done" in path(page):
            return
        proceed(page)
    raise AssertionError("the end was not reached")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_shared_phone_shows_nothing_to_the_next_person(service: Service, phone: OpenPage, scripts: bool) -> None:
    page = phone("de", scripts=scripts)
    begin(page, service)
    choose(page, "B03", "w")
    page.locator('button[name="_erase"]').click()
    proceed(page)
    assert path(page) == "/de/erased"
    assert service.store.collection(DRAFTS).count() == 0
    for _ in range(3):
        back(page)
        assert page.locator("input:checked").count() == 0
    page.goto(f"{service.url}/de/q/needs/about")
    assert page.locator("input").count() == 0


def test_back_after_sending_shows_the_receipt_and_sends_nothing_twice(service: Service, phone: OpenPage) -> None:
    page = phone("de")
    begin(page, service)
    finish(page)
    words = page.locator("code").first.inner_text()
    back(page)
    assert path(page) == "/de/q/needs/done"
    assert page.locator("code").first.inner_text() == words
    assert service.store.collection(RESPONSES).count() == 1


def test_two_people_one_after_another_on_one_phone(service: Service, phone: OpenPage) -> None:
    page = phone("de", scripts=False)
    receipts = set()
    for _ in range(2):
        begin(page, service)
        finish(page)
        receipts.add(page.locator("code").first.inner_text())
        proceed(page)
    assert len(receipts) == 2
    assert service.store.collection(RESPONSES).count() == 2


def test_the_battery_dies_and_the_answers_are_still_there(
    service: Service, contexts: Callable[..., BrowserContext], chromium: object
) -> None:
    context = contexts("uk", scripts=False)
    page = context.new_page()
    begin(page, service, "uk")
    choose(page, "B03", "w")
    proceed(page)
    cookies = context.cookies()
    assert all(cookie["expires"] > 0 for cookie in cookies), "the cookie outlives the browser"
    context.close()
    later = contexts("uk", scripts=False)
    later.add_cookies(cookies)  # type: ignore[arg-type]
    page = later.new_page()
    page.goto(f"{service.url}/uk/q/needs")
    assert page.locator("main .actions a").nth(2).get_attribute("href") == "/uk/erase"
    page.locator("main .actions a").first.click()
    assert path(page) == "/uk/q/needs/language"
    page.locator(".bar a").click()
    assert page.locator('input[name="B03"][value="w"]').is_checked()


def test_the_language_can_be_changed_in_mid_form(
    service: Service, phone: OpenPage, watch: Callable[[str, str], Watcher]
) -> None:
    page = phone("de", scripts=False)
    page.goto(f"{service.url}/de/q/needs")
    choose(page, "B00", "yes")
    page.locator("details.languages summary").click()
    page.locator('button[name="_language"][value="uk"]').click()
    assert page.locator("html").get_attribute("lang") == "uk"
    assert page.locator('input[name="B00"][value="yes"]').is_checked()
    assert service.store.collection(DRAFTS).count() == 0
    proceed(page)
    choose(page, "B02", "65_plus")
    page.locator('button[name="_languages"]').click()
    watch("de", "light").look(page)
    page.locator('main a[hreflang="fa-AF"]').click()
    assert path(page) == "/fa-AF/q/needs/about"
    assert page.locator("html").get_attribute("dir") == "rtl"
    assert page.locator('input[name="B02"][value="65_plus"]').is_checked()


def test_no_consent_and_too_young_store_nothing(service: Service, phone: OpenPage) -> None:
    page = phone("ar", scripts=False)
    page.goto(f"{service.url}/ar/q/needs")
    choose(page, "B00", "no")
    proceed(page)
    assert path(page) == "/ar/q/needs/thanks?end=no_consent"
    begin(page, service, "ar")
    choose(page, "B02", "under_16")
    proceed(page)
    assert path(page) == "/ar/q/needs/thanks?end=under_16"
    for spec in (DRAFTS, RESPONSES):
        assert service.store.collection(spec).count() == 0


def test_the_needs_journey_weighs_little(service: Service, phone: OpenPage) -> None:
    """All pages of a journey with two fields, each compressed, and each file once, pictograms too, page by page."""
    page = phone("ar", scripts=False)
    files: dict[str, str] = {}

    def note(response: Response) -> None:
        if response.request.resource_type != "document" and "/static/" in response.url:
            files[response.url] = response.request.resource_type

    page.on("response", note)
    page.goto(f"{service.url}/ar/q/needs")
    page.wait_for_load_state("networkidle")
    weights = [len(brotli.compress(shown(page).encode()))]
    choose(page, "B00", "yes")
    for _ in range(20):
        proceed(page)
        weights.append(len(brotli.compress(shown(page).encode())))
        if "/done" in path(page):
            break
        fill(page, {"B08": "ARB", "B09_ARB": "ARB.job", "B11_ARB": "used", "C2": "yes"})
        if page.locator('input[name="B08"]').count():
            choose(page, "B08", "WOH")
    assert path(page) == "/ar/q/needs/done"
    names = sorted(address.rpartition("/")[2].partition("-")[0] for address in files if not address.endswith(".css"))
    assert names == ["general", "housing", "work"], "the sets of two fields, no font, nothing else"
    assert len(files) == len(names) + 1
    answers = [page.request.get(address, headers={"Accept-Encoding": "identity"}) for address in files]
    assert all("immutable" in answer.headers["cache-control"] for answer in answers)
    assert weights[0] <= 8 * 1024

    assert sum(weights) + sum(len(brotli.compress(answer.body())) for answer in answers) <= 28 * 1024
