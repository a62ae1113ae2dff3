"""The parts of a Word document that python-docx has no names for: language, direction, links, fields, alt texts."""

from __future__ import annotations

import re
from typing import Any

from docx.enum.section import WD_ORIENT
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from survey_service import languages
from survey_service.reports.render.views import CODE

FONT, BLUE = "Arial", RGBColor(0x00, 0x50, 0x8A)
_SIZES = {"Normal": 10.5, "Heading 1": 18, "Heading 2": 14, "Heading 3": 11}
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def element(name: str, /, **attributes: str) -> Any:
    """Return an element such as ``w:lang`` with attributes in its namespace."""
    made = OxmlElement(name)
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    return made


def rtl(tag: str) -> bool:
    """Tell whether a language runs from the right."""
    known = languages.registry().get(tag)
    return known is not None and known.direction == "rtl"


def language_mark(tag: str) -> Any:
    """Return the ``w:lang`` of a language, as Word knows it."""
    known = languages.registry().get(tag)
    word = {"de-simple": "de"}.get(tag, tag) if known is not None else CODE
    return element("w:lang", val=word, eastAsia=word, bidi=word)


def set_styles(document: Any, tag: str, *, mirrored: bool) -> None:
    """Set page, fonts and language of a new document."""
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(2)
    if mirrored:
        section._sectPr.append(element("w:bidi"))
    styles = document.styles
    defaults = styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    for known in defaults.findall(qn("w:lang")):
        defaults.remove(known)
    defaults.append(language_mark(tag))
    for name, size in _SIZES.items():
        style = styles[name]
        style.font.name, style.font.size = FONT, Pt(size)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for key in list(fonts.attrib):
            if key.endswith("Theme"):
                del fonts.attrib[key]
        for key in ("w:cs", "w:hAnsi", "w:eastAsia"):
            fonts.set(qn(key), FONT)
        style.element.rPr.append(element("w:szCs", val=str(int(size * 2))))
        if name != "Normal":
            style.font.color.rgb, style.font.bold, style.paragraph_format.keep_with_next = BLUE, True, True
        style.paragraph_format.space_after = Pt(5)


def turn(document: Any) -> None:
    """Let the pages of a new document stand across."""
    section = document.sections[0]
    section.page_width, section.page_height = section.page_height, section.page_width
    section.orientation = WD_ORIENT.LANDSCAPE


def add_run(
    parent: Any, text: str, tag: str, *, bold: bool = False, colour: str = "", raised: bool = False, points: int = 0
) -> None:
    """Add a text in a language to the element of a paragraph or link; ``points`` is its size if not that around it."""
    run = element("w:r")
    properties = element("w:rPr")
    if bold:
        properties.append(element("w:b"))
        properties.append(element("w:bCs"))
    if colour:
        properties.append(element("w:color", val=colour))
    if points:
        properties.append(element("w:sz", val=str(points * 2)))
        properties.append(element("w:szCs", val=str(points * 2)))
    if raised:
        properties.append(element("w:vertAlign", val="superscript"))
    if rtl(tag):
        properties.append(element("w:rtl"))
    properties.append(language_mark(tag))
    run.append(properties)
    words = element("w:t")
    words.text = _CONTROL.sub("", text)
    words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    run.append(words)
    parent.append(run)


def add_link(paragraph: Any, text: str, place: str, tag: str, *, colour: str = "00508A") -> None:
    """Add a link to a bookmark of the document."""
    link = element("w:hyperlink", anchor=place, history="1")
    add_run(link, text, tag, colour=colour)
    paragraph._p.append(link)


def add_address(paragraph: Any, text: str, address: str, tag: str, *, colour: str = "00508A") -> None:
    """Add a link to an address outside of the document, in ASCII."""
    link = element("w:hyperlink", history="1")
    link.set(qn("r:id"), paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    add_run(link, text, tag, colour=colour)
    paragraph._p.append(link)


def add_bookmark(paragraph: Any, number: int, name: str) -> None:
    """Make a paragraph a place that links lead to."""
    start = element("w:bookmarkStart", id=str(number), name=name)
    first = paragraph._p.find(qn("w:pPr"))
    paragraph._p.insert(0 if first is None else 1, start)
    paragraph._p.append(element("w:bookmarkEnd", id=str(number)))


def add_field(paragraph: Any, code: str, tag: str) -> None:
    """Add a field that the word processor fills in, such as ``PAGE``."""
    field = element("w:fldSimple", instr=code)
    add_run(field, "1", tag)
    paragraph._p.append(field)


def from_right(paragraph: Any) -> None:
    """Let a paragraph run from the right."""
    properties = paragraph._p.get_or_add_pPr()
    following = [
        properties.find(qn(name)) for name in ("w:spacing", "w:ind", "w:jc", "w:outlineLvl", "w:rPr", "w:sectPr")
    ]
    before = next((each for each in following if each is not None), None)
    mark = element("w:bidi")
    if before is None:
        properties.append(mark)
    else:
        before.addprevious(mark)


def table_marks(table: Any, caption: str, *, mirrored: bool) -> None:
    """Name a table for screen readers, repeat its first row on each page, and let it run from the right."""
    properties = table._tbl.tblPr
    if mirrored:
        style = properties.find(qn("w:tblStyle"))
        style.addnext(element("w:bidiVisual"))
    properties.append(element("w:tblCaption", val=_CONTROL.sub("", caption)))
    for number, row in enumerate(table.rows):
        marks = row._tr.get_or_add_trPr()
        marks.append(element("w:cantSplit"))
        if number == 0:
            marks.append(element("w:tblHeader"))


def describe(picture: Any, text: str) -> None:
    """Give a picture its alt text."""
    picture._inline.docPr.set("descr", _CONTROL.sub("", text))
