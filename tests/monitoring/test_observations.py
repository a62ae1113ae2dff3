"""Observations keep where they come from and what they were before; goals start from one of them."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest

from survey_service.monitoring import goals, observations, taking
from survey_service.monitoring.definitions import Indicators
from survey_service.monitoring.observations import Observation, record
from survey_service.problems import Problem
from survey_service.reports.report import Report
from survey_service.store.base import Store
from tests.monitoring.conftest import Figure

BOTH_STORES = True


def refusal(call: Any, *arguments: Any, **named: Any) -> str:
    with pytest.raises(Problem) as caught:
        call(*arguments, **named)
    return caught.value.code


def test_a_correction_needs_a_reason_and_keeps_what_was(store: Store, indicators: Indicators, figure: Figure) -> None:
    arb1 = indicators["ARB1"]
    assert record(store, arb1, figure("2025", 420, 970), "Mara") == "new"
    assert record(store, arb1, figure("2025", 420, 970), "Willi") == "unchanged"
    assert refusal(record, store, arb1, figure("2025", 430, 970), "Willi") == "observation.reason"
    corrected = figure("2025", 430, 970)
    assert record(store, arb1, corrected, "Willi", reason=" Tippfehler ") == "changed"
    newest = observations.of_indicator(store, "ARB1")
    assert [(each.observation.numerator, each.by, each.reason) for each in newest] == [(430, "Willi", "Tippfehler")]
    before = observations.history(store, corrected.key)
    assert [(each.observation.numerator, each.by, each.reason) for each in before] == [(420, "Mara", "")]


def test_a_preliminary_figure_changes_without_a_reason(store: Store, indicators: Indicators, figure: Figure) -> None:
    record(store, indicators["ARB1"], figure("2025", 420, 970, preliminary=True), "Mara")
    assert record(store, indicators["ARB1"], figure("2025", 430, 970), "Mara") == "changed"
    assert len(observations.history(store, "ARB1/1//2025")) == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"period": "2025-Q1"}, "observation.period"),
        ({"period": "next year"}, "observation.period"),
        ({"version": 2}, "observation.version"),
        ({"source": " "}, "observation.source"),
        ({"numerator": 98, "value": 98 / 97}, "observation.share"),
        ({"numerator": 98, "value": 0.5}, "observation.share"),
        ({"denominator": 0}, "observation.denominator"),
        ({"denominator": None}, "observation.denominator"),
        ({"numerator": -1}, "observation.share"),
        ({"value": 0.44}, "observation.share"),
        ({"value": float("nan")}, "observation.share"),
        ({"value": None}, "observation.share"),
        ({"numerator": None, "denominator": None, "value": 1.2}, "observation.share"),
    ],
)
def test_what_no_observation_can_be(
    store: Store, indicators: Indicators, figure: Figure, changes: dict[str, Any], code: str
) -> None:
    observation = dataclasses.replace(figure("2025", 42, 97), **changes)
    assert refusal(record, store, indicators["ARB1"], observation, "Mara") == code
    assert store.collection(observations.OBSERVATIONS).count() == 0


def test_a_percentage_alone_and_a_hidden_value_are_observations(store: Store, indicators: Indicators) -> None:
    alone = Observation("INT1", 1, "2025", 0.031, source="TLS")
    hidden = Observation("INT4", 1, "2026-Q2", None, denominator=40, source="Umfrage", suppressed="small_group")
    assert record(store, indicators["INT1"], alone, "Mara") == "new"
    assert record(store, indicators["INT4"], hidden, "Mara") == "new"


def test_no_line_is_drawn_across_versions_and_areas(figure: Figure) -> None:
    def of(period: str, version: int = 1, area: str = "") -> observations.Recorded:
        observation = dataclasses.replace(figure(period, 1, 2), version=version, area=area)
        return observations.Recorded(observation, "Mara", "2026-01-01T00:00:00+00:00")

    given = [of("2024"), of("2023"), of("2025", 2), of("2026", 2), of("2024", 1, "16066042")]
    runs = [[each.observation.period for each in run] for run in observations.series(given)]
    assert runs == [["2023", "2024"], ["2025", "2026"]]
    assert [len(run) for run in observations.series(given, "16066042")] == [1]


def test_a_goal_starts_from_a_figure(store: Store, indicators: Indicators, figure: Figure) -> None:
    arb1 = indicators["ARB1"]
    goal = {"baseline_period": "2025", "target_period": "2028", "target": 0.5, "by": "Mara"}
    assert refusal(goals.set_goal, store, arb1, **goal) == "goal.baseline"
    record(store, arb1, figure("2025", 42, 100), "Mara")
    assert refusal(goals.set_goal, store, arb1, **{**goal, "target": 0.4}) == "goal.target"
    assert refusal(goals.set_goal, store, arb1, **{**goal, "target": 1.01}) == "goal.target"
    assert refusal(goals.set_goal, store, arb1, **{**goal, "target_period": "2025"}) == "goal.period"
    assert refusal(goals.set_goal, store, arb1, **{**goal, "target_period": "2028-Q1"}) == "goal.period"
    assert refusal(goals.set_goal, store, indicators["ARB4"], **goal) == "goal.neutral"
    made = goals.set_goal(store, arb1, **goal, decided=" Kreistag, 13.05.2026 ")
    assert (made.baseline, made.target, made.decided) == (0.42, 0.5, "Kreistag, 13.05.2026")
    later = goals.set_goal(store, arb1, **{**goal, "target": 0.55})
    assert goals.of_indicator(store, "ARB1") == later
    assert goals.history(store, "ARB1") == [made]
    goals.remove(store, "ARB1")
    assert goals.of_indicator(store, "ARB1") is None
    assert goals.history(store, "ARB1") == [made, later]
    goals.remove(store, "ARB1")


@pytest.mark.parametrize(
    ("code", "baseline", "target", "value", "state"),
    [
        ("ARB1", 0.4, 0.5, 0.5, "reached"),
        ("ARB1", 0.4, 0.5, 0.45, "on_the_way"),
        ("ARB1", 0.4, 0.5, 0.4, "open"),
        ("ARB1", 0.4, 0.5, 0.39, "away"),
        ("ARB2", 0.2, 0.1, 0.09, "reached"),
        ("ARB2", 0.2, 0.1, 0.15, "on_the_way"),
        ("ARB2", 0.2, 0.1, 0.21, "away"),
    ],
)
def test_progress_follows_the_direction(
    indicators: Indicators, code: str, baseline: float, target: float, value: float, state: str
) -> None:
    goal = goals.Goal(code, 1, "2025", baseline, "2028", target)
    assert goals.progress(indicators[code], goal, value) == state


def figure_block(indicator: str, **more: Any) -> dict[str, Any]:
    return {
        "type": "figure", "indicator": indicator, "definition_version": 1, "period": "2026-Q2", "numerator": 42,
        "denominator": 97, "value": 42 / 97, "low": 0.338801, "high": 0.532284, "preliminary": False,
        "suppressed": None, **more,
    }  # fmt: skip


def report(*blocks: dict[str, Any], **more: Any) -> Report:
    facts = {"id": 7, "plugin": "monitoring", "version": "1.1", "title": {}, "snapshot": "abc", "period": "2026-Q4"}
    return Report(**{**facts, "day": dt.date(2026, 11, 23), "synthetic": False, "counts": {}, "blocks": blocks, **more})


def test_figures_of_a_report_are_taken_over_with_their_report(store: Store, indicators: Indicators) -> None:
    hidden = figure_block("INT4", value=None, numerator=None, low=None, high=None, suppressed="small_group")
    wrong = figure_block("INT5", definition_version=9)
    found = report({"type": "text"}, figure_block("INT3"), hidden, figure_block("ARB1"), wrong)
    taken = taking.take(store, indicators, found, "Mara")
    assert taken.counts == {"new": 2, "changed": 0, "unchanged": 0}
    assert taken.left_out == (("ARB1", "indicator.missing"), ("INT5", "observation.version"))
    stored = observations.of_indicator(store, "INT3")[0].observation
    assert (stored.origin, stored.report, stored.source) == ("report", 7, "monitoring 1.1, abc")
    assert taking.take(store, indicators, found, "Mara").counts["unchanged"] == 2
    later = report(figure_block("INT3", numerator=43, value=43 / 97), id=8)
    assert taking.take(store, indicators, later, "Mara").counts["changed"] == 1
    assert observations.of_indicator(store, "INT3")[0].reason == "report 8"


@pytest.mark.parametrize("facts", [{"synthetic": True}, {"withdrawn": True}])
def test_invented_and_withdrawn_answers_make_no_figures(
    store: Store, indicators: Indicators, facts: dict[str, Any]
) -> None:
    found = report(figure_block("INT3"), **facts)
    assert refusal(taking.take, store, indicators, found, "Mara") == "observation.synthetic"
    assert store.collection(observations.OBSERVATIONS).count() == 0
