"""JSON, CSV and the view for pages: the same numbers, in the reader's language, hidden ones with their reason."""

from __future__ import annotations

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest

from survey_service.reports.blocks import Bar, Chart, Figure, ReportOutput, TextBlock, percent, persons
from survey_service.reports.render import csv_, formats, json_, svg, words
from survey_service.reports.render.view import view as view_of
from survey_service.reports.render.views import ChartView, StatementView, TableView, TextView
from survey_service.reports.report import Report
from survey_service.statistics.disclosure import Reason, protect
from survey_service.statistics.shares import share_of
from tests.conftest import TODAY
from tests.reports.test_output import TABLE, figure, statement


def report(*blocks: Any) -> Report:
    return Report(
        id=3,
        plugin="trial",
        version="1.0",
        title={"de": "Probe", "en": "Trial"},
        snapshot="f" * 32,
        period="2026-Q4",
        day=TODAY,
        synthetic=False,
        counts={"needs": {"valid": 1234}},
        blocks=tuple(ReportOutput(blocks).to_json()["blocks"]),
    )


def upper(text: str) -> str:
    return re.sub(r"%\(\w+\)s|[^%]+", lambda match: match[0] if match[0].startswith("%") else match[0].upper(), text)


def test_json_is_exact() -> None:
    text = json_.render(report(statement(20, 45)))
    assert text.endswith("}\n")
    content = json.loads(text)
    assert content["blocks"][0]["share"] == 20 / 45
    assert (content["id"], content["day"], content["snapshot"]) == (3, "2026-11-23", "f" * 32)


def rows_of(*blocks: Any, tag: str = "de") -> list[dict[str, str]]:
    file = io.StringIO(newline="")
    count = csv_.write(report(*blocks), tag, file)
    rows = list(csv.DictReader(io.StringIO(file.getvalue(), newline="")))
    assert len(rows) == count
    return rows


def test_csv_has_one_row_a_statement() -> None:
    row = rows_of(statement(20, 45))[0]
    assert (row["report"], row["snapshot"], row["day"], row["synthetic"]) == ("trial", "f" * 32, "2026-11-23", "false")
    assert (row["block"], row["id"], row["question"], row["base"]) == ("statement", "s", "B08", "answered")
    assert (row["count"], row["n"], row["value"], row["offers"]) == ("20", "45", str(20 / 45), "0")
    assert (row["suppressed"], row["revisions"]) == ("", "needs-1")
    assert row["text"] == "44\xa0% von 45, 100 %"


def test_csv_says_what_is_not_given_and_why() -> None:
    row = rows_of(statement(2, 45))[0]
    assert [row[name] for name in ("count", "n", "value", "low", "high")] == ["•", "45", "•", "•", "•"]
    assert row["suppressed"] == "small_group"
    row = rows_of(figure(2, 4))[0]
    assert [row[name] for name in ("count", "n", "value", "suppressed")] == ["•", "•", "•", "small_base"]


def test_csv_of_figures_tables_charts_and_texts() -> None:
    chart = Chart("c", {"*": "C"}, "percent", (Bar({"*": "b"}, percent(0.5, None), 0.4, 0.6),))
    blocks = (figure(), TABLE, chart, TextBlock({"de": "Anfang", "en": "Start"}, "heading"))
    rows = rows_of(*blocks, tag="en")
    assert [row["block"] for row in rows] == ["figure", *["cell"] * 8, "bar", "heading"]
    first = rows[0]
    assert (first["id"], first["period"], first["unit"], first["value"]) == ("INT3", "2026-Q4", "percent", "0.5")
    assert (first["preliminary"], first["better"], first["source"]) == ("true", "up", "survey")
    cells = [(row["row"], row["value"], row["unit"], row["suppressed"]) for row in rows[1:9]]
    assert cells == [
        ("x", "5", "persons", ""),
        ("x", "0.5", "percent", ""),
        ("x", "2026-11-23", "date", ""),
        ("x", "-1.5", "decimal", ""),
        ("y", "•", "", "small_group"),
        ("y", "•", "", "small_base"),
        ("y", "•", "", "small_base"),
        ("y", "2", "decimal", ""),
    ]
    assert (rows[9]["row"], rows[9]["value"], rows[9]["low"], rows[9]["high"]) == ("b", "0.5", "0.4", "0.6")
    assert rows[10]["text"] == "Start"


def test_csv_keeps_formulas_as_text() -> None:
    assert rows_of(TextBlock({"*": "=1+1"}))[0]["text"] == "'=1+1"


@pytest.mark.parametrize(
    ("tag", "share", "number", "day"),
    [
        ("de", "44\xa0%", "1.234,5", "23. November 2026"),
        ("de-simple", "44\xa0%", "1.234,5", "23. November 2026"),
        ("en", "44%", "1,234.5", "November 23, 2026"),
        ("ro", "44\xa0%", "1.234,5", "23 noiembrie 2026"),
    ],
)
def test_numbers_follow_the_language(tag: str, share: str, number: str, day: str) -> None:
    assert formats.percentage(0.444, tag) == share
    assert formats.number(1234.5, tag) == number
    assert formats.day(TODAY, tag) == day


def test_a_statement_with_its_evidence() -> None:
    view = view_of(report(statement(20, 45)), "de", upper)
    assert (view.title, view.facts[0].cell.text, view.direction) == ("Probe", "23. November 2026", "ltr")
    assert [(fact.heading, fact.cell.text) for fact in view.facts][-1] == ("COUNTED: needs", "1.234 (VALID)")
    block = view.blocks[0]
    assert isinstance(block, StatementView)
    assert block.text == "44\xa0% von 45, 100 %"
    assert (block.counted.number, block.counted.id, block.counted.title) == (1, "counted-s", "B08: Frage")
    assert view.counted == (block.counted,)
    assert {fact.heading: fact.cell.text for fact in block.counted.facts} == {
        "QUESTION": "Frage",
        "SHARE OF": "THOSE WHO GAVE A VALID ANSWER TO THE QUESTION",
        "PEOPLE IN THE BASE": "45",
        "PEOPLE WHO GAVE THIS ANSWER": "20",
        "SHARE": "44\xa0%",
        "FROM": "31\xa0%",
        "TO": "59\xa0%",
        "OFFERS": "0",
        "REVISION": "needs-1",
        "SNAPSHOT": "f" * 32,
    }


def test_a_hidden_number_shows_its_reason_never_zero() -> None:
    block = view_of(report(statement(2, 45)), "en").blocks[0]
    assert isinstance(block, StatementView)
    assert block.text == "• of •, 100 %" or block.text == "• of 45, 100 %"
    facts = {fact.heading: fact.cell for fact in block.counted.facts}
    share = facts["Share"]
    assert (share.text, share.note) == ("•", words.REASONS["small_group"])
    assert facts["People in the base"].text == "45"
    assert block.note == words.REASONS["small_group"]


def test_a_text_without_the_readers_language_keeps_to_one_language() -> None:
    block = view_of(
        report(TextBlock({"de": "%(n)s Leute", "en": "%(n)s people"}, values={"n": persons(1234, None)})), "ar"
    )
    text = block.blocks[0]
    assert isinstance(text, TextView)
    assert (text.text, text.language, block.direction) == ("1,234 people", "en", "rtl")


def test_figures_in_a_row_are_one_table_with_definitions() -> None:
    other = Figure(**{**figure(2, 45).__dict__, "indicator": "INT4", "preliminary": False})
    view = view_of(report(figure(), other, TextBlock({"*": "x"}), figure()), "en")
    tables = [block for block in view.blocks if isinstance(block, TableView)]
    assert [table.id for table in tables] == ["figures-1", "figures-2"]
    assert [cell.text for cell in tables[0].rows[0]] == [
        "INT3 b", "2026-Q4", "50%", "35%", "65%", "20", "40", "preliminary", "higher is better", "survey"
    ]  # fmt: skip
    assert [cell.text for cell in tables[0].rows[1]][2:8] == ["•", "•", "•", "•", "45", "final"]
    assert [entry.number for entry in tables[0].rows_counted] == [1, 2]
    assert tables[1].rows_counted == tables[0].rows_counted[:1]  # the same observation is counted in the same way
    assert [(fact.heading, fact.cell.text) for fact in view.counted[0].facts] == [
        ("Definition", "b"),
        ("Version", "1"),
        ("Period", "2026-Q4"),
        ("Source", "survey"),
        ("Numerator", "20"),
        ("Denominator", "40"),
        ("Snapshot", "f" * 32),
    ]


def test_a_table_keeps_its_kinds() -> None:
    block = view_of(report(TABLE), "de").blocks[0]
    assert isinstance(block, TableView)
    assert [cell.numeric for cell in block.head] == [False, True, True, False, True]
    assert [cell.text for cell in block.rows[0]] == ["x", "5", "50\xa0%", "23. November 2026", "-1,5"]
    assert [cell.text for cell in block.rows[1]] == ["y", "•", "•", "•", "2"]
    assert block.rows[1][1].note == words.REASONS["small_group"]


def bars(share: float = 0.5) -> Chart:
    released = protect(share_of(20, 40))
    return Chart(
        "c",
        {"de": "Bild", "en": "Picture <x>"},
        "percent",
        (
            Bar({"de": "Eins & zwei", "en": "One"}, percent(share, None), released.low, released.high),
            Bar({"de": "Drei", "en": "Three"}, percent(None, Reason.GROUP)),
        ),
    )


def test_a_chart_is_one_named_image_with_a_table() -> None:
    block = view_of(report(bars()), "de").blocks[0]
    assert isinstance(block, ChartView)
    tree = ET.fromstring(str(block.svg))
    assert (tree.tag, tree.get("role")) == ("svg", "img")
    title = tree.find("title")
    assert title is not None
    assert (title.text, tree.get("aria-labelledby")) == ("Bild", title.get("id"))
    rectangles = tree.findall("rect")
    assert len(rectangles) == 1  # nothing is drawn for what is not given
    assert float(rectangles[0].get("width", 0)) == (svg.WIDTH - svg.LABEL - 90) / 2
    assert [text.text for text in tree.findall("text")] == ["Eins & zwei", "50\xa0%", "Drei", "•"]
    assert "style" not in str(block.svg)
    assert [[cell.text for cell in row] for row in block.table.rows] == [
        ["Eins & zwei", "50\xa0%", "35\xa0%", "65\xa0%"],
        ["Drei", "•", "•", "•"],
    ]


def test_everything_in_a_chart_is_escaped() -> None:
    picture = svg.bars([svg.Drawn("<script>", "1 & 2", 1.0)], 'a "title" <b>', id="x", top=None, rtl=False)
    assert "<script>" not in picture
    assert "<b>" not in picture
    ET.fromstring(str(picture))


def test_a_chart_is_mirrored_for_right_to_left() -> None:
    drawn = [svg.Drawn("label", "50%", 0.5, 0.4, 0.6)]
    left = ET.fromstring(str(svg.bars(drawn, "t", id="x", top=1.0, rtl=False)))
    right = ET.fromstring(str(svg.bars(drawn, "t", id="x", top=1.0, rtl=True)))
    bar, mirrored = left.find("rect"), right.find("rect")
    assert bar is not None
    assert mirrored is not None
    assert float(mirrored.get("x", 0)) + float(mirrored.get("width", 0)) == svg.WIDTH - float(bar.get("x", 0))
    assert {text.get("direction") for text in right.findall("text")} == {"rtl"}


def test_an_empty_chart_is_still_a_picture() -> None:
    ET.fromstring(str(svg.bars([], "t", id="x", top=None, rtl=False)))
    ET.fromstring(str(svg.bars([svg.Drawn("a", "0", 0.0)], "t", id="x", top=None, rtl=False)))


def test_every_reason_has_a_text() -> None:
    assert set(words.REASONS) == {reason.value for reason in Reason}
