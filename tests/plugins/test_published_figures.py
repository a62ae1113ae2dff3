"""Every figure of a publication equals what plain Python makes of the raw answers and offers of the demo."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from survey_service import settings
from survey_service.app import create_app
from survey_service.monitoring import definitions, publication, taking
from survey_service.paths import bundled as bundled_folder
from survey_service.questionnaire.loader import Library
from survey_service.reports import host
from survey_service.store.base import Store
from tests.conftest import TODAY
from tests.plugins import recompute
from tests.plugins.conftest import Wave
from tests.plugins.recompute import Expected

PERIOD = "2026-Q4"
NAMES = ("percent", "numerator", "denominator", "low", "high")
Numbers = tuple[float | None, ...]


def to_five(count: int) -> int:
    return 5 * math.floor(count / 5 + 0.5)


def tenths(share: float) -> float:
    return round(100 * share, 1)


def of_people(expected: Expected, cases: int) -> Numbers:
    """Return what is public of a share of people: all from rounded counts, the interval on rounded cases."""
    if expected.count is None or expected.n is None:
        return (None,) * 5
    k, n = to_five(expected.count), to_five(expected.n)
    low, high = recompute.interval(k, n, min(n, to_five(cases)))
    return tenths(k / n), k, n, tenths(low), tenths(high)


def people_of(needs: list[dict[str, Any]]) -> int:
    """Return how many people answered whether they know an offer, in any field."""
    asked = [f"B11_{field}" for field in recompute.FIELDS]
    return sum(any(recompute.state(person, question) == "answered" for question in asked) for person in needs)


def expected_of(wave: Wave, towns: list[str]) -> Mapping[str, Numbers]:
    people = recompute.survey_indicators(wave.needs, wave.offers, TODAY)
    found = {
        code: of_people(each, people_of(wave.needs) if code == "SYS3" else each.n or 0) for code, each in people.items()
    }
    for code, (k, n) in recompute.register_indicators(wave.offers, towns, TODAY).items():
        found[code] = (tenths(k / n), k, n, None, None)
    return found


def test_published_figures_are_those_of_the_raw_answers(
    wave: Wave, bundled: Library, store: Store, tmp_path: Path
) -> None:
    report = host.run("monitoring", wave.store, wave.publications, wave.settings, today=TODAY)
    indicators = definitions.load(bundled_folder("forms"))
    taken = taking.take(store, indicators, replace(report, synthetic=False), "Mara")  # as if the answers were real
    assert taken.left_out == ()
    mark = publication.prepare(store, indicators).mark
    publication.publish(store, indicators, None, mark, "Mara")
    client = create_app(settings.load(tmp_path / "instance"), store).test_client()
    rows = client.get("/results/1/figures.json").get_json()["figures"]
    found = {row["indicator"]: tuple(row[name] for name in NAMES) for row in rows}
    assert {(row["period"], row["area"]) for row in rows} == {(PERIOD, "")}
    towns = [row.name for row in bundled.vocabularies["municipalities"].choices if row.name != "other"]
    assert found == expected_of(wave, towns)
    assert len(found) == 16
