"""From a tap on Continue to the next page drawn, on a CPU four times slower: the median of the taps of one session."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from dataclasses import dataclass

from playwright.sync_api import Browser, Page

_CPU = 4
_AFTER_TWO_FRAMES = """button => new Promise(done => {
  const start = performance.now();
  button.click();
  const settled = (last, since) => requestAnimationFrame(() => setTimeout(() => {
    const now = SHOWN;
    if (now !== last) done(performance.now() - start);
    else if (performance.now() - start > 30000) done(NaN);
    else settled(last, since);
  }));
  settled(BEFORE, start);
})"""


@dataclass(frozen=True)
class Way:
    """How to go on in a page: its button, and a script's expression that says which page is shown."""

    button: str
    shown: str


WAYS: Mapping[str, Way] = {
    "ours": Way("#_form .actions button", "location.hash"),
    "SurveyJS": Way("input.sd-navigation__next-btn", "(document.querySelector('[id^=sp_]') || {}).id"),
    "enketo-core": Way(
        ".next-page", "[...document.querySelectorAll('[role=page]')].findIndex(page => page.matches('.current'))"
    ),
}


def measure(browser: Browser, url: str, way: Way, *, ours: bool = False) -> float:
    """Return milliseconds; pages of ours are those on the phone."""
    context = browser.new_context(viewport={"width": 360, "height": 640}, is_mobile=True, has_touch=True)
    page = context.new_page()
    page.goto(url)
    if ours:
        page.wait_for_selector("html[data-here=true]", timeout=60_000)
        page.click(way.button)
        page.wait_for_url("**#page2")
    page.wait_for_selector(way.button)
    session = context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": _CPU})
    found = [_tap(page, way) for _ in range(2)]
    context.close()
    return statistics.median(found)


def _tap(page: Page, way: Way) -> float:
    before = page.evaluate(way.shown)
    script = _AFTER_TWO_FRAMES.replace("SHOWN", way.shown).replace("BEFORE", repr(before) if before else "undefined")
    page.wait_for_timeout(500)
    return float(page.locator(way.button).first.evaluate(script))
