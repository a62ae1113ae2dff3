"""What a plugin learns of a questionnaire's order, of the states of its questions, and of shares split by a fact."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from survey_service.questionnaire.model import Questionnaire
from survey_service.reports.plugin import Group, ReportContext, answered, chose_any, everyone, protected
from tests.reports.test_context import context_of, person


@pytest.fixture
def crowd(small: Questionnaire, tmp_path: Path) -> ReportContext:
    """German: 20 like red, 10 blue; Arabic: 6 red, 6 blue, 7 not said; Ukrainian: 2 red, 9 skipped; Tigrinya: 1."""
    people = [
        *(person(["red"], why="red") for _ in range(20)),
        *(person(["blue"]) for _ in range(10)),
        *(person(["red"], language="ar") for _ in range(6)),
        *(person(["blue"], language="ar") for _ in range(6)),
        *(person(None, state="pna", language="ar") for _ in range(7)),
        *(person(["red"], language="uk") for _ in range(2)),
        *(person(None, state="skipped", language="uk") for _ in range(9)),
        person(["blue"], language="ti"),
    ]
    return context_of(people, small, tmp_path)


def test_questions_and_pages_stand_in_their_order(crowd: ReportContext, small: Questionnaire) -> None:
    pages = {page.name: page for page in small.pages}
    assert list(crowd.pages("small")) == list(pages)
    questions = crowd.questions("small")
    assert [info.name for info in questions] == [
        q.name for page in small.pages for q in page.questions if q.type != "note"
    ]
    likes = next(info for info in questions if info.name == "likes")
    assert (likes.kind, likes.choices, likes.sensitive) == ("select_multiple", "colours", False)
    assert likes.page in pages
    assert (crowd.languages("small"), crowd.modes("small")) == (("ar", "de", "ti", "uk"), ("web",))


def test_shares_by_language(crowd: ReportContext) -> None:
    found = crowd.split("small", {"red": Group(chose_any("likes", "red"), answered("likes"))}, "language")["red"]
    assert (found.total.numerator, found.total.base) == (28, 45)
    shown = {name: (part.numerator, part.base, part.suppressed) for name, part in found.parts.items()}
    # Ukrainian (2 answers) and Tigrinya (1) have bases of fewer than ten and together fewer than five: Arabic follows.
    assert shown == {
        "ar": (None, None, "derivable"),
        "de": (20, 30, None),
        "ti": (None, None, "small_base"),
        "uk": (None, None, "small_base"),
    }
    assert (found.rest["de"].numerator, found.rest["de"].base) == (8, 15)
    assert set(found.rest) == {"de"}


def test_shares_by_a_question_with_several_choices(crowd: ReportContext) -> None:
    """Each choice is set against all who did not choose it, whether they chose something else or nothing."""
    german = Group(pl.col(":language") == "de", everyone())
    found = crowd.split("small", {"german": german}, "likes")["german"]
    assert (found.total.numerator, found.total.base) == (30, 61)
    shown = {name: (part.numerator, part.base, found.rest[name].numerator) for name, part in found.parts.items()}
    assert shown == {"red": (20, 28, 10), "blue": (10, 17, 20)}


def test_states_of_questions(crowd: ReportContext) -> None:
    likes, why = crowd.states("small", ["likes", "why"]).values()
    assert {state: share.numerator for state, share in likes.items()} == {"answered": 45, "pna": 7, "skipped": 9}
    assert {state: (share.numerator, share.suppressed) for state, share in why.items()} == {
        "answered": (None, "derivable"),  # else nobody who skipped it could be worked out
        "pna": (None, "small_group"),
        "skipped": (None, "small_group"),
        "not_shown": (41, None),
    }


def test_a_share_that_a_plugin_counted_itself() -> None:
    assert protected(5, 10).share == 0.5
    assert protected(4, 10).suppressed == "small_group"
    assert protected(0, 4).base is None
