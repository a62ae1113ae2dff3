"""Listed offers as one table for people: labels for headings and choices, as CSV and as a workbook."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

import xlsxwriter

from survey_service.cells import neutralised
from survey_service.offers.hsds import mapping
from survey_service.offers.hsds.parts import Entry
from survey_service.offers.hsds.whole import Whole
from survey_service.questionnaire.model import Question, wording

_ID, _CONFIRMED = "id", "assured_date"
_CONTACT = ("A20_name", "A20_phone", "A20_email")
_HIDDEN = ("A00", "A20_publish", "A22_by")
"""Never told: consents, and who has checked the details."""
_SEPARATOR = "; "
_LONGEST_CELL = 32_767
_WIDTH = 24


def _questions(whole: Whole) -> list[Question]:
    asked = whole.codes.form.questions.values()
    return [question for question in asked if question.type != "note" and question.name not in _HIDDEN]


def table(whole: Whole) -> Iterator[list[Any]]:
    """Yield the heading, then a row for each entry; numbers are numbers, everything else is text."""
    asked = _questions(whole)
    language = whole.codes.language
    yield [_ID, *(wording(question.label, language) or question.name for question in asked), _CONFIRMED]
    for entry in whole.entries:
        own = mapping.organization_id(entry.organisation) if entry.is_structure else mapping.service_id(entry.offer)
        yield [own, *(_cell(whole, entry, question) for question in asked), entry.confirmed]


def _cell(whole: Whole, entry: Entry, question: Question) -> Any:
    if question.name in _CONTACT and entry.answers.get("A20_publish") != "yes":
        return ""
    value = entry.answers.get(question.name, "")
    if isinstance(value, list):
        return _SEPARATOR.join(whole.codes.label(question.name, name) for name in value)
    if question.choices and value:
        return whole.codes.label(question.name, value)
    return value if isinstance(value, int | float) else str(value)


def write_csv(whole: Whole) -> bytes:
    """Return the table as CSV with a byte order mark; no cell begins like a formula."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    for row in table(whole):
        writer.writerow([neutralised(cell) if isinstance(cell, str) else cell for cell in row])
    return file.getvalue().encode("utf-8-sig")


def write_xlsx(whole: Whole) -> bytes:
    """Return the table as a workbook in which every text is text."""
    packed = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(packed, options) as workbook:
        bold = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        sheet = workbook.add_worksheet("offers")
        sheet.freeze_panes(1, 1)
        for line, row in enumerate(table(whole)):
            _write_row(sheet, line, row, bold if line == 0 else None)
        sheet.set_column(0, len(_questions(whole)) + 1, _WIDTH)
    return packed.getvalue()


def _write_row(sheet: Any, line: int, row: Sequence[Any], form: Any) -> None:
    for place, cell in enumerate(row):
        if isinstance(cell, str):
            sheet.write_string(line, place, cell[:_LONGEST_CELL], form)
        else:
            sheet.write_number(line, place, cell, form)
