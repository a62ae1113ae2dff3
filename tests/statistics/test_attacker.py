"""An attacker's test: from everything public no number below 5 can be bounded to fewer than 3 values apart."""

from __future__ import annotations

from hypothesis import given, settings

from tests.statistics.attacker import Story, found_in, stories


@settings(max_examples=200)
@given(stories())
def test_nothing_small_can_be_found(story: Story) -> None:
    assert found_in(story) == []
