"""What counts the same is compared; drift, what is missing, gone, hidden, withdrawn or of another period is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_service.packages import comparing
from survey_service.packages.comparing import Beside, Compared, Difference
from survey_service.packages.kept import Kept
from survey_service.packages.manifest import County

OURS = County("16066", "Hier")
NAME = {"de": "Quote", "en": "Rate"}


def content(
    *figures: Mapping[str, Any], version: int = 1, words: str = "a ÷ b", code: str = "ARB1", **about: Any
) -> Any:
    """Return figures.json with one indicator; figures are its rows, 50 of 100 in 2025 but for what is given."""
    versions = [{"version": number, "definition": {"de": words, "en": words}} for number in range(1, version + 1)]
    indicator = {"code": code, "name": NAME, "field": "ARB", "better": "up", "source": "official", "versions": versions}
    row = {
        "indicator": code, "version": version, "period": "2025", "area": "", "percent": 50.0, "numerator": 50,
        "denominator": 100, "low": None, "high": None, "state": "final", "source": "BA", "correction": "",
    }  # fmt: skip
    head = {"day": "2026-11-27", "license": "https://example.org/by"}
    return {**head, "indicators": [{**indicator, **about}], "figures": [{**row, **one} for one in figures]}


def package(found: Any, county: str = "16067", gone: Mapping[str, Any] | None = None) -> Kept:
    made = "2026-11-20T08:00:00+00:00"
    place, name = f"{county}/indicators/figures", f"Kreis {county}"
    more = {"licence": {"url": "https://example.org/zero"}, "content": found, "gone": gone or {}}
    return Kept(place, "indicators", "figures", county, name, made, "d", "f", "Mara", made, **more)


def only(ours: Any, *packages: Kept, period: str = "") -> Compared:
    (found,) = comparing.compare(OURS, ours, {}, packages, period)
    return found


def theirs(ours: Any, other: Any, **more: Any) -> Beside:
    return only(ours, package(other), **more).besides[1]


def test_the_same_definition_in_the_same_period_is_drawn() -> None:
    found = only(content({}), package(content({"percent": 80.0, "numerator": 80})))
    assert [(each.standing, each.comparable) for each in found.besides] == [("ours", True), ("same", True)]
    assert (found.period, found.most, found.periods) == ("2025", 80.0, ("2025",))
    assert [each.made for each in found.besides] == ["2026-11-27", "2026-11-20"]
    assert [each.licence for each in found.besides] == ["https://example.org/by", "https://example.org/zero"]


@pytest.mark.parametrize(
    ("other", "standing", "differences"),
    [
        (content({}, words="a  ÷\n b"), "same", []),  # blanks count for nothing
        (content({}, words="a ÷ c"), "wording", [("definition", "de"), ("definition", "en")]),
        (content({}, words="(a ÷ b)"), "wording", [("definition", "de"), ("definition", "en")]),
        (content({}, name={**NAME, "de": "Anteil"}), "wording", [("name", "de")]),
        (content({}, name={**NAME, "uk": "Частка"}), "same", []),  # a translation
        (content({}, better="down"), "wording", [("better", "")]),
        (content({}, source="county"), "wording", [("source", "")]),
        (content({}, field="WOH"), "same", []),  # where it is filed doesn't change what is counted
        (content({}, version=2), "version", []),
        (content({}, version=2, words="x"), "version", [("definition", "de"), ("definition", "en")]),
    ],
)
def test_definitions_are_compared_word_by_word(other: Any, standing: str, differences: list[tuple[str, str]]) -> None:
    found = theirs(content({}), other)
    assert (found.standing, [(each.name, each.tag) for each in found.differences]) == (standing, differences)
    assert found.comparable == (standing == "same")


def test_a_difference_says_both_wordings() -> None:
    found = theirs(content({}), content({}, better="down"))
    assert found.differences == (Difference("better", "", "up", "down"),)


def test_nothing_is_drawn_across_a_drifted_one_but_the_others_are() -> None:
    drifted, same = package(content({}, words="x")), package(content({}), "16068")
    found = only(content({}), drifted, same)
    assert [each.comparable for each in found.besides] == [True, False, True]
    assert not any(each.comparable for each in only(content({}), drifted).besides)


def test_what_is_not_there_is_told() -> None:
    other = content({}, code="WOH1")
    rows = comparing.compare(OURS, content({}), {}, [package(other, gone={"ARB1": NAME}), package(other, "16068")])
    assert [[each.standing for each in row.besides] for row in rows] == [
        ["ours", "gone", "missing"],
        ["missing", "unknown", "unknown"],
    ]
    assert not any(each.comparable for row in rows for each in row.besides)


@pytest.mark.parametrize("state", ["hidden", "withdrawn"])
def test_hidden_and_withdrawn_figures_are_shown_as_such(state: str) -> None:
    bare = {"percent": None, "numerator": None, "denominator": None, "state": state, "correction": "Zahlendreher"}
    found = theirs(content({}), content(bare))
    assert found.figure is not None
    assert (found.figure.state, found.figure.correction, found.comparable) == (state, "Zahlendreher", False)
    ours = only(content(bare), package(content({})))
    assert not any(each.comparable for each in ours.besides)


def test_another_period_is_never_compared() -> None:
    found = theirs(content({}), content({"period": "2023"}, {"period": "2024"}))
    assert (found.figure, found.newest, found.comparable) == (None, "2024", False)
    both = only(content({}, {"period": "2024"}), package(content({"period": "2024"})), period="2024")
    assert all(each.comparable for each in both.besides)
    assert both.periods == ("2025", "2024")


def test_figures_of_municipalities_are_left_aside() -> None:
    found = theirs(content({}), content({"area": "16067029"}))
    assert (found.figure, found.newest) == (None, "")


def test_without_a_publication_of_ours_the_newest_of_each_county_is_shown() -> None:
    (found,) = comparing.compare(OURS, None, {}, [package(content({"period": "2023"}, {"period": "2024"}))])
    assert [each.standing for each in found.besides] == ["missing", "unknown"]
    assert found.besides[1].figure is not None
    assert found.besides[1].figure.period == "2024"
    assert comparing.compare(OURS, None, {}, []) == []


def test_rows_for_files_hold_what_the_page_shows() -> None:
    compared = [only(content({}), package(content({"percent": 80.0, "numerator": 80}, words="x")))]
    ours, other = comparing.rows(compared)
    assert (ours["county"], ours["definition"], ours["percent"], ours["comparable"]) == ("16066", "ours", 50.0, False)
    assert (other["county"], other["definition"], other["percent"], other["comparable"]) == (
        "16067", "wording", 80.0, False,
    )  # fmt: skip


_WORDS = st.sampled_from(["a ÷ b", "a ÷ c", "x"])
_ROW = st.fixed_dictionaries({"period": st.sampled_from(["2024", "2025"]), "percent": st.sampled_from([None, 12.5])})


@given(st.lists(st.tuples(_WORDS, st.integers(1, 2), _ROW), max_size=3), st.sampled_from(["", "2024"]))
def test_whatever_comes_only_equal_things_are_drawn(others: list[tuple[str, int, dict[str, Any]]], period: str) -> None:
    make: Callable[..., Any] = lambda words, version, row: content(row, version=version, words=words)  # noqa: E731
    packages = [package(make(*each), str(16067 + number)) for number, each in enumerate(others)]
    found = only(content({}), *packages, period=period)
    drawn = [each for each in found.besides if each.comparable]
    assert len(drawn) != 1
    for each in drawn:
        assert each.standing in ("ours", "same")
        assert each.differences == ()
        assert each.figure is not None
        assert (each.figure.period, each.version) == (found.period, 1)
        assert each.figure.percent is not None
