"""The files: tables as their data package describes them, places, a graph, a catalogue entry, cells of text."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import uuid
import zipfile
from typing import Any

import openpyxl
import pytest

from survey_service.offers import flat, open_data
from survey_service.offers.hsds import whole
from survey_service.offers.hsds.formats import FORMATS
from survey_service.offers.hsds.parts import Entry
from survey_service.offers.hsds.tables import LISTS, SINGLES, TABLES
from survey_service.offers.hsds.whole import Whole
from survey_service.offers.open_data import About
from survey_service.questionnaire.loader import Library
from tests.conftest import TODAY
from tests.offers.hsds.conftest import Validate
from tests.offers.hsds.test_export import FULL
from tests.samples import sample

ABOUT = About("Landratsamt Beispiel", "amt@example.org", "https://umfrage.example.org", "by")
READERS: dict[str, Any] = {
    "string": str,
    "number": float,
    "date": dt.date.fromisoformat,
    "time": dt.time.fromisoformat,
    "datetime": dt.datetime.fromisoformat,
}


def opened(content: bytes) -> tuple[dict[str, Any], dict[str, list[dict[str, str]]]]:
    """Return the descriptor of a data package, and the rows of its tables."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        package = json.loads(archive.read("datapackage.json"))
        tables = {
            resource["name"]: list(csv.DictReader(io.StringIO(archive.read(resource["path"]).decode(), newline="")))
            for resource in package["resources"]
        }
        assert {resource["path"] for resource in package["resources"]} == set(archive.namelist()) - {"datapackage.json"}
    return package, tables


def walk(package: dict[str, Any], tables: dict[str, list[dict[str, str]]]) -> None:
    """Check every cell of every table against the descriptor, and every key."""
    keys = {name: {row["id"] for row in content} for name, content in tables.items()}
    for resource in package["resources"]:
        content, schema = tables[resource["name"]], resource["schema"]
        fields = {each["name"]: each for each in schema["fields"]}
        assert len(keys[resource["name"]]) == len(content), "the primary key is unique"
        for row in content:
            assert list(row) == list(fields)
            for name, cell in row.items():
                constraints = fields[name].get("constraints", {})
                assert cell or not constraints.get("required"), (resource["name"], name)
                if cell:
                    READERS[fields[name]["type"]](cell)
                    if fields[name].get("format") == "uuid":
                        uuid.UUID(cell)
            for foreign in schema["foreignKeys"]:
                cell = row[foreign["fields"]]
                target = foreign["reference"]["resource"] or resource["name"]
                assert not cell or cell in keys[target], (resource["name"], foreign)


def test_the_tables_are_as_their_descriptor_says(demo_export: Whole) -> None:
    package, tables = opened(FORMATS["hsds-csv"].write(demo_export, ABOUT))
    assert package["profile"] == "tabular-data-package"
    assert package["licenses"][0]["name"] == "dl-de/by-2-0"
    walk(package, tables)
    assert len(tables["services"]) == len(demo_export.services)
    assert len(tables["organizations"]) == len(demo_export.organizations)
    places = {row["id"] for row in tables["locations"]}
    for row in tables["attributes"]:
        owners = {"service": "services", "organization": "organizations"}[row["link_entity"]]
        assert row["link_id"] in {each["id"] for each in tables[owners]}
    assert {row["location_id"] for row in tables["service_at_location"]} <= places
    again = FORMATS["hsds-csv"].write(demo_export, ABOUT)
    assert again == FORMATS["hsds-csv"].write(demo_export, ABOUT), "equal content makes equal bytes"


def test_the_tables_are_those_of_the_standard() -> None:
    for name, table in TABLES.items():
        schema = json.loads(sample(f"schema/{name}.json", "hsds"))
        assert f"{table.file}.csv" == schema["path"]
        own = {
            key for key, value in schema["properties"].items() if value.get("type") != "array" and "$ref" not in value
        }
        assert set(table.fields) == own
        assert table.required == {*schema["required"], *schema.get("tabular_required", ())}
        for key, value in schema["properties"].items():
            if value.get("type") == "array":
                assert f"{LISTS[key]}.json" == value["items"]["$ref"]
            elif "$ref" in value:
                assert f"{SINGLES[key][0]}.json" == value["$ref"]


def test_every_leaf_of_the_json_stands_in_the_tables(demo_export: Whole) -> None:
    """What is nested is only written otherwise: each value of an object is a cell of the row with its id."""
    _, tables = opened(FORMATS["hsds-csv"].write(demo_export, ABOUT))
    cells = {row["id"]: row for content in tables.values() for row in content}

    def compare(content: Any) -> None:
        for name, value in content.items():
            if isinstance(value, dict):
                compare(value)
            elif isinstance(value, list):
                for each in value:
                    compare(each)
            else:
                assert cells[content["id"]][name] == str(value)

    for service in demo_export.services:
        compare(service)
    for organization in demo_export.organizations:
        compare(organization)


def test_the_json_is_valid_and_says_whose_it_is(demo_export: Whole, validate: Validate) -> None:
    content = json.loads(FORMATS["hsds-json"].write(demo_export, ABOUT))
    assert content["version"] == "3.0"
    assert content["attribution"] == "Landratsamt Beispiel"
    for service in content["services"]:
        validate("service", service)
    assert len(content["organizations"]) == len(demo_export.organizations)


def test_features_have_points_where_municipalities_have(demo_export: Whole) -> None:
    content = json.loads(FORMATS["geojson"].write(demo_export, ABOUT))
    assert content["type"] == "FeatureCollection"
    assert len(content["features"]) == len(demo_export.services)
    for feature in content["features"]:
        assert feature["type"] == "Feature"
        assert "geometry" in feature
    service = {**demo_export.services[0]}
    place = {"id": "x", "location_type": "physical", "latitude": 50.57, "longitude": 10.41}
    service["service_at_locations"] = [{"id": "y", "location": place}]
    point = open_data._feature(service)["geometry"]
    assert point == {"type": "Point", "coordinates": [10.41, 50.57]}, "longitude comes first"


def test_the_catalogue_entry_names_publisher_licence_and_files(demo_export: Whole) -> None:
    content = json.loads(FORMATS["dcat"].write(demo_export, ABOUT))
    (dataset,) = content["dcat:dataset"]
    assert dataset["dct:publisher"]["foaf:name"] == "Landratsamt Beispiel"
    assert dataset["dcatde:politicalGeocodingURI"]["@id"].endswith("/districtKey/16066")
    files = {each["dcat:downloadURL"]["@id"].rsplit("/", 1)[1] for each in dataset["dcat:distribution"]}
    assert files == {form.name for name, form in FORMATS.items() if name != "dcat"}
    for each in dataset["dcat:distribution"]:
        assert each["dct:license"]["@id"] == "http://dcat-ap.de/def/licenses/dl-by-de/2.0"
        assert each["dcatde:licenseAttributionByText"]["@value"] == "Landratsamt Beispiel"
        media_type = next(form.media_type for form in FORMATS.values() if each["@id"].endswith(form.name))
        assert each["dcat:mediaType"]["@id"].endswith(media_type)
    prefixes = set(re.findall(r'"(\w+):\w+"', json.dumps(content)))
    assert prefixes - {"mailto", "urn"} <= set(content["@context"])
    zero = json.loads(FORMATS["dcat"].write(demo_export, About("", "", "", "zero")))
    assert "dcatde:licenseAttributionByText" not in str(zero)


def test_json_ld_of_one_offer_cannot_end_its_script(bundled: Library) -> None:
    answers = {**FULL, "A04_description": "</script><script>alert(1)</script><!--"}
    body = {
        "offer": "abc",
        "organisation_id": "o",
        "organisation": "Verein",
        "confirmed": "2026-11-01",
        "public": answers,
    }
    content = open_data.json_ld(body, bundled.questionnaires["offers"], TODAY, "https://x.example/de/offers/abc")
    assert content["@type"] == "Service"
    assert content["url"] == "https://x.example/de/offers/abc"
    assert content["provider"]["name"] == "Verein"
    assert content["availableChannel"]["availableLanguage"][1] == {
        "@type": "Language",
        "name": "Arabisch",
        "alternateName": "ara",
    }
    assert content["hoursAvailable"][0]["dayOfWeek"] == ["https://schema.org/Monday", "https://schema.org/Thursday"]
    assert content["offers"] == [{"@type": "Offer", "price": 2.5, "priceCurrency": "EUR"}]
    assert content["isAccessibleForFree"] is False
    script = open_data.script(content)
    assert b"<" not in script
    assert json.loads(script) == content
    structure = open_data.json_ld(
        {**body, "public": {**answers, "A01": "structure"}}, bundled.questionnaires["offers"], TODAY
    )
    assert (structure["@type"], structure["address"]["postalCode"]) == ("Organization", "01234")


@pytest.fixture
def hostile(demo_export: Whole) -> Whole:
    answers = {
        **FULL,
        "A04_name": '=HYPERLINK("x")',
        "A02": "@SUM(1)",
        "A18_wait": "-1+1",
        "A13": "\t=1",
        "A20_publish": "no",
    }
    entry = Entry("abc", "o", answers, "2026-11-01", "2026-11-01T00:00:00Z")
    return whole.Whole(demo_export.codes, TODAY, (entry,), (), (), {}, ())


def test_no_cell_is_a_formula_and_no_contact_is_told(hostile: Whole) -> None:
    rows = list(csv.reader(io.StringIO(flat.write_csv(hostile).decode("utf-8-sig"), newline="")))
    assert rows[0][0] == "id"
    assert "Wie heißt die Organisation?" in rows[0]
    row = dict(zip(rows[0], rows[1], strict=True))
    assert row["Wie heißt das Angebot oder das Projekt?"] == '\'=HYPERLINK("x")'
    assert row["Wie heißt die Organisation?"] == "'@SUM(1)"
    assert row["Welche Sprachen sprechen Sie dort?"] == "Deutsch; Arabisch; Dari; Eine andere Sprache"
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in rows[1])
    assert not {"Frau Muster", "muster@example.org", "geheim@example.org"} & set(rows[1])
    sheet = openpyxl.load_workbook(io.BytesIO(flat.write_xlsx(hostile)))["offers"]
    cells = {cell.value: cell.data_type for cell in sheet[2]}
    assert cells['=HYPERLINK("x")'] == "s", "text, not a formula"
    assert "Frau Muster" not in cells
    assert cells[12] == "n"
