"""Posters: shaped text in every script, one page, a QR code that a reader reads, and no boxes for missing letters."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from flask import Flask
from PIL import Image, ImageChops

from survey_service import languages
from survey_service.problems import Problem
from survey_service.questionnaire.loader import Library
from survey_service.typesetting import fonts
from survey_service.web import qr
from survey_service.web.poster import content, pdf
from survey_service.web.poster.content import Invitation, Poster
from survey_service.web.wordings import Wording

ADDRESS = "https://survey.example/q/needs/vhs-kurs"
ARABIC = "نريد أن نعرف ما تحتاجون إليه"
WORDS = {
    "de": "Wir möchten wissen, was Sie brauchen",
    "uk": "Ми хочемо знати, що вам потрібно",
    "ar": ARABIC,
    "fa-AF": "می‌خواهیم بدانیم به چه نیاز دارید",
    "pl": "Chcemy wiedzieć, czego Państwo potrzebują",
    "ro": "Vrem să știm de ce aveți nevoie",
    "ti": "እንታይ ከም ዘድልየኩም ክንፈልጥ ንደሊ",
}
LONG = "Tell us what helps you and what is missing. You need not give your name. " * 3


def decoded(picture: Image.Image) -> str:
    """Return what the one barcode of a picture says."""
    (found,) = zxingcpp.read_barcodes(picture.convert("L"))
    return str(found.text)


def page_of(data: bytes) -> tuple[Image.Image, str]:
    """Return the one page of a PDF as a picture, and its text."""
    document = pypdfium2.PdfDocument(data)
    try:
        assert len(document) == 1
        page = document[0]
        return page.render(scale=2).to_pil(), page.get_textpage().get_text_bounded()
    finally:
        document.close()


def digits(data: bytes) -> str:
    """Return the digits on a PDF's page from the left to the right."""
    document = pypdfium2.PdfDocument(data)
    text = document[0].get_textpage()
    found = [(text.get_charbox(at)[0], text.get_text_range(at, 1)) for at in range(text.count_chars())]
    document.close()
    return "".join(character for _, character in sorted(found) if character.isdigit())


def poster(*tags: str, size: str = "a4", code: str = "", text: str = "", title: str = "Needs") -> Poster:
    invitations = tuple(
        Invitation(languages.language(tag), WORDS[tag], Wording(title, "en"), text or WORDS[tag], WORDS[tag], "Code")
        for tag in tags
    )
    return Poster(size, invitations, ADDRESS, "Landkreis Schmalkalden-Meiningen", code)


@pytest.fixture
def asking(app: Flask) -> Iterator[None]:
    with app.test_request_context("/manage/"):
        yield


@pytest.mark.parametrize("size, width, height", [("a4", 595, 842), ("a3", 842, 1191)])
@pytest.mark.parametrize("tags", [("de",), ("ar",), ("uk", "ar"), tuple(WORDS)])
def test_one_page_of_the_paper_whose_code_is_read(
    asking: None, size: str, width: int, height: int, tags: tuple[str, ...]
) -> None:
    data = pdf.pdf(poster(*tags, size=size, code="482 913", text=LONG if "ar" not in tags else ""))
    document = pypdfium2.PdfDocument(data)
    assert [round(side) for side in document[0].get_size()] == [width, height]
    document.close()
    picture, text = page_of(data)
    assert decoded(picture) == ADDRESS
    assert digits(data) == "482913", "as drawn, also beside Arabic letters"
    if tags != (
        "ar",
    ):  # the reader takes a page with more Arabic than Latin letters for one from the right to the left
        assert "survey.example/q/needs/vhs-kurs" in text


def test_the_pdf_is_tagged_and_names_its_languages(asking: None) -> None:
    data = pdf.pdf(poster("de", "ar", "fa-AF"))
    for part in (b"/MarkInfo", b"/StructTreeRoot", b"/Lang(de)", b"pdfuaid"):
        assert part in data, part
    document = pypdfium2.PdfDocument(data)
    assert document.get_metadata_value("Title") == WORDS["de"]
    assert document.get_metadata_value("Author") == "Landkreis Schmalkalden-Meiningen"
    document.close()


def test_arabic_letters_are_joined_and_run_from_the_right(asking: None) -> None:
    """Letters that are kept apart by a zero-width non-joiner look different; those of the poster don't."""

    def ink(text: str) -> Image.Image:
        invitation = Invitation(languages.language("ar"), text, Wording("", "ar"), "", "", "")
        return page_of(pdf.pdf(Poster("a4", (invitation,), ADDRESS, "", "")))[0].convert("L")

    joined, apart = ink("بب"), ink("ب\u200cب")
    box, wider = (ImageChops.invert(one.crop((0, 0, one.width, one.height // 2))).getbbox() for one in (joined, apart))
    assert box is not None
    assert wider is not None
    assert wider[2] - wider[0] > 1.2 * (box[2] - box[0]), "the isolated forms of the letter are wider"
    assert box[2] > 0.85 * joined.width, "the line begins at the right"
    assert box[0] > joined.width / 2


@pytest.mark.parametrize("tag", WORDS)
def test_every_script_has_a_font_here(tag: str) -> None:
    families = fonts.families_for(WORDS[tag], fonts.installed())
    script = {"ar": "Noto Sans Arabic", "fa-AF": "Noto Sans Arabic", "ti": "Noto Sans Ethiopic"}
    assert families[0].face.family == script.get(tag, "Noto Sans")


def test_all_that_is_bundled_can_be_printed_in_all_languages(asking: None, bundled: Library) -> None:
    for questionnaire in bundled.questionnaires.values():
        made = content.poster(
            questionnaire, questionnaire.languages, size="a4", address=ADDRESS, sender="Landkreis", code="482 913"
        )
        assert [entry.language.tag for entry in made.invitations] == list(questionnaire.languages)
        picture, _ = page_of(pdf.pdf(made))
        assert decoded(picture) == ADDRESS


@pytest.mark.parametrize(
    "text, installed, code, named",
    [
        (ARABIC, ("Noto Sans",), "poster.script", "fonts-noto-core"),
        ("Wir", (), "poster.script", "fonts-noto-core"),
        ("10", (), "poster.script", "fonts-noto-core"),
        ("中文", ("Noto Sans",), "poster.script", "fonts-noto-cjk"),
        ("🙂", ("Noto Sans", "Noto Sans Arabic"), "poster.character", "SLIGHTLY SMILING FACE"),
        ("\ue000", ("Noto Sans",), "poster.character", "U+E000"),
    ],
)
def test_letters_without_a_font_are_refused_in_words(
    text: str, installed: tuple[str, ...], code: str, named: str
) -> None:
    known = [found for found in fonts.installed() if found.face.family in installed]
    with pytest.raises(Problem) as caught:
        fonts.families_for(text, known)
    assert caught.value.code == code
    assert named in caught.value.message()


def test_blanks_and_marks_of_direction_need_no_font() -> None:
    assert fonts.families_for(" \u200f\u2068\n\u00a0", []) == []


def test_coverage_is_what_the_file_says(tmp_path: Path) -> None:
    arabic = next(found for found in fonts.installed() if found.face.family == "Noto Sans Arabic")
    assert all(arabic.has(letter) for letter in "اپچژگیکأ؟،٠٩")
    assert not any(arabic.has(letter) for letter in "aяእ中")
    for content_of_file in (b"", b"no font", b"\0\1\0\0" + struct.pack(">HHHH", 1, 0, 0, 0) + b"cmap" + b"\xff" * 12):
        path = tmp_path / f"{len(content_of_file)}.ttf"
        path.write_bytes(content_of_file)
        assert fonts.coverage(path) == ((), ())


def test_fonts_are_looked_for_in_all_folders(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    here = next(found for found in fonts.installed() if found.face.family == "Noto Sans")
    for path in here.files:
        (tmp_path / "deep" / "er" / path.name).symlink_to(path)
    found = fonts.installed([str(tmp_path / "nothing"), str(tmp_path)])
    assert [one.face.family for one in found] == ["Noto Sans"]
    assert [path.name for path in found[0].files] == ["NotoSans-Regular.ttf", "NotoSans-Bold.ttf"]


def test_a_qr_code_stays_readable_with_a_tenth_of_it_covered() -> None:
    picture = Image.open(io.BytesIO(qr.png(ADDRESS))).convert("L")
    side = picture.width
    assert side >= 300
    stain = int(side * 0.2)
    picture.paste(255, (side // 2, side // 2, side // 2 + stain, side // 2 + stain))
    assert decoded(picture) == ADDRESS


def test_a_label_of_a_code_stays_text() -> None:
    assert 'aria-label="&lt;b&gt; &#34;x&#34;"' in qr.svg(ADDRESS, '<b> "x"')
