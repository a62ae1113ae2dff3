"""What is refused before anybody reads it: size, origin, CSRF token, host, and addresses that lead nowhere."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.formparser import FormDataParser
from werkzeug.wrappers import Request

from survey_service import settings
from survey_service.app import create_app
from survey_service.responses.drafts import DRAFTS
from survey_service.store.base import Store
from survey_service.web.audience import PUBLIC, Access
from tests.web.browser import Browser

FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"a=1&" * 45_000, FORM),
        (b"a=" + b"x" * 500_999, FORM),
        (b"a=1&" * 45_000, f"{FORM}; charset=utf-8"),
        (b"{" + b" " * 500_000 + b"}", "application/json"),
    ],
)
@pytest.mark.parametrize("url", ["/en/q/every", "/api/v1/questionnaires/every/responses", "/nowhere"])
def test_a_body_too_large_gets_413_unparsed(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, body: bytes, kind: str, url: str
) -> None:
    def parse(*_given: object, **_named: object) -> None:
        raise AssertionError("nobody may parse what is refused for its size")

    monkeypatch.setattr(FormDataParser, "parse", parse)
    monkeypatch.setattr(Request, "get_json", parse)
    assert client.post(url, data=body, content_type=kind).status_code == 413


def test_a_large_file_is_refused_by_its_announced_length(client: FlaskClient) -> None:
    answer = client.post(
        "/en/q/every", content_type="multipart/form-data; boundary=x", environ_overrides={"CONTENT_LENGTH": "50000000"}
    )
    assert answer.status_code == 413


def test_too_many_parts_get_413(begun: Browser) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
    answer = begun.client.post(
        "/en/q/every/all", data=part * 1001 + b"--x--\r\n", content_type="multipart/form-data; boundary=x"
    )
    assert answer.status_code == 413


@pytest.mark.parametrize("url", ["/en/?" + "a&" * 100_000, "/en/?" + "a=1&" * 60, "/en/" + "x" * 1_500])
def test_an_address_too_long_gets_414(client: FlaskClient, url: str) -> None:
    assert client.get(url).status_code == 414


def test_as_many_fields_as_allowed_are_read(begun: Browser) -> None:
    data = begun.page.pairs() + [("extra", "x")] * 1_900
    answer = begun.client.post("/en/q/every/all", data="&".join(f"{n}={v}" for n, v in data), content_type=FORM)
    assert answer.status_code == 303


def test_an_unknown_host_gets_400_without_a_page(client: FlaskClient) -> None:
    answer = client.get("/en/", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "SURVEY_PUBLIC_URL" in answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert client.get("/en/", headers={"Host": "evil example"}).status_code == 400
    assert client.get("/en/", headers={"Host": "localhost:1234"}).status_code == 200


def test_the_public_address_is_a_host_and_makes_cookies_secure(store: Store, tmp_path: Path) -> None:
    app = create_app(settings.load(tmp_path / "public", public_url="https://fragen.example"), store)
    client = app.test_client()
    answer = client.get("/en/", base_url="https://fragen.example")
    assert answer.status_code == 200
    assert "max-age" in answer.headers["Strict-Transport-Security"]
    cookie = client.get("/en/erase", base_url="https://fragen.example").headers["Set-Cookie"]
    assert cookie.startswith("__Host-survey=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_forwarded_headers_count_only_behind_a_configured_proxy(store: Store, tmp_path: Path) -> None:
    forged = {"X-Forwarded-Host": "evil.example"}
    plain = create_app(settings.load(tmp_path / "plain"), store).test_client()
    assert plain.get("/en/", headers=forged).status_code == 200
    behind = create_app(settings.load(tmp_path / "behind", proxies=1), store).test_client()
    assert behind.get("/en/", headers=forged).status_code == 400


# -- CSRF -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_request_from_another_site_gets_403(begun: Browser, store: Store, site: str) -> None:
    data = dict(begun.page.pairs(), validate="x")
    answer = begun.client.post("/en/q/every/all", data=data, headers={"Sec-Fetch-Site": site})
    assert answer.status_code == 403
    (stored,) = store.collection(DRAFTS).find()
    assert "validate" not in stored.body["inputs"]


def test_a_foreign_origin_gets_403_where_the_browser_sends_nothing_better(begun: Browser) -> None:
    data = dict(begun.page.pairs())
    assert begun.client.post("/en/q/every/all", data=data, headers={"Origin": "https://e.example"}).status_code == 403
    assert begun.client.post("/en/q/every/all", data=data, headers={"Origin": "http://localhost"}).status_code == 303
    assert begun.client.post("/en/q/every/all", data=data, headers={"Origin": "null"}).status_code == 303


@pytest.mark.parametrize("token", ["", "nonsense", None])
def test_without_a_token_the_form_comes_back_with_everything_typed(
    begun: Browser, store: Store, token: str | None
) -> None:
    page = begun.send(validate="long story", _csrf=token)
    assert begun.status == 400
    assert page.value("validate") == "long story"
    assert "Please send the page again." in page.text
    (stored,) = store.collection(DRAFTS).find()
    assert stored.body["inputs"] == {"OK": "yes"}
    begun.send()
    assert begun.url == "/en/q/every/follow"
    (stored,) = store.collection(DRAFTS).find()
    assert stored.body["inputs"]["validate"] == "long story"


@pytest.mark.parametrize(("age", "status"), [(3 * 3600 - 60, 303), (3 * 3600 + 60, 400)])
def test_a_token_is_good_for_three_hours(
    app: Flask, begun: Browser, monkeypatch: pytest.MonkeyPatch, age: int, status: int
) -> None:
    with begun.client.session_transaction() as session:
        secret = session["_csrf"]
    moment = int(time.time()) - age
    with monkeypatch.context() as patch:
        patch.setattr("itsdangerous.timed.TimestampSigner.get_timestamp", lambda _self: moment)
        old = URLSafeTimedSerializer(str(app.secret_key), salt="wtf-csrf-token").dumps(secret)
    answer = begun.client.post("/en/q/every/all", data=dict(begun.page.pairs(), _csrf=old))
    assert answer.status_code == status


def test_the_token_of_another_browser_is_refused(app: Flask, begun: Browser) -> None:
    other = Browser(app.test_client())
    other.open("/en/q/every")
    begun.send(_csrf=other.page.value("_csrf"))
    assert begun.status == 400


def test_an_expired_start_page_comes_back_and_begins_nothing(browser: Browser, store: Store) -> None:
    browser.open("/en/q/every")
    page = browser.send(OK="yes", _csrf="old")
    assert browser.status == 400
    assert page.value("OK") == "yes"
    assert store.collection(DRAFTS).count() == 0


def test_erasing_and_sending_need_a_token(begun: Browser, store: Store) -> None:
    assert begun.client.post("/en/erase").status_code == 400
    assert store.collection(DRAFTS).count() == 1
    assert begun.client.post("/en/q/every/check").status_code == 400


# -- who may ask ------------------------------------------------------------------------------------------------------


def test_every_endpoint_stands_in_the_table(app: Flask) -> None:
    listed = app.extensions["survey_service.audience"].rows
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert endpoints == set(listed)


def test_an_unlisted_endpoint_is_not_found_and_does_not_run(store: Store, tmp_path: Path) -> None:
    app = create_app(settings.load(tmp_path / "unlisted"), store)
    ran = []
    app.add_url_rule("/secret", "secret", lambda: ran.append(1) or "x")
    assert app.test_client().get("/secret").status_code == 404
    assert not ran


def test_an_action_is_decided_by_its_guard(store: Store, tmp_path: Path) -> None:
    from dataclasses import replace

    from survey_service.problems import Problem
    from survey_service.web import audience

    def guard(action: str) -> None:
        asked.append(action)
        raise Problem("access.denied")

    asked: list[str] = []
    app = create_app(settings.load(tmp_path / "guarded"), store)
    app.add_url_rule("/inner", "inner", lambda: "x")
    table = app.extensions["survey_service.audience"]
    app.extensions["survey_service.audience"] = replace(
        table, rows={**table.rows, "inner": Access("read_all")}, guards={**table.guards, "inner": guard}
    )
    assert app.test_client().get("/inner").status_code == 403
    assert asked == ["read_all"]
    assert audience.PUBLIC is PUBLIC


def test_nothing_changes_on_get(begun: Browser, store: Store, app: Flask) -> None:
    before = [(stored.id, stored.version) for stored in store.collection(DRAFTS).find()]
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint.startswith("manage."):
            continue
        values = {"lang": "en", "questionnaire": "every", "name": "all", "number": 1}
        begun.client.get(adapter.build(rule.endpoint, {name: values.get(name, "x") for name in rule.arguments}))
    assert [(stored.id, stored.version) for stored in store.collection(DRAFTS).find()] == before
