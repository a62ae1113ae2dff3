"""Bytes on the wire and requests of the needs questionnaire, both ways: what a phone sends and receives in all."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Browser, Page

from tests.bench.phone.serving import counting

TAGS = ("de", "ar", "ti")
CONTINUE = "#_form .actions button"
_ROUNDS = 40


@dataclass(frozen=True)
class Weight:
    """Bytes that a phone receives and sends, headers included, and its requests: for the first page and for all."""

    first: tuple[int, int, int]
    whole: tuple[int, int, int]


def measure(browser: Browser, port: int, tag: str, *, scripts: bool) -> Weight:
    """Answer the needs questionnaire, naming one field of needs, and send it."""
    with counting(port) as counted:
        context = browser.new_context(
            viewport={"width": 360, "height": 640},
            is_mobile=True,
            has_touch=True,
            locale=tag,
            java_script_enabled=scripts,
        )
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{counted.port}/{tag}/q/needs", wait_until="load")
        first = counted.received, counted.sent, counted.requests
        if scripts:
            page.wait_for_selector("html[data-here=true]", timeout=60_000)
        _answer(page, scripts=scripts)
        whole = counted.received, counted.sent, counted.requests
        context.close()
    return Weight(first, whole)


def _answer(page: Page, *, scripts: bool) -> None:
    page.check('input[name="B00"][value="yes"]')
    for _ in range(_ROUNDS):
        before = page.url
        page.locator(CONTINUE).first.click()
        page.wait_for_url(lambda url, before=before: url != before)
        if "check" in page.url:
            break
        for name, value in (("B02", "27-44"), ("B08", "ARB"), ("B09_ARB", "ARB.job")):
            choice = page.locator(f'input[name="{name}"][value="{value}"]')
            if choice.count() and choice.first.is_visible():
                choice.first.check()
    if scripts:
        page.click("#_send")
        page.wait_for_selector("#_sent.sent", timeout=60_000)
    else:
        page.locator("main form .actions button").first.click()
        page.wait_for_url("**/done*")
