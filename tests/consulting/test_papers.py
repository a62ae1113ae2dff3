"""The table of comments on paper: across, tagged, with every sign that was typed; numbers as numbers in a workbook."""

from __future__ import annotations

import io

import docx
import openpyxl
import pikepdf
import pypdfium2
import pytest
from docx.oxml.ns import qn

from survey_service.consulting import ballots, comments, paper, rounds, weighing, workbook
from survey_service.consulting.model import Round
from survey_service.consulting.weighing import Weighing
from survey_service.questionnaire.model import Questionnaire
from survey_service.store.base import Store
from survey_service.typesetting import fonts
from tests.consulting.conftest import invite, vote

NAMES = {1: {"de": "AK Arbeit"}, 2: {"de": "AK Wohnen"}}


@pytest.fixture
def table(store: Store, round: Round, form: Questionnaire) -> Weighing:
    anna, dora, cem = (invite(store, round, name) for name in ("Anna", "Dora", "Cem"))
    vote(store, form, anna, K1="reservation", K2="Gut 👍, =SUM(A1) aber nicht.", K4="4", K5="organisation")
    answers = {"K1": "disagree", "K2": "غالٍ جدًا.", "K4": "1"}
    ballots.cast(store, cem, "item-3", 1, answers, form=form, language="ar")
    vote(store, form, dora, "item-3", K4="2")
    rounds.close(store, round.id, "Mara")
    for each in comments.of_round(store, round):
        comments.answer(store, round.id, each.id, "rejected", "Zeile eins.\nZeile zwei.", seen=0, by="Mara")
    return weighing.finish(store, round.id, NAMES, "Mara")


def test_the_document_stands_across_and_each_link_in_it_leads_somewhere(table: Weighing) -> None:
    document = docx.Document(io.BytesIO(paper.to_docx(table, "de", str)))
    section = document.sections[0]
    assert section.page_width > section.page_height
    assert document.core_properties.created.date().isoformat() == "2026-09-01"
    body = document.element.body
    anchors = {link.get(qn("w:anchor")) for link in body.iter(qn("w:hyperlink"))}
    assert anchors == {"section_1", "section_2", "section_3"}
    assert anchors <= {mark.get(qn("w:name")) for mark in body.iter(qn("w:bookmarkStart"))}
    turnout, *votes, said = document.tables
    assert [cell.text for cell in turnout.rows[3].cells] == ["All bodies", "3", "3", "3", "0"]
    assert [[cell.text for cell in row.cells] for row in votes[2].rows] == [
        ["Body", "Agree", "With reservation", "Disagree", "Abstain", "Mean priority", "Priorities given"],
        ["AK Arbeit", "1", "0", "0", "0", "2", "1"],
        ["AK Wohnen", "0", "0", "1", "0", "1", "1"],
        ["All bodies", "1", "0", "1", "0", "1,5", "2"],
    ]
    assert [cell.text for cell in said.rows[2].cells] == [
        *("2", "3.1: Wohnungen sind knapp.", "AK Wohnen", "Jobcenter", "Disagree", "غالٍ جدًا.", "–"),
        *("rejected", "Zeile eins.\nZeile zwei.", "unchanged"),
    ]
    assert said.rows[1].cells[3].text == "Jobcenter – speaks for the organisation"
    arabic = next(said.rows[2].cells[5]._tc.iter(qn("w:rtl")), None)
    assert arabic is not None


def test_the_pdf_is_tagged_and_says_signs_that_no_font_has_by_their_names(table: Weighing) -> None:
    content = paper.to_pdf(table, "de", str)
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert "TH" in {str(element.S).strip("/") for element in pdf.objects if _is_element(element)}
    with pypdfium2.PdfDocument(content) as read:
        text = " ".join(page.get_textpage().get_text_bounded() for page in read)
        assert all(page.get_width() > page.get_height() for page in read)
    plain = " ".join(text.split())
    assert "[thumbs up sign]" in plain
    assert "=SUM(A1)" in plain
    assert table.digest[:20] in plain


def _is_element(found: pikepdf.Object) -> bool:
    return isinstance(found, pikepdf.Dictionary) and "/S" in found and "/P" in found


def test_a_workbook_has_texts_as_texts_and_numbers_as_numbers(table: Weighing) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook.render(table, "de", str)))
    said, votes, turnout, notes = book.worksheets
    assert [cell.value for cell in said[2]][:6] == [
        *(1, "1.1: Viele suchen Arbeit.", "AK Arbeit", "Jobcenter – speaks for the organisation", "With reservation"),
        "Gut 👍, =SUM(A1) aber nicht.",
    ]
    assert [cell.value for cell in votes[10]] == [
        *("3.1", "Wohnungen sind knapp.", "All bodies", 1, 0, 1, 0, 1.5, 2),
    ]
    assert votes["H5"].value is None  # nobody gave a priority on the second one
    assert [cell.value for cell in turnout[4]] == ["All bodies", 3, 3, 3, 0]
    assert ("Hash of the final table", table.digest) in list(notes.iter_rows(values_only=True))
    assert said.freeze_panes == "B2"


def test_a_sign_is_spelled_only_if_no_font_has_it() -> None:
    known = fonts.installed()
    assert fonts.spelled("Größe\u200d: 5 €", known) == "Größe\u200d: 5 €"
    assert fonts.spelled("a👍b\U000f0000", known) == "a[thumbs up sign]b[u+f0000]"
