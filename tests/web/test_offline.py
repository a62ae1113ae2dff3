"""The document that a phone keeps, its service worker, and what else it fetches."""

from __future__ import annotations

import re
from dataclasses import replace

import orjson
import pytest
from flask.testing import FlaskClient

from survey_service.responses.revisions import Publications
from survey_service.store.base import Store
from tests.web.browser import Browser

DOCUMENT = "/en/offline/every-1"


def test_the_start_page_names_the_document_and_the_source(browser: Browser) -> None:
    tags = browser.open("/en/q/every?from=cafe").tags
    (script,) = [values for tag, values in tags if tag == "script" and "data-path" in values]
    assert (script["data-path"], script["data-name"]) == (DOCUMENT, "every")


def test_the_document_is_the_same_for_everybody(begun: Browser, client: FlaskClient) -> None:
    answer = begun.client.get(DOCUMENT)
    assert answer.status_code == 200
    assert answer.text == client.get(DOCUMENT).text
    assert "Set-Cookie" not in answer.headers
    assert "_csrf" not in answer.text
    assert answer.headers["Cache-Control"] == "public, no-cache"


def test_it_is_not_sent_again_while_it_is_the_same(client: FlaskClient) -> None:
    tag = client.get(DOCUMENT).headers["ETag"]
    again = client.get(DOCUMENT, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert client.get("/de/offline/every-1").headers["ETag"] != tag


def test_it_holds_every_question_once_and_all_texts_of_the_plan(client: FlaskClient) -> None:
    html = client.get(DOCUMENT).text
    names = re.findall('data-q="([^"]+)"', html)
    assert len(names) == len(set(names)) > 15
    plan = orjson.loads(re.findall('id="_plan">(.*?)</script>', html, re.DOTALL)[0])
    asked = {step["name"] for _, some in plan["runs"] for step in some if step.get("asks")}
    assert asked == set(names) - {"remark", "notice"}
    assert plan["url"] == "/api/v1/questionnaires/every/responses"
    assert plan["revision"] == "every-1"
    assert 'href="/de/offline/every-1" hreflang="de"' in html
    assert all(plan["texts"].values())


def test_its_policy_allows_a_worker_and_sending_and_nothing_from_elsewhere(client: FlaskClient) -> None:
    policy = client.get(DOCUMENT).headers["Content-Security-Policy"]
    for part in ("default-src 'none'", "connect-src 'self'", "worker-src 'self'", "manifest-src 'self'"):
        assert part in policy
    assert "unsafe" not in policy
    assert "http" not in policy


def test_everything_it_names_is_there_and_kept_for_good(client: FlaskClient) -> None:
    html = client.get(DOCUMENT).text
    addresses = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', html))
    assert len(addresses) >= 2
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]
    assert client.get("/static/0123456789ab.js").status_code == 404


def test_the_worker_lies_at_the_root_and_is_asked_for_anew(client: FlaskClient) -> None:
    answer = client.get("/worker.js")
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Cache-Control"] == "public, no-cache"
    assert "onfetch" in answer.text


@pytest.mark.parametrize(("tag", "direction"), [("ar", "rtl"), ("de", "ltr")])
def test_the_manifest_speaks_the_language(client: FlaskClient, tag: str, direction: str) -> None:
    answer = client.get(f"/{tag}/manifest.webmanifest")
    assert answer.mimetype == "application/manifest+json"
    assert answer.json is not None
    assert (answer.json["lang"], answer.json["dir"], answer.json["start_url"]) == (tag, direction, f"/{tag}/")
    assert client.get(answer.json["icons"][0]["src"]).mimetype == "image/svg+xml"


@pytest.mark.parametrize("address", ["/uk/offline/every-1", "/en/offline/every-2", "/en/offline/nothing-1"])
def test_what_is_not_published_in_a_language_is_not_there(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 404


def test_an_older_revision_stays_for_those_who_answer_it(client: FlaskClient, store: Store) -> None:
    publications = Publications(store)
    form = publications.current("every").questionnaire
    publications.publish({"every": replace(form, minutes=(2, 9))})
    assert client.get(DOCUMENT).status_code == 200
    assert client.get("/en/offline/every-2").status_code == 200


def test_where_a_code_is_asked_for_the_way_is_page_by_page(browser: Browser, store: Store) -> None:
    assert "data-path" in browser.open("/en/q/every").html
    assert "data-path" not in browser.open("/en/q/every?kiosk=every").html
