"""The export: every object validates against the schemas of HSDS, and each trap of the standard is avoided."""

from __future__ import annotations

import datetime as dt
import functools
import uuid
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey_service.offers import register
from survey_service.offers.hsds import mapping, parts, times, whole
from survey_service.offers.hsds.codes import JSON, Codes
from survey_service.offers.hsds.parts import Entry, Making
from survey_service.offers.hsds.whole import Whole
from survey_service.paths import bundled as bundled_folder
from survey_service.questionnaire.judge import judge
from survey_service.questionnaire.loader import Library, load_folder
from survey_service.questionnaire.model import Question, Questionnaire
from survey_service.store.base import Store
from tests.conftest import TODAY
from tests.offers.hsds.conftest import Validate

FULL: Mapping[str, Any] = {
    "A00": "yes",
    "A01": "project",
    "A02": "Verein Beispiel e. V.",
    "A02_description": "Wir helfen.",
    "A02_email": "verein@example.org",
    "A02_website": "https://verein.example.org/",
    "A03": "VR 123, Amtsgericht Meiningen",
    "A04_name": "Sprachcafé",
    "A04_description": "Sprechen und Tee.",
    "A06": "temporarily_closed",
    "A21": "2027-01-31",
    "A05_fields": ["INT", "BIL"],
    "A05_types": ["INT.meeting_place"],
    "A05_sectors": ["SOZ"],
    "A07_type": "physical",
    "A07_street": "Marktplatz 1",
    "A07_postcode": "01234",
    "A07_place": "16066042",
    "A08_days": ["MO", "TH"],
    "A08_from": "09:00",
    "A08_to": "16:30",
    "A08_times": "Nicht in den Ferien.",
    "A09": ["de", "ar", "fa-AF", "other"],
    "A10": "on_request",
    "A11_group": "Alle",
    "A11_min": 16,
    "A11_max": 99,
    "A12": "no",
    "A13": "Ausweis\n\n Anmeldung ",
    "A14_free": "no",
    "A14_cost": 2.5,
    "A14_fees": "Im Monat",
    "A15": ["step_free", "toilet"],
    "A16": ["child_care", "transport"],
    "A17_whole": "no",
    "A17": ["16066042", "16066063"],
    "A18_join": "Anrufen",
    "A18_wait": "Zwei Wochen",
    "A19_max": 10,
    "A19_free": 12,
    "A20_name": "Frau Muster",
    "A20_phone": "03693 123456 App. 12",
    "A20_email": "muster@example.org",
    "A20_publish": "yes",
    "A22_by": "geheim@example.org",
}


@pytest.fixture
def form(bundled: Library) -> Questionnaire:
    return bundled.questionnaires["offers"]


def made(form: Questionnaire, today: dt.date = TODAY, **changes: Any) -> tuple[JSON, Making]:
    """Return the service of the full offer with changes (None takes an answer out), and what was made with it."""
    answers = {name: value for name, value in {**FULL, **changes}.items() if value is not None}
    entry = Entry("abcdefghjk", "organisaton", answers, "2026-11-01", "2026-11-02T10:00:00+00:00")
    making = Making(Codes(form, "de"), today)
    organization = mapping.organization(making, entry.organisation, answers["A02"], [entry])
    return mapping.service(making, entry, organization), making


def terms(service: JSON, taxonomy: str) -> dict[str, str]:
    return {
        each["taxonomy_term"]["code"]: each.get("value", "")
        for each in service["attributes"]
        if each["taxonomy_term"]["taxonomy"] == taxonomy
    }


def test_the_whole_demo_validates(demo_export: Whole, demo_store: Store, validate: Validate) -> None:
    listed = demo_store.collection(register.OFFERS).find(listed=True)
    assert len(demo_export.entries) == len(listed) > 90
    structures = [entry for entry in demo_export.entries if entry.is_structure]
    assert len(demo_export.services) == len(listed) - len(structures)
    assert structures
    for service in demo_export.services:
        validate("service", service)
    for organization in demo_export.organizations:
        validate("organization", organization)
    for term in demo_export.codes.terms.values():
        validate("taxonomy_term", term)
    for taxonomy in demo_export.codes.taxonomies.values():
        validate("taxonomy", taxonomy)
    identifiers = [service["id"] for service in demo_export.services]
    assert len(set(identifiers)) == len(identifiers)
    used = {each["taxonomy_term"]["id"] for service in demo_export.services for each in service["attributes"]}
    assert used <= set(demo_export.codes.terms)


def test_an_export_after_another_makes_only_anew_what_has_changed(
    demo_store: Store, bundled: Library, demo_export: Whole
) -> None:
    form = bundled.questionnaires["offers"]
    again = whole.export(demo_store, form, TODAY, demo_export)
    assert again == demo_export
    assert again.services[0]["attributes"] is demo_export.services[0]["attributes"], "taken from before"
    tomorrow = whole.export(demo_store, form, TODAY + dt.timedelta(days=1), demo_export)
    assert tomorrow.services[0]["attributes"] is not demo_export.services[0]["attributes"]
    first = next(entry for entry in demo_export.entries if not entry.is_structure)
    with demo_store.transaction():
        answers = {**first.answers, "A04_description": "Neu", "A19_max": 1, "A19_free": 2}
        register.change(demo_store, first.offer, public=answers)
        changed = whole.export(demo_store, form, TODAY, demo_export)
        afresh = whole.export(demo_store, form, TODAY)
        register.change(demo_store, first.offer, public=dict(first.answers))
    assert (changed.services, changed.organizations) == (afresh.services, afresh.organizations)
    assert {(each.offer, str(each.reason)) for each in changed.warnings} == {
        (each.offer, str(each.reason)) for each in afresh.warnings
    }
    assert changed.services[0]["description"] == "Neu"


def test_every_trap_of_the_standard(form: Questionnaire, validate: Validate) -> None:
    service, making = made(form)
    validate("service", service)
    assert uuid.UUID(service["id"]).version == 5
    assert service["id"] == mapping.service_id("abcdefghjk") == made(form)[0]["id"]
    assert service["status"] == "temporarily closed"
    assert [(each["name"], each.get("code")) for each in service["languages"]] == [
        ("Deutsch", "deu"),
        ("Arabisch", "ara"),
        ("Dari", "prs"),
        ("Eine andere Sprache", None),
    ]
    assert service["interpretation_services"] == "Ja, auf Anfrage"
    assert terms(service, "interpreter") == {"interpreter.on_request": ""}
    assert terms(service, "kind") == {"kind.project": ""}
    assert terms(service, "field_of_action") == {"INT": "", "BIL": ""}
    assert terms(service, "offer_type") == {"INT.meeting_place": ""}
    assert terms(service, "sector") == {"SOZ": ""}
    assert terms(service, "access") == {"access.child_care": "", "access.transport": "", "access.no_status": "true"}
    assert terms(service, "wait_time") == {"wait_time": "Zwei Wochen"}
    assert "wait_time" not in service
    assert terms(service, "capacity") == {"capacity.maximum": "10", "capacity.available": "12"}
    assert [warned.reason.text() for warned in making.warnings] == [
        "More places are free than there are at most; both numbers are kept."
    ]
    place = service["service_at_locations"][0]["location"]
    assert place["addresses"][0] == {
        "id": place["addresses"][0]["id"],
        "address_1": "Marktplatz 1",
        "city": "Meiningen",
        "state_province": "Thüringen",
        "postal_code": "01234",
        "country": "DE",
        "address_type": "physical",
    }
    assert (place["external_identifier"], place["external_identifier_type"]) == ("16066042", "AGS")
    assert [each["description"] for each in place["accessibility"]] == ["Zugang ohne Stufen", "Barrierefreie Toilette"]
    assert place["transportation"] == "Hilfe bei der Fahrt"
    assert service["cost_options"][0]["amount"] == 2.5
    assert service["cost_options"][0]["currency"] == "EUR"
    assert [each["document"] for each in service["required_documents"]] == ["Ausweis", "Anmeldung"]
    assert [(each["name"], each["uri"].rsplit("/", 2)[1:]) for each in service["service_areas"]] == [
        ("Meiningen", ["municipalityKey", "16066042"]),
        ("Schmalkalden", ["municipalityKey", "16066063"]),
    ]
    assert service["program"]["name"] == "Sprachcafé"
    assert service["funding"][0]["source"] == "Ende der Förderung: 2027-01-31"
    assert terms(service, "funding") == {"funding.ends": "2027-01-31"}
    assert (service["assured_date"], service["last_modified"]) == ("2026-11-01", "2026-11-02T10:00:00+00:00")
    assert service["organization"]["organization_identifiers"][0]["identifier"] == "VR 123, Amtsgericht Meiningen"
    assert "geheim@example.org" not in str(service)
    assert "assurer_email" not in service


def test_winter_and_summer_are_two_schedules_and_the_funding_ends_them(form: Questionnaire) -> None:
    service, _ = made(form, A21=None, A01="offer")
    winter, summer = service["schedules"]
    shown = ("valid_from", "valid_to", "dtstart", "timezone", "opens_at", "closes_at", "byday", "freq")
    assert [winter[name] for name in shown] == [
        *("2026-10-25", "2027-03-27", "2026-10-26", 1),
        *("09:00:00", "16:30:00", "MO,TH", "WEEKLY"),
    ]
    assert [summer[name] for name in shown[:4]] == ["2027-03-28", "2027-10-30", "2027-03-29", 2]
    assert winter["description"] == "Nicht in den Ferien."
    ends_soon, _ = made(form)
    assert [each["valid_to"] for each in ends_soon["schedules"]] == ["2027-01-31"]
    in_july, _ = made(form, dt.date(2026, 7, 1), A21=None, A01="offer")
    assert [each["timezone"] for each in in_july["schedules"]] == [2, 1]
    words, _ = made(form, A08_days=None, A08_from=None, A08_to=None)
    assert [set(each) for each in words["schedules"]] == [{"id", "description"}]


@pytest.mark.parametrize(
    ("zone", "offsets"), [("Europe/Berlin", [1, 2]), ("Africa/Lagos", [1]), ("Asia/Kolkata", [5.5])]
)
def test_seasons_follow_the_zone(zone: str, offsets: list[float]) -> None:
    found = times.seasons(TODAY, zone)
    assert [season.offset for season in found] == offsets
    assert found[0].first <= TODAY <= found[0].last


@pytest.mark.parametrize(
    ("text", "number", "extension"),
    [
        ("03693 123456", "03693 123456", None),
        ("03693 123456 App. 12", "03693 123456", 12),
        ("03693/123456 Durchwahl: 7", "03693/123456", 7),
        ("03693 123456, ext 04", "03693 123456, ext 04", None),
        ("whatsapp 5", "whatsapp 5", None),
        ("+49 (0)3693 1-0", "+49 (0)3693 1-0", None),
    ],
)
def test_an_extension_is_a_number_or_stays_where_it_was(
    form: Questionnaire, text: str, number: str, extension: int | None
) -> None:
    service, _ = made(form, A20_phone=text)
    phone = service["contacts"][0]["phones"][0]
    assert (phone["number"], phone.get("extension")) == (number, extension)


@pytest.mark.parametrize("publish", [None, "no"])
def test_a_contact_is_told_only_with_leave(form: Questionnaire, publish: str | None) -> None:
    service, _ = made(form, A20_publish=publish)
    for secret in ("Frau Muster", "123456", "muster@example.org"):
        assert secret not in str(service)
    assert "contacts" not in service


def test_what_is_missing_makes_no_invalid_object(form: Questionnaire, validate: Validate) -> None:
    service, making = made(form, A07_street=None, A02_description=None, A02_website="https://a b")
    validate("service", service)
    place = service["service_at_locations"][0]["location"]
    assert place["name"] == "01234 Meiningen"
    assert (place["addresses"][0]["address_1"], place["addresses"][0]["city"]) == ("–", "Meiningen")
    assert service["organization"]["description"] == FULL["A02"]
    assert "website" not in service["organization"]
    assert len(making.warnings) == 3
    outside, _ = made(form, A07_place="other", A07_place_other="Suhl")
    address = outside["service_at_locations"][0]["location"]["addresses"][0]
    assert (address["city"], address["state_province"]) == ("Suhl", "–")
    validate("service", outside)
    bare, _ = made(form, **dict.fromkeys(set(FULL) - {"A00", "A01", "A02", "A04_name", "A05_fields"}))
    validate("service", bare)
    assert bare["status"] == "active"
    assert not {"schedules", "service_at_locations", "languages", "cost_options"} & set(bare)


@pytest.mark.parametrize(("answer", "name"), [("yes", "districtKey/16066")])
def test_the_whole_county_is_one_area(form: Questionnaire, answer: str, name: str) -> None:
    service, _ = made(form, A17_whole=answer, A17=None)
    assert [each["uri"].split("Geocoding/")[1] for each in service["service_areas"]] == [name]


def test_a_structure_is_an_organization_with_its_place(form: Questionnaire, validate: Validate) -> None:
    answers = {name: value for name, value in FULL.items() if not name.startswith(("A04", "A19", "A14"))}
    entry = Entry("s", "o", {**answers, "A01": "structure"}, "2026-11-01", "2026-11-02T10:00:00+00:00")
    making = Making(Codes(form, "de"), TODAY)
    organization = mapping.organization(making, "o", "Verein", [entry])
    validate("organization", organization)
    assert organization["locations"][0]["languages"][1]["code"] == "ara"
    assert organization["contacts"][0]["email"] == "muster@example.org"
    assert {"INT", "SOZ", "16066042"} <= {each["taxonomy_term"]["code"] for each in organization["attributes"]}
    assert {each["link_entity"] for each in organization["attributes"]} == {"organization"}


def inputs_of(question: Question) -> st.SearchStrategy[Any]:
    """Return inputs that people give to a question, good and bad."""
    names = [choice.name for choice in question.choices]
    by_type: dict[str, st.SearchStrategy[Any]] = {
        "select_multiple": st.lists(st.sampled_from(names or ["-"]), unique=True, max_size=4),
        "select_one": st.sampled_from(names or ["-"]),
        "integer": st.integers(0, 120),
        "decimal": st.integers(0, 100_000).map(lambda cents: f"{cents // 100}.{cents % 100:02}"),
        "date": st.dates(dt.date(2020, 1, 1), dt.date(2035, 1, 1)).map(dt.date.isoformat),
    }
    typed = st.one_of(
        st.text(max_size=40), st.sampled_from(["09:00", "16:30", "a@example.org", "https://example.org/x", "98617"])
    )
    return by_type.get(question.type, typed)


@functools.cache
def sheets() -> st.SearchStrategy[dict[str, Any]]:
    """Inputs for the bundled questionnaire, some questions left out; made once, so that each example is drawn alike."""
    questions = load_folder(bundled_folder("forms")).questionnaires["offers"].questions.values()
    asked = [question for question in questions if question.type not in ("note", "calculate")]
    return st.fixed_dictionaries({question.name: st.none() | inputs_of(question) for question in asked})


@settings(max_examples=60)
@given(data=st.data())
def test_whatever_the_questionnaire_takes_validates(data: st.DataObject, bundled: Library, validate: Validate) -> None:
    form = bundled.questionnaires["offers"]
    inputs = dict(data.draw(sheets()))
    inputs |= {"A00": "yes", "A02": inputs.get("A02") or "Verein"}
    judged = judge(form, {name: value for name, value in inputs.items() if value is not None}, TODAY)
    answers = dict(judged.answers)
    entry = Entry("abc", "org", answers, "2026-11-01", "2026-11-02T10:00:00+00:00")
    making = Making(Codes(form, "de"), TODAY)
    organization = mapping.organization(making, "org", answers.get("A02", "?"), [entry])
    validate("organization", organization)
    if not entry.is_structure:
        validate("service", mapping.service(making, entry, organization))
    if answers.get("A20_publish") != "yes":
        assert "contacts" not in str(organization)
    assert parts.is_web_address(organization.get("website", "https://example.org"))
