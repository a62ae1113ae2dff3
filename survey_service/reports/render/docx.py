"""A report as a Word document, as a paper for a council: headings, tables with header rows, pictures with alt texts.

Every number leads to how it was counted by a link such as “[3]”; pages are numbered, the language is set throughout.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping, Sequence
from typing import Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from survey_service.reports.render import docx_parts as parts
from survey_service.reports.render import laid
from survey_service.reports.render.views import (
    CellView,
    ChartView,
    CountedView,
    Fact,
    ReportView,
    StatementView,
    TableView,
    TextView,
)

_WIDTH, _WIDE = Cm(17), Cm(25.7)
_NOTE = "595959"


def render(view: ReportView, pictures: Mapping[str, bytes | None], day: dt.date) -> bytes:
    """Return a report as .docx; ``pictures`` are PNG by the ids of the charts, ``day`` is the day of the report."""
    writer = _Writer(view, pictures)
    writer.write()
    properties = writer.document.core_properties
    properties.title, properties.language, properties.author, properties.comments = view.title, view.language, "", ""
    properties.created = properties.modified = dt.datetime.combine(day, dt.time())
    file = io.BytesIO()
    writer.document.save(file)
    return file.getvalue()


class _Writer:
    """Writes one document."""

    def __init__(self, view: ReportView, pictures: Mapping[str, bytes | None]) -> None:
        self._view, self._pictures = view, pictures
        self._tag, self._mirrored = view.language, view.direction == "rtl"
        self._bookmarks = 0
        self.document: Any = docx.Document()
        parts.set_styles(self.document, self._tag, mirrored=self._mirrored)
        self._width = _WIDTH
        if view.landscape:
            self._width = _WIDE
            parts.turn(self.document)

    def write(self) -> None:
        """Write the whole report."""
        view = self._view
        self._heading(1, [(view.title, view.title_language)])
        for notice in view.notices:
            parts.add_run(self._paragraph()._p, notice, self._tag, bold=True)
        self._facts(view.facts)
        headings = [block for block in view.blocks if isinstance(block, TextView) and block.role == "heading"]
        self._contents(headings)
        number = 0
        for block in view.blocks:
            if isinstance(block, TextView):
                number += block.role == "heading"
                self._text(block, f"section_{number}")
            elif isinstance(block, StatementView):
                self._statement(block)
            elif isinstance(block, TableView):
                self._table(block)
            else:
                self._chart(block)
        self._counted()
        self._footer()

    # -- pieces ----------------------------------------------------------------------------------------------------

    def _paragraph(self, style: str = "Normal", inside: Any = None, tag: str = "") -> Any:
        """Return a new paragraph, or the first of a cell, that runs as a language does."""
        paragraph = self.document.add_paragraph(style=style) if inside is None else inside.paragraphs[0]
        if parts.rtl(tag or self._tag):
            parts.from_right(paragraph)
        return paragraph

    def _heading(self, level: int, pieces: Sequence[tuple[str, str]], place: str = "") -> None:
        paragraph = self._paragraph(f"Heading {level}")
        for text, tag in pieces:
            parts.add_run(paragraph._p, text, tag or self._tag)
        if place:
            self._bookmarks += 1
            parts.add_bookmark(paragraph, self._bookmarks, place)

    def _facts(self, facts: Sequence[Fact], *, small: bool = False) -> None:
        """Write facts: each in a line, or all in one small paragraph."""
        paragraph = None
        for number, fact in enumerate(facts):
            if paragraph is None or not small:
                paragraph = self._paragraph()
                paragraph.paragraph_format.space_after = Pt(4 if small else 1)
            elif number:
                parts.add_run(paragraph._p, " · ", self._tag)
            parts.add_run(paragraph._p, f"{fact.heading}: ", self._tag, bold=True)
            text = " ".join(filter(None, (fact.cell.text, fact.cell.note)))
            parts.add_run(paragraph._p, text, fact.cell.language or self._tag)

    def _contents(self, headings: Sequence[TextView]) -> None:
        if not headings:
            return
        self._heading(2, [(self._view.headings.contents, self._tag)])
        for number, heading in enumerate(headings, 1):
            self._listed(heading.text, f"section_{number}", heading.language)
        if self._view.counted:
            self._listed(self._view.headings.counted, "counted", self._tag)

    def _listed(self, text: str, place: str, tag: str) -> None:
        paragraph = self._paragraph()
        paragraph.paragraph_format.space_after = Pt(1)
        parts.add_link(paragraph, text, place, tag)

    def _reference(self, paragraph: Any, entry: CountedView | None) -> None:
        if entry is not None:
            parts.add_run(paragraph._p, "\u00a0", self._tag)
            parts.add_link(paragraph, f"[{entry.number}]", f"counted_{entry.number}", self._tag)

    # -- blocks ----------------------------------------------------------------------------------------------------

    def _text(self, block: TextView, place: str) -> None:
        if block.role == "heading":
            self._heading(2, [(block.text, block.language)], place)
        else:
            colour = _NOTE if block.role == "note" else ""
            parts.add_run(self._paragraph(tag=block.language)._p, block.text, block.language, colour=colour)

    def _statement(self, block: StatementView) -> None:
        paragraph = self._paragraph(tag=block.language)
        parts.add_run(paragraph._p, block.text, block.language)
        self._reference(paragraph, block.counted)
        if block.note:
            parts.add_run(self._paragraph()._p, block.note, self._tag, colour=_NOTE)

    def _chart(self, chart: ChartView) -> None:
        self._caption(chart.caption, chart.language, chart.table.counted)
        paragraph = self._paragraph()
        picture = self._pictures.get(chart.id)
        if picture is None:
            parts.add_run(paragraph._p, self._view.headings.not_drawn, self._tag, colour=_NOTE)
        else:
            parts.describe(paragraph.add_run().add_picture(io.BytesIO(picture), width=_WIDTH), chart.caption)
        self._rows(chart.table)

    def _caption(self, text: str, tag: str, entry: CountedView | None) -> None:
        paragraph = self._paragraph()
        paragraph.paragraph_format.keep_with_next = True
        paragraph.paragraph_format.space_before = Pt(8)
        parts.add_run(paragraph._p, text, tag, bold=True)
        self._reference(paragraph, entry)

    def _table(self, table: TableView) -> None:
        self._caption(table.caption, table.language, table.counted)
        self._rows(table)

    def _rows(self, table: TableView) -> None:
        letters = laid.reasons(table)
        size = Pt(7.5 if len(table.head) > 8 else 8 if len(table.head) > 6 else 9)
        made = self.document.add_table(rows=1 + len(table.rows), cols=len(table.head), style="Light List Accent 1")
        _widths(made, table, self._width)
        for number, row in enumerate((table.head, *table.rows)):
            cells = made.rows[number].cells
            for place, cell in enumerate(row):
                paragraph = self._cell(cells[place], cell, table, letters, bold=number == 0)
                if number and not place:
                    self._reference(paragraph, laid.row_counted(table, number - 1))
                paragraph.paragraph_format.space_after = Pt(1)
                if table.head[place].numeric and place:
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
                _resize(paragraph, size)
        parts.table_marks(made, table.caption, mirrored=self._mirrored)
        for note, letter in letters.items():
            paragraph = self._paragraph()
            parts.add_run(paragraph._p, f"{letter} ", self._tag, raised=True, colour=_NOTE)
            parts.add_run(paragraph._p, f"• {note}", self._tag, colour=_NOTE)
        self._paragraph().paragraph_format.space_after = Pt(4)

    def _cell(self, place: Any, cell: CellView, table: TableView, letters: Mapping[str, str], *, bold: bool) -> Any:
        paragraph = self._paragraph(inside=place)
        parts.add_run(paragraph._p, laid.breakable(cell.text), cell.language or table.language, bold=bold)
        if cell.note:
            parts.add_run(paragraph._p, letters[cell.note], self._tag, raised=True)
        return paragraph

    def _counted(self) -> None:
        if not self._view.counted:
            return
        self._heading(2, [(self._view.headings.counted, self._tag)], "counted")
        for entry in self._view.counted:
            pieces = [(f"[{entry.number}] ", self._tag), (entry.title, entry.language)]
            self._heading(3, pieces, f"counted_{entry.number}")
            self._facts(entry.facts, small=True)

    def _footer(self) -> None:
        paragraph = self.document.sections[0].footer.paragraphs[0]
        if self._mirrored:
            parts.from_right(paragraph)
        parts.add_run(paragraph._p, f"{self._view.title} · ", self._view.title_language)
        parts.add_field(paragraph, "PAGE", self._tag)
        parts.add_run(paragraph._p, " / ", self._tag)
        parts.add_field(paragraph, "NUMPAGES", self._tag)


def _widths(made: Any, table: TableView, whole_width: int) -> None:
    """Give the columns their widths: what is short a fixed one, the others share the rest."""
    weights = laid.weights(table)
    columns = zip(table.head, *table.rows, strict=True)
    longest = [max(len(cell.text) for cell in column) for column in columns]
    letter = 0.15 if len(weights) > 8 else 0.19
    fixed = [Cm(max(1.0, letter * length + 0.5)) for length in longest]
    rest = max(whole_width - sum(width for width, weight in zip(fixed, weights, strict=True) if weight is None), Cm(3))
    whole = sum(weight or 0 for weight in weights)
    made.autofit = False
    for column, weight, width in zip(made.columns, weights, fixed, strict=True):
        column.width = width if weight is None else int(rest * weight / whole)
        for cell in column.cells:
            cell.width = column.width


def _resize(paragraph: Any, size: Any) -> None:
    for properties in paragraph._p.iter(qn("w:rPr")):
        for name in ("w:sz", "w:szCs"):
            mark = parts.element(name, val=str(int(size.pt * 2)))
            following = next(
                (each for tag in ("w:vertAlign", "w:rtl", "w:lang") if (each := properties.find(qn(tag))) is not None),
                None,
            )
            properties.append(mark) if following is None else following.addprevious(mark)
