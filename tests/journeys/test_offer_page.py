"""From the map to an offer, its telephone number and its print list, and an error reported: as people do it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from survey_service import clock, languages
from survey_service.app import create_app
from survey_service.offers import notices
from survey_service.settings import load
from tests.journeys import gallery
from tests.journeys.conftest import OpenPage, Service
from tests.journeys.gallery import Studio
from tests.journeys.inspection import Inspector
from tests.journeys.test_respondents import Watcher, path

MONDAY = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
Watch = Callable[[str, str], Watcher]


@pytest.fixture
def watch(inspector: Inspector, tmp_path: Path) -> Watch:
    return lambda tag, scheme: Watcher(inspector, tag, scheme, tmp_path)


@pytest.fixture
def offer(service: Service, tmp_path: Path) -> Iterator[str]:
    with clock.fixed(MONDAY):
        studio = Studio(create_app(load(tmp_path / "instance"), service.store), service.store)
        yield gallery.published(studio, 1, "Sprachcafé")


@pytest.mark.parametrize("tag", ["de", "ar"])
def test_from_the_map_to_an_error_reported(service: Service, phone: OpenPage, offer: str, tag: str) -> None:
    """How these pages are drawn is looked at by ``test_languages.py``."""
    page = phone(tag, scripts=False)
    page.goto(f"{service.url}/{tag}/offers/map")
    page.get_by_role("link", name="Meiningen").click()
    assert path(page) == f"/{tag}/offers?place=16066042"
    page.get_by_role("link", name="Sprachcafé").click()
    assert path(page) == f"/{tag}/offers/{offer}"
    number = page.locator('a[href="tel:+49-3693-4850"]')
    assert number.inner_text() == "0049 3693 485-0"
    assert reads_left_to_right(page, 'a[href="tel:+49-3693-4850"] bdi')
    page.locator(f'a[href$="{offer}/report"]').click()
    page.locator("main form button").click()
    page.check('input[value="contact"]')
    page.fill("textarea", "<b>\u0661\u0662")
    page.locator("main form button").click()
    assert path(page) == f"/{tag}/offers/{offer}?reported=yes"
    assert page.get_by_role("status").count() == 1
    assert [notice.text for notice in notices.of(service.store, offer)] == ["<b>\u0661\u0662"]
    page.locator('a[href*="/print?"]').click()
    assert page.url.endswith(f"/{tag}/offers/print?offer={offer}")
    assert page.locator("main h2, main h3").filter(has_text="Sprachcafé").count() >= 1


def test_tigrinya_has_all_its_letters(service: Service, phone: OpenPage, watch: Watch, offer: str) -> None:
    watcher, page = watch("ti", "light"), phone("ti", scripts=False)
    for address in (offer, "map"):
        page.goto(f"{service.url}/ti/offers/{address}")
        watcher.look(page)


def test_the_map_is_not_mirrored_and_nothing_of_it_is_fetched(service: Service, phone: OpenPage, offer: str) -> None:
    places = {}
    for tag in ("de", "ar"):
        page, fetched = phone(tag), []
        page.on("request", lambda request, fetched=fetched: fetched.append(request.url))
        page.goto(f"{service.url}/{tag}/offers/map")
        xs = [page.locator("svg text", has_text=name).bounding_box() for name in ("Birx", "Meiningen", "Oberhof")]
        places[tag] = [box["x"] for box in xs if box is not None]
        assert places[tag] == sorted(places[tag]), "west is on the left"
        assert all(url.startswith((service.url, "data:")) for url in fetched)
        assert languages.language(tag).direction == page.evaluate("getComputedStyle(document.body).direction")
    assert len(places["ar"]) == len(places["de"]) == 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_drawn_on_the_map_can_be_seen(service: Service, phone: OpenPage, offer: str, scheme: str) -> None:
    page = phone("de", scheme=scheme)
    page.goto(f"{service.url}/de/offers/map")
    paper, *drawn = page.evaluate(
        """() => [getComputedStyle(document.documentElement).backgroundColor,
          getComputedStyle(document.querySelector('.map text')).fill,
          getComputedStyle(document.querySelector('.map circle:not(.none)')).fill,
          getComputedStyle(document.querySelector('.map .none')).stroke]"""
    )
    text, spot, edge = (contrast(paper, colour) for colour in drawn)
    assert (text >= 4.5, spot >= 3, edge >= 3) == (True, True, True)


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG 2.2 defines it."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = [int(part) / 255 for part in re.findall(r"[0-9]+", colour)[:3]]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_on_paper_all_is_black_on_white(service: Service, phone: OpenPage, offer: str) -> None:
    page = phone("de", scheme="dark")
    page.goto(f"{service.url}/de/offers/print?offer={offer}")
    page.emulate_media(media="print", color_scheme="dark")
    colours = page.evaluate(
        """() => [getComputedStyle(document.documentElement).backgroundColor,
          ...[...document.querySelectorAll('main *:not(svg *)')].map((each) => getComputedStyle(each).color)]"""
    )
    assert colours[0] == "rgb(255, 255, 255)"
    assert set(colours[1:]) == {"rgb(0, 0, 0)"}
    assert not page.locator("header").is_visible()
    assert page.locator(".code svg").bounding_box()["width"] > 100  # type: ignore[index]


def reads_left_to_right(page: Page, selector: str) -> bool:
    """Tell whether the first sign of an element stands left of its last."""
    return bool(
        page.evaluate(
            """(selector) => {
              const text = document.querySelector(selector).firstChild, range = document.createRange();
              const at = (place) => { range.setStart(text, place); range.setEnd(text, place + 1);
                return range.getBoundingClientRect().left };
              return at(0) < at(text.length - 1);
            }""",
            selector,
        )
    )
