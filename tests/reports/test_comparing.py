"""What differs between two reports, by hand-made pairs and by random changes."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_service.reports.blocks import (
    Bar,
    Chart,
    Column,
    Figure,
    ReportOutput,
    Statement,
    Table,
    TextBlock,
    integer,
    percent,
    words,
)
from survey_service.reports.comparing import Change, Part, compare
from survey_service.statistics.disclosure import protect
from survey_service.statistics.shares import share_of

EN = {"de": "x", "en": "x"}


def figure(code: str, hits: int, base: int = 100, period: str = "2026") -> Figure:
    share = protect(share_of(hits, base))
    return Figure(
        code, EN, EN, 1, period, share.numerator, share.base, share.share, share.low, share.high, "percent", "up",
        False, "survey", share.suppressed,
    )  # fmt: skip


def statement(id: str, hits: int, base: int = 100) -> Statement:
    share = protect(share_of(hits, base))
    return Statement.of(share, id=id, field="INT", question="B17", wording=EN, text=EN, revisions=("needs-1",))


def row(name: str, *cells: int) -> tuple[Any, ...]:
    return (words({"*": name}), *map(integer, cells))


def table(*rows: tuple[Any, ...], columns: tuple[str, ...] = ("Field", "Offers", "Needs")) -> Table:
    return Table("gap", {"*": "Gap"}, tuple(Column({"*": name}) for name in columns), rows)


def blocks(*made: Any) -> list[dict[str, Any]]:
    return ReportOutput(made).to_json()["blocks"]


def names(changes: list[Change]) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(one.state, one.kind, tuple(next(iter(text.values())) for text in one.where)) for one in changes]


def test_two_figures_that_change_are_exactly_what_is_named() -> None:
    old = blocks(figure("A", 40), figure("B", 50), figure("C", 60), statement("s", 30), table(row("ARB", 1, 2)))
    new = blocks(figure("A", 41), figure("B", 50), figure("C", 61), statement("s", 30), table(row("ARB", 1, 2)))
    changes = compare(old, new)
    assert names(changes) == [("changed", "figure", ("A", "x", "2026")), ("changed", "figure", ("C", "x", "2026"))]
    parts = {part.name: part for part in changes[0].parts}
    assert set(parts) == {"value", "low", "high", "numerator"}
    assert parts["value"] == Part("value", {"kind": "percent", "value": 0.4}, {"kind": "percent", "value": 0.41})
    assert parts["numerator"] == Part("numerator", {"kind": "integer", "value": 40}, {"kind": "integer", "value": 41})


def test_a_value_that_is_hidden_now_says_why() -> None:
    (change,) = compare(blocks(figure("A", 40)), blocks(figure("A", 4)))
    value = next(part for part in change.parts if part.name == "value")
    assert value.new == {"kind": "hidden", "value": "small_group"}


def test_what_appears_and_what_vanishes() -> None:
    old = blocks(figure("A", 40), figure("A", 40, period="2025"), statement("gone", 30))
    new = blocks(figure("A", 40), figure("B", 50), statement("new", 30))
    assert names(compare(old, new)) == [
        ("appeared", "figure", ("B", "x", "2026")),
        ("appeared", "statement", ("new", "x")),
        ("vanished", "figure", ("A", "x", "2025")),
        ("vanished", "statement", ("gone", "x")),
    ]
    assert all(part.old is None for part in compare(old, new)[0].parts)


def test_cells_rows_columns_and_tables() -> None:
    old = blocks(table(row("ARB", 1, 2), row("WOH", 3, 4)))
    assert names(compare(old, blocks(table(row("ARB", 1, 2), row("WOH", 3, 5))))) == [
        ("changed", "cell", ("Gap", "WOH", "Needs"))
    ]
    assert compare(old, blocks(table(row("WOH", 3, 4), row("ARB", 1, 2)))) == []
    assert names(compare(old, blocks(table(row("ARB", 1, 2))))) == [("vanished", "row", ("Gap", "WOH"))]
    wider = table(row("ARB", 1, 2, 9), row("WOH", 3, 4, 9), columns=("Field", "Offers", "Needs", "More"))
    assert names(compare(old, blocks(wider))) == [("appeared", "column", ("Gap", "More"))]
    assert names(compare([], old)) == [("appeared", "table", ("Gap",))]
    twins = blocks(table(row("ARB", 1, 2), row("ARB", 3, 4)))
    assert names(compare(twins, blocks(table(row("ARB", 1, 2), row("ARB", 3, 9))))) == [
        ("changed", "cell", ("Gap", "ARB", "Needs"))
    ]


def test_bars_texts_and_other_blocks() -> None:
    def chart(share: float) -> Chart:
        return Chart("c", {"*": "Chart"}, "percent", (Bar({"*": "A"}, percent(share, None)),))

    assert names(compare(blocks(chart(0.1)), blocks(chart(0.2)))) == [("changed", "bar", ("Chart", "A"))]
    old, new = TextBlock({"*": "%(n)s people"}, "note", {"n": integer(7)}), TextBlock({"*": "Hello"}, "note")
    more = TextBlock({"*": "%(n)s people"}, "note", {"n": integer(8)})
    assert names(compare(blocks(old), blocks(more))) == [("changed", "text", ("%(n)s people",))]
    assert names(compare(blocks(old), blocks(new))) == [
        ("appeared", "text", ("Hello",)),
        ("vanished", "text", ("%(n)s people",)),
    ]
    plot = {"type": "plot", "id": "p", "caption": {"*": "Plot"}, "specification": {"mark": "bar"}}
    assert compare([plot], [copy.deepcopy(plot)]) == []
    assert names(compare([plot], [{**plot, "specification": {"mark": "line"}}])) == [("changed", "plot", ("Plot",))]


@pytest.mark.parametrize("name", ["text", "wording", "definition", "name"])
def test_a_wording_that_changes_is_named(name: str) -> None:
    old, new = blocks(statement("s", 30), figure("A", 30)), blocks(statement("s", 30), figure("A", 30))
    for block in new:
        if name in block:
            block[name] = {"*": "other"}
    expected = 0 if name == "wording" else 1  # the question's wording is that of the questionnaire, not of the report
    assert len(compare(old, new)) == expected


COUNTS = st.lists(st.integers(5, 95), min_size=1, max_size=8)


def report(counts: list[int]) -> list[dict[str, Any]]:
    figures = [figure(f"F{place}", count) for place, count in enumerate(counts)]
    rows = [row(f"R{place}", count, 1) for place, count in enumerate(counts)]
    return blocks(*figures, table(*rows), *(statement(f"s{place}", count) for place, count in enumerate(counts)))


@given(COUNTS)
def test_a_report_does_not_differ_from_itself(counts: list[int]) -> None:
    assert compare(report(counts), report(counts)) == []


@given(COUNTS, st.data())
def test_each_changed_number_is_named_once_for_each_thing_that_shows_it(counts: list[int], data: st.DataObject) -> None:
    places = data.draw(st.sets(st.sampled_from(range(len(counts)))))
    changed = [count + 1 if place in places else count for place, count in enumerate(counts)]
    changes = compare(report(counts), report(changed))
    assert {one.state for one in changes} <= {"changed"}
    for kind in ("figure", "cell", "statement"):
        assert sum(one.kind == kind for one in changes) == len(places)


@given(COUNTS, COUNTS)
def test_the_other_way_round_is_the_mirror_image(first: list[int], second: list[int]) -> None:
    mirror = {"changed": "changed", "appeared": "vanished", "vanished": "appeared"}
    there, back = compare(report(first), report(second)), compare(report(second), report(first))

    def facts(changes: list[Change], turned: bool) -> list[str]:
        return sorted(
            repr((mirror[one.state] if turned else one.state, one.kind, one.where,
                  sorted((part.name, repr(part.new if turned else part.old), repr(part.old if turned else part.new))
                         for part in one.parts)))
            for one in changes
        )  # fmt: skip

    assert facts(there, False) == facts(back, True)
    assert [Change.from_json(one.to_json()) for one in there] == there
