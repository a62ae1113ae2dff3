"""The codebook as PDF: all that the page says, tagged, in the languages of its texts, with numbered pages."""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Callable, Iterator

import pypdfium2
import pytest
from flask import Flask

from survey_service.questionnaire.loader import Library
from survey_service.questionnaire.model import Questionnaire
from survey_service.questionnaire.question_types import asks
from survey_service.responses.revisions import Publications
from survey_service.typesetting import fonts
from survey_service.web.manage import codebook_page, codebook_pdf
from survey_service.web.wordings import wording_of
from tests.questionnaire.test_repeats import HOUSEHOLD
from tests.web.manage.conftest import SMALL, Desk

ADDRESS = "/manage/questionnaires/{}/codebook?format=pdf&language={}"


@pytest.fixture
def asking(app: Flask) -> Iterator[None]:
    with app.test_request_context("/manage/"):
        yield


def pages(data: bytes) -> list[str]:
    """Return the text of each page, without blanks and marks of direction: a line break is no difference."""
    document = pypdfium2.PdfDocument(data)
    try:
        return [bare(page.get_textpage().get_text_bounded()) for page in document]
    finally:
        document.close()


def bare(text: str) -> str:
    return re.sub(r"[\s\u2066-\u2069\u200e\u200f\ufeff]", "", text)


def everything(data: bytes) -> bytes:
    """Return a PDF with its compressed objects as they are written."""
    parts = [data]
    for packed in re.findall(rb"stream\r?\n(.*?)endstream", data, re.DOTALL):
        try:
            parts.append(zlib.decompress(packed))
        except zlib.error:
            continue
    return b"\n".join(parts)


def tags(data: bytes) -> list[str]:
    """Return the kinds of the structure elements in the order of objects."""
    return [
        kind.decode() for kind in re.findall(rb"/S ?/(H\d|Table|THead|TH|TR|TD|Caption|L|LI|P|TOC)\b", everything(data))
    ]


def test_the_pdf_is_tagged_and_counts_by_hand(manager: Desk) -> None:
    """``small`` has 6 questions on 3 pages; 3 of them have choices, the tables of columns and of states come before."""
    answer = manager.get(ADDRESS.format("small", "en"))
    assert answer.mimetype == "application/pdf"
    assert "small-codebook-en.pdf" in answer.headers["Content-Disposition"]
    data = answer.data
    plain = everything(data)
    for part in (b"/MarkInfo", b"/StructTreeRoot", b"/Lang(en)", b"pdfuaid"):
        assert part in plain, part
    document = pypdfium2.PdfDocument(data)
    assert document.get_metadata_value("Title") == "Codebook: Small"
    headings = [(entry.level, entry.get_title()) for entry in document.get_toc()]
    document.close()
    assert [title for level, title in headings if level == 0] == ["Codebook: Small"]
    assert [title for level, title in headings if level == 2] == [
        "Page: Start start",
        "Page: About you about",
        "Page: More more",
    ]
    assert [title for level, title in headings if level == 3] == [
        *("OK Do you agree?", "age Age", "town Town", "likes Colours", "why Why", "since Since when"),
    ]
    found = tags(data)
    assert found.count("Table") == 2 + 3, "states and columns; the choices of OK, likes and why"
    assert found.count("Caption") == 5
    assert found.count("TH") == 2 * 5
    assert found.count("TD") == 2 * (4 + 8 + 2 + 3 + 3), "states, columns of all tables, choices"
    assert found.count("H4") == 6


def test_pages_are_numbered(asking: None, publications: Publications) -> None:
    found = pages(codebook_pdf.pdf(publications, "small", "de"))
    assert len(found) >= 2
    for number, text in enumerate(found, start=1):
        assert f"{number}/{len(found)}" in text


@pytest.mark.parametrize(
    ("name", "tag"), [("needs", "de"), ("needs", "de-simple"), ("offers", "uk"), ("experts", "de")]
)
def test_every_question_label_and_choice_is_in_it(
    asking: None, publications: Publications, bundled: Library, name: str, tag: str
) -> None:
    questionnaire = bundled.questionnaires[name]
    publications.publish({name: questionnaire})
    text = "".join(pages(codebook_pdf.pdf(publications, name, tag)))
    asked = [question for question in questionnaire.questions.values() if asks(question)]
    assert len(asked) > 10
    for question in asked:
        for each in (question, *question.choices):
            assert bare(each.name) in text
            assert bare(wording_of(each.label, tag).text) in text


def letters(text: str) -> Counter[str]:
    """Count the letters that are not Latin, whatever form they have beside others; readers of PDF disagree on order."""
    return Counter(each for each in unicodedata.normalize("NFKC", text) if each.isalpha() and each > "\u0250")


ARABIC = SMALL.replace("en: Town", "en: Town, ar: مدينة").replace("en: Red", "en: Red, ar: أحمر")
TIGRINYA = SMALL.replace("en: Town", "en: Town, ti: ከተማ").replace("en: Red", "en: Red, ti: ቀይሕ")


@pytest.mark.parametrize(("tag", "text"), [("ar", ARABIC), ("ti", TIGRINYA)])
def test_texts_in_other_scripts_are_whole(
    asking: None,
    publications: Publications,
    questionnaire: Callable[[str], Questionnaire],
    tag: str,
    text: str,
) -> None:
    """The label of ``town``, and ``red`` as a choice of two questions and in the condition of a page."""
    publications.publish({"small": questionnaire(text)})
    page = codebook_page.page(publications, "small", tag).decode("utf-8")
    data = codebook_pdf.pdf(publications, "small", tag)
    found = letters("".join(pages(data)))
    assert found == letters(page[page.index("<main>") :])
    assert found == {"ar": Counter("مدينة" + 3 * "أحمر"), "ti": Counter("ከተማ" + 3 * "ቀይሕ")}[tag]
    assert f"/Lang({tag})".encode() in everything(data)


def test_a_long_one_is_set_in_arabic(asking: None, publications: Publications, bundled: Library) -> None:
    publications.publish({"needs": bundled.questionnaires["needs"]})
    page = codebook_page.page(publications, "needs", "ar").decode("utf-8")
    found = letters("".join(pages(codebook_pdf.pdf(publications, "needs", "ar"))))
    wanted = letters(page[page.index("<main>") :])
    assert (wanted - found).total() < 0.02 * wanted.total(), "a reader of PDF takes some pairs of letters for one"


def test_repeats_are_parts_of_their_own(
    asking: None, publications: Publications, questionnaire: Callable[[str], Questionnaire]
) -> None:
    publications.publish({"household": questionnaire(HOUSEHOLD)})
    text = "".join(pages(codebook_pdf.pdf(publications, "household", "en")))
    assert bare("Repeat: School") in text
    assert bare("A table of its own, “school”, with a row for each entry. Asked in: household-1.") in text
    assert bare("Shown if “Age” is less than 18.") in text
    assert bare("Who is the head of ${street}?") in text


def test_what_cannot_be_set_is_refused_in_words(
    manager: Desk,
    publications: Publications,
    questionnaire: Callable[[str], Questionnaire],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    publications.publish({"small": questionnaire(SMALL.replace("en: Town", 'en: "Town 🙂"'))})
    answer = manager.get(f"{ADDRESS.format('small', 'en')}&lang=en")
    assert answer.status_code == 422
    assert "SLIGHTLY SMILING FACE" in answer.text
    monkeypatch.setattr(fonts, "installed", lambda: ())
    assert manager.get(ADDRESS.format("small", "de")).status_code == 503
    assert manager.get("/manage/questionnaires/small/codebook?format=docx&language=de").status_code == 404
