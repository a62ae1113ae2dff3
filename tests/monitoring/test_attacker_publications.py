"""An attacker's test: from all that is published of figures no number below 5 is known to fewer than 3 values apart.

Counties of chance record and publish; what is attacked is read from the public pages and files alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings

from survey_service import settings as service_settings
from survey_service.app import create_app
from survey_service.monitoring import publication, remainders, withholding
from survey_service.store import open_store
from tests.conftest import Count
from tests.monitoring import public_reading as reading
from tests.monitoring.public_attacking import REST, Small, found_in
from tests.monitoring.public_stories import (
    MUNICIPALITIES,
    OTHERS,
    SURVEYS,
    Plan,
    Story,
    Told,
    emptied,
    series_of,
    stories,
    tell,
)


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
    for batch in read:
        for cells in batch.cells.values():
            for cell in cells.values():
                reading.check_limits(cell)
        reading.walk(client, batch, len(read), list(story.walk))
    return found_in(series_of(story, told, read)), told


@pytest.mark.timeout(600)
@settings(max_examples=200, suppress_health_check=list(HealthCheck))
@given(story=stories())
def test_nothing_small_is_found_in_what_is_public(app: Flask, story: Story) -> None:
    assert attack(app, story)[0] == []


def without_a_look_at_earlier_steps(patch: pytest.MonkeyPatch) -> None:
    released = withholding._released
    patch.setattr(withholding, "_released", lambda parts, steps: released(parts, ()))


def without_the_rest_of_the_county(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(withholding, "telling", lambda known, shown, earlier: [])


def without_a_look_at_earlier_sums(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(withholding, "telling", lambda known, shown, earlier: remainders.telling(known, shown))


def with_areas_that_come_back(patch: pytest.MonkeyPatch) -> None:
    judged = withholding._people
    patch.setattr(withholding, "_people", lambda group: judged(replace(group, published={})))


def with_all_that_are_small(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(withholding, "share_reason", lambda numerator, base: None)


def with_all_targets(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(publication, "_beyond", lambda target, baseline, better: True)


A, Z, S, T = MUNICIPALITIES


def story_of(code: str, *rounds: dict[str, tuple[int, int]], target: int | None = None, later: str = "") -> Story:
    """Return a story of one indicator; ``later`` is a municipality that is recorded from the second round on."""
    period = {**SURVEYS, **OTHERS}[code]
    begins = {area: int(area == later) for area in rounds[0] if area != REST}
    plan = Plan((code, period), rounds, begins, True, (0, 0), hides=False)
    targets = ((code, target) if target is not None else None, *[None] * (len(rounds) - 1))
    return Story((plan,), (None,) * len(rounds), targets, (False,) * len(rounds), ((0, 0, 0), (1, 1, 0), (2, 0, 0)))


MANY = {A: (500, 500), S: (60, 30)}
FAULTS = [
    (without_a_look_at_earlier_steps, story_of("INT3", {REST: (5, 15)}, {REST: (7, 33)})),
    (without_the_rest_of_the_county, story_of("ARB1", {**MANY, Z: (4, 26)})),
    (without_a_look_at_earlier_sums, story_of("ARB1", {**MANY, Z: (4, 26)}, {**MANY, Z: (40, 56)}, later=S)),
    (with_areas_that_come_back, story_of("ARB1", {**MANY, Z: (2, 26), T: (2, 40)}, {**MANY, Z: (50, 80), T: (2, 40)})),
    (with_all_that_are_small, story_of("ARB1", {**MANY, Z: (4, 26)})),
    (with_all_targets, story_of("INT4", {REST: (42, 53)}, {REST: (42, 74)}, target=44)),
]
"""What is taken out of the protection, and the smallest story in which the attacker finds something then."""


@pytest.mark.parametrize(("fault", "story"), FAULTS, ids=[fault.__name__ for fault, _ in FAULTS])
def test_the_attacker_finds_what_is_not_protected(
    app: Flask, fault: Callable[[pytest.MonkeyPatch], None], story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert attack(app, story)[0] == []
    fault(monkeypatch)
    assert attack(app, story)[0]


def test_all_pages_say_what_the_files_say(app: Flask) -> None:
    """Of two publications with municipalities, small ones, a target and earlier figures: every page that there is."""
    first = story_of("ARB1", {**MANY, Z: (4, 26)}, {**MANY, Z: (4, 30)}, target=70)
    second = story_of("INT3", {REST: (42, 55)}, {REST: (60, 75)}).plans
    earlier = Plan(("ARB1", "2024"), ({REST: (400, 600)},) * 2, {}, True, (0, 0), hides=False)
    story = replace(first, plans=(*first.plans, *second, earlier))
    store = emptied(app.extensions["survey_service"].store, app)
    assert len(tell(story, store).rounds) == 2
    client = app.test_client()
    read = reading.read_all(client)
    for batch in read:
        reading.walk(client, batch, len(read), reading.everywhere(batch))


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
