"""The figures of the demonstration say that they are invented, fit their indicators, and are not published."""

from __future__ import annotations

from survey_service.demo import figures
from survey_service.monitoring import goals, observations, publication
from survey_service.monitoring.definitions import Indicators
from survey_service.monitoring.figures import Batches
from survey_service.store.base import Store
from tests.conftest import TODAY


def test_invented_figures_say_so_and_are_recorded_once(store: Store, indicators: Indicators) -> None:
    assert figures.fill(store, indicators, today=TODAY) == 54
    assert figures.fill(store, indicators, today=TODAY) == 0
    recorded = [each.observation for code in indicators for each in observations.of_indicator(store, code)]
    assert {each.source for each in recorded} == {"erfunden, zur Vorführung"}
    assert {indicators[each.indicator].computed for each in recorded} == {False}
    assert {code for code in indicators if goals.of_indicator(store, code)} == {"ARB1", "BIL1"}
    assert Batches(lambda: store).count() == 0
    assert publication.prepare(store, indicators).is_new  # a manager could look at the preview
