"""What expressions look up in a questionnaire: labels of choices, and rows of lists, in the respondent's language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from survey_service.questionnaire.expression import Scope
from survey_service.questionnaire.model import Questionnaire, wording

Rows = Mapping[str, Sequence[Mapping[str, str]]]


class Lookups:
    """Makes the scopes of one questionnaire; what its expressions do not use costs nothing."""

    def __init__(self, questionnaire: Questionnaire) -> None:
        self._questionnaire = questionnaire
        self._repeats = questionnaire.repeats_of
        used = [expression for _, _, expression in questionnaire.expressions()]
        self._lists = frozenset(name for each in used for name in each.lists)
        self._labels = any("jr:choice-name" in each.functions for each in used)
        self._rows: dict[str, Rows] = {}

    def scope(self, answers: Mapping[str, Any], today: dt.date, language: str, now: dt.datetime | None) -> Scope:
        """Return a scope over answers, outside all repeats."""
        scope = Scope(answers=answers, repeats=self._repeats, today=today, now=now, language=language)
        if self._labels:
            scope.label_of = lambda choice, question: self.label(choice, question, language)
        if self._lists:
            scope.lists = self.rows(language)
        return scope

    def label(self, choice: str, question: str, language: str) -> str:
        """Return the label of a choice of a question, its name if there is no such choice."""
        found = self._questionnaire.questions.get(question)
        labels = (each.label for each in (found.choices if found else ()) if each.name == choice)
        return wording(next(labels, {"*": choice}), language)

    def rows(self, language: str) -> Rows:
        """Return the rows of the lists that expressions read: name, label and further columns."""
        if language not in self._rows:
            lists = self._questionnaire.lists
            self._rows[language] = {
                name: [
                    {**choice.columns, "name": choice.name, "label": wording(choice.label, language)}
                    for choice in lists.get(name, ())
                ]
                for name in self._lists
            }
        return self._rows[language]
