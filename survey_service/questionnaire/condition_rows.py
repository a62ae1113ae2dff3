"""Simple conditions as rows, for whoever writes no expressions: question – relation – value, joined by all or any."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from survey_service.questionnaire.expression import Expression
from survey_service.questionnaire.model import Question
from survey_service.questionnaire.question_types import plain_digits
from survey_service.questionnaire.values import Node, to_text
from survey_service.questionnaire.writing import write_tree

ALL, ANY = "all", "any"
JOINS: Mapping[str, str] = {ALL: "and", ANY: "or"}
RELATIONS: Mapping[str, str] = {
    "is": "=",
    "is_not": "!=",
    "includes": "selected",
    "includes_not": "not selected",
    "at_least": ">=",
    "at_most": "<=",
    "more": ">",
    "less": "<",
    "answered": "",
    "unanswered": "",
}
"""Relation of a row → what it is in an expression."""

WITHOUT_VALUE = ("answered", "unanswered")
NUMBERS = ("integer", "decimal", "range")
SEVERAL = ("select_multiple", "rank")
_NUMBER = re.compile(r"-?[0-9]{1,15}([.][0-9]{1,15})?")
_SIGNS = {sign: name for name, sign in RELATIONS.items() if sign}


@dataclass(frozen=True)
class Row:
    """One row; ``value`` is the name of a choice, a number, a date ``2026-11-23`` or a text."""

    question: str
    relation: str
    value: str = ""


class RowFault(ValueError):
    """A row that makes no condition: its index from 0, and a code: question, relation, value, number, date, choice."""

    def __init__(self, index: int, code: str) -> None:
        self.index, self.code = index, code
        super().__init__(code)


def read(expression: Expression) -> tuple[str, tuple[Row, ...]] | None:
    """Return the join and the rows of a condition, or None if it says more than rows can."""
    ast = expression.ast
    join = next((name for name, sign in JOINS.items() if ast[0] == sign), ALL)
    rows = [_row(part) for part in (ast[1:] if ast[0] in JOINS.values() else (ast,))]
    found = tuple(row for row in rows if row is not None)
    return (join, found) if len(found) == len(rows) else None


def _row(node: Node) -> Row | None:
    sign = node[0]
    if sign == "not" and node[1][0] == "selected":
        sign, node = "not selected", node[1]
    if sign not in _SIGNS or node[1][0] != "ref":
        return None
    value = node[2][1] if node[2][0] == "date" and len(node[2]) == 2 else node[2]
    negative = value[0] == "neg"
    value = value[1] if negative else value
    if value[0] not in ("str", "num") or (negative and value[0] == "str"):
        return None
    text = "-" * negative + to_text(float(value[1])) if value[0] == "num" else value[1]
    if not text and sign in ("=", "!="):
        return Row(node[1][1], "unanswered" if sign == "=" else "answered")
    return Row(node[1][1], _SIGNS[sign], text)


def write(join: str, rows: Iterable[Row], questions: Mapping[str, Question]) -> str:
    """Return the expression of rows. Raises RowFault.

    A choice may be named by its label; “is” of a question with several answers means that they include it.
    """
    nodes = [_node(index, row, questions) for index, row in enumerate(rows)]
    return f" {JOINS[join]} ".join(write_tree(node) for node in nodes)


def _node(index: int, row: Row, questions: Mapping[str, Question]) -> Node:
    question = questions.get(row.question)
    if question is None:
        raise RowFault(index, "question")
    if row.relation not in RELATIONS:
        raise RowFault(index, "relation")
    subject = ("ref", row.question)
    if row.relation in WITHOUT_VALUE:
        return ("=" if row.relation == "unanswered" else "!=", subject, ("str", ""))
    value = _value(index, row, question)
    relation = _fitting(row.relation, question)
    if relation in ("includes", "includes_not"):
        chosen = ("selected", subject, value)
        return chosen if relation == "includes" else ("not", chosen)
    return (RELATIONS[relation], subject, value)


def _fitting(relation: str, question: Question) -> str:
    """Return the relation that means the same for this type of question."""
    several = question.type in SEVERAL
    if several:
        return {"is": "includes", "is_not": "includes_not"}.get(relation, relation)
    return {"includes": "is", "includes_not": "is_not"}.get(relation, relation)


def _value(index: int, row: Row, question: Question) -> Node:
    text = row.value.strip()
    if not text or ("'" in text and '"' in text):
        raise RowFault(index, "value")
    if question.choices:
        return ("str", _choice(index, text, question))
    if question.type in NUMBERS:
        plain = plain_digits(text).replace(",", ".")
        if not _NUMBER.fullmatch(plain):
            raise RowFault(index, "number")
        return ("neg", ("num", plain[1:])) if plain.startswith("-") else ("num", plain)
    if question.type == "date" and RELATIONS[row.relation] not in ("=", "!="):
        return ("date", ("str", text))
    return ("str", text)


def _choice(index: int, text: str, question: Question) -> str:
    if text in question.choice_names:
        return text
    for choice in question.choices:
        if text.casefold() in {wording.casefold() for wording in choice.label.values()}:
            return choice.name
    raise RowFault(index, "choice")
