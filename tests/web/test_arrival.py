"""Links with a tag and with a code: what a respondent meets, what is stored, what the API says."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from survey_service.responses import access_codes, links
from survey_service.responses.drafts import DRAFTS
from survey_service.responses.links import LINKS
from survey_service.responses.submissions import RESPONSES
from survey_service.store.base import Store
from tests.web.browser import Browser

BOTH_STORES = True


def stored(store: Store) -> list[Any]:
    return [one.body.get("source") for one in store.collection(RESPONSES).iterate()]


def arrive(browser: Browser, address: str) -> Browser:
    """Follow a link to the start page in English."""
    browser.open(address)
    (english,) = (link for link in browser.page.links if link.startswith("/en/q/every"))
    browser.open(english)
    return browser


def answer_all(browser: Browser) -> None:
    """Agree and send all further pages as they stand."""
    browser.send(browser.page.action, OK="yes")
    assert browser.url.startswith("/en/q/every/all"), browser.page.text
    while not browser.url.split("?")[0].endswith("/check"):
        browser.send()
    browser.send()
    assert browser.url.split("?")[0] == "/en/q/every/done"


def test_a_link_leads_to_the_languages_of_the_questionnaire(browser: Browser) -> None:
    page = browser.open("/q/every", headers={"Accept-Language": "ar"})
    assert [link for link in page.links if "/q/" in link] == [
        f"/{tag}/q/every" for tag in ("ar", "de", "de-simple", "en")
    ]
    assert 'lang="ar" dir="rtl"' in page.html
    assert browser.client.get("/q/nothing").status_code == 404
    assert browser.client.get("/q/every%00").status_code == 404


def test_a_tag_is_kept_with_the_response(browser: Browser, store: Store) -> None:
    links.create(store, "every", "vhs-kurs")
    answer_all(arrive(browser, "/q/every/vhs-kurs"))
    assert stored(store) == ["vhs-kurs"]
    assert "vhs" not in browser.url, "from the first answer on the draft knows it"


def test_the_tag_stays_while_the_language_is_changed_and_the_notice_is_read(browser: Browser, store: Store) -> None:
    links.create(store, "every", "vhs")
    arrive(browser, "/q/every/vhs")
    browser.send(browser.page.action, button=("_language", "de"))
    assert browser.page.action == "/de/q/every?from=vhs"
    browser.send(browser.page.action, button=("_language", "en"))
    privacy = next(link for link in browser.page.links if "privacy" in link)
    assert privacy == "/en/privacy?from=vhs"
    browser.open(privacy)
    home = next(link for link in browser.page.links if link.startswith("/en/?"))
    browser.open(home)
    browser.open(next(link for link in browser.page.links if "/q/every" in link))
    answer_all(browser)
    assert stored(store) == ["vhs"]


@pytest.mark.parametrize("tag", ["nothing", "retired", "<b>", "x" * 200, "a%2Fb", "%00", "%F0%9F%98%80"])
def test_unknown_and_retired_tags_are_ignored(browser: Browser, store: Store, tag: str) -> None:
    links.create(store, "every", "retired")
    links.set_retired(store, "every", "retired", retired=True)
    browser.open(f"/en/q/every?from={tag}")
    assert browser.status == 200
    answer_all(browser)
    assert stored(store) == [None]


def test_the_code_is_asked_for_before_the_first_answer(browser: Browser, store: Store) -> None:
    links.set_code(store, "every", links.PLAIN, "482 913")
    page = browser.open("/en/q/every")
    assert "_code" in page.names()
    page = browser.send(OK="yes")
    assert (browser.status, page.title.startswith("Error: ")) == (403, True)
    assert "asks for a code" in page.text
    page = browser.send(OK="yes", _code="482 914")
    assert (browser.status, page.value("OK"), page.value("_code")) == (403, "yes", "482 914")
    assert "not the right code" in page.text
    assert ("a", "#_code") in [(tag, values.get("href")) for tag, values in page.tags if tag == "a"]
    assert store.collection(DRAFTS).count() == 0
    browser.send(OK="yes", _code="482913")
    assert (browser.status, browser.url) == (200, "/en/q/every/all")
    assert store.collection(access_codes.ATTEMPTS).count() == 0
    body = str(store.collection(DRAFTS).find()[0].body)
    assert "482913" not in body
    assert "482 913" not in body


def test_an_error_in_the_answers_and_one_in_the_code_are_said_together(browser: Browser, store: Store) -> None:
    links.set_code(store, "every", links.PLAIN, "482 913")
    browser.open("/en/q/every")
    page = browser.send()
    errors = [values.get("href") for tag, values in page.tags if tag == "a" and str(values.get("href")).startswith("#")]
    assert errors == ["#_main", "#_code", "#OK"]


def test_who_declines_or_changes_the_language_needs_no_code(browser: Browser, store: Store) -> None:
    links.set_code(store, "every", links.PLAIN, "482 913")
    browser.open("/en/q/every")
    browser.send(button=("_language", "de"), _code="482")
    assert (browser.status, browser.page.value("_code")) == (200, "482")
    browser.open("/en/q/every")
    browser.send(OK="no")
    assert browser.url == "/en/q/every/thanks?end=refused"


def test_a_link_with_its_own_code(browser: Browser, store: Store) -> None:
    links.create(store, "every", "vhs")
    links.set_code(store, "every", "vhs", "sommerfest")
    assert "_code" not in browser.open("/en/q/every").names()
    browser.open("/en/q/every?from=vhs")
    browser.send(browser.page.action, OK="yes", _code="Winterfest")
    assert browser.status == 403
    browser.send(browser.page.action, OK="yes", _code="SOMMER-FEST")
    assert browser.url == "/en/q/every/all"
    assert store.collection(DRAFTS).find()[0].body["source"] == "vhs"


def test_twenty_wrong_codes_lock_an_address_and_not_the_questionnaire(
    browser: Browser, app: Flask, store: Store
) -> None:
    links.set_code(store, "every", links.PLAIN, "482 913")
    browser.open("/en/q/every")
    for _ in range(20):
        browser.send(OK="yes", _code="000000")
        assert browser.status == 403
    browser.send(OK="yes", _code="482 913")
    assert browser.status == 429
    assert "Wait ten minutes" in browser.page.text
    other = Browser(app.test_client())
    other.client.environ_base = {"REMOTE_ADDR": "2001:db8::1"}
    other.open("/en/q/every")
    other.send(OK="yes", _code="482 913")
    assert other.url == "/en/q/every/all"


def test_an_ipv6_network_counts_as_one_address(client: FlaskClient, store: Store) -> None:
    links.set_code(store, "every", links.PLAIN, "482 913")
    for number in range(20):
        answer = send(client, code="wrong-one", environ={"REMOTE_ADDR": f"2001:db8::{number}"})
        assert answer.status_code == 403
    assert send(client, code="482913", environ={"REMOTE_ADDR": "2001:db8::abcd"}).status_code == 429
    assert send(client, code="482913", environ={"REMOTE_ADDR": "2001:db8:0:1::1"}).status_code == 201
    assert "2001" not in str([one.body for one in store.collection(access_codes.ATTEMPTS).find()])


def send(client: FlaskClient, key: str = "", environ: Any = None, **members: Any) -> TestResponse:
    body = {"id": key or str(uuid.uuid4()), "language": "de", "answers": {"OK": "yes"}, **members}
    return client.post("/api/v1/questionnaires/every/responses", json=body, environ_overrides=environ)


def test_the_api_takes_source_and_code(client: FlaskClient, store: Store) -> None:
    links.create(store, "every", "vhs")
    assert client.get("/api/v1/questionnaires/every").json["code"] is False
    before = client.get("/api/v1/questionnaires/every").headers["ETag"]
    links.set_code(store, "every", links.PLAIN, "482 913")
    assert client.get("/api/v1/questionnaires/every").json["code"] is True
    assert client.get("/api/v1/questionnaires/every").headers["ETag"] != before
    for code, problem in ((None, "code.missing"), ("000000", "code.wrong")):
        answer = send(client, **({"code": code} if code else {}))
        assert (answer.status_code, answer.mimetype) == (403, "application/problem+json")
        assert answer.json["code"] == problem
    assert stored(store) == []
    key = str(uuid.uuid4())
    assert send(client, key, code="482913", source="vhs").status_code == 201
    assert send(client, key).status_code == 200, "what was stored is acknowledged again without the code"
    assert send(client, code="482913", source="nothing").status_code == 201
    assert stored(store) == ["vhs", None]


@pytest.mark.parametrize("members", [{"source": 1}, {"code": ["482913"]}, {"source": None}, {"sources": "vhs"}])
def test_members_of_the_wrong_kind_are_named(client: FlaskClient, store: Store, members: dict[str, Any]) -> None:
    answer = send(client, **members)
    assert answer.status_code == 422
    assert answer.json["faults"] == [{"member": name} for name in members]
    assert stored(store) == []


def test_without_a_code_a_submission_looks_a_link_up_once_and_writes_nothing_about_it(
    client: FlaskClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[dict[str, Any]] = []
    kind = type(store.collection(LINKS))
    first = kind.first

    def counting(self: Any, /, **equals: Any) -> Any:
        looked.extend([equals] if "address" in equals else [])
        return first(self, **equals)

    monkeypatch.setattr(kind, "first", counting)
    assert send(client).status_code == 201
    assert looked == [{"address": "every/"}]
    assert store.collection(LINKS).count() == store.collection(access_codes.ATTEMPTS).count() == 0


def test_no_page_says_what_the_code_is(browser: Browser, store: Store) -> None:
    links.set_code(store, "every", links.PLAIN, "482 913")
    for address in ("/q/every", "/en/q/every", "/en/q/every?from=x", "/api/v1/questionnaires/every"):
        assert not re.search("482.?913", browser.client.get(address).text)
