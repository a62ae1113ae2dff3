"""The HSDS API as its own description promises it: every page of every list, filters, errors, headers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from flask import Flask
from flask.testing import FlaskClient
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from survey_service import clock, settings
from survey_service.app import create_app
from survey_service.offers import moderation, organisations, register
from survey_service.offers.hsds import mapping
from survey_service.offers.hsds.formats import FORMATS
from survey_service.offers.hsds.tables import TABLES
from survey_service.questionnaire.loader import Library
from survey_service.store.base import Store
from survey_service.web.hsds.openapi import LISTS, SCHEMAS
from tests.offers.hsds.conftest import CHECKER, MOMENT, demo_store, filled_store  # noqa: F401 - a fixture
from tests.samples import sample

OPERATOR = "Landratsamt Beispiel"


@pytest.fixture(scope="module")
def client(demo_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:  # noqa: F811
    """A client over the demo, which these tests only read."""
    values = settings.load(tmp_path_factory.mktemp("values"), operator=OPERATOR, operator_email="amt@example.org")
    with clock.fixed(MOMENT), create_app(values, demo_store).test_client() as made:
        yield made


def resolved(description: dict[str, Any]) -> Registry[Any]:
    """Return a registry in which the description and the schemas that it names are found."""
    names = [(f"{SCHEMAS}/{name}.json", json.loads(sample(f"schema/{name}.json", "hsds"))) for name in TABLES]
    found = [(uri, Resource(content, DRAFT202012)) for uri, content in names]
    return Registry().with_resources([*found, ("urn:openapi", Resource(description, DRAFT202012))])


class Promised:
    """What the description promises of each address."""

    def __init__(self, client: FlaskClient) -> None:
        self.description: dict[str, Any] = client.get("/hsds/openapi.json").get_json()
        self.registry = resolved(self.description)

    def check(self, path: str, content: Any) -> None:
        pointer = f"urn:openapi#/paths/{path.replace('~', '~0').replace('/', '~1')}/get/responses/200"
        schema = {"$ref": f"{pointer}/content/application~1json/schema"}
        validator = jsonschema.Draft202012Validator(schema, registry=self.registry, format_checker=CHECKER)
        assert [f"{error.json_path}: {error.message}"[:300] for error in validator.iter_errors(content)] == []


@pytest.fixture(scope="module")
def promised(client: FlaskClient) -> Promised:
    return Promised(client)


@pytest.mark.parametrize("name", list(LISTS))
@pytest.mark.parametrize("full", ["", "&full=true", "&full_service=true", "&minimal=true"])
def test_every_page_of_every_list_is_as_described(
    client: FlaskClient, promised: Promised, name: str, full: str
) -> None:
    if full and full[1:].partition("=")[0] not in LISTS[name][1]:
        assert client.get(f"/hsds/{name}?page=1{full}").status_code == 400
        return
    entry, number, found, last = LISTS[name][0], 0, [], False
    while not last:
        number += 1
        answer = client.get(f"/hsds/{name}?page={number}&per_page=7{full}")
        assert answer.status_code == 200
        page = answer.get_json()
        promised.check(f"/{name}", page)
        assert page["size"] == len(page["contents"]) <= 7
        assert page["first_page"] == (number == 1)
        last = page["last_page"]
        found += page["contents"]
    assert page["total_pages"] == number == -(-page["total_items"] // 7)
    identifiers = [each["id"] for each in found]
    assert len(set(identifiers)) == len(identifiers) == page["total_items"] > 0
    lines = client.get(f"/hsds/{name}?format=ndjson{full}")
    assert lines.mimetype == "application/x-ndjson"
    assert [json.loads(line) for line in lines.data.splitlines()] == found
    if not full:
        for identifier in identifiers[:3]:
            single = client.get(f"/hsds/{name}/{identifier.upper()}").get_json()
            promised.check(f"/{name}/{{id}}", single)
            assert single["id"] == identifier
            assert TABLES[entry]


def test_the_root_leads_to_the_description(client: FlaskClient, promised: Promised) -> None:
    root = client.get("/hsds/")
    assert root.get_json() == {
        "version": "3.0",
        "profile": "https://docs.openreferral.org/en/3.0/hsds/",
        "openapi_url": "http://localhost/hsds/openapi.json",
        "license": "https://www.govdata.de/dl-de/by-2-0",
        "attribution": OPERATOR,
    }
    promised.check("/", root.get_json())
    assert promised.description["info"]["license"]["url"] == "https://www.govdata.de/dl-de/by-2-0"
    page = client.get("/hsds/", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert page.mimetype == "text/html"
    for form in FORMATS.values():
        assert f'href="/hsds/files/{form.name}"' in page.text
    assert OPERATOR in page.text


def test_the_description_names_every_parameter_that_the_sample_does_and_we_serve(promised: Promised) -> None:
    theirs = json.loads(sample("schema/openapi.json", "hsds"))
    assert set(theirs["paths"]) <= set(promised.description["paths"])
    for path, item in theirs["paths"].items():
        asked = {
            each.get("$ref", each.get("name", "")).rsplit("/", 1)[-1] for each in item["get"].get("parameters", ())
        }
        ours = {each["$ref"].rsplit("/", 1)[-1] for each in promised.description["paths"][path]["get"]["parameters"]}
        assert asked - ours <= {"postcode", "proximity"}, path
    page = theirs["components"]["schemas"]["Page"]["properties"]
    assert set(page) <= set(promised.description["components"]["schemas"]["Page"]["required"])


def ids(client: FlaskClient, query: str) -> set[str]:
    found = client.get(f"/hsds/services?per_page=500&{query}").get_json()
    return {each["id"] for each in found["contents"]}


def test_filters(client: FlaskClient) -> None:
    everything = client.get("/hsds/services?full=true&per_page=500").get_json()["contents"]
    term = next(each for each in everything[0]["attributes"] if each["taxonomy_term"]["taxonomy"] == "offer_type")
    wanted = term["taxonomy_term"]["id"]
    expected = {
        each["id"] for each in everything if wanted in [one["taxonomy_term"]["id"] for one in each["attributes"]]
    }
    assert ids(client, f"taxonomy_term_id={wanted}") == expected != set()
    taxonomy = term["taxonomy_term"]["taxonomy_detail"]["id"]
    assert expected <= ids(client, f"taxonomy_id={taxonomy}") <= {each["id"] for each in everything}
    own = everything[0]["organization"]["id"]
    assert ids(client, f"organization_id={own}") == {
        each["id"] for each in everything if each["organization"]["id"] == own
    }
    assert everything[0]["id"] in ids(client, f"search={everything[0]['name'].upper().split()[0]}")
    assert ids(client, "search=gibtesnicht") == ids(client, "organization_id=x") == set()
    since = "2026-11-01T00:00:00+00:00"
    recent = {each["id"] for each in everything if each["last_modified"] >= "2026-11-01"}
    assert ids(client, f"modified_after={since}") == ids(client, "modified_after=2026-11-01") == recent
    empty = client.get("/hsds/services?search=gibtesnicht").get_json()
    assert (empty["empty"], empty["total_items"], empty["total_pages"], empty["last_page"]) == (True, 0, 1, True)
    parent = client.get("/hsds/taxonomy_terms?search=INT&top_only=true").get_json()["contents"]
    field = next(each["id"] for each in parent if each["code"] == "INT")
    below = client.get(f"/hsds/taxonomy_terms?parent_id={field}&per_page=500").get_json()["contents"]
    assert below
    assert all(each["code"].startswith("INT.") for each in below)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("services?search=%3Cscript%3Ealert(1)%3C/script%3E", 200),
        ("services?search=%00", 400),
        ("services?%00=1", 400),
        ("services?%3Cscript%3E=1", 400),
        ("services?page=0", 400),
        ("services?page=-1", 400),
        ("services?page=1.5", 400),
        ("services?page=%D9%A1", 400),
        ("services?page=1&page=2", 400),
        ("services?page=1000000000", 404),
        ("services?page=1000000001", 400),
        (f"services?page={'9' * 400}", 400),
        ("services?per_page=501", 400),
        ("services?per_page=0", 400),
        ("services?per_page=1e3", 400),
        ("services?full=perhaps", 400),
        ("services?format=xml", 400),
        ("services?modified_after=yesterday", 400),
        ("services?modified_after=0001-01-01T00:00:00%2B23:00", 400),
        ("services?postcode=98617", 400),
        ("services?proximity=5", 400),
        ("services/%3Cscript%3E", 404),
        ("services/%00", 404),
        ("services/00000000-0000-4000-8000-000000000000", 404),
        ("services/x?full=true", 400),
        ("organizations/x", 404),
        ("locations/x", 404),
        ("service_at_locations/x", 404),
        ("taxonomies/x", 404),
        ("taxonomy_terms/x", 404),
        ("files/x", 404),
        ("files/..%2fconfig.toml", 404),
        ("nothing", 404),
        ("?x=1", 400),
    ],
)
def test_a_walk_with_bad_requests(client: FlaskClient, path: str, status: int) -> None:
    answer = client.get(f"/hsds/{path}")
    assert answer.status_code == status
    assert "<script>" not in answer.text
    if status >= 400:
        assert answer.mimetype == "application/problem+json"
        assert {"type", "title", "status", "detail", "code"} <= set(answer.get_json())
        if path != "nothing" and not path.startswith("files/.."):
            assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_it_is_only_read(client: FlaskClient, method: str) -> None:
    answer = getattr(client, method)("/hsds/services")
    assert answer.status_code == 405
    assert answer.mimetype == "application/problem+json"


def test_headers(client: FlaskClient) -> None:
    first = client.get("/hsds/services")
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    assert first.headers["Link"] == '<https://www.govdata.de/dl-de/by-2-0>; rel="license"'
    assert "Set-Cookie" not in first.headers
    assert first.headers["Last-Modified"].endswith("GMT")
    again = client.get("/hsds/services", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    since = client.get("/hsds/services", headers={"If-Modified-Since": first.headers["Last-Modified"]})
    assert since.status_code == 304
    other = client.get("/hsds/services?page=2", headers={"If-None-Match": first.headers["ETag"]})
    assert other.status_code == 200


@pytest.mark.parametrize("form", FORMATS.values(), ids=list(FORMATS))
def test_files(client: FlaskClient, form: Any) -> None:
    answer = client.get(f"/hsds/files/{form.name}")
    assert (answer.status_code, answer.mimetype) == (200, form.media_type)
    assert b"pruefung@beispiel.example" not in answer.data
    assert client.get(f"/hsds/files/{form.name}", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_what_changes_is_seen_at_once(bundled: Library, tmp_path: Path) -> None:
    store = filled_store(tmp_path / "instance", bundled)
    with clock.fixed(MOMENT):
        client = create_app(settings.load(tmp_path / "instance"), store).test_client()
        first = client.get("/hsds/services?minimal=true").get_json()
        listed = store.collection(register.OFFERS).find(listed=True)
        body = next(stored.body for stored in listed if stored.body["kind"] == "offer")
        own = mapping.service_id(body["offer"])
        assert client.get(f"/hsds/services/{own}").status_code == 200
        organisations.change(store, body["organisation_id"], name="Neuer Name")
        assert client.get(f"/hsds/services/{own}").get_json()["organization"]["name"] == "Neuer Name"
        moderation.take_off(store, body["offer"], "tester", reason="Ein Grund.")
        assert client.get(f"/hsds/services/{own}").status_code == 404
        after = client.get("/hsds/services?minimal=true").get_json()
        assert after["total_items"] == first["total_items"] - 1
        second = next(stored.body for stored in listed[1:] if stored.body["kind"] == "offer")
        target = next(s.body for s in listed if s.body["kind"] == "offer" and s.body["offer"] != second["offer"])
        register.change(store, second["offer"], merged_into=target["offer"], moderation="merged")
        moved = client.get(f"/hsds/services/{mapping.service_id(second['offer'])}")
        assert moved.status_code == 308
        assert moved.headers["Location"].endswith(mapping.service_id(target["offer"]))
        register.change(store, target["offer"], public={**target["public"], "A00": "no"})
        assert client.get(f"/hsds/services/{mapping.service_id(target['offer'])}").status_code == 404
    store.close()


def test_without_the_questionnaire_there_is_nothing(app: Flask) -> None:
    answer = app.test_client().get("/hsds/services")
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
