"""The closed schema, and what it can't say: no markup, no addresses, no numbers that disclosure control forbids."""

from __future__ import annotations

import contextlib
import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_service.reports import output
from survey_service.reports.blocks import (
    Bar,
    Chart,
    Column,
    Figure,
    ReportOutput,
    Statement,
    Table,
    TextBlock,
    date,
    decimal,
    hidden,
    integer,
    percent,
    persons,
    words,
)
from survey_service.reports.schema import MAX_BYTES
from survey_service.statistics.disclosure import Reason, protect
from survey_service.statistics.shares import share_of
from tests.conftest import TODAY

BOTH = {"de": "a", "en": "b"}


def statement(count: int = 20, n: int = 40) -> Statement:
    return Statement.of(
        protect(share_of(count, n)), id="s", field="INT", question="B08", wording={"de": "Frage"},
        text={"de": "%(share)s von %(n)s, 100 %%", "en": "%(share)s of %(n)s, 100 %%"}, revisions=("needs-1",),
        offers=0,
    )  # fmt: skip


def figure(count: int = 20, n: int = 40) -> Figure:
    share = protect(share_of(count, n))
    return Figure("INT3", BOTH, BOTH, 1, "2026-Q4", share.numerator, share.base, share.share, share.low, share.high,
                  "percent", "up", True, "survey", share.suppressed)  # fmt: skip


TABLE = Table(
    "t",
    BOTH,
    (Column(BOTH), Column(BOTH, "persons"), Column(BOTH, "percent"), Column(BOTH, "date"), Column(BOTH, "decimal")),
    ((words({"*": "x"}), persons(5, None), percent(0.5, None), date(TODAY), decimal(-1.5)),
     (words({"*": "y"}), persons(None, Reason.GROUP), percent(None, None), hidden(Reason.BASE), decimal(2))),
)  # fmt: skip
CHART = Chart("c", BOTH, "percent", (Bar(BOTH, percent(0.5, None), 0.4, 0.6), Bar(BOTH, hidden(Reason.GROUP))))
COUNTS = Chart("k", BOTH, "integer", (Bar(BOTH, integer(0)), Bar(BOTH, persons(7, None))))
WHOLE = ReportOutput((TextBlock(BOTH, "heading"), statement(), figure(), TABLE, CHART, COUNTS)).to_json()


def test_every_kind_of_block_passes() -> None:
    blocks = output.check_output(output.read_json(json.dumps(WHOLE).encode()))
    assert [block["type"] for block in blocks] == ["text", "statement", "figure", "table", "chart", "chart"]
    assert blocks == WHOLE["blocks"]


def test_suppressed_statements_and_figures_pass() -> None:
    for block in (statement(2, 40), statement(38, 40), statement(0, 0), figure(2, 4)):
        checked = output.check_output(ReportOutput((block,)).to_json())[0]
        assert checked["suppressed"] in ("small_group", "small_base")


@pytest.mark.parametrize(
    ("place", "value", "fault"),
    [
        (("blocks", 1, "n"), 1.5, "anyOf"),
        (("blocks", 1, "n"), True, "anyOf"),
        (("blocks", 1, "count"), 4, "minimum"),
        (("blocks", 1, "count"), 36, "disclosure control"),
        (("blocks", 1, "count"), None, "missing without a reason"),
        (("blocks", 1, "suppressed"), "small_group", "a suppressed value is given"),
        (("blocks", 1, "suppressed"), "because", "enum"),
        (("blocks", 1, "share"), 1.01, "maximum"),
        (("blocks", 1, "high"), 0.1, "interval"),
        (("blocks", 1, "low"), None, "interval"),
        (("blocks", 1, "colour"), "red", "additionalProperties"),
        (("blocks", 1, "id"), "a b", "pattern"),
        (("blocks", 1, "id"), "a\n", "pattern"),
        (("blocks", 3, "rows", 0, 3), {"kind": "date", "value": "2026-02-30"}, "anyOf"),
        (("blocks", 1, "text", "en"), "%(nobody)s", "has no value"),
        (("blocks", 1, "text", "en"), "100 %", "neither"),
        (("blocks", 1, "text", "en"), "%(share)999d", "neither"),
        (("blocks", 1, "text", "xx yy"), "a", "additionalProperties"),
        (("blocks", 2, "numerator"), 3, "disclosure control"),
        (("blocks", 2, "period"), "last year", "pattern"),
        (("blocks", 2, "definition_version"), 0, "minimum"),
        (("blocks", 3, "rows", 0), [], "one cell for each column"),
        (("blocks", 3, "rows", 0, 1), {"kind": "persons", "value": 4}, "anyOf"),
        (("blocks", 3, "rows", 0, 1), {"kind": "percent", "value": 0.4}, "not of its column's kind"),
        (("blocks", 3, "columns"), [], "minItems"),
        (("blocks", 4, "bars", 0, "value"), {"kind": "integer", "value": 4}, "not of the chart's unit"),
        (("blocks", 5, "bars", 0, "high"), 0.4, "only a share has an interval"),
        (("blocks", 5, "id"), "c", "stands twice"),
        (("blocks", 0, "type"), "html", "type"),
        (("blocks", 0, "role"), "script", "enum"),
        (("blocks",), {}, "type"),
    ],
)
def test_a_fault_is_named_with_its_place(place: tuple[Any, ...], value: Any, fault: str) -> None:
    changed = copy.deepcopy(WHOLE)
    target: Any = changed
    for step in place[:-1]:
        target = target[step]
    target[place[-1]] = value
    with pytest.raises(output.Unusable) as caught:
        output.check_output(changed)
    message = str(caught.value)
    assert fault in message
    assert message.startswith("/".join(str(step) for step in place[:2]) if len(place) > 1 else "output")


def test_offers_are_no_people() -> None:
    few = {**ReportOutput((figure(),)).to_json()["blocks"][0], "source": "offers", "low": None, "high": None}
    few |= {"numerator": 0, "denominator": 2, "value": 0.0}
    assert output.check_output({"blocks": [few]}) == [few]
    with pytest.raises(output.Unusable, match="more than the denominator"):
        output.check_output({"blocks": [{**few, "numerator": 3}]})


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": -Infinity}', "-Infinity"),
        (b'{"a": 1e999}', "/a: not a finite number"),
        (b"[" * 100_000, "not JSON"),
        (b"1" * 5_000, "not JSON"),
        (b'"' + b"x" * MAX_BYTES + b'"', "more than 1000000 bytes"),
        (b'{"a": "<b>"}', "/a: markup"),
        (b'{"a": "</p"}', "markup"),
        (b'{"a": "&lt;b"}', "markup"),
        (b'{"<i>": 1}', "markup"),
        (b'{"a": ["x", "https://example.org"]}', "/a/1: address"),
        (b'{"a": "see WWW.example.org"}', "address"),
        (b'{"a": "javascript:alert(1)"}', "address"),
        (b'{"a": "\\u0000"}', "characters"),
        (b'{"a": "\\ud800"}', "characters"),
        (b'{"a": "\\u202e"}', "characters"),
    ],
)
def test_garbage_is_refused(data: bytes, fault: str) -> None:
    with pytest.raises(output.Unusable) as caught:
        output.read_json(data)
    assert fault in str(caught.value)


def test_honest_texts_are_not_taken_for_markup() -> None:
    text = "n < 5 & m > 3; a<5 is fine, so is AT&T, 50 %, „•“, العربية"
    assert output.read_json(json.dumps(text).encode()) == text


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
))  # fmt: skip
def test_nothing_but_unusable_is_ever_raised(value: Any) -> None:
    accepted = None
    with contextlib.suppress(output.Unusable):
        accepted = output.check_output(output.read_json(json.dumps(value).encode()))
    assert (accepted is not None) == (value == {"blocks": []})
