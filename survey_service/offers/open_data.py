"""Listed offers for other programs: GeoJSON, schema.org in JSON-LD, and the entry of a DCAT-AP.de catalogue."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from survey_service.offers.hsds import mapping, places, times
from survey_service.offers.hsds.codes import JSON, Codes
from survey_service.offers.hsds.parts import Entry, Making
from survey_service.offers.hsds.whole import Whole
from survey_service.questionnaire.model import Questionnaire


@dataclass(frozen=True)
class License:
    """A licence: its name, its text, and how DCAT-AP.de names it. ``attribution``: the source must be named."""

    name: str
    title: str
    url: str
    uri: str
    attribution: bool


_GOVDATA, _DCAT_DE = "https://www.govdata.de/dl-de", "http://dcat-ap.de/def/licenses"
LICENSES: Mapping[str, License] = {
    "by": License(
        "dl-de/by-2-0",
        "Datenlizenz Deutschland – Namensnennung – Version 2.0",
        f"{_GOVDATA}/by-2-0",
        f"{_DCAT_DE}/dl-by-de/2.0",
        attribution=True,
    ),
    "zero": License(
        "dl-de/zero-2-0",
        "Datenlizenz Deutschland – Zero – Version 2.0",
        f"{_GOVDATA}/zero-2-0",
        f"{_DCAT_DE}/dl-zero-de/2.0",
        attribution=False,
    ),
}


@dataclass(frozen=True)
class About:
    """Who publishes: the name and e-mail address of the operator, the address of the service without a slash at its
    end, and the key of a licence.
    """

    publisher: str
    email: str
    server: str
    license: str

    @property
    def terms(self) -> License:
        return LICENSES[self.license]

    @property
    def attribution(self) -> str:
        """What a user of the data has to name, "" if nothing."""
        return self.publisher if self.terms.attribution else ""


TITLE = "Angebote für Zugewanderte / Offers for newcomers"


def package(about: About, whole: Whole) -> JSON:
    """Return what a data package says of itself."""
    found: JSON = {
        "title": TITLE,
        "homepage": f"{about.server}/hsds/",
        "licenses": [{"name": about.terms.name, "title": about.terms.title, "path": about.terms.url}],
    }
    if whole.modified:
        found["created"] = whole.modified
    if about.publisher:
        found["contributors"] = [{"title": about.publisher, "role": "publisher"}]
    return found


def geojson(whole: Whole) -> JSON:
    """Return a FeatureCollection (RFC 7946), one feature for each service.

    A point is that of the municipality, longitude first; without one the geometry is null.
    """
    return {"type": "FeatureCollection", "features": [_feature(service) for service in whole.services]}


def _feature(service: JSON) -> JSON:
    place: JSON = next((each["location"] for each in service.get("service_at_locations", ())), {})
    address: JSON = next(iter(place.get("addresses", ())), {})
    point = None
    if "longitude" in place and "latitude" in place:
        point = {"type": "Point", "coordinates": [place["longitude"], place["latitude"]]}
    properties = {
        "name": service["name"],
        "description": service.get("description"),
        "status": service["status"],
        "organization": service["organization"]["name"],
        "website": service["organization"].get("website"),
        "fields_of_action": _codes(service, "field_of_action"),
        "languages": [each["code"] for each in service.get("languages", ()) if "code" in each],
        "address": place.get("name"),
        "postal_code": address.get("postal_code"),
        "municipality": place.get("external_identifier"),
        "precision": "municipality" if point else None,
        "assured_date": service["assured_date"],
    }
    return {"type": "Feature", "id": service["id"], "geometry": point, "properties": properties}


def _codes(service: JSON, taxonomy: str) -> list[str]:
    terms = (each["taxonomy_term"] for each in service["attributes"])
    return [term["code"] for term in terms if term["taxonomy"] == taxonomy]


_SCHEMA = "https://schema.org"
_DAYS = dict(
    zip(times.WEEKDAYS, ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), strict=True)
)


def json_ld(body: Mapping[str, Any], form: Questionnaire, today: dt.date, page: str = "") -> JSON:
    """Return one listed offer (its document) as schema.org has it; ``page`` is the address of its page, "" if none.

    For a page: write it by ``script``, so that no text in it ends the element.
    """
    entry = Entry(body["offer"], body["organisation_id"], body["public"], body["confirmed"], body["confirmed"])
    making = Making(Codes(form, form.languages[0]), today)
    organization = mapping.organization(making, entry.organisation, body["organisation"], [entry])
    if entry.is_structure:
        return {"@context": _SCHEMA, **_organization(organization), **({"url": page} if page else {})}
    return {"@context": _SCHEMA, **_service(mapping.service(making, entry, organization), page)}


def script(content: JSON) -> bytes:
    """Return JSON that may stand in a ``<script>`` element: no text in it can end the element or begin a comment."""
    return orjson.dumps(content).replace(b"<", b"\\u003c").replace(b">", b"\\u003e").replace(b"&", b"\\u0026")


def graph(whole: Whole) -> JSON:
    """Return all services and organizations as one schema.org graph."""
    structures = [_organization(each) for each in whole.organizations if not whole.services_of[each["id"]]]
    return {"@context": _SCHEMA, "@graph": [*(_service(each) for each in whole.services), *structures]}


def _organization(content: JSON) -> JSON:
    found = {
        "@type": "Organization",
        "@id": f"urn:uuid:{content['id']}",
        "name": content["name"],
        "description": content["description"],
        "email": content.get("email"),
        "url": content.get("website"),
        "address": next((_postal(each) for each in content.get("locations", ())), None),
    }
    return _without_nothing(found)


def _service(content: JSON, page: str = "") -> JSON:
    place = next((each["location"] for each in content.get("service_at_locations", ())), None)
    least, most = content.get("minimum_age"), content.get("maximum_age")
    audience = {"@type": "PeopleAudience", "audienceType": content.get("eligibility_description")}
    audience |= {"suggestedMinAge": least, "suggestedMaxAge": most}
    found = {
        "@type": "Service",
        "@id": f"urn:uuid:{content['id']}",
        "name": content["name"],
        "description": content.get("description"),
        "url": page,
        "provider": _organization(content["organization"]),
        "areaServed": [
            {"@type": "AdministrativeArea", "name": each["name"]} | ({"@id": each["uri"]} if "uri" in each else {})
            for each in content.get("service_areas", ())
        ],
        "availableChannel": _without_nothing(
            {
                "@type": "ServiceChannel",
                "availableLanguage": [
                    _without_nothing({"@type": "Language", "name": each["name"], "alternateName": each.get("code")})
                    for each in content.get("languages", ())
                ],
                "serviceLocation": _place(place) if place is not None else None,
            }
        ),
        "audience": _without_nothing(audience),
        "hoursAvailable": [_hours(each) for each in content.get("schedules", ()) if "byday" in each],
        "offers": [
            {"@type": "Offer", "price": each["amount"], "priceCurrency": each["currency"]}
            for each in content.get("cost_options", ())
        ],
        "isAccessibleForFree": next((each["amount"] == 0 for each in content.get("cost_options", ())), None),
    }
    return _without_nothing(found)


def _place(content: JSON) -> JSON:
    point = None
    if "latitude" in content:
        point = {"@type": "GeoCoordinates", "latitude": content["latitude"], "longitude": content["longitude"]}
    return _without_nothing({"@type": "Place", "name": content.get("name"), "address": _postal(content), "geo": point})


def _postal(place: JSON) -> JSON | None:
    address = next(iter(place.get("addresses", ())), None)
    if address is None:
        return None
    return {
        "@type": "PostalAddress",
        "streetAddress": address["address_1"],
        "postalCode": address["postal_code"],
        "addressLocality": address["city"],
        "addressCountry": address["country"],
    }


def _hours(schedule: JSON) -> JSON:
    return _without_nothing(
        {
            "@type": "OpeningHoursSpecification",
            "dayOfWeek": [f"{_SCHEMA}/{_DAYS[day]}" for day in schedule["byday"].split(",")],
            "opens": schedule.get("opens_at"),
            "closes": schedule.get("closes_at"),
            "validFrom": schedule["valid_from"],
            "validThrough": schedule["valid_to"],
        }
    )


def _without_nothing(content: JSON) -> JSON:
    """Return an object without what says nothing, and nothing of an object that has its type only."""
    kept = {name: value for name, value in content.items() if value not in (None, "", [], {})}
    return kept if kept.keys() - {"@type"} else {}


_EU = "http://publications.europa.eu/resource/authority"
_CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "dcatde": "http://dcat-ap.de/def/dcatde/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_FILES = {  # file → type of the EU's list, media type
    "offers.json": ("JSON", "application/json"),
    "offers.zip": ("CSV", "application/zip"),
    "offers.geojson": ("GEOJSON", "application/geo+json"),
    "offers.jsonld": ("JSON_LD", "application/ld+json"),
    "offers.csv": ("CSV", "text/csv"),
    "offers.xlsx": ("XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


def dcat(whole: Whole, about: About) -> JSON:
    """Return the catalogue entry: one dataset with a distribution for each file, by DCAT-AP.de in JSON-LD."""
    address = f"{about.server}/hsds/"
    county = whole.codes.district
    dataset = Dataset(
        identifier=f"{address}#offers",
        title={"de": "Angebote für Zugewanderte", "en": "Offers for newcomers"},
        description={
            "de": "Angebote, Projekte und Strukturen, deren Träger der Veröffentlichung zugestimmt haben.",
            "en": "Offers, projects and structures whose providers have agreed to publication.",
        },
        frequency="CONT",
        modified=whole.modified or "",
        page=address,
        county=places.district_uri(county) if county else "",
        files={f"{address}files/{file}": form for file, form in _FILES.items()},
    )
    return catalog(about, f"{address}#catalog", TITLE, dataset)


@dataclass(frozen=True)
class Dataset:
    """What a catalogue says of a dataset. ``frequency`` is a code of the EU's list, ``modified`` a moment (ISO 8601) or
    "", ``page`` where people read it, ``county`` its URI or "", ``files`` address → type of the EU's list, media type.
    """

    identifier: str
    title: Mapping[str, str]
    description: Mapping[str, str]
    frequency: str
    modified: str
    page: str
    county: str
    files: Mapping[str, tuple[str, str]]


def catalog(about: About, identifier: str, title: str, dataset: Dataset) -> JSON:
    """Return a catalogue of one dataset, by DCAT-AP.de in JSON-LD."""
    publisher = _without_nothing({"@type": "foaf:Agent", "foaf:name": about.publisher})
    content = {
        "@id": dataset.identifier,
        "@type": "dcat:Dataset",
        "dct:title": [_text(*each) for each in dataset.title.items()],
        "dct:description": [_text(*each) for each in dataset.description.items()],
        "dct:identifier": dataset.identifier,
        "dct:publisher": publisher,
        "dcat:contactPoint": _contact(about),
        "dcat:theme": [{"@id": f"{_EU}/data-theme/SOCI"}, {"@id": f"{_EU}/data-theme/EDUC"}],
        "dct:accrualPeriodicity": {"@id": f"{_EU}/frequency/{dataset.frequency}"},
        "dct:accessRights": {"@id": f"{_EU}/access-right/PUBLIC"},
        "dct:language": {"@id": f"{_EU}/language/DEU"},
        "dct:modified": {"@type": "xsd:dateTime", "@value": dataset.modified} if dataset.modified else None,
        "dcat:landingPage": {"@id": dataset.page},
        "dcatde:politicalGeocodingLevelURI": {
            "@id": "http://dcat-ap.de/def/politicalGeocoding/Level/administrativeDistrict"
        },
        "dcatde:politicalGeocodingURI": {"@id": dataset.county} if dataset.county else None,
        "dcat:distribution": [_distribution(about, dataset.page, file, form) for file, form in dataset.files.items()],
    }
    return {
        "@context": _CONTEXT,
        "@id": identifier,
        "@type": "dcat:Catalog",
        "dct:title": _text("de", title),
        "dct:description": _text("de", title),
        "dct:publisher": publisher,
        "dct:license": {"@id": about.terms.uri},
        "dcat:dataset": [_without_nothing(content)],
    }


def _text(language: str, wording: str) -> JSON:
    return {"@language": language, "@value": wording}


def _contact(about: About) -> JSON:
    address = {"@id": f"mailto:{about.email}"} if about.email else None
    found = {"@type": "vcard:Organization", "vcard:fn": about.publisher, "vcard:hasEmail": address}
    return _without_nothing(found)


def _distribution(about: About, page: str, address: str, form: tuple[str, str]) -> JSON:
    return _without_nothing(
        {
            "@id": address,
            "@type": "dcat:Distribution",
            "dct:title": address.rpartition("/")[2],
            "dcat:accessURL": {"@id": page},
            "dcat:downloadURL": {"@id": address},
            "dct:format": {"@id": f"{_EU}/file-type/{form[0]}"},
            "dcat:mediaType": {"@id": f"https://www.iana.org/assignments/media-types/{form[1]}"},
            "dct:license": {"@id": about.terms.uri},
            "dcatde:licenseAttributionByText": _text("de", about.attribution) if about.attribution else None,
        }
    )
