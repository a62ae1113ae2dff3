"""Tables of HSDS as nested objects: each row is an object, and what it names tells what it is part of."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping

from survey_service.offers.hsds.source import TAKEN, Part, Source, refused
from survey_service.offers.hsds.tables import LISTS, OWNERS, TABLES
from survey_service.offers.hsds.taking import IDS
from survey_service.problems import D_

_PACKAGE = "datapackage.json"
_BY_FILE = {f"{table.file}.csv": table.name for table in TABLES.values()}
_LIST_OF = {table: key for key, table in LISTS.items()}
_SINGLE = {
    ("service", "organization_id"): "organization",
    ("service", "program_id"): "program",
    ("service_at_location", "location_id"): "location",
    ("attribute", "taxonomy_term_id"): "taxonomy_term",
    ("taxonomy_term", "taxonomy_id"): "taxonomy_detail",
}
"""References to what an object holds one of; all others lead to what it is part of."""
Rows = dict[str, dict[str, Part]]


def nested(name: str, files: Mapping[str, bytes]) -> Source:
    """Return the services and organizations of tables. Raises Problem hsds.file, naming file and line."""
    source = Source(name)
    found: Rows = {table: {} for table in TABLES}
    for path, content in files.items():
        file = path.rsplit("/", 1)[-1]
        if file == _PACKAGE or not file.endswith(".csv"):
            source.unread.append(file)
            continue
        for part in _rows(source, file, content):
            identifier = part.text("id")
            if part.table and identifier not in found[part.table]:
                found[part.table][identifier] = part
    if not (found["service"] or found["organization"]):
        raise refused(name, D_("There is neither services.csv nor organizations.csv with a row in it."))
    for table, parts in found.items():
        for part in parts.values():
            _tie(table, part, found)
    source.services = list(found["service"].values())
    source.organizations = list(found["organization"].values())
    return source


def _rows(source: Source, file: str, content: bytes) -> Iterator[Part]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise refused(f"{file}:{line}", D_("The text is not UTF-8.")) from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        heading = [cell.strip() for cell in next(reader, [])]
        if len(set(heading)) != len(heading):
            raise refused(f"{file}:1", D_("Two columns have the same name."))
        for row in reader:
            part = Part(f"{file}:{reader.line_num}", _BY_FILE.get(file, ""))
            for number, cell in enumerate(row):
                source.add(cell, part, heading[number] if number < len(heading) else f"[{number + 1}]")
            yield part
    except csv.Error as error:
        raise refused(f"{file}:{reader.line_num}", D_("This is no CSV: %(reason)s."), reason=str(error)) from None


def _tie(table: str, part: Part, found: Rows) -> None:
    """Put an object into those that it names, and into it what it holds one of."""
    for field, other in TABLES[table].references.items():
        leaf = part.leaf(field)
        target = found[other].get(leaf.text) if leaf is not None else None
        if leaf is None or target is None:
            continue
        if other == table:
            leaf.fate = IDS
            continue
        single = _SINGLE.get((table, field))
        if single is not None:
            part.fields[single] = target
        elif table in _LIST_OF:
            _append(target, _LIST_OF[table], part)
        leaf.fate = TAKEN
    if table in OWNERS:
        reference, kind = OWNERS[table]
        owner = found.get(part.text(kind), {}).get(part.text(reference))
        if owner is not None:
            _append(owner, _LIST_OF[table], part)


def _append(target: Part, key: str, part: Part) -> None:
    held = target.fields.setdefault(key, [])
    if isinstance(held, list):  # a column of this name is no list
        held.append(part)
