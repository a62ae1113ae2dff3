"""What the loading of responses has to say of a cell, a row, a column or a sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from survey_service.problems import D_
from survey_service.questionnaire.judge import Refusal
from survey_service.questionnaire.model import Choice, Text, wording

REFUSED, MISSING, ROW, COLUMN = "refused", "missing", "row", "column"
"""An answer was left out; a required answer is missing; a row was left out; a column or sheet is not read."""

MESSAGES: Mapping[str, str] = {
    "sheet": D_("The sheet has no column that is called like a question of this questionnaire. It is not read."),
    "sheet_twice": D_("Another sheet has the same questions. This one is not read."),
    "column": D_("The column “%(column)s” is called like no question of this questionnaire. It is not read."),
    "column_twice": D_("The question “%(question)s” has a column already. This one is not read."),
    "elsewhere": D_("The question “%(question)s” belongs into another sheet. It is not read here."),
    "formula": D_("This cell has a formula without a value. It counts as empty."),
    "orphan": D_("The row belongs to no row of the sheet around it. It is left out."),
    "twice": D_("Another row has the same number. This one is left out."),
    "no_consent": D_("The person did not consent. The response is not loaded."),
    "screened_out": D_("These answers end the questionnaire early (%(reason)s). The response is not loaded."),
    "empty": D_("The row has no answer. It is not loaded."),
    "entries_missing": D_("There are %(count)s entries of “%(repeat)s” without a row in the file. They stay empty."),
}
"""The messages beside those of the judge, by code; English source texts for gettext."""


@dataclass(frozen=True)
class Place:
    """Where something stands: ``row`` counts from 1, 0 for the whole sheet; ``column`` is a letter or empty."""

    sheet: str
    row: int = 0
    column: str = ""

    def __str__(self) -> str:
        """The place as spreadsheet programs write it: ``main!C12``."""
        cell = f"{self.column}{self.row or ''}"
        return f"{self.sheet}!{cell}" if cell else self.sheet


@dataclass(frozen=True)
class Finding:
    """One finding: its kind, its code, where it is, and for which question.

    ``value`` is what stands in the cell. It is for the manager who has the file, and for no log.
    """

    kind: str
    code: str
    place: Place
    question: str = ""
    value: str = ""
    values: Mapping[str, object] = field(default_factory=dict)
    message: str = ""
    own: Text = field(default_factory=dict)

    def reason(self, tag: str, translate: Callable[[str], str] = str) -> str:
        """Return the reason in words: the questionnaire's own in the language ``tag``, else ours translated."""
        own = wording(self.own, tag)
        shown = {
            name: wording(each.label, tag) if isinstance(each, Choice) else each for name, each in self.values.items()
        }
        return own or translate(self.message or MESSAGES[self.code]) % shown


@dataclass(frozen=True)
class Alike:
    """Findings that say the same of one column, with the rows that they are about (none: the whole column or sheet)."""

    kind: str
    sheet: str
    column: str
    question: str
    reason: str
    rows: tuple[int, ...]


KINDS = (REFUSED, MISSING, ROW, COLUMN)
"""All kinds, the weightiest for the person who loads first."""


def alike(findings: Iterable[Finding], reason: Callable[[Finding], str]) -> list[Alike]:
    """Return findings by what they say, those of one kind together, in the order of sheets and columns as found."""
    found: dict[tuple[str, str, str, str, str], list[int]] = {}
    for each in findings:
        key = (each.kind, each.place.sheet, each.place.column, each.question, reason(each))
        found.setdefault(key, []).extend([each.place.row] if each.place.row else [])
    made = [Alike(*key, rows=tuple(dict.fromkeys(rows))) for key, rows in found.items()]
    return sorted(made, key=lambda group: KINDS.index(group.kind))


def of_refusal(refusal: Refusal, place: Place, value: str) -> Finding:
    """Return what the judge's refusal says about a cell."""
    kind = MISSING if refusal.code in ("required", "stop") else REFUSED
    return Finding(
        kind, refusal.code, place, refusal.question, value, refusal.values, refusal.message, own=refusal.text
    )
