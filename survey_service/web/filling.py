"""Texts that name an answer, ``${name}``: filled with what was answered, as a person reads it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from survey_service.questionnaire import places
from survey_service.questionnaire.judge import Judgement
from survey_service.questionnaire.model import Choice, Question, Questionnaire, Text
from survey_service.questionnaire.values import Path
from survey_service.web import i18n, readable

_REFERENCE = re.compile(r"\$\{\s*([A-Za-z_][\w.-]*)\s*\}")
_TEXTS = ("label", "hint", "guidance", "required_message", "constraint_message")
_NOTHING = "…"


class Filler:
    """Fills texts as seen from one place in a questionnaire."""

    def __init__(self, questionnaire: Questionnaire, judgement: Judgement, path: Path) -> None:
        self._questionnaire, self._judgement, self._path = questionnaire, judgement, path

    def question(self, question: Question) -> Question:
        """Return the question with its texts filled; the same one if none of them names an answer."""
        changed: dict[str, Any] = {
            key: self.text(getattr(question, key)) for key in _TEXTS if _refers(getattr(question, key))
        }
        return replace(question, **changed) if changed else question

    def choices(self, choices: tuple[Choice, ...]) -> tuple[Choice, ...]:
        """Return choices with their labels filled."""
        if not any(_refers(choice.label) for choice in choices):
            return choices
        return tuple(replace(choice, label=self.text(choice.label)) for choice in choices)

    def text(self, text: Text) -> Text:
        """Return a text with the answers in place of their names, isolated from the direction of what is around."""
        if not _refers(text):
            return text
        return {tag: self._filled(wording, tag) for tag, wording in text.items()}

    def _filled(self, wording: str, tag: str) -> str:
        other, page = i18n.second(), i18n.language()
        with i18n.alone(other if other is not None and other.tag == tag else page):
            return _REFERENCE.sub(lambda found: self._answer(found[1]), wording)

    def _answer(self, name: str) -> str:
        question = self._questionnaire.questions.get(name)
        if question is None:
            return _NOTHING
        depth = len(self._questionnaire.repeats_of.get(name, ()))
        value = places.at(self._judgement.scope.answers, self._path[:depth]).get(name)
        said = ", ".join(line.striptags() for line in readable.lines_of(question, value))
        return f"\u2068{said or _NOTHING}\u2069"


def _refers(text: Mapping[str, str]) -> bool:
    return any("${" in wording for wording in text.values())
