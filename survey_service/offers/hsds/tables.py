"""The objects of HSDS 3 as tables: which fields there are, of which type, and which table a reference leads to.

The names are the standard's. Nested, an object holds its parts; as tables, each part names what it belongs to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

NUMBERS = frozenset(
    {"extension", "minimum_age", "maximum_age", "latitude", "longitude", "amount", "timezone", "count", "interval"}
    | {"year_incorporated"}
)
DATES = frozenset({"valid_from", "valid_to", "dtstart", "until", "assured_date", "last_action_date"})
TIMES = frozenset({"opens_at", "closes_at"})
MOMENTS = frozenset({"last_modified"})


@dataclass(frozen=True)
class Table:
    """One table: the ``name`` of its objects, its ``file`` without extension, and its fields in order."""

    name: str
    file: str
    fields: tuple[str, ...]
    required: frozenset[str]

    @cached_property
    def references(self) -> Mapping[str, str]:
        """Field → the table whose ``id`` it names. What an attribute or metadata belongs to may be of any table."""
        return {field: REFERENCES[field] for field in self.fields if field in REFERENCES}


REFERENCES: Mapping[str, str] = {
    "organization_id": "organization",
    "parent_organization_id": "organization",
    "program_id": "program",
    "service_id": "service",
    "service_at_location_id": "service_at_location",
    "location_id": "location",
    "contact_id": "contact",
    "phone_id": "phone",
    "taxonomy_term_id": "taxonomy_term",
    "parent_id": "taxonomy_term",
    "taxonomy_id": "taxonomy",
}


def _table(name: str, file: str, fields: str) -> Table:
    """Return a table; a field with ``!`` is required."""
    words = fields.split()
    names = tuple(word.rstrip("!") for word in words)
    return Table(name, file, names, frozenset(word[:-1] for word in words if word.endswith("!")))


_ALL = (
    _table(
        "organization",
        "organizations",
        "id! name! alternate_name description! email website tax_status tax_id year_incorporated legal_status logo uri "
        "parent_organization_id",
    ),
    _table("program", "programs", "id! organization_id! name! alternate_name description!"),
    _table(
        "service",
        "services",
        "id! organization_id! program_id name! alternate_name description url email status! interpretation_services "
        "application_process fees_description wait_time fees accreditations eligibility_description minimum_age "
        "maximum_age assured_date assurer_email licenses alert last_modified",
    ),
    _table("attribute", "attributes", "id! link_id! taxonomy_term_id! link_type link_entity! value"),
    _table("service_at_location", "service_at_location", "id! service_id! location_id! description"),
    _table(
        "location",
        "locations",
        "id! location_type! url organization_id name alternate_name description transportation latitude longitude "
        "external_identifier external_identifier_type",
    ),
    _table(
        "phone",
        "phones",
        "id! location_id service_id organization_id contact_id service_at_location_id number! extension type "
        "description",
    ),
    _table(
        "contact",
        "contacts",
        "id! organization_id service_id service_at_location_id location_id name title department email",
    ),
    _table(
        "address",
        "addresses",
        "id! location_id attention address_1! address_2 city! region state_province! postal_code! country! "
        "address_type!",
    ),
    _table(
        "schedule",
        "schedules",
        "id! service_id location_id service_at_location_id valid_from valid_to dtstart timezone until count wkst freq "
        "interval byday byweekno bymonthday byyearday description opens_at closes_at schedule_link attending_type "
        "notes",
    ),
    _table("funding", "funding", "id! organization_id service_id source"),
    _table("service_area", "service_areas", "id! service_id name description extent extent_type uri"),
    _table("required_document", "required_documents", "id! service_id document uri"),
    _table("language", "languages", "id! service_id location_id phone_id name code note"),
    _table("accessibility", "accessibility", "id! location_id description details url"),
    _table(
        "taxonomy_term",
        "taxonomy_terms",
        "id! code name! description! parent_id taxonomy language taxonomy_id term_uri",
    ),
    _table(
        "metadata",
        "metadata",
        "id! resource_id! resource_type! last_action_date! last_action_type! field_name! previous_value! "
        "replacement_value! updated_by!",
    ),
    _table("meta_table_description", "meta_table_descriptions", "id! name language character_set"),
    _table(
        "cost_option",
        "cost_options",
        "id! service_id! valid_from valid_to option currency amount amount_description",
    ),
    _table(
        "organization_identifier",
        "organization_identifiers",
        "id! organization_id! identifier_scheme identifier_type! identifier!",
    ),
    _table("taxonomy", "taxonomies", "id! name! description! uri version"),
)
TABLES: Mapping[str, Table] = {table.name: table for table in _ALL}

LISTS: Mapping[str, str] = {
    "phones": "phone",
    "schedules": "schedule",
    "service_areas": "service_area",
    "service_at_locations": "service_at_location",
    "languages": "language",
    "funding": "funding",
    "cost_options": "cost_option",
    "required_documents": "required_document",
    "contacts": "contact",
    "attributes": "attribute",
    "metadata": "metadata",
    "locations": "location",
    "programs": "program",
    "organization_identifiers": "organization_identifier",
    "addresses": "address",
    "accessibility": "accessibility",
    "services": "service",
}
"""Key of an object → the table of the objects in its list."""
SINGLES: Mapping[str, tuple[str, str]] = {
    "organization": ("organization", "organization_id"),
    "program": ("program", "program_id"),
    "location": ("location", "location_id"),
    "taxonomy_term": ("taxonomy_term", "taxonomy_term_id"),
    "taxonomy_detail": ("taxonomy", "taxonomy_id"),
}
"""Key of an object → the table of the one object in it, and the field that names it in the table of the holder."""
OWNERS: Mapping[str, tuple[str, str]] = {
    "attribute": ("link_id", "link_entity"),
    "metadata": ("resource_id", "resource_type"),
}
"""Tables whose rows belong to a row of any table: the fields with its id and with the name of its table."""


def field_type(name: str) -> str:
    """Return the type of a field as a Tabular Data Package calls it."""
    if name in NUMBERS:
        return "number"
    if name in DATES:
        return "date"
    if name in TIMES:
        return "time"
    return "datetime" if name in MOMENTS else "string"
