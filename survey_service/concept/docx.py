"""A version of the concept as a Word document: headings, a table of contents that Word keeps, the measures as an annex.

Paragraphs are put before the end of the body one by one, and rows are made once: the work grows with the items only.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from typing import Any

import docx
from docx.shared import Cm, Pt
from docx.text.paragraph import Paragraph

from survey_service import clock
from survey_service.concept.model import Concept
from survey_service.concept.paper import Entry, Line, Paper, Run, Table
from survey_service.network.meetings import uri
from survey_service.reports.render import docx_parts as parts

_NOTE = "595959"
_WIDTHS = (1.0, 4.6, 2.4, 2.3, 1.7, 1.4, 2.2, 2.0, 1.6)
"""The columns of the annex, in centimetres."""
_SMALL = 8


def render(paper: Paper, day: dt.date) -> bytes:
    """Return a paper as .docx; ``day`` is what the document calls the day it was made."""
    writer = _Writer(paper)
    writer.write()
    properties = writer.document.core_properties
    properties.title, properties.language, properties.author, properties.comments = (
        *(paper.title.text, paper.language),
        *("", ""),
    )
    properties.created = properties.modified = dt.datetime.combine(day, dt.time())
    file = io.BytesIO()
    writer.document.save(file)
    return file.getvalue()


def day_of(concept: Concept) -> dt.date:
    """Return the day that the document of an adopted version bears: it is the same whenever it is made."""
    return dt.date.fromisoformat(concept.decision.day) if concept.decision is not None else clock.today()


class _Writer:
    """Writes one document."""

    def __init__(self, paper: Paper) -> None:
        self._paper, self._tag, self._bookmarks = paper, paper.language, 0
        self.document: Any = docx.Document()
        parts.set_styles(self.document, self._tag, mirrored=False)
        self._end = self.document.element.body.sectPr
        self._styles = {name: self.document.styles[name].style_id for name in ("Heading 1", "Heading 2", "Heading 3")}

    def write(self) -> None:
        """Write the whole paper."""
        paper = self._paper
        self._heading(1, paper.title)
        for text in paper.facts:
            self._text(Run(text, self._tag), space=1)
        self._contents()
        for number, section in enumerate(paper.sections, 1):
            self._heading(2, section.title, f"section_{number}")
            for place, group in enumerate(section.groups, 1):
                self._heading(3, Run(group.title, self._tag), f"section_{number}_{place}")
                for entry in group.entries:
                    self._entry(entry)
        if paper.annex is not None:
            self._heading(2, Run(paper.annex.caption, self._tag), "annex")
            self._table(paper.annex)
        if paper.involvement is not None:
            self._heading(2, Run(paper.involvement.caption, self._tag), "involvement")
            for number, body in enumerate(paper.involvement.bodies, 1):
                self._heading(3, body.title, f"involvement_{number}")
                for line in body.lines:
                    self._line(line)
        self._footer()

    def _line(self, line: Line) -> None:
        paragraph = self._text(Run(line.text, self._tag), space=2)
        if line.address:
            parts.add_run(paragraph._p, " ", self._tag)
            parts.add_address(paragraph, line.address, uri(line.address), self._tag)

    def _paragraph(self, style: str = "") -> Any:
        made = parts.element("w:p")
        if style:
            properties = parts.element("w:pPr")
            properties.append(parts.element("w:pStyle", val=self._styles[style]))
            made.append(properties)
        self._end.addprevious(made)
        return Paragraph(made, self.document._body)

    def _text(self, run: Run, *, space: float = 5, colour: str = "") -> Any:
        paragraph = self._paragraph()
        paragraph.paragraph_format.space_after = Pt(space)
        parts.add_run(paragraph._p, run.text, run.language, colour=colour)
        return paragraph

    def _heading(self, level: int, run: Run, place: str = "") -> None:
        paragraph = self._paragraph(f"Heading {level}")
        parts.add_run(paragraph._p, run.text, run.language)
        if place:
            self._mark(paragraph, place)

    def _mark(self, paragraph: Any, place: str) -> None:
        self._bookmarks += 1
        parts.add_bookmark(paragraph, self._bookmarks, place)

    def _contents(self) -> None:
        """Write the contents as a field: Word fills in the pages, other programs show the links as they stand."""
        self._text(Run(self._paper.contents, self._tag))
        listed: list[tuple[int, Run, str]] = []
        for number, section in enumerate(self._paper.sections, 1):
            listed.append((0, section.title, f"section_{number}"))
            groups = enumerate(section.groups, 1)
            listed += [(1, Run(group.title, self._tag), f"section_{number}_{place}") for place, group in groups]
        if self._paper.annex is not None:
            listed.append((0, Run(self._paper.annex.caption, self._tag), "annex"))
        if self._paper.involvement is not None:
            listed.append((0, Run(self._paper.involvement.caption, self._tag), "involvement"))
            bodies = enumerate(self._paper.involvement.bodies, 1)
            listed += [(1, body.title, f"involvement_{number}") for number, body in bodies]
        first = self._paragraph()
        _field_mark(first, "begin", dirty=True)
        instruction = parts.element("w:r")
        code = parts.element("w:instrText")
        code.text = ' TOC \\o "2-3" \\h \\z \\u '
        instruction.append(code)
        first._p.append(instruction)
        _field_mark(first, "separate")
        for level, run, place in listed:
            paragraph = self._paragraph()
            paragraph.paragraph_format.left_indent, paragraph.paragraph_format.space_after = Cm(0.6 * level), Pt(1)
            parts.add_link(paragraph, run.text, place, run.language)
        _field_mark(self._paragraph(), "end")

    def _entry(self, entry: Entry) -> None:
        paragraph = self._paragraph()
        paragraph.paragraph_format.space_after, paragraph.paragraph_format.keep_with_next = Pt(1), True
        parts.add_run(paragraph._p, f"{entry.number}  ", self._tag, bold=True)
        parts.add_run(paragraph._p, entry.text.text, entry.text.language)
        self._mark(paragraph, entry.key.replace("-", "_"))
        for number, note in enumerate(entry.notes, 1):
            self._text(Run(note, self._tag), space=8 if number == len(entry.notes) else 1, colour=_NOTE)

    def _table(self, table: Table) -> None:
        made = self.document.add_table(rows=0, cols=len(table.head), style="Light List Accent 1")
        made.autofit = False
        for column, width in zip(made.columns, _WIDTHS, strict=True):
            column.width = Cm(width)
        self._row(made, [Run(text, self._tag) for text in table.head], bold=True)
        for row in table.rows:
            self._row(made, row)
        parts.table_marks(made, table.caption, mirrored=False)

    def _row(self, made: Any, runs: Sequence[Run], *, bold: bool = False) -> None:
        row = parts.element("w:tr")
        for run, width in zip(runs, _WIDTHS, strict=True):
            cell = parts.element("w:tc")
            properties = parts.element("w:tcPr")
            properties.append(parts.element("w:tcW", w=str(int(width * 567)), type="dxa"))
            text = parts.element("w:p")
            parts.add_run(text, run.text, run.language, bold=bold, points=_SMALL)
            cell.extend((properties, text))
            row.append(cell)
        made._tbl.append(row)

    def _footer(self) -> None:
        paragraph = self.document.sections[0].footer.paragraphs[0]
        parts.add_run(paragraph._p, f"{self._paper.title.text} · ", self._paper.title.language)
        parts.add_field(paragraph, "PAGE", self._tag)
        parts.add_run(paragraph._p, " / ", self._tag)
        parts.add_field(paragraph, "NUMPAGES", self._tag)


def _field_mark(paragraph: Any, kind: str, *, dirty: bool = False) -> None:
    run = parts.element("w:r")
    marks = {"fldCharType": kind, **({"dirty": "true"} if dirty else {})}
    run.append(parts.element("w:fldChar", **marks))
    paragraph._p.append(run)
