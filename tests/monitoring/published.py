"""Published figures for tests: shown, small, preliminary, rounded, broken and by municipality."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from survey_service.monitoring import definitions, goals, publication
from survey_service.monitoring.definitions import Indicators
from survey_service.monitoring.figures import Batch
from survey_service.monitoring.observations import Observation, record
from survey_service.monitoring.publication import Period
from survey_service.paths import bundled
from survey_service.questionnaire.loader import load_folder
from survey_service.statistics.shares import wilson
from survey_service.store.base import Store

MEININGEN, ZELLA, SCHMALKALDEN = "16066042", "16066092", "16066063"
INDICATORS = definitions.load(bundled("forms"), load_folder(bundled("forms"), gate=False).texts)


def note(store: Store, code: str, period: str, numerator: int, denominator: int, **more: Any) -> None:
    """Record a figure; those of surveys with their interval."""
    if INDICATORS[code].computed and INDICATORS[code].source != "offers":
        low, high = wilson(numerator / denominator, denominator)
        more = {"low": low, "high": high, **more}
    observation = Observation(**{
        "indicator": code, "version": 1, "period": period, "value": numerator / denominator, "numerator": numerator,
        "denominator": denominator, "source": "=Statistik <b>", **more,
    })  # fmt: skip
    record(store, INDICATORS[code], observation, "Mara", reason="x")


def fill(store: Store) -> None:
    """Record figures of three topics."""
    for year, count in (("2023", 980), ("2024", 1010), ("2025", 1042)):
        note(store, "ARB1", year, count, 2400, preliminary=year == "2025")
    for area, counts in ((MEININGEN, (500, 1000)), (ZELLA, (4, 30)), (SCHMALKALDEN, (60, 90))):
        note(store, "ARB1", "2025", *counts, area=area)
    note(store, "ARB2", "2025", 200, 2400)
    note(store, "ARB4", "2026-Q2", 3, 97)
    note(store, "INT3", "2026-Q2", 42, 97)
    note(store, "SYS1", "2026-Q2", 2, 3)
    goals.set_goal(store, INDICATORS["ARB1"], baseline_period="2023", target_period="2028", target=0.5, by="Mara")


def publish(store: Store, indicators: Indicators = INDICATORS, withdraw: Collection[Period] = ()) -> Batch:
    """Publish all figures there are, without those to be withdrawn; what is corrected was a slip of the pen."""
    mark = publication.prepare(store, indicators, None, withdraw).mark
    return publication.publish(store, indicators, None, mark, "Mara", withdraw=withdraw, reason="Zahlendreher")
