"""Importing offers from a table, beside parsing the same file: what the register costs on top."""

from __future__ import annotations

import datetime as dt
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from survey_service.bulk import tables, template
from survey_service.bulk.applying import apply
from survey_service.bulk.cells import Cells
from survey_service.bulk.plan import plan
from survey_service.paths import bundled
from survey_service.questionnaire.loader import load_folder
from survey_service.questionnaire.model import Questionnaire
from survey_service.responses.loading import files
from survey_service.responses.revisions import Publications
from survey_service.store.tiny import TinyStore

OFFERS = 10_000
TODAY = dt.date(2026, 11, 26)
_OFFER: dict[str, Any] = {
    "A00": "yes",
    "A01": "offer",
    "A06": "active",
    "A05_fields": ["INT", "BIL"],
    "A05_types": ["INT.meeting_place"],
    "A04_description": "Ein offenes Treffen für alle, die Deutsch üben möchten.",
    "A07_type": "physical",
    "A07_street": "Beispielweg 1",
    "A07_postcode": "98617",
    "A07_place": "16066042",
    "A08_days": ["MO", "WE"],
    "A08_from": "09:00",
    "A08_to": "12:30",
    "A09": ["de", "ar", "uk"],
    "A10": "on_request",
    "A16": ["child_care"],
    "A17_whole": "no",
    "A17": ["16066042", "16066063"],
    "A12": "no",
    "A14_free": "yes",
    "A19_max": 12,
    "A19_free": 3,
    "A20_phone": "03693 12345",
    "A20_email": "kontakt@beispiel.example",
    "A20_publish": "yes",
}


def _rows(form: Questionnaire, count: int) -> list[dict[str, str]]:
    cells = Cells(form)
    row = template.row_of(form, cells, _OFFER, "de")
    return [
        {
            **row,
            "A02": f"Verein {number % 500}",
            "A04_name": f"Treffen {number}",
            "A20_email": f"v{number % 500}@b.example",
        }
        for number in range(count)
    ]


def _csv(form: Questionnaire, rows: list[dict[str, str]]) -> bytes:
    names = template.names(form)
    lines = [";".join(f'"{row.get(name, "")}"' for name in names) for row in rows]
    return "\n".join([";".join(names), *lines]).encode()


def _timed(label: str, work: Callable[[], Any], beside: float = 0) -> tuple[Any, float]:
    began = time.perf_counter()
    found = work()
    took = time.perf_counter() - began
    print(f"  {label:42} {took:7.2f} s" + (f" = {took / beside:5.2f} × parsing" if beside else ""))
    return found, took


def measure(count: int = OFFERS) -> None:
    """Print how long each step takes, and all of them after the parsing as a multiple of that."""
    form = load_folder(bundled("forms")).questionnaires["offers"]
    rows = _rows(form, count)
    for name, data in (("offers.xlsx", template.workbook(form, "de", str, rows)), ("offers.csv", _csv(form, rows))):
        print(f"\nImport of {count:,} offers from {name} ({len(data) / 1e6:.1f} MB)")
        with tempfile.TemporaryDirectory() as folder:
            store = TinyStore(Path(folder) / "store")
            publications = Publications(store)
            publications.publish({"offers": form})
            sheets, parsing = _timed("parsing the file", lambda: files.read(data, name))  # noqa: B023
            terms = tables.Terms(name, "de")
            read, first = _timed("cells → answers", lambda: tables.read(form, sheets, terms), parsing)  # noqa: B023
            made, second = _timed(
                "what would become of them (judge)",
                lambda: plan(store, form, "offers-1", read.proposed, TODAY),  # noqa: B023
                parsing,
            )
            counts, third = _timed(
                "storing all in one transaction",
                lambda: apply(store, made, "mara", receipt_key="0" * 64, today=TODAY),  # noqa: B023
                parsing,
            )
            whole = first + second + third
            print(f"  import after the parsing: {whole:.2f} s = {whole / parsing:.2f} × parsing; {counts.new:,} new")
            store.close()


def main() -> None:
    measure()
