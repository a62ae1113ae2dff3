"""The published figures, 27 indicators in 12 periods of 30 municipalities, beside a constant page of the service."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import brotli
from flask import Flask

from survey_service import settings
from survey_service.app import create_app
from survey_service.monitoring import definitions, publication
from survey_service.monitoring.observations import Observation, record
from survey_service.paths import bundled
from survey_service.questionnaire.loader import Library, load_folder
from survey_service.responses.revisions import Publications
from survey_service.store import open_store
from survey_service.store.base import Store

PERIODS, AREAS = 12, 30
ROUNDS = 200
_PACKED = {"Accept-Encoding": "br"}


def fill(store: Store, library: Library) -> int:
    """Record a figure of each indicator, period and municipality, and of the county; return how many."""
    indicators = definitions.load(bundled("forms"))
    towns = [choice.name for choice in library.vocabularies["municipalities"].choices if not choice.last][:AREAS]
    count = 0
    with store.transaction():
        for place, indicator in enumerate(indicators.values()):
            for number in range(PERIODS):
                period = str(2015 + number) if indicator.period == "year" else f"{2024 + number // 4}-Q{number % 4 + 1}"
                parts = [(20 + (7 * place + 3 * number + 11 * town) % 90, 200) for town in range(len(towns))]
                whole = sum(part for part, _ in parts), 200 * len(parts)
                for area, (part, base) in zip(["", *towns], [whole, *parts], strict=True):
                    observation = Observation(
                        indicator.code, 1, period, part / base, part, base, area, source="invented for the measurement"
                    )
                    record(store, indicator, observation, "bench")
                    count += 1
    return count


def _timed(app: Flask, address: str) -> float:
    client = app.test_client()
    start = time.process_time()
    answer = client.get(address, headers=_PACKED)
    spent = time.process_time() - start
    if answer.status_code != 200:
        raise SystemExit(f"{address}: {answer.status_code}")
    return spent * 1000


def compare(app: Flask, tag: str, addresses: Sequence[str]) -> None:
    """Print how long pages take beside the imprint: the first time, and when they are kept (median)."""
    constant = f"/{tag}/imprint"
    _timed(app, constant)
    first = [_timed(app, f"/{tag}{address}") for address in addresses]
    spent: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        for address in (constant, *(f"/{tag}{each}" for each in addresses)):
            spent.setdefault(address, []).append(_timed(app, address))
    base = statistics.median(spent[constant])
    print(f"  {constant} {base:6.2f} ms")
    for address, once in zip(addresses, first, strict=True):
        median = statistics.median(spent[f"/{tag}{address}"])
        size = len(brotli.compress(app.test_client().get(f"/{tag}{address}").data, quality=5))
        print(f"  {address:40} {median:6.2f} ms = {median / base:.2f}; the first time {once:7.2f} ms; {size:,} bytes")


def main() -> None:
    library = load_folder(bundled("forms"), gate=False)
    with tempfile.TemporaryDirectory() as place:
        store = open_store("tinydb:", Path(place))
        Publications(store).publish(library.questionnaires)
        count = fill(store, library)
        app = create_app(settings.load(Path(place)), store)
        indicators = app.extensions["survey_service"].indicators
        start = time.process_time()
        draft = publication.prepare(store, indicators)
        prepared = time.process_time()
        publication.publish(store, indicators, None, draft.mark, "bench")
        print(
            f"\nThe dashboard: {count:,} figures; a preview took {prepared - start:.1f} s of CPU time, "
            f"publishing {time.process_time() - prepared:.1f} s"
        )
        start = time.process_time()
        app.extensions["survey_service"].batches.newest()
        print(f"  the batch was read once, in {(time.process_time() - start) * 1000:.0f} ms")
        addresses = ("/results", "/results?field=GES", "/results?field=INT&area=16066042&year=2025", "/results/ARB1")
        for tag in ("de", "ar"):
            compare(app, tag, addresses)
