"""An attacker's test: from all that is published of figures no number below 5 is known to fewer than 3 values apart.

Counties of chance record and publish; what is attacked is read from the public pages and files alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, find, given, settings

from survey_service import settings as service_settings
from survey_service.app import create_app
from survey_service.monitoring import withholding
from survey_service.store import open_store
from tests.conftest import Count
from tests.monitoring import public_reading as reading
from tests.monitoring.public_attacking import Small, found_in
from tests.monitoring.public_stories import Story, Told, emptied, series_of, stories, tell


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """An application over a store in memory, for one story after another."""
    folder = tmp_path_factory.mktemp("attacked")
    return create_app(service_settings.load(folder / "instance"), open_store("memory:", folder))


def attack(app: Flask, story: Story) -> tuple[list[Small], Told]:
    """Tell a story, read all that is public, and return what an attacker finds."""
    store = emptied(app.extensions["survey_service"].store, app)
    told = tell(story, store)
    if not told.rounds:
        return [], told
    client = app.test_client()
    read = reading.read_all(client)
    for publication in read:
        for cells in publication.cells.values():
            for cell in cells.values():
                reading.check_limits(cell)
        reading.walk(client, publication, len(read), list(story.walk))
    return found_in(series_of(story, told, read)), told


@settings(max_examples=200, suppress_health_check=list(HealthCheck))
@given(story=stories())
def test_nothing_small_is_found_in_what_is_public(app: Flask, story: Story) -> None:
    assert attack(app, story)[0] == []


def without_a_look_at_earlier_steps(patch: pytest.MonkeyPatch) -> None:
    released = withholding._released
    patch.setattr(withholding, "_released", lambda parts, steps: released(parts, ()))


def without_the_rest_of_the_county(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(withholding, "_complete", lambda known, why: None)


def with_areas_that_come_back(patch: pytest.MonkeyPatch) -> None:
    judged = withholding._people
    patch.setattr(withholding, "_people", lambda group: judged(replace(group, published={})))


def with_all_that_are_small(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(withholding, "share_reason", lambda numerator, base: None)


FAULTS = (
    without_a_look_at_earlier_steps,
    without_the_rest_of_the_county,
    with_areas_that_come_back,
    with_all_that_are_small,
)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_the_attacker_finds_what_is_not_protected(
    app: Flask, fault: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    fault(monkeypatch)
    generated = settings(
        max_examples=1_000, phases=[Phase.generate], database=None, suppress_health_check=list(HealthCheck)
    )
    found = find(stories(), lambda story: bool(attack(app, story)[0]), settings=generated)
    assert attack(app, found)[0]


@pytest.mark.faults
@pytest.mark.timeout(3600)
def test_nothing_small_is_found_in_long_stories(app: Flask, counted: Count) -> None:
    total: Counter[str] = Counter()

    @settings(max_examples=4_000, suppress_health_check=list(HealthCheck))
    @given(story=stories(rounds=4))
    def long_run(story: Story) -> None:
        found, told = attack(app, story)
        assert found == []
        total.update({"publications": len(told.rounds), "shown": told.shown, "hidden": told.hidden, "held": told.held,
                      "targets": len(told.targets)})  # fmt: skip

    long_run()
    for name, count in total.items():
        counted(f"published figures: {name}", count)
    assert min(total.values()) > 500, "all of it occurs"
