"""The table of comments as a workbook: comments, votes, turnout. Text stays text, whatever it begins with."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter

from survey_service.consulting import words
from survey_service.consulting.paper import Translate, Writer
from survey_service.consulting.weighing import Weighing
from survey_service.questionnaire.model import wording

_COMMENT_WIDTHS = (6, 40, 18, 22, 14, 40, 40, 14, 40, 40)
_VOTE_WIDTHS = (10, 50, 18, 12, 12, 12, 12, 12, 12)
_TURNOUT_WIDTHS = (26, 12, 12, 12, 18)
Rows = Sequence[Sequence[str | int | float | None]]
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def render(made: Weighing, tag: str, translate: Translate) -> bytes:
    """Return the table of comments as .xlsx in a language of the desk; its first sheet is the table."""
    writer = Writer(made, tag, translate)
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, _OPTIONS) as book:
        book.set_properties({"title": translate(words.TITLE) % {"title": made.round.title}})
        sheets = _Sheets(book)
        comments: Rows = [(row.number, *(cell.text for cell in list(writer.row(row))[1:])) for row in made.rows]
        heads = [translate(each) for each in words.COLUMNS]
        sheets.add(translate(words.COMMENTS), heads, comments, _COMMENT_WIDTHS)
        names = (*words.COLUMNS[:3], *words.VOTES.values(), words.MEAN, words.GAVE)
        votes: Rows = [
            [
                each.put.number,
                wording(made.texts[each.put.number], tag),
                writer.body(each.body).text,
                *(each.counts[name] for name in words.VOTES),
                each.priority,
                each.n,
            ]
            for each in made.results
        ]
        sheets.add(translate(words.RESULTS), [translate(each) for each in names], votes, _VOTE_WIDTHS)
        turnout: Rows = [
            [writer.body(each.body).text, each.invited, each.opened, each.voted, each.complete] for each in made.turnout
        ]
        sheets.add(translate(words.TURNOUT), [translate(each) for each in words.TURNOUT_HEAD], turnout, _TURNOUT_WIDTHS)
        notes: list[list[str]] = [] if made.digest else [[translate(words.PRELIMINARY), ""]]
        notes += [[fact.heading, fact.cell.text] for fact in writer.facts()]
        notes += [[translate(each), ""] for each in (words.VOTERS_NOTE, words.PRIORITY_NOTE)]
        sheets.add(translate(words.NOTES), [translate(words.NOTES), ""], notes, (50, 60))
    return file.getvalue()


class _Sheets:
    """Adds sheets to a workbook."""

    def __init__(self, book: Any) -> None:
        self._book = book
        plain = {"valign": "top", "text_wrap": True}
        self._plain, self._head = book.add_format(plain), book.add_format({**plain, "bold": True, "bottom": 2})
        self._mean = book.add_format({**plain, "num_format": "0.0"})

    def add(self, name: str, heads: Sequence[str], rows: Rows, widths: Sequence[int]) -> None:
        """Add a sheet: its heading stays in sight, and its first row is repeated on each printed page."""
        sheet = self._book.add_worksheet(name[:31])
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.freeze_panes(1, 1)
        sheet.repeat_rows(0)
        for column, (head, width) in enumerate(zip(heads, widths, strict=True)):
            sheet.write_string(0, column, head, self._head)
            sheet.set_column(column, column, width)
        for row, cells in enumerate(rows, 1):
            for column, cell in enumerate(cells):
                if isinstance(cell, str):
                    sheet.write_string(row, column, cell, self._plain)
                elif cell is not None:
                    sheet.write_number(row, column, cell, self._mean if isinstance(cell, float) else self._plain)
