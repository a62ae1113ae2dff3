"""The audit log as a file: JSON lines, whose chain can be verified without the service, or CSV for a spreadsheet."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from survey_service.accounts import audit
from survey_service.accounts.audit import Entry
from survey_service.cells import neutralised
from survey_service.problems import Problem

FORMATS: Mapping[str, str] = {"jsonl": "application/x-ndjson", "csv": "text/csv"}
"""Format → its media type."""
COLUMNS = ("number", "at", "actor", "action", "subject", "details", "previous", "hash")


def write(path: Path, entries: Iterable[Entry], form: str, *, encoding: str = "utf-8") -> int:
    """Write entries in one of FORMATS and return how many. Spreadsheets want CSV in ``utf-8-sig``."""
    with path.open("w", encoding=encoding, newline="") as file:
        if form == "csv":
            table = csv.writer(file)
            table.writerow(COLUMNS)
            rows = (table.writerow(_row(entry)) for entry in entries)
        else:
            rows = (file.write(_line(entry)) for entry in entries)
        return sum(1 for _ in rows)


def verified(path: Path) -> tuple[int, str, int | None]:
    """Return of an export as JSON lines what `audit.chained` says. Raises Problem audit.unreadable."""
    try:
        with path.open(encoding="utf-8") as file:
            return audit.chained(_bodies(file))
    except (OSError, ValueError) as error:
        raise Problem("audit.unreadable", path=str(path), reason=str(error)[:200]) from None


def _bodies(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines, 1):
        body = json.loads(line)
        if not isinstance(body, dict):
            raise ValueError(f"line {number} is no entry")
        yield body


def _line(entry: Entry) -> str:
    return json.dumps(asdict(entry), ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"


def _row(entry: Entry) -> list[str | int]:
    facts = json.dumps(dict(entry.details), ensure_ascii=False, sort_keys=True)
    texts = (entry.at, entry.actor, entry.action, entry.subject, facts, entry.previous, entry.hash)
    return [entry.number, *map(neutralised, texts)]
