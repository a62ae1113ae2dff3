"""What the formats for paper share: reasons as letters below a table, and words that may break."""

from __future__ import annotations

import re
from string import ascii_lowercase

from survey_service.reports.render.views import CountedView, TableView

_LONGEST, _SHORT = 24, 12
_LEAST_WIDE = 26
"""So wide is a column of a wide table at least, that words of ten letters need no break."""
_BREAK = "\u200b"
_LONG = re.compile(rf"[^\s{_BREAK}]{{{_LONGEST + 1},}}")


def reasons(table: TableView) -> dict[str, str]:
    """Return a letter for each reason why a cell of a table is not published, in the order of the cells."""
    notes = dict.fromkeys(cell.note for row in (table.head, *table.rows) for cell in row if cell.note)
    return dict(zip(notes, ascii_lowercase, strict=False))


def row_counted(table: TableView, row: int) -> CountedView | None:
    """Return how the numbers of one row were counted, if the rows of the table differ in that."""
    return table.rows_counted[row] if table.rows_counted else None


def breakable(text: str) -> str:
    """Return a text in which a word too long for a narrow column may break."""
    return _LONG.sub(
        lambda match: _BREAK.join(match[0][at : at + _LONGEST] for at in range(0, len(match[0]), _LONGEST)), text
    )


def weights(table: TableView) -> list[int | None]:
    """Return how wide each column is to be, beside the others: None for what is short and takes what it needs."""
    columns = [[len(cell.text) for cell in column] for column in zip(table.head, *table.rows, strict=True)]
    numeric = [place > 0 and cell.numeric for place, cell in enumerate(table.head)]
    least = _LEAST_WIDE if table.wide else 0
    widths = [
        None if short or max(column) <= _SHORT else max(least, min(40, max(column)))
        for short, column in zip(numeric, columns, strict=True)
    ]
    return widths if any(widths) else [1, *widths[1:]]
