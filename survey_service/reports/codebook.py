"""The codebook of a snapshot: what the columns and codes of a questionnaire mean, over all its revisions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from survey_service.questionnaire.model import Choice, Question, Questionnaire


def codebook_of(revisions: Mapping[str, Questionnaire]) -> dict[str, Any]:
    """Return the codebook of a questionnaire, given its revisions by id, oldest first, as JSON data.

    ``{"revisions": […], "label": Text, "questions": {name: {type, label, page, list, sensitive}}, "lists": {list:
    [{name, label, columns}]}}``. Wordings are those of the newest revision that has the question or choice; the
    newest come first.
    """
    questions: dict[str, Any] = {}
    lists: dict[str, dict[str, Any]] = {}
    newest_first = list(reversed(list(revisions.items())))
    for _, questionnaire in newest_first:
        for question in questionnaire.questions.values():
            if question.type != "note":
                questions.setdefault(question.name, _question(question, questionnaire.page_of[question.name].name))
        for name, choices in questionnaire.lists.items():
            known = lists.setdefault(name, {})
            for choice in choices:
                known.setdefault(choice.name, _choice(choice))
    return {
        "revisions": list(revisions),
        "label": dict(newest_first[0][1].label),
        "questions": questions,
        "lists": {name: list(choices.values()) for name, choices in lists.items()},
    }


def _question(question: Question, page: str) -> dict[str, Any]:
    return {
        "type": question.type,
        "label": dict(question.label),
        "page": page,
        "list": question.list_name,
        "sensitive": question.sensitive,
    }


def _choice(choice: Choice) -> dict[str, Any]:
    return {"name": choice.name, "label": dict(choice.label), "columns": dict(choice.columns)}
