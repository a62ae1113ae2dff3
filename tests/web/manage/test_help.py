"""Help at the desk: every chapter in both languages, from every page to its chapter, and no link that leads nowhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from survey_service.web.manage import guide
from survey_service.web.manage.help import CHAPTERS, INDEX, OF_ONE
from tests.web.manage.conftest import Desk

WITHOUT_FRAME = {"invited", "language", "login", "logout", "lost", "new-password"}
"""Parts of addresses whose pages are for people who are not signed in, or which have no page."""


@pytest.fixture
def reader(as_role: Callable[[str], Desk]) -> Desk:
    return as_role("Willi")


def links(html: str) -> Iterator[str]:
    yield from re.findall(r'<a href="(/[^"]*)"', html[html.index('<div class="guide"') : html.index("</main>")])


@pytest.mark.parametrize(("tag", "title"), [("de", "Ihre erste Stunde"), ("en", "Your first hour")])
def test_the_guide_is_read_in_the_language_of_the_desk(reader: Desk, tag: str, title: str) -> None:
    folder = guide.FOLDERS[tag]
    assert INDEX in guide.pages(folder)
    met = set()
    for name in guide.pages(folder):
        address = "/manage/help" if name == INDEX else f"/manage/help/{name}"
        page = reader.get(f"{address}?lang={tag}")
        assert page.status_code == 200, address
        assert f'<html lang="{tag}"' in page.text
        assert "style=" not in page.text[page.text.index("<main") :]
        assert "&lt;!--" not in page.text
        met |= {link.partition("#")[0] for link in links(page.text)}
    assert title in reader.get(f"/manage/help/first-hour?lang={tag}").text
    assert "/manage/help/details/threat-model" in met
    for link in sorted(met):
        assert reader.get(link).status_code == 200, link


def test_details_are_marked_as_english_and_lead_on(reader: Desk) -> None:
    page = reader.get("/manage/help/details/offers?lang=de").text
    assert "nur auf Englisch" in page
    assert '<div class="guide" lang="en" dir="ltr">' in page
    assert {"/manage/help/details/bundled-reports#offers-that-nobody-has-confirmed"} <= set(links(page))
    assert 'id="offers-that-nobody-has-confirmed"' in reader.get("/manage/help/details/bundled-reports").text
    assert "reference-" not in "".join(links(reader.get("/manage/help/details/plugin-authors").text))


@pytest.mark.parametrize(
    "address",
    ["/manage/help/none", "/manage/help/details/index", "/manage/help/details/..%2FREADME", "/manage/help/.."],
)
def test_what_is_no_page_of_the_guide_is_missing(reader: Desk, address: str) -> None:
    assert reader.get(address).status_code == 404


def test_every_page_of_the_desk_has_its_chapter(app: Flask, reader: Desk) -> None:
    rules = [rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/manage/")]
    parts = {rule.split("/")[2] for rule in rules}
    assert parts - WITHOUT_FRAME <= set(CHAPTERS)
    for folder in guide.FOLDERS.values():
        assert {*CHAPTERS.values(), *OF_ONE.values()} <= set(guide.pages(folder))
    assert 'href="/manage/help/offers"' in reader.get("/manage/offers").text
    assert 'href="/manage/help/service"' in reader.get("/manage/").text
    assert 'href="/manage/help"' in reader.get("/manage/help/offers").text


def test_responses_of_a_questionnaire_have_a_chapter_of_their_own(manager: Desk) -> None:
    assert 'href="/manage/help/responses"' in manager.get("/manage/questionnaires/small/responses").text
    assert 'href="/manage/help/questionnaires"' in manager.get("/manage/questionnaires/small/revisions").text


def test_markup_in_a_page_is_shown_and_not_obeyed() -> None:
    made = guide._rendered("# T\n\n<script>x</script> [a](https://example.org) ![p](x.svg)", "de", lambda *_: "/")
    assert "<script" not in made.content
    assert '<a href="https://example.org">a</a>' in made.content
    assert "<img" not in made.content
