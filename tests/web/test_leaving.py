"""The way out at any moment: what it erases, where it leads, and that nobody else can send somebody there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from survey_service import settings
from survey_service.app import create_app
from survey_service.problems import Problem
from survey_service.responses.drafts import DRAFTS
from survey_service.store.base import Store
from survey_service.web import styles
from tests.web.browser import Browser


def test_leaving_erases_the_draft_and_leads_away(begun: Browser, store: Store) -> None:
    assert store.collection(DRAFTS).count() == 1
    answer = begun.client.post("/en/leave")
    assert answer.status_code == 200
    assert answer.headers["Refresh"] == "0; url=https://www.dwd.de/"
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert answer.headers["Cache-Control"] == "no-store"
    text = answer.get_data(as_text=True)
    assert 'href="https://www.dwd.de/"' in text
    assert "history of this browser" in text
    for word in ("survey", "question", "Integration"):
        assert word not in text.split("<body>")[1], "nothing names the service"
    assert store.collection(DRAFTS).count() == 0
    assert begun.client.get_cookie("survey") is None
    assert begun.open("/en/q/every/all").text.count("no saved answers") == 1


def test_each_page_for_respondents_has_the_button_and_no_page_of_the_desk(begun: Browser) -> None:
    for url in ("/", "/en/", "/en/q/every", "/en/q/every/all", "/en/receipt", "/en/privacy", "/en/nowhere", "/nowhere"):
        page = begun.open(url)
        assert '<form id="_leave" method="post"' in page.html, url
        (allowed,) = re.findall("script-src ([^;]*);", begun.response.headers["Content-Security-Policy"])
        inlined = f"<script>{styles.script('leave').text}</script>" in page.html
        assert inlined == (f"'{styles.script('leave').source}'" in allowed.split()), url
        assert inlined or ("/static/leave-" in page.html and "'self'" in allowed.split()), url
    for url in ("/manage/login", "/manage/nowhere"):
        assert 'id="_leave"' not in begun.open(url).html, url


def test_on_further_pages_its_script_is_a_file_to_keep(begun: Browser) -> None:
    (address,) = [str(values["src"]) for tag, values in begun.page.tags if "/leave-" in (values.get("src") or "")]
    answer = begun.client.get(address)
    assert answer.text == styles.script("leave").text
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Set-Cookie" not in answer.headers
    assert begun.client.get("/static/leave-0123456789ab.js").status_code == 404


def test_no_token_is_needed_and_no_other_site_can_make_somebody_leave(begun: Browser, store: Store) -> None:
    assert begun.client.post("/en/leave", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert begun.client.post("/en/leave", headers={"Origin": "https://evil.example"}).status_code == 403
    assert begun.client.get("/en/leave").status_code == 405
    assert store.collection(DRAFTS).count() == 1
    assert begun.client.post("/en/leave", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 200
    assert store.collection(DRAFTS).count() == 0


def test_reading_pages_sets_no_cookie(browser: Browser) -> None:
    for url in ("/", "/en/", "/en/privacy", "/en/accessibility"):
        browser.open(url)
        assert "Set-Cookie" not in browser.response.headers, url


def test_a_shared_tablet_comes_back_to_the_choice_of_a_language(begun: Browser, store: Store) -> None:
    page = begun.open("/en/q/every/all?kiosk=every")
    assert 'data-to="/q/every?kiosk=every"' in page.html
    answer = begun.client.post("/en/leave?kiosk=every")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/q/every?kiosk=every")
    assert "Refresh" not in answer.headers
    assert store.collection(DRAFTS).count() == 0


def test_the_script_is_small() -> None:
    assert len(styles.script("leave").text) <= 300


def test_the_neutral_page_is_a_setting(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SURVEY_EXIT_URL", "about:blank")
    browser = Browser(create_app(settings.load(tmp_path / "other"), store).test_client())
    assert 'data-to="about:blank"' in browser.open("/en/").html
    assert browser.client.post("/en/leave").headers["Refresh"] == "0; url=about:blank"
    for wrong in ("", "javascript:alert(1)", "https://a b", "https://a\nX: y", "//a.example", 'https://a"'):
        monkeypatch.setenv("SURVEY_EXIT_URL", wrong)
        with pytest.raises(Problem) as found:
            settings.load(tmp_path / "other")
        assert found.value.code == "settings.invalid"
