"""The parts of a Word document that python-docx has no names for: language, direction, links, fields, alt texts."""

from __future__ import annotations

import re
from typing import Any

from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from survey_service import languages
from survey_service.reports.render.views import CODE

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


def add_run(parent: Any, text: str, tag: str, *, bold: bool = False, colour: str = "", raised: bool = False) -> None:
    """Add a text in a language to the element of a paragraph or link."""
    run = element("w:r")
    properties = element("w:rPr")
    if bold:
        properties.append(element("w:b"))
        properties.append(element("w:bCs"))
    if colour:
        properties.append(element("w:color", val=colour))
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
