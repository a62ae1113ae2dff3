"""Files for paper and Excel at their edges: empty, long words, what is not given, formulas, letters from the right."""

from __future__ import annotations

import io
from collections.abc import Mapping

import docx as word
import openpyxl
import pypdfium2
import pytest

from survey_service.reports.blocks import (
    Block,
    Column,
    ReportOutput,
    Table,
    TextBlock,
    integer,
    percent,
    persons,
    words,
)
from survey_service.reports.render import docx, pdf, stacked, xlsx
from survey_service.reports.render.pictures import pictures
from survey_service.reports.render.view import view
from survey_service.reports.render.views import ReportView
from survey_service.reports.report import Report
from survey_service.statistics.disclosure import Reason
from tests.conftest import TODAY
from tests.reports import tables
from tests.reports.test_drawing import chart
from tests.reports.test_output import figure, statement

LONG = "Donaudampfschifffahrtsgesellschaftskapitän" * 4


def seen(
    *blocks: Block, tag: str = "de", title: Mapping[str, str] | None = None, withdrawn: bool = False
) -> ReportView:
    stored = tuple(ReportOutput(blocks).to_json()["blocks"])
    named = title or {"de": "Probe", "en": "Trial", "ar": "تجربة"}
    facts = {"id": 1, "plugin": "trial", "version": "1", "title": named, "snapshot": "f" * 32, "period": "2026-Q4"}
    counts = {"needs": {"valid": 9}}
    made = Report(**facts, day=TODAY, synthetic=True, counts=counts, blocks=stored, withdrawn=withdrawn)
    return view(made, tag)


def document(shown: ReportView) -> str:
    """Return all text of the Word document of a view."""
    opened = word.Document(io.BytesIO(docx.render(shown, pictures(shown.charts, "png", None), TODAY)))
    cells = [cell.text for table in opened.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in opened.paragraphs), *cells])


def workbook(shown: ReportView) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(xlsx.render(shown)))


def values(shown: ReportView) -> list[object]:
    return [cell.value for sheet in workbook(shown).worksheets for row in sheet.iter_rows() for cell in row]


@pytest.mark.parametrize("tag", ["de", "ar"])
def test_an_empty_report_is_still_a_file(tag: str) -> None:
    shown = seen(tag=tag)
    assert "2026" in tables.pdf_text(pdf.render(shown, {}))
    assert shown.title in document(shown)
    assert shown.title in values(shown)
    assert stacked.render(shown, {}).startswith("<svg ")


def test_a_table_without_rows_and_one_with_one_column() -> None:
    label = {"de": "a", "en": "b"}
    shown = seen(Table("t", label, (Column(label),), ()), Table("u", label, (Column(label),), ((words({"*": "x"}),),)))
    pdf.render(shown, {})
    document(shown)
    assert len(workbook(shown).worksheets) == 4


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "{=1}", "https://example.org", "1e5", "\t=1", "007"])
def test_text_stays_text_in_a_workbook(text: str) -> None:
    label = {"*": text}
    table = Table("t", label, (Column(label),), ((words(label),),))
    book = workbook(seen(TextBlock(label), table, title=label))
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value == text]
    assert len(cells) >= 4
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(cell.hyperlink is None for cell in cells)


def test_sheets_have_names_that_excel_takes_and_that_differ() -> None:
    names = ("a/b:c*d?[e]'", "History", LONG, LONG, "A B C D E")
    blocks = [Table(f"t{place}", {"*": name}, (Column({"*": "x"}),), ()) for place, name in enumerate(names)]
    titles = workbook(seen(*blocks)).sheetnames
    assert len({title.casefold() for title in titles}) == len(titles) == len(names) + 2
    assert all(len(title) <= 31 for title in titles)


def test_long_words_break_within_their_column() -> None:
    label = {"*": LONG}
    columns = (Column(label), Column(label), Column(label, "integer"), Column(label))
    shown = seen(
        Table("t", label, columns, ((words(label), words(label), integer(3), words(label)),)), TextBlock(label)
    )
    found = pypdfium2.PdfDocument(pdf.render(shown, {}))
    for page in found:
        width = page.get_width()
        text = page.get_textpage()
        for number in range(text.count_rects()):
            left, _bottom, right, _top = text.get_rect(number)
            assert left > 0
            assert right < width
    found.close()
    assert "\u200b" in document(shown)


@pytest.mark.parametrize(("tag", "name"), [("de", "Probe"), ("ar", "تجربة")])
def test_what_is_not_given_has_its_reason_everywhere(tag: str, name: str) -> None:
    label = {"de": "a", "en": "b", "ar": "ج"}
    row = (words(label), persons(None, Reason.GROUP), percent(None, Reason.DERIVABLE))
    table = Table("t", label, (Column(label), Column(label, "persons"), Column(label, "percent")), (row,))
    shown = seen(statement(2, 45), figure(2, 4), table, chart(), tag=tag)
    assert shown.title == name
    text = tables.pdf_text(pdf.render(shown, pictures(shown.charts, "svg", None)))
    written, cells = document(shown), [str(value) for value in values(shown)]
    for reason in ("fewer than five people answered", "or fewer than five did not", "could be computed from it"):
        assert all(each in text for each in reason.split())
        assert reason in written
        assert any(cell.startswith("• Not given") and reason in cell for cell in cells)


def test_withdrawn_answers_are_named_in_every_file() -> None:
    shown = seen(statement(), withdrawn=True)
    assert "Makethisreportanew" in tables.pdf_text(pdf.render(shown, {}))
    assert "Make this report anew" in document(shown)
    assert any("Make this report anew" in str(value) for value in values(shown))


def test_control_characters_do_not_break_a_word_document() -> None:
    label = {"*": "a\x0bb"}
    assert "ab" in document(seen(TextBlock(label)))


def test_a_picture_that_could_not_be_drawn_is_named() -> None:
    shown = seen(chart())
    missing = {"c": None}
    assert "couldnotbedrawn" in tables.pdf_text(pdf.render(shown, missing))
    opened = word.Document(io.BytesIO(docx.render(shown, missing, TODAY)))
    assert any("could not be drawn" in paragraph.text for paragraph in opened.paragraphs)
    assert "could not be drawn" in stacked.render(shown, missing)
