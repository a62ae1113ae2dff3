"""The export as tables: a zip of CSV files with ``datapackage.json``, a Tabular Data Package."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson

from survey_service.offers.hsds.codes import JSON
from survey_service.offers.hsds.tables import LISTS, OWNERS, SINGLES, TABLES, Table, field_type
from survey_service.offers.hsds.whole import Whole

PACKAGE = "datapackage.json"
Rows = dict[str, dict[str, JSON]]
"""Table → id → row."""
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of every file in the zip, so that equal content makes equal bytes."""


def rows(whole: Whole) -> Rows:
    """Return the rows of all tables; what stands in several objects is one row."""
    found: Rows = {name: {} for name in TABLES}
    for organization in whole.organizations:
        _add(found, "organization", organization)
    for service in whole.services:
        _add(found, "service", service)
    for taxonomy in whole.codes.taxonomies.values():
        _add(found, "taxonomy", taxonomy)
    for term in whole.codes.terms.values():
        _add(found, "taxonomy_term", term)
    return found


def _add(found: Rows, name: str, content: JSON, holder: Mapping[str, str] | None = None) -> None:
    """Add an object with all in it; ``holder`` are the fields by which it names what it is part of."""
    table, own = TABLES[name], content["id"]
    row = found[name].setdefault(own, {})
    row.update({key: value for key, value in {**(holder or {}), **content}.items() if key in table.fields})
    for key, value in content.items():
        if key in SINGLES:
            other, reference = SINGLES[key]
            row[reference] = value["id"]
            _add(found, other, value)
        elif key in LISTS and isinstance(value, list):
            for part in value:
                _add(found, LISTS[key], part, _holder(name, own, LISTS[key]))


def _holder(name: str, own: str, part: str) -> dict[str, str]:
    if part in OWNERS:
        reference, kind = OWNERS[part]
        return {reference: own, kind: name}
    return {f"{name}_id": own}


def package(about: Mapping[str, Any]) -> JSON:
    """Return the descriptor: ``about`` (title, licence and so on) with every table's fields and keys."""
    return {
        "profile": "tabular-data-package",
        "name": "offers-hsds",
        **about,
        "resources": [_resource(table) for table in TABLES.values()],
    }


def _resource(table: Table) -> JSON:
    return {
        "profile": "tabular-data-resource",
        "name": table.file,
        "path": f"{table.file}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {
            "fields": [_field(table, name) for name in table.fields],
            "missingValues": [""],
            "primaryKey": "id",
            "foreignKeys": [
                {
                    "fields": field,
                    "reference": {"resource": "" if other == table.name else TABLES[other].file, "fields": "id"},
                }
                for field, other in table.references.items()
            ],
        },
    }


def _field(table: Table, name: str) -> JSON:
    made: JSON = {"name": name, "type": field_type(name)}
    if name in ("id", "link_id", "resource_id") or name in table.references:
        made["format"] = "uuid"
    constraints = {"required": True} if name in table.required and (table.name, name) not in _MAY_BE_EMPTY else {}
    if name == "id":
        constraints["unique"] = True
    return {**made, "constraints": constraints} if constraints else made


_MAY_BE_EMPTY = frozenset({("metadata", "previous_value"), ("metadata", "replacement_value")})
"""Required in JSON, where "" is a text; in a table it is a missing value."""


def write(whole: Whole, about: Mapping[str, Any]) -> bytes:
    """Return the zip."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        _put(archive, PACKAGE, orjson.dumps(package(about), option=orjson.OPT_INDENT_2))
        for name, content in rows(whole).items():
            table = TABLES[name]
            _put(archive, f"{table.file}.csv", _csv(table.fields, content.values()))
    return packed.getvalue()


def _put(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, content)


def _csv(fields: tuple[str, ...], content: Iterable[JSON]) -> bytes:
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(fields)
    writer.writerows(_cells(fields, content))
    return file.getvalue().encode("utf-8")


def _cells(fields: tuple[str, ...], content: Iterable[JSON]) -> Iterator[list[Any]]:
    for row in content:
        yield [row.get(field, "") for field in fields]
