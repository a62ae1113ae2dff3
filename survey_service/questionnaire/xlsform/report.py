"""What is collected while a workbook is read: notices, and what became of each row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from survey_service.questionnaire.xlsform.notices import CHANGED, ERROR, LOST, Notice

KEPT, STRUCTURE, ALTERED, LEFT_OUT = "kept", "structure", "changed", "left_out"
"""What became of a row of the survey sheet: a question as it is, a group's begin or end, a question that is another
one here, or nothing."""


@dataclass
class Report:
    """Notices in the order found, and the fate of each row of the survey sheet by number."""

    notices: list[Notice] = field(default_factory=list)
    rows: dict[int, str] = field(default_factory=dict)

    def add(self, kind: str, code: str, cell: Cell, **values: object) -> None:
        notice = Notice(kind, code, cell.sheet, cell.row, cell.column, values)
        if notice not in self.notices:
            self.notices.append(notice)
        if kind in (LOST, CHANGED) and self.rows.get(cell.row) == KEPT and cell.survey:
            self.rows[cell.row] = ALTERED

    @property
    def errors(self) -> tuple[Notice, ...]:
        return tuple(notice for notice in self.notices if notice.kind == ERROR)

    @property
    def fates(self) -> Mapping[str, int]:
        """How many rows of the survey sheet met which fate."""
        return Counter(self.rows.values())


@dataclass(frozen=True)
class Cell:
    """A place in a workbook: ``row`` from 1, ``column`` a letter or ``""``."""

    sheet: str
    row: int
    column: str = ""
    survey: bool = False


class Line(dict[str, str]):
    """The texts of one row by column; texts with a language are in ``texts``: column → tag → text."""

    def __init__(self, sheet: str, number: int, *, survey: bool = False) -> None:
        super().__init__()
        self.sheet, self.number, self.survey = sheet, number, survey
        self.texts: dict[str, dict[str, str]] = {}
        self.letters: dict[str, str] = {}

    def cell(self, column: str = "") -> Cell:
        """Return the place of a column in this row."""
        return Cell(self.sheet, self.number, self.letters.get(column, ""), self.survey)

    def text(self, column: str) -> dict[str, str]:
        return self.texts.get(column, {})
