"""Weighted shares and cross tables of a snapshot, with figures reckoned by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from survey_service.questionnaire.model import Questionnaire
from survey_service.reports.plugin import Group, Reason, ReportContext, answered, chose_any, everyone
from survey_service.statistics.shares import wilson
from tests.reports.test_context import context_of, person

RED = Group(chose_any("likes", "red"), answered("likes"))


def test_a_weighted_share(small: Questionnaire, tmp_path: Path) -> None:
    people = [
        *(person(["red"], why="red") for _ in range(30)),
        *(person(["blue"], why="red") for _ in range(30)),
        *(person(["red"], why="blue") for _ in range(10)),
        *(person(["blue"], why="blue") for _ in range(30)),
    ]
    context = context_of(people, small, tmp_path)
    targets = {"why": {"red": 30, "blue": 70}}
    weights = context.weights("small", targets)
    assert weights.weights == {("red",): pytest.approx(0.5), ("blue",): pytest.approx(1.75)}
    share = context.weighted("small", {"red": RED}, targets)["red"]
    p, n_eff = (30 * 0.5 + 10 * 1.75) / 100, 100**2 / (60 * 0.25 + 40 * 1.75**2)
    assert (share.numerator, share.base, share.suppressed) == (40, 100, None)
    assert share.share == pytest.approx(p)
    assert (share.low, share.high) == pytest.approx(wilson(p, n_eff))
    assert context.weighted("small", {"red": RED}, targets, period="2026-Q3")["red"].suppressed is Reason.BASE
    few = Group(chose_any("likes", "red") & (answered("why") & chose_any("likes", "green")), everyone())
    assert context.weighted("small", {"few": few}, targets)["few"].suppressed is Reason.GROUP
    with pytest.raises(ValueError, match="need a target"):
        context.weights("small", {})


def crossed(counts: dict[tuple[str, str], int], small: Questionnaire, folder: Path) -> ReportContext:
    people = [person(["red"], why=why, language=tag) for (why, tag), count in counts.items() for _ in range(count)]
    return context_of([*people, *(person(["blue"]) for _ in range(7))], small, folder)


def test_a_cross_table(small: Questionnaire, tmp_path: Path) -> None:
    counts = {
        ("red", "ar"): 12,
        ("red", "de"): 3,
        ("red", "uk"): 9,
        ("blue", "ar"): 8,
        ("blue", "de"): 7,
        ("blue", "uk"): 6,
        **{(why, tag): 20 for why in ("green", "none") for tag in ("ar", "de", "uk")},
    }
    found = crossed(counts, small, tmp_path).cross("small", "why", ":language")
    assert (found.rows, found.columns) == (("red", "blue", "green", "none"), ("ar", "de", "uk"))
    hidden = {
        (row, at) for row, cells in enumerate(found.counts.cells) for at, cell in enumerate(cells) if cell.suppressed
    }
    assert hidden == {(0, 1), (0, 2), (1, 1), (1, 2)}
    assert found.counts.cells[0][1].suppressed is Reason.GROUP
    assert [cell.count for cell in found.counts.row_totals] == [24, 21, 60, 60]
    assert found.counts.total.count == 165, "the 7 who did not answer are not counted"


def test_what_makes_no_cross_table(small: Questionnaire, tmp_path: Path) -> None:
    context = crossed({("red", "de"): 9}, small, tmp_path)
    with pytest.raises(ValueError, match="one answer each"):
        context.cross("small", "likes", ":language")
    with pytest.raises(ValueError, match="the same"):
        context.cross("small", "why", "why")
    with pytest.raises(KeyError):
        context.cross("small", "nothing", ":language")
