"""From an offer's public answers to a service of HSDS 3, and from all entries of an organisation to an organization.

Pure: nothing is read or stored here. What is lost on the way, and why, stands in docs/hsds.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from survey_service.offers.hsds import codes, parts, places, times
from survey_service.offers.hsds.codes import JSON, uid
from survey_service.offers.hsds.parts import Entry, Making, filled
from survey_service.problems import D_

STATUS: Mapping[str, str] = {
    "active": "active",
    "inactive": "inactive",
    "defunct": "defunct",
    "temporarily_closed": "temporarily closed",
}
"""Our name of a status → that of HSDS."""
CURRENCY = "EUR"


def service_id(offer: str) -> str:
    """Return the lasting id of an offer's service."""
    return uid("service", offer)


def organization_id(organisation: str) -> str:
    """Return the lasting id of an organisation."""
    return uid("organization", organisation)


def service(making: Making, entry: Entry, organization: JSON) -> JSON:
    """Return the service of an offer or project with all its parts."""
    answers, book = entry.answers, making.codes
    own = service_id(entry.offer)
    interpreter = answers.get("A10", "none")
    least, most = answers.get("A11_min"), answers.get("A11_max")
    location = parts.location(making, entry)
    places_here = [] if location is None else [{"id": uid("service_at_location", entry.offer), "location": location}]
    if least is not None and most is not None and least > most:
        making.warn(entry, D_("The lowest age is above the highest."))
    if (answers.get("A19_free") or 0) > answers.get("A19_max", float("inf")):
        making.warn(entry, D_("More places are free than there are at most; both numbers are kept."))
    return filled(
        id=own,
        name=answers.get("A04_name") or answers.get("A02", ""),
        description=answers.get("A04_description"),
        status=STATUS.get(answers.get("A06", "active"), "active"),
        interpretation_services="" if interpreter == "none" else book.label("A10", interpreter),
        application_process=answers.get("A18_join"),
        fees_description=answers.get("A14_fees"),
        eligibility_description=answers.get("A11_group"),
        minimum_age=least,
        maximum_age=most,
        assured_date=entry.confirmed,
        last_modified=entry.modified,
        schedules=list(times.schedules(entry.offer, answers, making.today)),
        service_areas=list(_areas(making, entry)),
        service_at_locations=places_here,
        languages=parts.languages(making, entry, own),
        organization=organization,
        funding=[{"id": uid("funding", entry.offer), "source": _funding(making, entry)}] if answers.get("A21") else [],
        cost_options=list(_costs(entry)),
        program=program(entry) if answers.get("A01") == "project" else None,
        required_documents=list(_documents(entry)),
        contacts=parts.contacts(making, entry),
        attributes=list(parts.attributes(making, entry, ("service", own))),
        metadata=[_metadata(entry, "service", own)],
    )


def program(entry: Entry) -> JSON:
    """Return the program that a project is."""
    name = entry.answers.get("A04_name", "")
    return {
        "id": uid("program", entry.offer),
        "name": name,
        "description": entry.answers.get("A04_description") or name,
    }


def _funding(making: Making, entry: Entry) -> str:
    return f"{making.codes.own_term(codes.ENDS)['name']}: {entry.answers['A21']}"


def _areas(making: Making, entry: Entry) -> Iterator[JSON]:
    answers, book = entry.answers, making.codes
    if answers.get("A17_whole") == "yes":
        asked = book.question("A17")
        key = places.district([choice.name for choice in asked.choices]) if asked is not None else ""
        uri = places.district_uri(key) if key else ""
        name = key or parts.wording_of(making, "A17_whole")
        yield filled(id=uid("service_area", entry.offer, "whole"), name=name, uri=uri)
        return
    for key in answers.get("A17", ()):
        yield {
            "id": uid("service_area", entry.offer, key),
            "name": book.label("A17", key),
            "uri": places.municipality_uri(key),
        }


def _costs(entry: Entry) -> Iterator[JSON]:
    free, amount = entry.answers.get("A14_free"), entry.answers.get("A14_cost")
    if free == "yes":
        yield {"id": uid("cost_option", entry.offer), "amount": 0, "currency": CURRENCY}
    elif amount is not None:
        number = float(amount)  # a decimal answer may be stored as a number or as its digits
        whole = int(number) if number.is_integer() else number
        yield {"id": uid("cost_option", entry.offer), "amount": whole, "currency": CURRENCY}


def _documents(entry: Entry) -> Iterator[JSON]:
    lines = [line.strip() for line in entry.answers.get("A13", "").splitlines()]
    for number, line in enumerate(filter(None, lines)):
        yield {"id": uid("required_document", entry.offer, str(number)), "document": line}


def _metadata(entry: Entry, table: str, owned: str) -> JSON:
    """Return that the entry was confirmed: what it said before is not published, nor who said so."""
    return {
        "id": uid("metadata", table, entry.offer),
        "resource_id": owned,
        "resource_type": table,
        "last_action_date": entry.confirmed,
        "last_action_type": "update",
        "field_name": "assured_date",
        "previous_value": "",
        "replacement_value": entry.confirmed,
        "updated_by": "provider",
    }


def organization(making: Making, organisation: str, name: str, entries: Sequence[Entry]) -> JSON:
    """Return an organization, without its services: what its entries say of it, structures and the newest first."""
    own = organization_id(organisation)
    first = sorted(
        sorted(entries, key=lambda entry: entry.modified, reverse=True), key=lambda entry: not entry.is_structure
    )

    def said_last(question: str) -> str:
        return next((str(entry.answers[question]) for entry in first if entry.answers.get(question)), "")

    websites = (making.web_address(entry, entry.answers.get("A02_website", "")) for entry in first)
    structures = [entry for entry in first if entry.is_structure]
    number = said_last("A03")
    identifier = {
        "id": uid("organization_identifier", organisation),
        "identifier_type": "Registernummer",
        "identifier": number,
    }
    return filled(
        id=own,
        name=name,
        description=said_last("A02_description") or name,
        email=said_last("A02_email"),
        website=next(filter(None, websites), ""),
        contacts=[contact for entry in structures for contact in parts.contacts(making, entry)],
        locations=[place for entry in structures if (place := _own_place(making, entry)) is not None],
        programs=[program(entry) for entry in first if entry.answers.get("A01") == "project"],
        organization_identifiers=[identifier] if number else [],
        attributes=_different(found for entry in structures for found in _of_structure(making, entry, own)),
        metadata=[_metadata(entry, "organization", own) for entry in structures],
    )


def _own_place(making: Making, entry: Entry) -> JSON | None:
    """Return where a structure is; its languages and times stand at its place, for an organization has none."""
    place = parts.location(making, entry)
    if place is None:
        return None
    languages = parts.languages(making, entry, place["id"])
    schedules = list(times.schedules(entry.offer, entry.answers, making.today))
    return {**place, **filled(languages=languages, schedules=schedules)}


def _of_structure(making: Making, entry: Entry, own: str) -> Iterator[JSON]:
    owner = ("organization", own)
    yield from parts.attributes(making, entry, owner)
    for key in entry.answers.get("A17", ()):
        yield parts.attribute(owner, making.codes.area_term(key))


def _different(found: Iterator[JSON]) -> list[JSON]:
    """Return each attribute once, though several structures of one organisation may have it."""
    return list({each["id"]: each for each in found}.values())
