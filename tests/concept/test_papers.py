"""A version as DOCX and PDF: opened again with the libraries that read them."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
from typing import Any

import docx
import pikepdf
import pypdfium2
from docx.oxml.ns import qn

from survey_service.concept import accepting, paper, pdf, versions
from survey_service.concept import docx as as_docx
from survey_service.concept.model import Concept
from survey_service.store.base import Store
from tests.concept.conftest import MEASURE, add, adopt, begin, block, file


def made(store: Store) -> Concept:
    number = begin(store)
    accepting.accept(store, number, file(store, block()), "Mara")
    add(store, number, "Mehr <Kurse> & Zeit.")
    add(store, number, "Kurs am Abend.", kind="measure", field="WOH", measure=MEASURE)
    add(store, number, "Hausbesuche.", kind="measure", measure=dataclasses.replace(MEASURE, budget=None))
    return adopt(store, number)


def test_the_paper_says_all_of_it(store: Store) -> None:
    shown = paper.of(made(store), "de")
    assert [section.title.text for section in shown.sections] == ["Arbeit", "Wohnen"]
    assert [[group.title for group in section.groups] for section in shown.sections] == [
        ["What we know", "Goals", "Measures"],
        ["Measures"],
    ]
    statement = shown.sections[0].groups[0].entries[0]
    assert statement.text == paper.Run("40 von 95 suchen Arbeit.", "de")
    assert [note.replace("\xa0", " ") for note in statement.notes] == [
        "40 of 95 people, 42 % (33 % to 52 %). Report 1, snapshot abc123",
        "Offers set against it: 3",
    ]
    assert shown.facts[1:3] == (
        "Decided on 20. November 2026 by Kreistag: einstimmig",
        "Valid from 1. Dezember 2026 to 31. Dezember 2029",
    )
    assert shown.annex is not None
    rows = [[cell.text.replace("\xa0", " ") for cell in row] for row in shown.annex.rows]
    assert rows == [
        ["4", "Hausbesuche.", "Arbeit", "Jobcenter", "1 to 3 years", "medium", "–", "30. Juni 2027", "planned"],
        [
            "3",
            "Kurs am Abend.",
            "Wohnen",
            "Jobcenter",
            "1 to 3 years",
            "medium",
            "12.500,50 €",
            "30. Juni 2027",
            "planned",
        ],
    ]


def test_a_word_document_has_headings_contents_and_its_language(store: Store) -> None:
    data = as_docx.render(paper.of(made(store), "de"), dt.date(2026, 11, 23))
    document: Any = docx.Document(io.BytesIO(data))
    headings = [(each.style.name, each.text) for each in document.paragraphs if each.style.name.startswith("Heading")]
    assert headings == [
        ("Heading 1", "Integrationskonzept"), ("Heading 2", "Arbeit"), ("Heading 3", "What we know"),
        ("Heading 3", "Goals"), ("Heading 3", "Measures"), ("Heading 2", "Wohnen"), ("Heading 3", "Measures"),
        ("Heading 2", "Annex: all measures"),
    ]  # fmt: skip
    body = document.element.body
    assert [each.text for each in body.iter(qn("w:instrText"))] == [' TOC \\o "2-3" \\h \\z \\u ']
    assert [each.get(qn("w:fldCharType")) for each in body.iter(qn("w:fldChar"))] == ["begin", "separate", "end"]
    links = [each.get(qn("w:anchor")) for each in body.iter(qn("w:hyperlink"))]
    places = {each.get(qn("w:name")) for each in body.iter(qn("w:bookmarkStart"))}
    assert len(links) == 7
    assert set(links) <= places
    assert {"item_1", "item_2", "item_3", "item_4"} <= places
    assert {each.get(qn("w:val")) for each in body.iter(qn("w:lang"))} == {"de"}
    texts = [each.text.replace("\xa0", " ") for each in document.paragraphs]
    assert "40 of 95 people, 42 % (33 % to 52 %). Report 1, snapshot abc123" in texts
    assert "2  Mehr <Kurse> & Zeit." in texts
    (table,) = document.tables
    assert [[cell.text for cell in row.cells][:2] for row in table.rows] == [
        ["No.", "Measure"], ["4", "Hausbesuche."], ["3", "Kurs am Abend."],
    ]  # fmt: skip
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert document.core_properties.title == "Integrationskonzept"


def test_a_pdf_is_tagged_and_has_an_outline(store: Store) -> None:
    data = pdf.render(paper.of(made(store), "de"))
    with pikepdf.open(io.BytesIO(data)) as opened:
        assert opened.Root.MarkInfo.Marked
        assert str(opened.Root.Lang).startswith("de")
        with opened.open_outline() as outline:
            (top,) = outline.root
            assert top.title == "Integrationskonzept"
            assert [each.title for each in top.children] == ["Arbeit", "Wohnen", "Annex: all measures"]
            assert [each.title for each in top.children[0].children] == ["What we know", "Goals", "Measures"]
        roles = {str(each.S) for each in opened.objects if isinstance(each, pikepdf.Dictionary) and "/S" in each}
        assert {"/H1", "/H2", "/H3", "/Table", "/TH", "/TOC"} <= roles
        boxes = [page.mediabox for page in opened.pages]
        assert boxes[0][3] > boxes[0][2]
        assert boxes[-1][2] > boxes[-1][3]  # the annex lies across
    text = " ".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(data))
    assert "40 von 95 suchen Arbeit." in text
    assert "Mehr <Kurse> & Zeit." in text
    assert "Judgement of: AK Arbeit" in text


def test_a_draft_says_that_it_is_one(store: Store) -> None:
    number = begin(store)
    add(store, number, "Ein Ziel.")
    shown = paper.of(versions.load(store, number), "en")
    assert shown.facts == ("Version 1: Draft", "This version is not decided yet.")
    assert shown.sections[0].groups[0].entries[0].text.language == "de"
    assert shown.annex is None
    assert pdf.render(shown).startswith(b"%PDF")
    assert as_docx.render(shown, dt.date(2026, 11, 23)).startswith(b"PK")
