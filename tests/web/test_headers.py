"""The protective headers stand on every response, errors included, and the pages keep to them."""

from __future__ import annotations

import base64
import datetime as dt
import email.utils
import hashlib
import re

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient

from survey_service.problems import Problem
from survey_service.web.audience import PUBLIC
from survey_service.web.styles import script, sheet
from tests.web.browser import Browser

URLS = [
    *("/", "/en/", "/ar/privacy", "/en/imprint", "/en", "/xx/", "/nowhere", "/en/q/every", "/en/q/every/all"),
    *("/en/q/every/done", "/en/q/every/thanks", "/en/erase", "/en/erased", "/api/v1/nothing", "/healthz", "/readyz"),
    "/en/?" + "a=1&" * 100,
]
LEAVE = f"'{script('leave').source}'"


@pytest.mark.parametrize("url", URLS)
def test_headers_on_every_response(client: FlaskClient, url: str) -> None:
    headers = client.get(url).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["base-uri"] == "'none'"
    assert policy["form-action"] == "'self'"
    is_page = url != "/en" and not url.startswith(("/api", "/healthz", "/readyz"))
    assert LEAVE in policy.get("script-src", LEAVE if not is_page else "")
    assert (policy.get("script-src", "") not in ("", LEAVE)) == (url == "/en/q/every"), (
        "a start page has further scripts"
    )
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert "Server" not in headers


def test_headers_on_posts_and_failures(begun: Browser) -> None:
    for answer in (
        begun.client.post("/en/q/every/all", data={}),
        begun.client.post("/en/q/every/all", data=dict(begun.page.pairs(), csrf_token="99")),
        begun.client.delete("/en/"),
    ):
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "no-store"


def test_the_policy_allows_the_style_sheet_that_is_inlined(browser: Browser) -> None:
    page = browser.open("/en/q/every")
    found = re.search(r"<style>(.*?)</style>", page.html, re.DOTALL)
    assert found is not None
    digest = base64.b64encode(hashlib.sha256(found[1].encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in browser.response.headers["Content-Security-Policy"]


def test_further_pages_link_the_style_sheet_as_a_file_to_keep(begun: Browser) -> None:
    links = [values for tag, values in begun.page.tags if tag == "link" and values["rel"] != "icon"]
    assert [values["rel"] for values in links] == ["stylesheet"]
    assert "<style" not in begun.page.html
    assert "style-src 'self';" in begun.response.headers["Content-Security-Policy"]
    answer = begun.client.get(str(links[0]["href"]))
    assert answer.text == sheet().text
    assert answer.mimetype == "text/css"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Set-Cookie" not in answer.headers
    assert begun.client.get("/static/0123456789ab.css").status_code == 404


def test_the_start_page_fetches_it_ahead_without_waiting_for_it(browser: Browser) -> None:
    page = browser.open("/en/q/every")
    (link,) = [values for tag, values in page.tags if tag == "link" and values["rel"] == "stylesheet"]
    assert link["media"] == "print"
    assert "'self'" in browser.response.headers["Content-Security-Policy"]


def test_pages_hold_no_script_and_no_style_attribute(begun: Browser) -> None:
    for url in ("/", "/en/", "/en/privacy", "/en/erase", "/nowhere"):
        page = begun.open(url)
        assert [tag for tag, _ in page.tags].count("script") == 1, "the one of the way out"
        policy = begun.response.headers["Content-Security-Policy"]
        assert f"script-src {LEAVE}; connect-src 'self';" in policy
        assert "geolocation=()" in begun.response.headers["Permissions-Policy"]
        assert not [values for _, values in page.tags if "style" in values or any(n.startswith("on") for n in values)]
        assert not re.search(r'(?:src|href)="(?:https?:)?//', page.html)


def test_only_a_page_that_asks_for_a_place_has_a_script_and_may_ask_the_browser(begun: Browser) -> None:
    page = begun.open("/en/q/every/all")
    assert [tag for tag, _ in page.tags].count("script") == 3
    source = script("position").source
    assert f"'{source}'" in begun.response.headers["Content-Security-Policy"]
    assert begun.response.headers["Permissions-Policy"] == "camera=(), geolocation=(self), microphone=()"


def test_the_script_that_reads_aloud_is_a_file_to_keep_that_the_first_page_does_not_wait_for(begun: Browser) -> None:
    entry = script("aloud")
    assert len(brotli.compress(entry.text.encode())) <= 1024
    page = begun.open("/en/q/every/follow")
    files = [str(values["src"]) for tag, values in page.tags if tag == "script" and values.get("src")]
    (address,) = [each for each in files if re.fullmatch(r"/static/aloud-en-[0-9a-f]{8}\.js", each)]
    assert "script-src 'self';" in begun.response.headers["Content-Security-Policy"]
    file = begun.client.get(address)
    assert file.mimetype == "text/javascript"
    assert file.text == entry.text.replace("LABEL", '"Read aloud: {}"')
    assert file.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert begun.client.get("/static/aloud-en-01234567.js").status_code == 404
    assert begun.client.get(address.replace("-en-", "-xx-")).status_code == 404
    begun.client.post("/en/erase", data={"_csrf": page.value("_csrf")})
    first, room = begun.open("/en/q/every"), script("room")
    assert f"<script>{room.text}</script>" in first.html
    (allowed,) = re.findall("script-src ([^;]*);", begun.response.headers["Content-Security-Policy"])
    assert set(allowed.split()) == {"'self'", f"'{room.source}'", f"'{script('begin').source}'", LEAVE}
    (linked,) = [values for tag, values in first.tags if tag == "script" and values.get("src")]
    assert linked["src"] == address
    assert "async" in linked, "nothing waits for it where people arrive"


def test_the_style_sheet_keeps_to_its_budget_and_to_logical_properties() -> None:
    text = sheet().text
    assert len(brotli.compress(text.encode())) <= 1850
    physical = (
        r"(?:margin|padding|border)-(?:left|right)|[{;](?:left|right|text-align:(?:left|right))|float:(?:left|right)"
    )
    assert not re.search(physical, text)


def test_a_cookie_is_set_only_where_a_form_needs_it(client: FlaskClient) -> None:
    for url in ("/", "/en/", "/en/privacy", "/en/imprint", "/nowhere"):
        assert "Set-Cookie" not in client.get(url).headers
    cookie = client.get("/en/q/every").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Expires" not in cookie, "before consent the cookie ends with the browser"


def test_saving_a_page_renews_the_cookie_and_reading_does_not(begun: Browser) -> None:
    assert "Set-Cookie" not in begun.client.get("/en/q/every/all").headers
    cookie = begun.client.post("/en/q/every/all", data=begun.page.form()).headers["Set-Cookie"]
    expires = email.utils.parsedate_to_datetime(cookie.split("Expires=")[1].split(";")[0])
    assert abs(expires - dt.datetime.now(dt.UTC) - dt.timedelta(hours=24)) < dt.timedelta(minutes=1)


def test_a_problem_of_the_store_says_when_to_come_back(app: Flask, client: FlaskClient) -> None:
    def fail() -> str:
        raise Problem("service.unavailable")

    app.add_url_rule("/busy", "busy", fail)
    app.extensions["survey_service.audience"].rows["busy"] = PUBLIC
    answer = client.get("/busy")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "30"
