"""The template for many offers: a workbook with instructions and lists to choose from, or a CSV file.

Every cell is text, so that a spreadsheet program changes no postcode, time or date. Also with the entries that are there
already, to be changed and brought back.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from survey_service.bulk.cells import Cells
from survey_service.bulk.tables import CONFIRMED, NUMBER, OFFER, OWN
from survey_service.problems import P_
from survey_service.questionnaire.model import Question, Questionnaire, wording
from survey_service.questionnaire.question_types import asks
from survey_service.questionnaire.values import to_text

ENTRIES, HELP, LISTS = P_("Entries"), P_("Instructions"), P_("Lists")
MOST_ROWS = 2_000
"""So many rows have lists to choose from."""
SEPARATOR = "; "
INSTRUCTIONS = (
    P_("Write one entry in each row of the sheet “Entries”. Leave the first two rows as they are."),
    P_("Columns with * must be filled in, some of them only for certain entries. All others may stay empty."),
    P_("Where there is a list to choose from, you can also write its codes; they are in the sheet “Lists”."),
    P_("Several values stand in one cell, with ; between them, for example: Arabic; Russian"),
    P_("Write days like 31.12.2027, times like 09:00, amounts like 12,50, and addresses of websites with https://."),
    P_("“Number in the directory” is filled in for entries that exist already. Leave it empty for new ones."),
    P_("“Your own number” is needed only if two of your entries have the same name. Never change it."),
    P_("You can import the same file again: what has not changed stays as it is."),
)
Translate = Callable[[str], str]
_OWN_ORDER = (OFFER, NUMBER, CONFIRMED)
_WIDTH, _WIDE = 22, 44


def names(questionnaire: Questionnaire) -> tuple[str, ...]:
    """Return the columns of the template: our own, then the questions in their order."""
    return (*_OWN_ORDER, *(name for name, question in questionnaire.questions.items() if asks(question)))


def row_of(questionnaire: Questionnaire, cells: Cells, answers: Mapping[str, Any], tag: str) -> dict[str, str]:
    """Return the answers of an offer as the texts of cells, which `Cells.read` reads as the same answers."""
    return {
        name: _cell(questionnaire.questions[name], cells, answers[name], tag)
        for name in names(questionnaire)
        if name not in OWN and name in answers
    }


def _cell(question: Question, cells: Cells, answer: Any, tag: str) -> str:
    if question.choices:
        chosen = answer if isinstance(answer, list) else [answer]
        labels = [_label(question, cells, code, tag) for code in chosen]
        joined = SEPARATOR.join(labels)
        read, _ = cells.read(question.name, joined)
        return joined if read == answer else SEPARATOR.join(chosen)
    if question.type == "date" and tag != "en":
        return dt.date.fromisoformat(answer).strftime("%d.%m.%Y")
    if isinstance(answer, int | float):
        return to_text(float(answer)).replace(".", ",")
    return str(answer)


def _label(question: Question, cells: Cells, code: str, tag: str) -> str:
    label = next((choice.label for choice in question.choices if choice.name == code), {})
    text = wording(label, tag)
    read, _ = cells.read(question.name, text)
    return text if read in (code, [code]) else code


def csv_template(questionnaire: Questionnaire, tag: str, translate: Translate) -> bytes:
    """Return an empty CSV file with both rows of headings, as German spreadsheet programs write it."""
    target = io.StringIO(newline="")
    writer = csv.writer(target, delimiter=";")
    writer.writerow(names(questionnaire))
    writer.writerow(heading(questionnaire, name, tag, translate) for name in names(questionnaire))
    return target.getvalue().encode("utf-8-sig")


def heading(questionnaire: Questionnaire, name: str, tag: str, translate: Translate) -> str:
    """Return the heading of a column that people read."""
    if name in OWN:
        return translate(OWN[name])
    question = questionnaire.questions[name]
    return f"{wording(question.label, tag)}{' *' if question.required else ''}"


def workbook(
    questionnaire: Questionnaire, tag: str, translate: Translate, entries: Iterable[Mapping[str, str]] = ()
) -> bytes:
    """Return the template as a workbook; ``entries`` are rows to put in, by the names of columns."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(
        target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    sheet = book.add_worksheet(translate(ENTRIES))
    _instructions(book, translate)
    ranges = _lists(book, questionnaire, tag, translate)
    text = book.add_format({"num_format": "@", "valign": "top"})
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#e8eef4", "border": 1})
    columns = names(questionnaire)
    for column, name in enumerate(columns):
        question = questionnaire.questions.get(name)
        wide = question is not None and question.appearance == "multiline"
        sheet.set_column(column, column, _WIDE if wide else _WIDTH, text)
        sheet.write_string(0, column, name)
        sheet.write_string(1, column, heading(questionnaire, name, tag, translate), bold)
        if question is not None:
            _explain(sheet, column, question, tag, ranges.get(question.list_name or name, ""))
    sheet.set_row(0, None, None, {"hidden": True})
    sheet.set_row(1, 60)
    sheet.freeze_panes(2, 0)
    for row, entry in enumerate(entries, 2):
        for column, name in enumerate(columns):
            if entry.get(name):
                sheet.write_string(row, column, entry[name], text)
    book.close()
    return target.getvalue()


def _instructions(book: Any, translate: Translate) -> None:
    sheet = book.add_worksheet(translate(HELP))
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 100, wrap)
    for row, line in enumerate(INSTRUCTIONS):
        sheet.write_string(row, 0, translate(line), wrap)


def _lists(book: Any, questionnaire: Questionnaire, tag: str, translate: Translate) -> dict[str, str]:
    """Write each list of choices, label and code beside each other, and return the range of its labels by its name."""
    title = translate(LISTS)
    sheet = book.add_worksheet(title)
    bold = book.add_format({"bold": True})
    found: dict[str, str] = {}
    for name, question in _listed(questionnaire):
        column = 3 * len(found)
        sheet.set_column(column, column, _WIDE)
        sheet.write_string(0, column, wording(question.label, tag), bold)
        for row, choice in enumerate(question.choices, 1):
            sheet.write_string(row, column, wording(choice.label, tag))
            sheet.write_string(row, column + 1, choice.name)
        letter = xl_col_to_name(column)
        found[name] = f"='{title}'!${letter}$2:${letter}${len(question.choices) + 1}"
    return found


def _listed(questionnaire: Questionnaire) -> Iterator[tuple[str, Question]]:
    """Yield each list once, with a question that offers it."""
    seen = set()
    for name, question in questionnaire.questions.items():
        key = question.list_name or name
        if question.choices and asks(question) and key not in seen:
            seen.add(key)
            yield key, question


def _explain(sheet: Any, column: int, question: Question, tag: str, choices: str) -> None:
    """Give the cells of a column their list and their hint. Other values can be typed too: codes, or several."""
    hint = wording(question.hint, tag)[:255] if question.hint else ""
    options: dict[str, Any] = {"validate": "list", "source": choices} if choices else {"validate": "any"}
    if not choices and not hint:
        return
    message = {"input_message": hint} if hint else {}
    sheet.data_validation(2, column, MOST_ROWS + 1, column, {**options, **message, "show_error": False})
