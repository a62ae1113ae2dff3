"""Imports: every value of a source is taken or told of, our own export comes back, damaged files name the place."""

from __future__ import annotations

import csv
import io
import json
import re
import uuid
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey_service.offers.hsds import differences, importing, mapping, reading
from survey_service.offers.hsds.formats import FORMATS
from survey_service.offers.hsds.importing import Import, Terms
from survey_service.offers.hsds.source import TAKEN, Source
from survey_service.offers.hsds.tables import LISTS, SINGLES, TABLES
from survey_service.offers.hsds.whole import Whole
from survey_service.problems import Problem
from survey_service.questionnaire.judge import judge
from survey_service.questionnaire.loader import Library
from survey_service.questionnaire.model import Questionnaire
from tests.conftest import TODAY
from tests.offers.hsds.test_files import ABOUT
from tests.samples import sample


@pytest.fixture
def form(bundled: Library) -> Questionnaire:
    return bundled.questionnaires["offers"]


def terms(form: Questionnaire, **changes: Any) -> Terms:
    return Terms(form, "de", TODAY, **{"fields": ("INT",), "publish_contacts": True, **changes})


def taken_in(form: Questionnaire, content: Any, **changes: Any) -> tuple[Source, Import]:
    source = reading.parsed(json.dumps(content).encode(), "file.json")
    return source, importing.propose(source, terms(form, **changes))


def service(**fields: Any) -> dict[str, Any]:
    return {
        "id": "ac148810-d857-441c-9679-408f346de14b",
        "name": "Beratung",
        "status": "active",
        "organization": {"id": "d9d5e0f5-d3ce-4f73-9a2f-4dd0ecc6c610", "name": "Verein", "description": "Hilft."},
        **fields,
    }


def answers(form: Questionnaire, **fields: Any) -> dict[str, Any]:
    _, found = taken_in(form, service(**fields))
    return dict(found.proposed[0].answers)


def leaves(content: Any, place: str = "") -> Iterator[str]:
    """Yield the places of all values of JSON that say something; walked without the code under test."""
    if isinstance(content, dict):
        for name, value in content.items():
            yield from leaves(value, f"{place}.{name}" if place else name)
    elif isinstance(content, list):
        for number, value in enumerate(content):
            yield from leaves(value, f"{place}[{number}]")
    elif content is not None and str(content).strip():
        yield place


def accounted(source: Source, found: Import) -> Counter[str]:
    """Return the places of what was taken and of what was told of."""
    return Counter([leaf.place for leaf in source.leaves if leaf.fate is TAKEN] + [loss.place for loss in found.losses])


@pytest.mark.parametrize("name", ["service_full.json", "organization_full.json"])
def test_nothing_of_the_examples_is_dropped_silently(form: Questionnaire, name: str) -> None:
    content = json.loads(sample(f"examples/{name}", "hsds"))
    source, found = taken_in(form, content)
    assert accounted(source, found) == Counter(leaves(content))
    assert all(str(loss.reason) for loss in found.losses)


SCALARS = st.none() | st.booleans() | st.integers(-5, 10**6) | st.floats(allow_nan=False, allow_infinity=False)
TEXTS = st.text(max_size=12) | st.sampled_from(
    ["2026-12-31", "09:00:00", "MO,TU", "WEEKLY", "EUR", "ar", "Meiningen", "active", "physical", "yes", "0", "12"]
)


def objects(table: str, depth: int) -> st.SearchStrategy[dict[str, Any]]:
    """Return objects of a table as others write them: right and wrong, with unknown fields."""
    fields: dict[str, st.SearchStrategy[Any]] = dict.fromkeys(TABLES[table].fields, SCALARS | TEXTS)
    schema = json.loads(sample(f"schema/{table}.json", "hsds"))["properties"]
    for key in [key for key in schema if key in LISTS or key in SINGLES] if depth else ():
        nested = objects(LISTS[key] if key in LISTS else SINGLES[key][0], depth - 1)
        fields[key] = st.lists(nested | TEXTS, max_size=2) if key in LISTS else nested | TEXTS
    return st.fixed_dictionaries({}, optional={**fields, "unheard_of": SCALARS | st.lists(TEXTS, max_size=2)})


@settings(max_examples=60)
@given(data=st.data())
def test_whatever_comes_is_taken_or_told_of(data: st.DataObject, bundled: Library) -> None:
    form = bundled.questionnaires["offers"]
    content = service(**data.draw(objects("service", 2)))
    content["status"] = content["status"] or "active"
    source, found = taken_in(form, content)
    assert accounted(source, found) == Counter(leaves(content))
    judged = judge(form, found.proposed[0].answers, TODAY)
    assert {name for name in judged.refusals if name in found.proposed[0].answers} == set()


def kept(answers: Mapping[str, Any], beginning: str) -> dict[str, Any]:
    return {name: answer for name, answer in answers.items() if name.startswith(beginning)}


@pytest.mark.parametrize("kind", ["hsds-json", "hsds-csv"])
def test_our_own_export_comes_back(demo_export: Whole, form: Questionnaire, kind: str) -> None:
    own = {mapping.service_id(entry.offer): entry for entry in demo_export.entries if not entry.is_structure}
    source = reading.parsed(FORMATS[kind].write(demo_export, ABOUT), "own")
    contacts = {identifier: kept(entry.answers, "A20_") for identifier, entry in own.items()}
    known = {
        identifier: {"offer": entry.offer, "answers": {**contacts[identifier], "A22_by": "x@y.z"}}
        for identifier, entry in own.items()
    }
    found = importing.propose(source, terms(form, known=known, fields=()))
    by_offer = {proposed.offer: proposed for proposed in found.proposed if proposed.offer}
    assert len(by_offer) == len(own)
    lost: Counter[str] = Counter()
    for entry in own.values():
        proposed = by_offer[entry.offer]
        assert proposed.confirmed == entry.confirmed
        again = dict(judge(form, proposed.answers, TODAY).answers)
        assert again.pop("A22_by") == "x@y.z", "what is never published stays as it is"
        ended = entry.answers.get("A21", "9999") < "2026-10-25"
        for question in entry.answers.keys() | again.keys():
            if again.get(question) != entry.answers.get(question):
                assert again.get(question) is None, "nothing is changed"
                assert question == "A22_by" or (ended and question.startswith("A08")), question
                lost[question] += 1
        assert kept(again, "A20_") == kept(entry.answers, "A20_"), "whether it may be published, too"
    assert lost["A22_by"] == len(own), "it is never published"
    assert {answers.get("A20_publish") for answers in contacts.values()} == {"yes", "no"}
    structures = [proposed for proposed in found.proposed if proposed.answers["A01"] == "structure"]
    organisations = {entry.organisation for entry in demo_export.entries if entry.is_structure}
    assert len(structures) == len(organisations)


EXPLAINED: dict[str, str] = {
    "IDS": "Parts get ids of their own; what belongs together stays together.",
    "NONE": "The questionnaire has no question for this.",
    "OTHER": "The questionnaire asks for one of these; another one was taken.",
    "TWICE": "Stands in the source more than once and was taken once.",
    "OVER": "It is no longer valid.",
    "CODES": "Only codes of our own lists are taken.",
    "CODE": "This code is not among the choices.",
    "FOLLOWS": "Follows from other values and is made anew.",
    "HISTORY": "The history of another register is not taken over.",
    "ELSEWHERE": "Was taken and has another place or form here.",
    "ADDED": "Is made here of other answers.",
}


def described(place: str) -> str:
    return re.sub(r"\[\d+\]", "[]", place)


def test_service_full_comes_back_and_every_difference_is_explained(form: Questionnaire) -> None:
    content = json.loads(sample("examples/service_full.json", "hsds"))
    source, found = taken_in(form, content)
    told = list(differences.between(source, found, terms(form)))
    words = {text: name for name, text in EXPLAINED.items()}
    listed = sorted({f"{described(each.place)} {words.get(str(each.reason), str(each.reason))}" for each in told})
    expected = (Path(__file__).parent / "service_full_differences.txt").read_text("utf-8").splitlines()
    assert listed == [line for line in expected if line and not line.startswith("#")]
    places = {each.place for each in told}
    same = {place for place in leaves(content) if place not in places}
    assert {"name", "description", "minimum_age", "organization.name", "required_documents[0].document"} <= same


def test_costs(form: Questionnaire) -> None:
    free = answers(form, cost_options=[{"id": "1", "amount": 0, "currency": "EUR"}])
    assert (free["A14_free"], "A14_cost" in free) == ("yes", False)
    several = [
        {"id": "1", "amount": 5, "currency": "eur", "option": "Erwachsene"},
        {"id": "2", "amount": 2.5, "currency": "EUR", "option": "Kinder", "amount_description": "im Monat"},
        {"id": "3", "amount": 9, "currency": "EUR", "valid_to": "2026-11-22"},
    ]
    found = answers(form, cost_options=several, fees_description="Bar zahlen")
    assert (found["A14_free"], found["A14_cost"]) == ("no", "5")
    assert found["A14_fees"] == "Bar zahlen\nErwachsene\nKinder 2.5 EUR im Monat"
    pounds = answers(form, cost_options=[{"id": "1", "amount": "35", "currency": "gbp"}])
    assert (pounds["A14_free"], pounds["A14_fees"], "A14_cost" in pounds) == ("no", "35 gbp", False)
    _, words = taken_in(form, service(fees_description="Kommt darauf an"))
    assert "A14_fees" not in words.proposed[0].answers
    assert {loss.place: str(loss.reason) for loss in words.losses}["fees_description"] == (
        "With the other answers this is not asked."
    )


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (
            {"freq": "WEEKLY", "byday": "TU,MO", "opens_at": "10:00", "closes_at": "12:00Z"},
            (["MO", "TU"], "10:00", "12:00"),
        ),
        ({"freq": "WEEKLY", "byday": "FR", "opens_at": "08:30:00+01:00"}, (["FR"], "08:30", None)),
        ({"freq": "MONTHLY", "byday": "MO", "opens_at": "10:00"}, (None, None, None)),
        ({"freq": "WEEKLY", "byday": "1MO", "opens_at": "10:00"}, (None, None, None)),
        ({"freq": "WEEKLY", "interval": 2, "byday": "MO"}, (None, None, None)),
        ({"freq": "WEEKLY", "byday": "MO", "opens_at": "25:00"}, (None, None, None)),
        ({"freq": "WEEKLY", "byday": "MO", "valid_to": "2026-11-22"}, (None, None, None)),
        ({"freq": "WEEKLY", "byday": "MO", "valid_to": "someday"}, (["MO"], None, None)),
    ],
)
def test_weekly_times(form: Questionnaire, schedule: dict[str, Any], expected: tuple[Any, ...]) -> None:
    found = answers(form, schedules=[{"id": "1", **schedule}])
    assert tuple(found.get(name) for name in ("A08_days", "A08_from", "A08_to")) == expected


def test_further_times_are_told_in_words(form: Questionnaire) -> None:
    weekly = {"freq": "WEEKLY", "interval": 1}
    found = answers(
        form,
        schedules=[
            {"id": "1", **weekly, "byday": "SA", "opens_at": "22:00", "closes_at": "02:00", "description": "Nachts"},
            {"id": "2", **weekly, "byday": "MO", "opens_at": "09:00", "closes_at": "12:00"},
            {"id": "3", **weekly, "byday": "TU,WE", "opens_at": "14:00", "closes_at": "16:00"},
        ],
    )
    assert (found["A08_days"], found["A08_from"], found["A08_to"]) == (["MO"], "09:00", "12:00")
    assert found["A08_times"] == "Nachts\nSamstag 22:00–02:00\nDienstag, Mittwoch 14:00–16:00"


@pytest.mark.parametrize(
    ("code", "name"),
    [("ar", "ar"), ("ara", "ar"), ("prs", "fa-AF"), ("fa", "fa"), ("FAS", "fa"), ("fa-AF", "fa-AF"), ("ps", "ps-AF"),
     ("sr", "sr-Latn"), ("xx", None), ("de-si", None)],
)  # fmt: skip
def test_languages(form: Questionnaire, code: str, name: str | None) -> None:
    assert answers(form, languages=[{"id": "1", "code": code}]).get("A09", [None]) == [name]


def test_places_and_areas(form: Questionnaire) -> None:
    address = {"id": "1", "address_1": "Markt 1", "postal_code": "98617", "city": "MEININGEN", "country": "DE"}
    place = {"id": "2", "location_type": "physical", "addresses": [address]}
    found = answers(form, service_at_locations=[{"id": "3", "location": place}])
    assert [found.get(f"A07_{name}") for name in ("type", "street", "postcode", "place", "place_other")] == [
        *("physical", "Markt 1", "98617", "16066042", None),
    ]
    address |= {"city": "Suhl", "postal_code": "9861"}
    source, other = taken_in(form, service(service_at_locations=[{"id": "3", "location": place}]))
    assert other.proposed[0].answers["A07_place_other"] == "Suhl"
    losses = {loss.place.rsplit(".", 1)[1]: str(loss.reason) for loss in other.losses}
    assert losses["postal_code"].startswith("The questionnaire does not take this: Eine Postleitzahl hat fünf Ziffern")
    assert len(source.leaves) > len(other.losses)
    areas = [
        {"id": "1", "uri": "http://dcat-ap.de/def/politicalGeocoding/municipalityKey/16066063"},
        {"name": "Oberhof"},
    ]
    assert answers(form, service_areas=areas)["A17"] == ["16066063", "16066047"]
    whole = answers(
        form, service_areas=[{"id": "1", "uri": "http://dcat-ap.de/def/politicalGeocoding/districtKey/16066"}]
    )
    assert (whole["A17_whole"], "A17" in whole) == ("yes", False)


def test_contacts_are_published_only_with_leave(form: Questionnaire) -> None:
    contact = {"id": "1", "name": "Frau Muster", "phones": [{"id": "2", "number": "03693 1", "extension": 12}]}
    _, silent = taken_in(form, service(contacts=[contact]), publish_contacts=False)
    assert silent.proposed[0].answers["A20_publish"] == "no"
    assert silent.proposed[0].answers["A20_phone"] == "03693 1 ext. 12"
    assert answers(form, contacts=[contact])["A20_publish"] == "yes"
    assert "A20_publish" not in answers(form)


def test_the_same_source_gets_the_same_keys(form: Questionnaire) -> None:
    _, first = taken_in(form, service())
    _, again = taken_in(form, {"contents": [service(name="Anders")]})
    assert first.proposed[0].key == again.proposed[0].key
    assert uuid.UUID(first.proposed[0].key).version == 5
    assert first.proposed[0].answers["A05_fields"] == ["INT"]
    _, bare = taken_in(form, service(), fields=())
    assert "A05_fields" not in bare.proposed[0].answers, "the plan refuses it and says why"


def lines(*rows: dict[str, Any]) -> bytes:
    return b"\n".join(json.dumps(row).encode() for row in rows)


def test_forms_of_json(form: Questionnaire) -> None:
    organization = {"id": "o", "name": "Verein", "description": "Hilft.", "services": [service(organization=None)]}
    for content, count in (
        (json.dumps([service(), service(id="b")]).encode(), 2),
        (lines(service(), service(id="b")), 2),
        (b"\xef\xbb\xbf" + json.dumps(service()).encode(), 1),
        (json.dumps(organization).encode(), 1),
        (json.dumps({"services": [service()], "organizations": [{**organization, "services": []}]}).encode(), 2),
    ):
        found = importing.propose(reading.parsed(content, "x.json"), terms(form))
        assert len(found.proposed) == count
        assert {proposed.answers["A02"] for proposed in found.proposed} == {"Verein"}
    alone = importing.propose(reading.parsed(json.dumps({**organization, "services": []}).encode(), "x"), terms(form))
    assert alone.proposed[0].answers["A01"] == "structure"


def zipped(**files: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "."), content)
    return packed.getvalue()


SERVICES = b"id,name,status\n1,Beratung,active\n"


def test_tables_hang_together_and_unknown_ones_are_told_of(form: Questionnaire) -> None:
    content = zipped(
        services__csv=b"id,organization_id,name,status,colour\ns1,o1,Beratung,active,red\n",
        organizations__csv=b"id,name,description\no1,Verein,Hilft.\n",
        languages__csv=b"id,service_id,code\nl1,s1,ara\nl2,nowhere,deu\n",
        attributes__csv=b"id,link_id,link_entity,taxonomy_term_id\na1,s1,service,t1\n",
        taxonomy_terms__csv=b"id,code,taxonomy\nt1,GES,field_of_action\n",
        extra__csv=b"id,a\n1,b\n",
        readme__txt=b"hello",
    )
    source = reading.parsed(content, "x.zip")
    found = importing.propose(source, terms(form))
    (proposed,) = found.proposed
    assert {name: proposed.answers[name] for name in ("A02", "A05_fields", "A09")} == {
        "A02": "Verein",
        "A05_fields": ["GES"],
        "A09": ["ar"],
    }
    told = {loss.place: str(loss.reason) for loss in found.losses}
    assert told["services.csv:2.colour"] == "The questionnaire has no question for this."
    assert told["languages.csv:3.service_id"] == "Names nothing in this file."
    assert {"languages.csv:3.code", "extra.csv:2.a", "readme.txt"} <= set(told)
    cells = sum(
        bool(cell.strip())
        for name in zipfile.ZipFile(io.BytesIO(content)).namelist()
        if name.endswith(".csv")
        for row in csv.DictReader(io.StringIO(zipfile.ZipFile(io.BytesIO(content)).read(name).decode()))
        for cell in row.values()
    )
    assert found.values == cells
    assert accounted(source, found).total() == cells + 1


def locked() -> bytes:
    content = bytearray(zipped(services__csv=SERVICES))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + offset] |= 1
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "place", "words"),
    [
        (b"", "x:1", "no JSON"),
        (b"{", "x:1", "no JSON"),
        (b'{"name": \xff}', "x:1", "not UTF-8"),
        (b'{\n"name":\n"\xe4"}', "x:3", "not UTF-8"),
        ("{}".encode("utf-16"), "x:1", "not UTF-8"),
        (b"[]", "x", "neither a service"),
        (b"3", "x", "neither a service"),
        (lines(service()) + b'\n{"id": ', "x:2", "no JSON"),
        (b"[" * 100_000, "x:1", "no JSON"),
        (b'{"id": "a", "name": "b", "status": ' + b'{"a":' * 30 + b"1" + b"}" * 31, "status.a.a", "nested"),
        (b"PK\x03\x04damaged", "x", "damaged"),
        (zipped(services__csv=SERVICES)[:-30], "x", "damaged"),
        (zipped(a__csv=b"id\n1\n"), "x", "neither services.csv"),
        (zipped(services__csv=b"id,name\n1,\xe4\n"), "services.csv:2", "not UTF-8"),
        (zipped(services__csv=b"id,id\n1,2\n"), "services.csv:1", "same name"),
        (zipped(services__csv=b'id,name\n1,"open\n'), "services.csv:2", "no CSV"),
        (zipped(services__csv=b"id,name\n1," + b"a" * 200_000 + b"\n"), "services.csv", "no CSV"),
        (zipped(services__csv=b"a" * 60_000_000), "x/services.csv", "far more"),
        (zipped(**{f"f{number}__csv": b"id\n" for number in range(101)}), "x", "more than 100"),
        (locked(), "x/services.csv", "password"),
    ],
    ids=map(str, range(20)),
)
def test_a_file_that_cannot_be_read_names_the_place(content: bytes, place: str, words: str) -> None:
    with pytest.raises(Problem) as caught:
        reading.parsed(content, "x")
    assert caught.value.code == "hsds.file"
    assert str(caught.value.details["place"]).startswith(place)
    assert words in str(caught.value.details["reason"])
    assert caught.value.message().endswith("Nothing was changed.")


def test_a_folder_of_tables(form: Questionnaire, tmp_path: Path) -> None:
    (tmp_path / "services.csv").write_bytes(SERVICES)
    (tmp_path / "datapackage.json").write_text("{}")
    found = importing.propose(reading.read(tmp_path), terms(form))
    assert [proposed.answers["A04_name"] for proposed in found.proposed] == ["Beratung"]
    assert "datapackage.json" in [loss.place for loss in found.losses]
    with pytest.raises(Problem) as caught:
        reading.read(tmp_path / "nothing.json")
    assert caught.value.code == "hsds.file"
