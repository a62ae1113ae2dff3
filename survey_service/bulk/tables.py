"""A table of entries, as the template has it: one row an entry, one column a question.

The heading of a column is the name of its question or its label; the template has both, a row each. Beside the
questions there are columns of our own: see OWN.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from survey_service.bulk.cells import TAGS, Cells, clean, day, past_midnight
from survey_service.bulk.notes import MESSAGES, NOTED
from survey_service.bulk.plan import name_of
from survey_service.offers.folding import fold
from survey_service.offers.proposed import Proposed
from survey_service.problems import P_, Problem
from survey_service.questionnaire.model import Questionnaire
from survey_service.questionnaire.question_types import asks
from survey_service.questionnaire.xlsform.workbook import Row, Sheet, letter
from survey_service.responses.loading.files import Sheets
from survey_service.responses.loading.findings import Finding, Place

OFFER, NUMBER, CONFIRMED = "offer", "number", "confirmed"
OWN: Mapping[str, str] = {
    OFFER: P_("Number in the directory"),
    NUMBER: P_("Your own number"),
    CONFIRMED: P_("Last checked on"),
}
"""Columns that hold no answer: the offer that a row changes; what tells the row apart from others of the same name;
the day on which its provider checked it."""
MOST_COLUMNS = 300
_SPACE = uuid.UUID("0f5bb3a5-5c0e-5d8b-9c59-6c1d3a0a7b42")
_HEADINGS = 3
"""The headings are in the first rows with content; so many are looked at."""
_GERMAN: Mapping[str, str] = {
    "nummer im verzeichnis": OFFER,
    "ihre eigene nummer": NUMBER,
    "zuletzt gepruft am": CONFIRMED,
}


@dataclass
class Reading:
    """The entries of a file in its order, and what was found of its columns."""

    proposed: list[Proposed] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True)
class Terms:
    """How a table is read: the name of the file, the language of its texts, whether whoever brings it says that all
    providers agree to the publication, and the name of the organisation where a row names none.
    """

    source: str
    language: str
    published: bool = False
    organisation: str = ""


def read(questionnaire: Questionnaire, sheets: Sheets, terms: Terms, most: int | None = None) -> Reading:
    """Read the sheet that has most questions among its headings.

    Raises Problems bulk.no_rows, bulk.columns, and bulk.too_many if there are more rows than ``most``.
    """
    headings = _Headings(questionnaire)
    tables = [headings.table(sheet) for sheet in sheets.values()]
    table = max(tables, key=lambda each: len(each.columns), default=None)
    if table is None or not table.columns or not table.rows:
        raise Problem("bulk.no_rows")
    if table.width > MOST_COLUMNS:
        raise Problem("bulk.columns", count=table.width, limit=MOST_COLUMNS)
    if most is not None and len(table.rows) > most:
        raise Problem("bulk.too_many", count=len(table.rows), limit=most)
    return Reading(list(_proposed(questionnaire, table, terms)), table.findings)


@dataclass(frozen=True)
class _Table:
    name: str
    width: int
    columns: Mapping[int, str]
    rows: list[Row]
    findings: list[Finding]
    formulas: Mapping[int, list[str]]


class _Headings:
    def __init__(self, questionnaire: Questionnaire) -> None:
        self._names = {name for name, question in questionnaire.questions.items() if asks(question)} | {*OWN}
        self._labels = {
            fold(questionnaire.questions[name].label.get(tag, "")): name
            for name in self._names - {*OWN}
            for tag in TAGS
        }
        self._labels |= {fold(text): name for name, text in OWN.items()} | _GERMAN

    def _name(self, heading: str) -> str:
        return heading if heading in self._names else self._labels.get(fold(heading), "")

    def table(self, sheet: Sheet) -> _Table:
        """Return a sheet as a table: the row with most known headings is its head, and no row of headings is data."""
        first = [Row(1, sheet.headers), *sheet.rows[: _HEADINGS - 1]]
        counts = [sum(1 for text in row.cells.values() if self._name(text)) for row in first]
        head = first[counts.index(max(counts))]
        heads = {row.number for row, count in zip(first, counts, strict=True) if count and 2 * count >= max(counts)}
        columns: dict[int, str] = {}
        findings = []
        for index, heading in head.cells.items():
            name = self._name(heading)
            place = Place(sheet.name, head.number, letter(index))
            if not name or name in columns.values():
                code = "column_twice" if name else "column"
                findings.append(_finding(code, place, column=heading[:80]))
            else:
                columns[index] = name
        rows = [row for row in sheet.rows if row.number not in heads and row.number > head.number]
        formulas: dict[int, list[str]] = {}
        for notice in sheet.notices:
            formulas.setdefault(notice.row, []).append(notice.column)
        return _Table(sheet.name, max(head.cells, default=-1) + 1, columns, rows, findings, formulas)


def _finding(code: str, place: Place, **values: object) -> Finding:
    return Finding(NOTED, code, place, values=values, message=MESSAGES[code])


def _proposed(questionnaire: Questionnaire, table: _Table, terms: Terms) -> Iterator[Proposed]:
    cells, letters = Cells(questionnaire), {name: letter(index) for index, name in table.columns.items()}
    by_letter = {column: name for name, column in letters.items()}
    for row in table.rows:
        own: dict[str, str] = {}
        answers, texts, doubts = {}, {}, {}
        for index, text in row.cells.items():
            name = table.columns.get(index, "")
            if name in OWN:
                own[name] = texts[name] = clean(text)
            elif name:
                answers[name], doubt = cells.read(name, text)
                texts[name] = text
                if doubt:
                    doubts[name] = doubt
        if not answers:
            continue
        doubts |= {by_letter[at]: "formula" for at in table.formulas.get(row.number, ()) if at in by_letter}
        if past_midnight(answers):
            doubts["A08_to"] = "past_midnight"
        if terms.published:
            answers.setdefault("A00", "yes")
        if terms.organisation:
            answers.setdefault("A02", terms.organisation)
        confirmed = _confirmed(own.get(CONFIRMED, ""), doubts)
        yield Proposed(
            source=terms.source,
            place=table.name,
            answers=answers,
            language=terms.language,
            key=key_of(answers, own.get(NUMBER, "")),
            offer=own.get(OFFER, ""),
            confirmed=confirmed,
            row=row.number,
            columns=letters,
            texts=texts,
            doubts=doubts,
        )


def _confirmed(text: str, doubts: dict[str, str]) -> str:
    if not text:
        return ""
    found, _ = day(text)
    try:
        return dt.date.fromisoformat(found).isoformat()
    except ValueError:
        doubts[CONFIRMED] = "confirmed_unclear"
        return ""


def key_of(answers: Mapping[str, object], number: str = "") -> str:
    """Return the submission key of an entry: of its organisation, and of its number or else its name."""
    organisation, name = name_of(answers)
    return str(uuid.uuid5(_SPACE, f"{organisation}\n{f'#{number}' if number else name}"))
