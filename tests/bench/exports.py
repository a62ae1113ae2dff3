"""Exporting responses to CSV, beside Python's csv module writing the same rows from memory."""

from __future__ import annotations

import csv
import datetime as dt
import resource
import tempfile
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from survey_service.paths import bundled
from survey_service.questionnaire.judge import judge
from survey_service.questionnaire.loader import load_folder
from survey_service.responses.export import FORMATS, Options, codebook, documents
from survey_service.responses.export.layout import Layout
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import RESPONSES
from survey_service.store.base import Document
from survey_service.store.tiny import TinyStore
from tests.bench.http import ANSWERS

RESPONSES_STORED = 100_000


def _response(number: int) -> Document:
    facts = {"questionnaire": "needs", "revision": "needs-1", "language": "de", "period": "2026-Q4", "mode": "web"}
    return {**facts, "key": f"key-{number}", "status": "valid", "answers": ANSWERS, "states": _STATES}


_STATES = judge(load_folder(bundled("forms")).questionnaires["needs"], ANSWERS, dt.date(2026, 11, 26)).states


def _peak(work: Any) -> int:
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def measure(count: int = RESPONSES_STORED) -> None:
    """Print rows a second as a ratio, and the memory that an export of all and of a tenth takes at most."""
    print(f"\nExport of {count:,} responses of `needs` to CSV")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = TinyStore(folder / "store")
        publications = Publications(store)
        publications.publish(load_folder(bundled("forms")).questionnaires)
        responses = store.collection(RESPONSES)
        for first in range(0, count, 10_000):
            with store.transaction():
                for number in range(first, first + 10_000):
                    responses.add(_response(number))
        book = codebook.of(publications, "needs")
        options = Options()

        def some(most: int) -> Iterator[dict[str, Any]]:
            for number, document in enumerate(documents(store, "needs")):
                if number == most:
                    return
                yield document

        prepared = list(Layout(book, options, neutral=True).rows(some(5_000)))
        began = time.perf_counter()
        with (folder / "plain.csv").open("w", encoding="utf-8", newline="") as file:
            for _ in range(4):
                csv.writer(file).writerows(prepared)
        plain = 20_000 / (time.perf_counter() - began)
        began = time.perf_counter()
        FORMATS["csv"].write(folder / "a.csv", documents(store, "needs"), book, options)
        speed = count / (time.perf_counter() - began)
        small = _peak(lambda: FORMATS["csv"].write(folder / "b.csv", some(count // 10), book, options))
        large = _peak(lambda: FORMATS["csv"].write(folder / "c.csv", some(count), book, options))
        print(f"  csv module, rows from memory {plain:10,.0f} rows/s")
        print(f"  export                       {speed:10,.0f} rows/s = {speed / plain:.2f}")
        ids = 8 * (count - count // 10)
        print(f"  memory beside the store: {small:,} bytes for a tenth, {large:,} for all (ids of them: {ids:,})")
        print(f"  resident at most: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024:,} MiB")
        store.close()


def main() -> None:
    measure()
