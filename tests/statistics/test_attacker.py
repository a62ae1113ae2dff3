"""An attacker's test: from everything public no number below 5 can be bounded to fewer than 3 values apart.

Numbers below 5 are cells, totals, and what came between two publications, in all views and versions. That the test can
fail is shown by faults: what it is that protects is taken out piece by piece.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings

from survey_service.statistics import guard, releasing, worlds
from survey_service.statistics.guard import Guard, Target
from tests.conftest import Count
from tests.statistics.attacker import Story, found_in, outcome, stories

targets = Guard.targets
Fault = Callable[[pytest.MonkeyPatch], None]


def of_versions(guarded: Guard, wanted: bool) -> Iterator[Target]:
    """Yield the targets in whole versions, or those in differences only."""
    versions = [
        frozenset(number for number, inside in enumerate(guarded.members) if inside[place])
        for place in range(len(guarded.drafts))
    ]
    return (target for target in targets(guarded) if (target.sets in versions) == wanted)


@settings(max_examples=200)
@given(stories())
def test_nothing_small_can_be_found(story: Story) -> None:
    assert found_in(story) == []


@pytest.mark.faults
@pytest.mark.timeout(3600)
def test_nothing_small_can_be_found_in_long_stories(counted: Count) -> None:
    total: Counter[str] = Counter()

    @settings(max_examples=4_000, suppress_health_check=list(HealthCheck))
    @given(stories(batches=4))
    def long_run(story: Story) -> None:
        assert found_in(story) == []
        total.update(outcome(story.releases))

    long_run()
    for name, count in total.items():
        counted(f"disclosure: {name}", count)
    assert min(total.values()) > 1_000, "all of it occurs: published and held back, shown and hidden"


def without_complementary_suppression(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(releasing, "hidden_cells", lambda table: frozenset())
    patch.setattr(Guard, "targets", lambda self: of_versions(self, wanted=False))


def without_differences(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Guard, "targets", lambda self: of_versions(self, wanted=True))


def without_guard(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(releasing, "_guarded", lambda *_: None)


def with_two_values_apart(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(guard, "WIDE", 2)


def without_the_rule_in_the_rounding(patch: pytest.MonkeyPatch) -> None:
    """A published 5 is 5 to 7, not 3 to 7: below 5 nothing is published."""
    patch.setattr(worlds, "band", lambda published: (published - 2, published + 2))


FAULTS = (
    without_complementary_suppression,
    without_differences,
    without_guard,
    with_two_values_apart,
    without_the_rule_in_the_rounding,
)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_the_attacker_finds_what_is_not_protected(fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    fault(monkeypatch)
    generated = settings(
        max_examples=400, phases=[Phase.generate], database=None, suppress_health_check=list(HealthCheck)
    )
    found = find(stories(), lambda story: bool(found_in(story)), settings=generated)
    assert found_in(found)
