"""The codebook of a snapshot: what the columns and codes of a questionnaire mean, over all its revisions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from survey_service.questionnaire.model import Choice, Questionnaire
from survey_service.responses.export import codebook
from survey_service.responses.export.codebook import Variable


def variables_of(revisions: Mapping[str, Questionnaire]) -> dict[str, Variable]:
    """Return name → variable of every question outside repeats, given the revisions by id, oldest first.

    The newest type of a question holds. Questions in repeats are about entries, not about responses, so figures that
    count responses cannot use them.
    """
    found: dict[str, Variable] = {}
    for variable in codebook.over(revisions).tables[0].variables:
        found.setdefault(variable.question.name, variable)
    return found


def codebook_of(revisions: Mapping[str, Questionnaire]) -> dict[str, Any]:
    """Return the codebook of a questionnaire, given its revisions by id, oldest first, as JSON data.

    ``{"revisions": […], "label": Text, "pages": [{name, label}], "order": [name], "questions": {name: {type, label,
    page, list, sensitive}}, "lists": {list: [{name, label, columns}]}}``. Wordings are those of the newest revision
    that has the page, question or choice; the newest come first. ``order`` is that of the questions.
    """
    lists: dict[str, dict[str, Any]] = {}
    newest_first = list(revisions.values())[::-1]
    for questionnaire in newest_first:
        for name, choices in questionnaire.lists.items():
            known = lists.setdefault(name, {})
            for choice in choices:
                known.setdefault(choice.name, _choice(choice))
    variables = variables_of(revisions)
    pages: dict[str, dict[str, str]] = {}
    for questionnaire in newest_first:
        for page in questionnaire.pages:
            pages.setdefault(page.name, dict(page.label))
    return {
        "revisions": list(revisions),
        "label": dict(newest_first[0].label),
        "pages": [{"name": name, "label": label} for name, label in pages.items()],
        "order": list(variables),
        "questions": {name: _question(variable) for name, variable in variables.items()},
        "lists": {name: list(choices.values()) for name, choices in lists.items()},
    }


def type_of(variable: Variable) -> str:
    """Return the type of a question for reports.

    Answers chosen from what somebody typed are texts; those that are computed are calculated, whatever is asked.
    """
    return "text" if variable.free else variable.kind


def _question(variable: Variable) -> dict[str, Any]:
    question = variable.question
    return {
        "type": type_of(variable),
        "label": dict(question.label),
        "page": variable.uses[0].page.name,
        "list": question.list_name,
        "sensitive": question.sensitive,
    }


def _choice(choice: Choice) -> dict[str, Any]:
    return {"name": choice.name, "label": dict(choice.label), "columns": dict(choice.columns)}
