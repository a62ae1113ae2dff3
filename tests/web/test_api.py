"""The JSON API as docs and architecture promise it: 201, 200 with the same receipt, 409, 422, 410."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from flask import Flask
from flask.testing import FlaskClient

from survey_service import clock, settings
from survey_service.app import create_app
from survey_service.questionnaire.loader import Library
from survey_service.questionnaire.model import Questionnaire
from survey_service.responses import holder
from survey_service.responses.revisions import Publications
from survey_service.responses.schedule import Schedule
from survey_service.responses.submissions import RESPONSES
from survey_service.store.base import Store
from tests.conftest import SMALL

BOTH_STORES = True

URL = "/api/v1/questionnaires/small/responses"
KEY = "11111111-1111-4111-8111-111111111111"


@pytest.fixture
def app(store: Store, publications: Publications, tmp_path: Path) -> Flask:
    return create_app(settings.load(tmp_path / "instance"), store)


@pytest.fixture
def client(app: Flask) -> Iterator[FlaskClient]:
    with app.test_client() as made:
        yield made


def body(**answers: Any) -> dict[str, Any]:
    return {"id": KEY, "language": "en", "answers": {"OK": "yes", **answers}}


def test_created_then_the_same_receipt_then_conflict(client: FlaskClient, store: Store) -> None:
    first = client.post(URL, json=body(age=20))
    again = client.post(URL, json=body(age=20))
    other = client.post(URL, json=body(age=21))
    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 409)
    assert first.json == again.json
    assert first.json is not None
    assert set(first.json) == {"id", "receipt"}
    assert first.json["id"] == KEY
    assert other.mimetype == "application/problem+json"
    assert other.json is not None
    assert other.json["code"] == "response.conflict"
    stored = store.collection(RESPONSES).find()
    assert [entry.body["answers"]["age"] for entry in stored] == [20]
    assert stored[0].body["mode"] == "api"


def test_invalid_names_each_question_in_the_language_of_the_response(client: FlaskClient, store: Store) -> None:
    answer = client.post(URL, json=body(age="x", likes=["red", "blue", "green"], shoe=1))
    assert answer.status_code == 422
    assert answer.json is not None
    assert [(fault["question"], fault["code"]) for fault in answer.json["faults"]] == [
        ("age", "not_a_whole_number"),
        ("likes", "too_many"),
        ("shoe", "unknown"),
    ]
    assert answer.json["faults"][1]["message"] == "Please choose at most 2."
    assert store.collection(RESPONSES).count() == 0


@pytest.mark.parametrize(
    "answers, code",
    [({"OK": "no"}, "response.no_consent"), ({"OK": "yes", "age": 15}, "response.screened_out")],
)
def test_no_consent_and_screened_out_store_nothing(
    client: FlaskClient, store: Store, answers: dict[str, Any], code: str
) -> None:
    answer = client.post(URL, json={"id": KEY, "language": "en", "answers": answers})
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["code"] == code
    assert store.collection(RESPONSES).count() == 0


@pytest.mark.parametrize(
    "data, content_type, status, code",
    [
        (b"{", "application/json", 400, "request.not_json"),
        (b"[]", "application/json", 400, "request.not_json"),
        (b"\xff", "application/json", 400, "request.not_json"),
        (b'{"id": NaN}', "application/json", 400, "request.not_json"),
        (b"[" * 100_000, "application/json", 400, "request.not_json"),
        (b"{}", "application/json", 422, "request.members"),
        (b"{}", "text/plain", 415, "request.media_type"),
        (b"x" * 600_000, "application/json", 413, "request.too_large"),
    ],
)
def test_bodies_that_are_no_response(
    client: FlaskClient, data: bytes, content_type: str, status: int, code: str
) -> None:
    answer = client.post(URL, data=data, content_type=content_type)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert answer.json is not None
    assert answer.json["code"] == code


@pytest.mark.parametrize("change", [{"id": "7"}, {"id": 7}, {"language": None}, {"answers": []}, {"more": 1}])
def test_members_of_the_wrong_kind_are_named(client: FlaskClient, change: dict[str, Any]) -> None:
    answer = client.post(URL, json={**body(), **change})
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["faults"] == [{"member": next(iter(change))}]


def test_a_language_that_is_not_offered(client: FlaskClient) -> None:
    answer = client.post(URL, json={**body(), "language": "fr"})
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["code"] == "response.language"


def test_nul_is_refused_at_its_question(client: FlaskClient) -> None:
    answer = client.post(URL, json=body(age=20, town="a\0b"))
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["faults"][0]["question"] == "town"


def test_closed_takes_nothing_new_but_acknowledges_a_resend(client: FlaskClient, publications: Publications) -> None:
    client.post(URL, json=body(age=20))
    publications.set_open("small", False)
    assert client.post(URL, json=body(age=20)).status_code == 200
    fresh = client.post(URL, json={**body(), "id": KEY.replace("1", "2")})
    assert fresh.status_code == 410


WORDS = "bafiku-dumuta-zisinu-haruli"


def device(**more: Any) -> dict[str, Any]:
    """What a phone sends: the revision that was answered, and a receipt that the phone has drawn."""
    return {**body(OK="yes"), "revision": "small-1", "receipt": WORDS, "seed": 7, "mode": "web", **more}


def test_a_phone_draws_the_receipt_and_gets_it_back(client: FlaskClient, store: Store) -> None:
    for status in (201, 200):
        answer = client.post(URL, json=device())
        assert (answer.status_code, answer.json) == (status, {"id": KEY, "receipt": WORDS})
    (stored,) = store.collection(RESPONSES).find()
    assert (stored.body["mode"], stored.body["seed"], stored.body["revision"]) == ("web", 7, "small-1")
    assert holder.find(store, WORDS).id == stored.id


@pytest.mark.parametrize(
    "change",
    [
        *({"seed": seed} for seed in (-1, 2**31, "7", True, 1.5)),
        *({"receipt": receipt} for receipt in ("", "bafiku", WORDS.upper(), WORDS + "-x", 5)),
        *({"mode": mode} for mode in ("", "import", None)),
        {"revision": 1},
    ],
)
def test_what_no_phone_of_ours_sends_is_named(client: FlaskClient, store: Store, change: dict[str, Any]) -> None:
    answer = client.post(URL, json=device(**change))
    assert answer.status_code == 422
    assert answer.json is not None
    assert [fault["member"] for fault in answer.json["faults"]] == list(change)
    assert store.collection(RESPONSES).count() == 0


def test_an_older_revision_is_judged_as_it_was(
    client: FlaskClient, store: Store, publications: Publications, questionnaire: Callable[[str], Questionnaire]
) -> None:
    publications.publish({"small": questionnaire(SMALL.replace("max: 120", "max: 20"))})
    answers = {"answers": {"OK": "yes", "age": 80}}
    assert client.post(URL, json=device(revision="small-2", **answers)).status_code == 422
    assert client.post(URL, json=device(**answers)).status_code == 201
    assert client.post(URL, json=device(revision="small-3")).status_code == 404
    (stored,) = store.collection(RESPONSES).find()
    assert (stored.body["revision"], stored.body["answers"]["age"]) == ("small-1", 80)


@pytest.mark.parametrize(("days", "status"), [(30, 201), (31, 410)])
@pytest.mark.parametrize("how", ["by hand", "by its day"])
def test_answers_kept_on_a_phone_are_taken_for_thirty_days_after_the_end(
    client: FlaskClient, publications: Publications, days: int, status: int, how: str
) -> None:
    with clock.fixed(dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)):
        if how == "by hand":
            publications.set_open("small", False)
        else:
            publications.set_schedule("small", Schedule(closes="2026-11-01"))
    with clock.fixed(dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC) + dt.timedelta(days=days)):
        assert client.post(URL, json=body(OK="yes")).status_code == 410, "who names no revision begins only now"
        assert client.post(URL, json=device()).status_code == status


def test_what_is_paused_lets_those_who_have_begun_finish_and_what_is_planned_does_not(
    client: FlaskClient, publications: Publications
) -> None:
    publications.set_schedule("small", Schedule(opens="2100-01-01"))
    assert client.post(URL, json=device()).status_code == 403
    publications.set_schedule("small", Schedule(paused=True))
    assert client.post(URL, json=device()).status_code == 201


def test_no_limit_is_passed_by_being_late(client: FlaskClient, publications: Publications) -> None:
    publications.set_schedule("small", Schedule(limit=1))
    assert client.post(URL, json=body(OK="yes")).status_code == 201
    other = {"id": "22222222-2222-4222-8222-222222222222"}
    assert client.post(URL, json=device(**other)).status_code == 410


def test_questionnaires_are_listed_and_read(client: FlaskClient) -> None:
    listed = client.get("/api/v1/questionnaires").json
    assert listed is not None
    assert [(entry["id"], entry["revision"], entry["open"]) for entry in listed["questionnaires"]] == [
        ("small", "small-1", True)
    ]
    read = client.get("/api/v1/questionnaires/small")
    assert read.json is not None
    assert read.json["definition"]["pages"][0]["questions"][0]["name"] == "OK"
    unchanged = client.get("/api/v1/questionnaires/small", headers={"If-None-Match": read.headers["ETag"]})
    assert unchanged.status_code == 304
    missing = client.get("/api/v1/questionnaires/nothing")
    assert (missing.status_code, missing.mimetype) == (404, "application/problem+json")


def test_real_answers_fit_the_openapi_document(client: FlaskClient) -> None:
    document = client.get("/api/v1/openapi.json").json
    assert document is not None
    assert document["openapi"].startswith("3.1")

    def check(value: Any, schema: str) -> None:
        jsonschema.validate(value, {"$ref": f"#/components/schemas/{schema}", "components": document["components"]})

    check(body(age=20), "Response")
    check(client.post(URL, json=body(age=20)).json, "Outcome")
    check(client.post(URL, json=body(age="x")).json, "Problem")
    receipt = client.post(URL, json=body(age=20)).json["receipt"]
    check(client.post("/api/v1/receipt", json={"receipt": receipt.upper().replace("-", " ")}).json, "Copy")
    assert client.post("/api/v1/receipt", json={"receipt": "bamiku-tukuri-nininu-sasasa"}).status_code == 404
    listed = client.get("/api/v1/questionnaires").json
    assert listed is not None
    check(listed["questionnaires"][0], "Summary")


def test_every_api_route_is_documented(app: Flask) -> None:
    from survey_service.web.api.openapi import document

    described = {re.sub(r"{(\w+)}", r"<\1>", path) for path in document("")["paths"]}
    routes = {rule.rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("api.")}
    assert routes - described == {"/api/v1/openapi.json"}
    assert described - routes == set()


def test_health_and_readiness(client: FlaskClient, store: Store) -> None:
    assert client.get("/healthz").json == {"status": "ok"}
    assert client.get("/readyz").json == {"status": "ready"}
    store.close()
    broken = client.get("/readyz")
    assert broken.status_code == 503
    assert json.loads(broken.data)["status"] == 503


def test_no_address_and_no_exact_time_is_stored(client: FlaskClient, store: Store) -> None:
    client.post(URL, json=body(age=20), headers={"User-Agent": "Nokia", "X-Forwarded-For": "203.0.113.9"})
    text = json.dumps(store.collection(RESPONSES).find()[0].body)
    assert "203.0.113.9" not in text
    assert "127.0.0.1" not in text
    assert "Nokia" not in text
    assert "2026-11-" not in text


def test_the_needs_questionnaire_takes_a_response_in_arabic(store: Store, bundled: Library, tmp_path: Path) -> None:
    Publications(store).publish({"needs": bundled.questionnaires["needs"]})
    answers = {"B00": "yes", "B02": "27-44", "B08": ["WOH"], "B09_WOH": ["WOH.find", "WOH.cost"], "B10_WOH": "3"}
    sent = {"id": KEY, "language": "ar", "answers": answers}
    with create_app(settings.load(tmp_path / "instance"), store).test_client() as client:
        url = "/api/v1/questionnaires/needs/responses"
        statuses = [
            client.post(url, json=sent).status_code,
            client.post(url, json=sent).status_code,
            client.post(url, json={**sent, "answers": {**answers, "B10_WOH": "2"}}).status_code,
        ]
        refused = client.post(url, json={**sent, "answers": {**answers, "B08": ["ARB", "WOH", "INT", "BIL"]}})
    assert statuses == [201, 200, 409]
    assert refused.status_code == 422
    assert refused.json is not None
    assert refused.json["faults"][0]["question"] == "B08"
    assert re.search(r"[\u0600-\u06ff]", refused.json["faults"][0]["message"])
    stored = store.collection(RESPONSES).find()
    assert [(entry.body["language"], entry.body["revision"]) for entry in stored] == [("ar", "needs-1")]
    assert re.fullmatch(r"\d{4}-Q[1-4]", stored[0].body["period"])
