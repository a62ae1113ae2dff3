"""Responses as rows: one row a response, one column for each question of any revision, one for its state."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from typing import Any, TextIO

from survey_service.questionnaire.question_types import TYPES
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import RESPONSES
from survey_service.store.base import Store

FACTS = ("number", "questionnaire", "revision", "language", "period", "mode", "status")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def columns(publications: Publications, questionnaire: str) -> tuple[str, ...]:
    """Return the names of all questions that any revision asks or calculates, newest revision first."""
    names: dict[str, None] = {}
    for revision in reversed(publications.history(questionnaire)):
        for question in publications.revision(revision).questionnaire.questions.values():
            if TYPES[question.type].asks or question.type == "calculate":
                names[question.name] = None
    return tuple(names)


def documents(store: Store, questionnaire: str) -> Iterator[dict[str, Any]]:
    """Yield the responses of a questionnaire as JSON objects, without key and receipt; ``number`` tells them apart."""
    for stored in store.collection(RESPONSES).iterate():
        body = stored.body
        if body["questionnaire"] == questionnaire:
            facts = {name: body[name] for name in FACTS[1:]}
            yield {"number": stored.id, **facts, "answers": body["answers"], "states": body["states"]}


def write_jsonl(store: Store, questionnaire: str, file: TextIO) -> int:
    """Write one JSON object a line and return their number."""
    count = 0
    for document in documents(store, questionnaire):
        file.write(json.dumps(document, ensure_ascii=False) + "\n")
        count += 1
    return count


def write_csv(store: Store, publications: Publications, questionnaire: str, file: TextIO) -> int:
    """Write CSV with a header row (open the file with ``newline=""``) and return the number of responses.

    Several choices stand in one cell, separated by blanks. Text that a spreadsheet would take for a formula gets an
    apostrophe in front, so that it stays text.
    """
    names = columns(publications, questionnaire)
    writer = csv.writer(file)
    writer.writerow([*FACTS, *(heading for name in names for heading in (name, f"{name}:state"))])
    count = 0
    for document in documents(store, questionnaire):
        writer.writerow([*(document[name] for name in FACTS), *_cells(document, names)])
        count += 1
    return count


def _cells(document: Mapping[str, Any], names: tuple[str, ...]) -> Iterator[Any]:
    for name in names:
        yield cell(document["answers"].get(name))
        yield document["states"].get(name, "")


def cell(value: Any) -> Any:
    """Return an answer as the content of a cell: lists joined by blanks, formula-like text neutralised."""
    if value is None:
        return ""
    if isinstance(value, list):
        return " ".join(value)
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value
