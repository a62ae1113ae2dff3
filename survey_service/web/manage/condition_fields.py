"""The rows of a simple condition in a form: ``row-1-question``, ``row-1-relation``, ``row-1-value``, ``join``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from survey_service.problems import D_
from survey_service.questionnaire import condition_rows
from survey_service.questionnaire.condition_rows import ALL, JOINS, Row, RowFault
from survey_service.questionnaire.expression import ExpressionFault, parse
from survey_service.questionnaire.model import Question
from survey_service.questionnaire.question_types import TYPES
from survey_service.web.i18n import gettext
from survey_service.web.manage.editor import Scene
from survey_service.web.manage.text_fields import Errors, Given

LEAST_ROWS, MOST_ROWS = 2, 12
RELATION_NAMES: Mapping[str, str] = {
    "is": D_("is"),
    "is_not": D_("is not"),
    "includes": D_("includes"),
    "includes_not": D_("does not include"),
    "at_least": D_("is at least"),
    "at_most": D_("is at most"),
    "more": D_("is more than"),
    "less": D_("is less than"),
    "answered": D_("is answered"),
    "unanswered": D_("is not answered"),
}
_FAULTS: Mapping[str, str] = {
    "question": D_("Please choose the question."),
    "relation": D_("Please choose how to compare."),
    "value": D_("Please write or choose the value to compare with."),
    "number": D_("Please write a number to compare with."),
    "choice": D_("This is none of the answers of the question."),
}


@dataclass(frozen=True)
class RowView:
    """One row as it is shown; ``question`` is the chosen one, whose choices can be chosen as value."""

    number: int
    row: Row
    question: Question | None


def askable(now: Scene, own: str) -> list[tuple[str, str]]:
    """Return (name, label) of the questions that a condition can look at."""
    found = now.questionnaire.questions.values()
    return [
        (question.name, now.labels.question(question.name))
        for question in found
        if question.name != own and (TYPES[question.type].asks or question.calculation is not None)
    ]


def fields(expression: str) -> dict[str, str]:
    """Return the fields of the rows that say the same as an expression; none if rows can't say it."""
    try:
        found = condition_rows.read(parse(expression)) if expression else None
    except ExpressionFault:
        return {}
    if found is None:
        return {}
    join, rows = found
    given = {"join": join}
    for number, row in enumerate(rows[:MOST_ROWS], 1):
        given |= {
            f"row-{number}-question": row.question,
            f"row-{number}-relation": row.relation,
            f"row-{number}-value": row.value,
        }
    return given


def views(given: Given, now: Scene) -> list[RowView]:
    """Return the rows of a form as typed, with an empty one at the end."""
    rows = _rows(given)
    numbers = range(1, min(max([LEAST_ROWS, *(number + 1 for number in rows)]), MOST_ROWS) + 1)
    questions = now.questionnaire.questions
    found = {number: rows.get(number, Row("", "is")) for number in numbers}
    return [RowView(number, row, questions.get(row.question)) for number, row in found.items()]


def _rows(given: Given) -> dict[int, Row]:
    found = {}
    for number in range(1, MOST_ROWS + 1):
        parts = [given.get(f"row-{number}-{part}", "").strip() for part in ("question", "relation", "value")]
        if parts[0] or parts[2]:
            found[number] = Row(*parts)
    return found


def compose(given: Given, now: Scene, errors: Errors) -> str | None:
    """Return the expression of the rows, ``""`` for no rows; None if one of them makes none."""
    rows = _rows(given)
    join = given.get("join", ALL)
    try:
        return condition_rows.write(join if join in JOINS else ALL, rows.values(), now.questionnaire.questions)
    except RowFault as fault:
        number = list(rows)[fault.index]
        part = fault.code if fault.code in ("question", "relation") else "value"
        errors[f"row-{number}-{part}"] = gettext(_FAULTS[fault.code])
        return None
