"""Reading aloud in a real browser: what is said, in which language, when it stops, and when there is no button."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page

from survey_service.web.styles import script, sheet
from tests.journeys.conftest import Service
from tests.journeys.inspection import LEAST_TARGET, Inspector
from tests.journeys.speech import said, voices
from tests.journeys.test_respondents import choose, proceed

OpenContext = Callable[..., BrowserContext]
SAY = "button.say"
SCRIPT = script("aloud").text.replace("LABEL", "'{}'")


def begin(page: Page, service: Service, tag: str, query: str = "") -> None:
    """Agree, and stand on the second page."""
    page.goto(f"{service.url}/{tag}/q/needs{query}")
    choose(page, "B00", "yes")
    proceed(page)


def test_a_question_and_a_choice_are_read_in_the_pages_language(service: Service, contexts: OpenContext) -> None:
    context = contexts("de")
    voices(context, "en-US", "de-DE", "de-AT")
    page = context.new_page()
    begin(page, service, "de")
    said(page)
    button = page.locator(SAY).first
    assert "Wer beantwortet die Fragen?" in str(button.get_attribute("aria-label"))
    assert button.get_attribute("aria-pressed") == "false"
    button.click()
    assert said(page) == [
        "stop",
        ["Wer beantwortet die Fragen?", "de-DE"],
        ["Ich selbst", "de-DE"],
        ["Ich, und eine andere Person hilft mir", "de-DE"],
        ["Ich, für meine ganze Familie", "de-DE"],
    ]
    assert button.get_attribute("aria-pressed") == "true"
    page.locator(SAY).nth(1).click()
    assert said(page) == ["stop", ["Ich selbst", "de-DE"]]
    assert button.get_attribute("aria-pressed") == "false"
    assert page.locator('input[name="B01"]:checked').count() == 0, "listening is no answer"


def test_pressing_again_stops_and_so_does_the_end_and_leaving(service: Service, contexts: OpenContext) -> None:
    context = contexts("de")
    voices(context, "de-DE")
    page = context.new_page()
    begin(page, service, "de")
    button = page.locator(SAY).nth(1)
    button.click()
    said(page)
    button.click()
    assert said(page) == ["stop"]
    assert button.get_attribute("aria-pressed") == "false"
    button.click()
    page.evaluate("speechSynthesis.finish()")
    assert button.get_attribute("aria-pressed") == "false"
    button.click()
    said(page)
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide'))")
    assert said(page) == ["stop"]


def test_the_end_of_what_was_stopped_does_not_end_what_is_said_now(service: Service, contexts: OpenContext) -> None:
    context = contexts("de")
    voices(context, "de-DE")
    page = context.new_page()
    begin(page, service, "de")
    button = page.locator(SAY).nth(1)
    button.click()
    page.evaluate("window.early = speechSynthesis.last")
    button.click()
    button.click()
    page.evaluate("early.onend()")
    assert button.get_attribute("aria-pressed") == "true"


@pytest.mark.parametrize(
    ("tag", "offered"),
    [
        ("ar", "ar-SA"),
        ("fa-AF", "fa-IR"),
        ("fa-AF", "prs-AF"),
        ("uk", "uk_UA"),
        ("de-simple", "de-DE"),
        ("ro", "ro-RO"),
    ],
)
def test_a_voice_of_the_language_will_do(service: Service, contexts: OpenContext, tag: str, offered: str) -> None:
    context = contexts(tag)
    voices(context, "en-US", offered)
    page = context.new_page()
    begin(page, service, tag)
    page.locator(SAY).nth(1).click()
    assert said(page)[-1][1] == offered


@pytest.mark.parametrize(
    ("lang", "offered", "fits"),
    [
        ("kmr", "ku-TR", True),
        ("sr-Latn", "sr-RS", True),
        ("ti", "ti-ER", True),
        ("ckb", "ku-TR", False),
        ("ti", "am-ET", False),
        ("fa-AF", "ar-SA", False),
        ("so", "sq-AL", False),
    ],
)
def test_which_voice_fits_which_language(contexts: OpenContext, lang: str, offered: str, fits: bool) -> None:
    """On a page of its own, because the interface does not speak all of these languages."""
    context = contexts("en")
    voices(context, offered)
    page = context.new_page()
    body = '<div class="question"><p class="label">A</p></div>'
    html = f'<html lang="{lang}"><head><script>{SCRIPT}</script></head>{body}</html>'
    page.route("**/*", lambda route: route.fulfill(body=html, content_type="text/html"))
    page.goto("http://page.test/")
    assert page.locator(SAY).count() == int(fits)


@pytest.mark.parametrize(
    ("given", "remote", "scripts"),
    [((), (), True), (("en-US",), (), True), ((), ("de-DE",), True), (("de-DE",), (), False)],
    ids=["none", "another language", "only a voice elsewhere", "no scripts"],
)
def test_otherwise_there_is_no_button(
    service: Service, contexts: OpenContext, given: tuple[str, ...], remote: tuple[str, ...], scripts: bool
) -> None:
    context = contexts("de", scripts=scripts)
    if scripts:
        voices(context, *given, remote=remote)
    page = context.new_page()
    begin(page, service, "de")
    assert page.locator(SAY).count() == 0
    choose(page, "B01", "self")
    proceed(page)
    assert page.url.endswith("/language"), "the way is the same"


def test_a_browser_without_speech_has_no_button(service: Service, contexts: OpenContext) -> None:
    context = contexts("de")
    context.add_init_script("delete window.speechSynthesis; delete Window.prototype.speechSynthesis")
    page = context.new_page()
    begin(page, service, "de")
    assert page.evaluate("'speechSynthesis' in window") is False
    assert page.locator(SAY).count() == 0
    assert page.locator("html.aloud").count() == 0


@pytest.mark.parametrize("tag", ["de", "ar"])
def test_voices_that_come_late_move_nothing(service: Service, contexts: OpenContext, tag: str) -> None:
    context = contexts(tag)
    voices(context, "de-DE", "ar-SA", late=True)
    page = context.new_page()
    for path in ("", "/about"):
        if not path:
            page.goto(f"{service.url}/{tag}/q/needs")
        else:
            choose(page, "B00", "yes")
            proceed(page)
            page.wait_for_url(f"**{path}")
        page.locator("main fieldset legend").first.wait_for()
        page.evaluate("""() => {
          window.shifts = [];
          new PerformanceObserver((list) => shifts.push(...list.getEntries().map((entry) => entry.value)))
            .observe({type: 'layout-shift'});
        }""")
        boxes = """() => [...document.querySelectorAll('legend, label, h1, h2, p, li, .actions button')]
          .map((one) => JSON.stringify(one.getBoundingClientRect()))"""
        before = page.evaluate(boxes)
        page.evaluate("speechSynthesis.arrive()")
        page.locator(SAY).first.wait_for()
        assert page.evaluate(boxes) == before
        page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))")
        assert page.evaluate("shifts") == []


@pytest.mark.parametrize(("tag", "scheme"), [("de", "light"), ("ar", "dark")])
def test_the_buttons_are_large_named_and_where_they_belong(
    service: Service, contexts: OpenContext, inspector: Inspector, tag: str, scheme: str
) -> None:
    context = contexts(tag, scheme=scheme)
    voices(context, "de-DE", "ar-SA")
    page = context.new_page()
    begin(page, service, tag)
    page.locator(SAY).first.click()
    buttons = page.locator(SAY)
    assert buttons.count() == 5 + 3 + 6 + 4 + 5, "five questions, and the choices of all but the long list"
    for number in range(buttons.count()):
        box = buttons.nth(number).bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= LEAST_TARGET
    loaded = inspector.load(page.content(), scheme=scheme)
    assert sheet().text in loaded.content()
    assert inspector.axe(loaded) == []
    assert inspector.geometry(loaded) == []


def test_texts_with_recorded_sound_get_no_second_voice(contexts: OpenContext) -> None:
    context = contexts("en")
    voices(context, "en-GB")
    page = context.new_page()
    body = (
        '<div class="question"><fieldset><legend>A <audio controls></audio></legend><div class="choices">'
        '<label><input type="radio"> B <audio controls></audio></label><label><input type="radio"> C</label>'
        "</div></fieldset></div>"
    )
    html = f'<html lang="en"><head><script>{SCRIPT}</script></head>{body}</html>'
    page.route("**/*", lambda route: route.fulfill(body=html, content_type="text/html"))
    page.goto("http://page.test/")
    assert [one.get_attribute("aria-label") for one in page.locator(SAY).all()] == ["C"]


def test_the_page_is_read_in_the_respondents_language_where_two_stand_there(
    service: Service, contexts: OpenContext
) -> None:
    context = contexts("ar")
    voices(context, "de-DE", "ar-SA")
    page = context.new_page()
    begin(page, service, "ar", "?with=assisted.de")
    said(page)
    page.locator(SAY).nth(1).click()
    assert said(page) == ["stop", ["أنا بنفسي", "ar-SA"]]
