"""The API with a token: what each scope opens and nothing else, pages, what is noted, and tokens that do not hold."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import re
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from survey_service import clock, settings
from survey_service.accounts import audit, tokens
from survey_service.app import create_app
from survey_service.offers import moderation, register
from survey_service.problems import Problem
from survey_service.questionnaire.loader import Library
from survey_service.questionnaire.model import Questionnaire
from survey_service.reports import report
from survey_service.responses import links
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import RESPONSES
from survey_service.store.base import Store
from survey_service.web.api import bearer
from tests.offers.test_register import OFFER

NOW = dt.datetime(2026, 11, 27, 9, tzinfo=dt.UTC)
MANAGER = ("manager",)
Ask = Callable[..., TestResponse]


@pytest.fixture
def app(store: Store, small: Questionnaire, bundled: Library, tmp_path: Path) -> Flask:
    Publications(store).publish({"small": small, "offers": bundled.questionnaires["offers"]})
    return create_app(settings.load(tmp_path / "instance"), store)


@pytest.fixture
def ask(app: Flask, store: Store) -> Ask:
    """Return a function that sends a request with a token of some scopes, on the day NOW."""
    client, texts = app.test_client(), {}

    def ask(scope: str, method: str, address: str, *, text: str | None = None, **options: Any) -> TestResponse:
        limits = {name: options.pop(name) for name in ("questionnaire", "tag") if name in options}
        key = (scope, *limits.values())
        if text is None and key not in texts:
            texts[key] = made(store, scope, **limits)
        headers = {"Authorization": f"Bearer {text or texts[key]}", **options.pop("headers", {})}
        with clock.fixed(NOW):
            return client.open(f"/api/v1/{address}", method=method, headers=headers, **options)

    return ask


def made(store: Store, *scopes: str, days: int = 30, roles: tuple[str, ...] = MANAGER, **limits: str) -> str:
    return tokens.make(store, "Map", scopes, days, by="Mara", roles=roles, now=NOW, **limits)[1]


def answered(client: FlaskClient, number: int, **answers: Any) -> None:
    body = {"id": f"00000000-0000-4000-8000-{number:012}", "language": "de", "answers": {"OK": "yes", **answers}}
    assert client.post("/api/v1/questionnaires/small/responses", json=body).status_code == 201


def actions(store: Store) -> list[tuple[str, str, str, dict[str, Any]]]:
    return [
        (entry.actor, entry.action, entry.subject, dict(entry.details))
        for entry in audit.entries(store)
        if not entry.action.startswith("token.")
    ]


OPENED = {
    tokens.RESPONSES: [("GET", "responses?questionnaire=small"), ("GET", "responses/numbers?questionnaire=small")],
    tokens.RESULTS: [("GET", "questionnaires/small/results")],
    tokens.OFFERS: [("GET", "offers"), ("GET", "offers/none")],
    tokens.OFFERS_WRITE: [("POST", "offers"), ("PUT", "offers/none")],
    tokens.SUBMIT: [("POST", "questionnaires/small/responses")],
}


def test_each_scope_opens_its_own_addresses_and_no_other(app: Flask, ask: Ask, store: Store) -> None:
    assert set(OPENED) == set(tokens.SCOPES)
    for scope in tokens.SCOPES:
        for of, addresses in OPENED.items():
            for method, address in addresses:
                answer = ask(scope, method, address)
                if of == scope:
                    assert answer.status_code in (200, 404, 415)
                    continue
                assert (answer.status_code, answer.mimetype) == (403, "application/problem+json")
                assert answer.json is not None
                assert answer.json["code"] == "token.scope"
                assert f'scope="{of}"' in answer.headers["WWW-Authenticate"]
    bare = app.test_client()
    for of, addresses in OPENED.items():
        for method, address in addresses:
            answer = bare.open(f"/api/v1/{address}", method=method)
            assert answer.status_code == (401 if of != tokens.SUBMIT else 415)
            if of != tokens.SUBMIT:
                assert answer.headers["WWW-Authenticate"] == 'Bearer realm="survey-service"'
    assert store.collection(RESPONSES).count() == 0


def test_a_token_that_does_not_hold(app: Flask, ask: Ask, store: Store) -> None:
    text = made(store, tokens.RESULTS)
    kept = json.dumps([stored.body for stored in store.collection(tokens.TOKENS).iterate()])
    assert text not in kept
    assert re.fullmatch(r"survey_[A-Za-z0-9_-]{43}", text)
    assert ask("", "GET", "token", text=text).json == {
        "name": "Map",
        "scopes": ["results:read"],
        "questionnaire": "",
        "tag": "",
        "until": "2026-12-27",
    }
    assert [token.used for token in tokens.everyone(store)] == ["2026-11-27"]
    for wrong in (text[:-1], text[:-1] + "!", text.upper(), "x", "survey_" + "a" * 43):
        answer = ask("", "GET", "questionnaires/small/results", text=wrong)
        assert answer.status_code == 401
        assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    assert app.test_client().get(f"/api/v1/questionnaires/small/results?token={text}").status_code == 401
    last = dt.datetime(2026, 12, 27, 23, tzinfo=dt.UTC)
    assert tokens.find(store, text, now=last) is not None
    assert tokens.find(store, text, now=last + dt.timedelta(hours=1)) is None
    assert [token.id for token in tokens.ending(store, now=last)] == [1]
    tokens.revoke(store, 1, by="Ada", now=NOW)
    assert ask("", "GET", "token", text=text).status_code == 401
    short = made(store, tokens.RESULTS)
    tokens.forget_old(store, now=NOW + dt.timedelta(days=59))
    assert tokens.find(store, short, now=NOW) is not None
    tokens.forget_old(store, now=NOW + dt.timedelta(days=62))
    assert tokens.find(store, short, now=NOW) is None
    assert [entry.action for entry in audit.entries(store)] == ["token.made", "token.revoked", "token.made"]


@pytest.mark.parametrize(
    "scopes, days, roles, code",
    [
        ((), 30, MANAGER, "token.scopes"),
        (("everything",), 30, MANAGER, "token.scopes"),
        ((tokens.RESULTS,), 36_500, MANAGER, "token.life"),
        ((tokens.RESPONSES,), 30, ("admin",), "access.denied"),  # who may not export gives no token for it either
        ((tokens.RESULTS, tokens.OFFERS), 30, ("working_group",), "access.denied"),
    ],
)
def test_nobody_gives_what_they_may_not_do(
    store: Store, scopes: tuple[str, ...], days: int, roles: tuple[str, ...], code: str
) -> None:
    with pytest.raises(Problem) as caught:
        made(store, *scopes, days=days, roles=roles)
    assert caught.value.code == code
    assert tokens.everyone(store) == []


def test_responses_come_in_pages_as_lines_or_csv_and_that_is_noted(app: Flask, ask: Ask, store: Store) -> None:
    client = app.test_client()
    for number in range(1, 6):
        answered(client, number, age=20 + number, town="Suhl; Süd")
    first = ask(tokens.RESPONSES, "GET", "responses?questionnaire=small&limit=2")
    assert first.mimetype == "application/jsonl"
    assert first.headers["Cache-Control"] == "no-store"
    rows = [json.loads(line) for line in first.data.splitlines()]
    assert [row["answers"]["age"] for row in rows] == [21, 22]
    assert not {"key", "receipt_hash", "digest", "seed"} & set(rows[0])
    found, address = list(rows), first.headers["Link"]
    while address:
        link = re.fullmatch(r'<http://localhost/api/v1/(.*)>; rel="next"', address)
        assert link is not None
        page = ask(tokens.RESPONSES, "GET", link[1])
        found += [json.loads(line) for line in page.data.splitlines()]
        address = page.headers.get("Link", "")
    assert [row["answers"]["age"] for row in found] == [21, 22, 23, 24, 25]
    csv = ask(tokens.RESPONSES, "GET", "responses?questionnaire=small&format=csv&limit=1&after=4&labels=true")
    assert csv.mimetype == "text/csv"
    head, row = csv.data.decode().splitlines()
    assert not head.startswith("\ufeff")
    assert "Alter" in head
    assert "25" in row
    store.collection(RESPONSES).delete(2)
    numbers = ask(tokens.RESPONSES, "GET", "responses/numbers?questionnaire=small")
    assert numbers.json == {"questionnaire": "small", "numbers": [1, 3, 4, 5]}
    assert actions(store) == [
        ("token 1 Map", "responses.exported", "small", {"format": "jsonl", "count": 2}),
        ("token 1 Map", "responses.exported", "small", {"format": "jsonl", "count": 2}),
        ("token 1 Map", "responses.exported", "small", {"format": "jsonl", "count": 1}),
        ("token 1 Map", "responses.exported", "small", {"format": "csv", "count": 1}),
        ("token 1 Map", "responses.read", "small", {"page": 0, "count": 4}),
    ]
    limited = {"questionnaire": "offers"}
    assert ask(tokens.RESPONSES, "GET", "responses?questionnaire=small", **limited).status_code == 403
    assert ask(tokens.RESPONSES, "GET", "responses?questionnaire=offers", **limited).status_code == 200


@pytest.mark.parametrize("query", ["limit=0", "limit=5001", "after=-1", "format=xlsx", "language=xx", "after=1&after=2",
                                   "colour=red", "labels=maybe", "%00=1", "after=١"])  # fmt: skip
def test_a_parameter_that_cannot_be_used_is_named(ask: Ask, query: str) -> None:
    answer = ask(tokens.RESPONSES, "GET", f"responses?questionnaire=small&{query}")
    assert (answer.status_code, answer.json and answer.json["code"]) == (400, "api.query")


def test_results_are_reports_and_no_counts_of_this_moment(ask: Ask, store: Store) -> None:
    facts = {"plugin": "needs", "version": "1", "title": {"de": "B"}, "snapshot": "s", "period": "2026-Q4"}
    counts = {"small": {"valid": 9}}
    one = report.Report(**facts, id=0, day=dt.date(2026, 11, 1), synthetic=False, blocks=(), counts=counts)
    later, last = (dataclasses.replace(one, day=dt.date(2026, 11, day)) for day in (2, 3))
    others = dataclasses.replace(last, withdrawn=True), dataclasses.replace(one, counts={"offers": {}})
    for each in (one, later, *others):
        report.save(store, each)
    answer = ask(tokens.RESULTS, "GET", "questionnaires/small/results")
    assert answer.json is not None
    assert [(found["id"], found["day"]) for found in answer.json["reports"]] == [(2, "2026-11-02")]
    assert ask(tokens.RESULTS, "GET", "questionnaires/none/results").status_code == 404


def test_offers_are_read_sent_and_changed_and_wait_for_a_decision(ask: Ask, store: Store, app: Flask) -> None:
    key = str(uuid.uuid4())
    sent = {"id": key, "language": "de", "answers": OFFER}
    new = ask(tokens.OFFERS_WRITE, "POST", "offers", json=sent)
    assert new.status_code == 201, new.json
    assert new.json is not None
    offer = new.json["offer"]
    assert new.headers["Location"] == f"http://localhost/api/v1/offers/{offer}"
    assert (new.json["moderation"], new.json["listed"], new.json["public"]) == ("submitted", False, None)
    again = ask(tokens.OFFERS_WRITE, "POST", "offers", json=sent)
    assert (again.status_code, again.json) == (200, new.json)
    other = {**sent, "answers": {**OFFER, "A04_name": "Other"}}
    assert ask(tokens.OFFERS_WRITE, "POST", "offers", json=other).status_code == 409
    assert ask(tokens.OFFERS_WRITE, "POST", "offers", json={**sent, "id": str(uuid.uuid4()), "answers": {}}
               ).status_code == 422  # fmt: skip
    moderation.decide(store, offer, "published", "Mara")
    read = ask(tokens.OFFERS, "GET", f"offers/{offer}")
    mark = {"If-Match": read.headers["ETag"]}
    change = {"language": "de", "answers": {**OFFER, "A04_name": "Newer"}}
    changed = ask(tokens.OFFERS_WRITE, "PUT", f"offers/{offer}", json=change, headers=mark)
    assert changed.status_code == 200, changed.json
    assert changed.json is not None
    assert (changed.json["moderation"], changed.json["public"]["A04_name"]) == ("submitted", OFFER["A04_name"])
    assert register.find(store, offer).body["answers"]["A04_name"] == "Newer"
    late = ask(tokens.OFFERS_WRITE, "PUT", f"offers/{offer}", json=change, headers=mark)
    assert (late.status_code, late.json and late.json["code"]) == (409, "offer.changed")
    listed = ask(tokens.OFFERS, "GET", "offers?moderation=submitted&limit=1")
    assert listed.json is not None
    assert ([each["offer"] for each in listed.json["offers"]], listed.json["next"]) == ([offer], None)
    second = ask(tokens.OFFERS_WRITE, "POST", "offers", json={**sent, "id": str(uuid.uuid4())})
    assert second.json is not None
    page = ask(tokens.OFFERS, "GET", "offers?limit=1").json
    assert page is not None
    assert page["next"] == "http://localhost/api/v1/offers?limit=1&after=1"
    register.withdraw(store, key)
    assert ask(tokens.OFFERS_WRITE, "PUT", f"offers/{offer}", json=change).status_code == 409
    described = app.test_client().get("/api/v1/openapi.json").json
    assert described is not None
    schema = {"$ref": "#/components/schemas/Offer", "components": described["components"]}
    jsonschema.validate(read.json, schema)
    assert [entry[1:3] for entry in actions(store)] == [
        *(("offer.sent", offer), ("offer.read", offer), ("offer.sent", offer)),
        *(("offers.exported", "offers"), ("offer.sent", second.json["offer"]), ("offers.exported", "offers")),
    ]


def test_a_channel_sends_without_the_code_and_under_its_link(ask: Ask, store: Store, app: Flask) -> None:
    links.create(store, "small", "clinic")
    links.set_code(store, "small", "", "482 913")
    address = "questionnaires/small/responses"
    body = {"id": str(uuid.uuid4()), "language": "de", "answers": {"OK": "yes", "age": 30}}
    assert app.test_client().post(f"/api/v1/{address}", json=body).status_code == 403
    channel = {"questionnaire": "small", "tag": "clinic"}
    assert ask(tokens.SUBMIT, "POST", address, json=body, **channel).status_code == 201
    (stored,) = store.collection(RESPONSES).find()
    assert (stored.body["source"], stored.body["mode"]) == ("clinic", "api")
    assert "token" not in json.dumps(stored.body)
    other = {"questionnaire": "offers", "tag": ""}
    assert ask(tokens.SUBMIT, "POST", address, json=body, **other).status_code == 403
    Publications(store).set_open("small", False)
    late = {**body, "id": str(uuid.uuid4())}
    assert ask(tokens.SUBMIT, "POST", address, json=late, **channel).status_code == 410
    foreign = app.test_client().get("/api/v1/questionnaires", headers={"Authorization": "Basic eDp5"})
    assert foreign.status_code == 200  # for a proxy in front of us


def test_a_hasty_program_waits_and_others_do_not(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bearer, "MOST", 3)
    statuses = [ask(tokens.RESULTS, "GET", "questionnaires/small/results").status_code for _ in range(5)]
    assert statuses == [200, 200, 200, 429, 429]
    assert ask(tokens.OFFERS, "GET", "offers").status_code == 200
    for _ in range(tokens.RULE.most):
        assert ask("", "GET", "token", text="wrong").status_code == 401
    locked = ask("", "GET", "token", text="wrong")
    assert (locked.status_code, locked.headers["Retry-After"]) == (429, "30")
