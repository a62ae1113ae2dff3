"""The OpenAPI 3.1 description of the HSDS API: what is served, no more. The objects are those of the standard."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from survey_service import __version__
from survey_service.offers.hsds.codes import JSON
from survey_service.offers.hsds.whole import Whole
from survey_service.offers.open_data import TITLE, About
from survey_service.web.hsds.asked import MOST, USUAL

SCHEMAS = "https://raw.githubusercontent.com/openreferral/specification/3.0/schema"
_TEXT: JSON = {"type": "string"}
_TRUTH: JSON = {"type": "boolean"}
_PARAMETERS: dict[str, tuple[JSON, str]] = {
    "search": (_TEXT, "Only what has all these words; case and accents do not count."),
    "page": ({"type": "integer", "minimum": 1, "default": 1}, "Number of the page."),
    "per_page": ({"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}, "Entries in a page."),
    "format": ({"enum": ["json", "ndjson"], "default": "json"}, "ndjson: all entries, one a line, without pages."),
    "taxonomy_term_id": (_TEXT, "Only services with this term."),
    "taxonomy_id": (_TEXT, "Only what has, or is, a term of this taxonomy."),
    "organization_id": (_TEXT, "Only services of this organization."),
    "modified_after": ({"type": "string", "format": "date-time"}, "Only what was changed then or later."),
    "minimal": (_TRUTH, "Only id and modified_date, by default all in one page."),
    "full": (_TRUTH, "Each entry with all its parts."),
    "full_service": (_TRUTH, "Services with all their parts."),
    "parent_id": (_TEXT, "Only terms below this one."),
    "top_only": (_TRUTH, "Only terms that stand below no other."),
}
_FILTERS = ("search", "taxonomy_term_id", "taxonomy_id", "organization_id", "modified_after")
_PAGING = ("page", "per_page", "format")
LISTS: dict[str, tuple[str, tuple[str, ...], str]] = {
    "services": ("service", (*_FILTERS, "minimal", "full", *_PAGING), ""),
    "organizations": ("organization", ("search", "full", "full_service", *_PAGING), "full_service"),
    "locations": ("location", ("search", "full", *_PAGING), ""),
    "service_at_locations": ("service_at_location", (*_FILTERS, "full", *_PAGING), ""),
    "taxonomies": ("taxonomy", ("search", *_PAGING), ""),
    "taxonomy_terms": ("taxonomy_term", ("search", "taxonomy_id", "parent_id", "top_only", *_PAGING), ""),
}
"""List → the object in it, the parameters of the list, and the one of a single object."""
_PAGE: JSON = {
    "type": "object",
    "required": [
        *("total_items", "total_pages", "page_number", "size", "first_page", "last_page", "empty", "contents"),
    ],
    "properties": {
        **{name: {"type": "integer", "minimum": 0} for name in ("total_items", "total_pages", "page_number", "size")},
        **{name: {"type": "boolean"} for name in ("first_page", "last_page", "empty")},
        "contents": {"type": "array"},
    },
}
_PROBLEM: JSON = {
    "type": "object",
    "description": "RFC 9457 problem details.",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": dict.fromkeys(("type", "title", "detail", "code"), _TEXT) | {"status": {"type": "integer"}},
}
_MINIMAL: JSON = {
    "type": "object",
    "required": ["id", "modified_date"],
    "properties": {"id": {"type": "string", "format": "uuid"}, "modified_date": {"type": "string"}},
}


def read(text: str) -> dt.datetime:
    """Return a moment as it is exported."""
    return dt.datetime.fromisoformat(text)


def moment(whole: Whole) -> dt.datetime | None:
    """Return the moment of the newest change, None while there is nothing."""
    return read(whole.modified).astimezone(dt.UTC) if whole.modified else None


def document(about: About) -> JSON:
    """Return the description."""
    paths: JSON = {"/": {"get": _operation("getAPIMetaInformation", "What this is", _root(), ())}}
    for name, (entry, parameters, own) in LISTS.items():
        paths[f"/{name}"] = {"get": _operation(f"list_{name}", f"A page of {name}", _list(name, entry), parameters)}
        single = _operation(f"get_{entry}", f"One {entry} with all its parts", _ref(entry), (own,) if own else ())
        single["responses"]["404"] = _problem("There is no such id")
        identifier = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
        paths[f"/{name}/{{id}}"] = {"parameters": [identifier], "get": single}
    paths["/services/{id}"]["get"]["responses"]["308"] = {"description": "Merged: the service that it became"}
    contact = {name: value for name, value in (("name", about.publisher), ("email", about.email)) if value}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": TITLE,
            "version": __version__,
            "description": "Offers, projects and structures in HSDS 3.0 whose providers agreed. Read-only, no account.",
            "contact": contact,
            "license": {"name": about.terms.title, "url": about.terms.url},
        },
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "servers": [{"url": f"{about.server}/hsds"}],
        "paths": paths,
        "components": {
            "schemas": {"Page": _PAGE, "Problem": _PROBLEM, "MinimalService": _MINIMAL},
            "parameters": {name: _parameter(name) for name in _PARAMETERS},
        },
    }


def _ref(name: str) -> JSON:
    return {"$ref": f"{SCHEMAS}/{name}.json"}


def _parameter(name: str) -> JSON:
    schema, description = _PARAMETERS[name]
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


def _problem(description: str) -> JSON:
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": description, "content": content}


def _list(name: str, entry: str) -> JSON:
    items = _ref(entry)
    if name == "services":
        items = {"anyOf": [items, {"$ref": "#/components/schemas/MinimalService"}]}
    return {
        "allOf": [{"$ref": "#/components/schemas/Page"}],
        "properties": {"contents": {"type": "array", "items": items}},
    }


def _root() -> JSON:
    names = ("version", "profile", "openapi_url", "license", "attribution")
    return {"type": "object", "required": list(names), "properties": dict.fromkeys(names, _TEXT)}


def _operation(identifier: str, summary: str, schema: JSON, parameters: Sequence[str]) -> JSON:
    content: JSON = {"application/json": {"schema": schema}}
    if "format" in parameters:
        content["application/x-ndjson"] = {"schema": _TEXT}
    return {
        "operationId": identifier,
        "summary": summary,
        "parameters": [{"$ref": f"#/components/parameters/{name}"} for name in parameters],
        "responses": {
            "200": {"description": summary, "content": content},
            "304": {"description": "Not changed since the ETag or day that was sent"},
            "400": _problem("A parameter that is unknown or cannot be used"),
            "414": _problem("The address has too many parts"),
            **({"404": _problem("There is no such page")} if "page" in parameters else {}),
        },
    }
