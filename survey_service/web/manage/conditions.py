"""Conditions of a questionnaire in words, in the desk's language."""

from __future__ import annotations

from collections.abc import Mapping

from survey_service.questionnaire import describe
from survey_service.questionnaire.expression import Expression
from survey_service.questionnaire.model import Group, Page, Question, Questionnaire, Text
from survey_service.questionnaire.phrases import running_text
from survey_service.web.i18n import gettext
from survey_service.web.wordings import in_attribute, wording_of

_LONGEST = 60


class Labels:
    """The labels of one questionnaire's questions and choices, short enough to stand within a sentence.

    They are in the present language; with ``tag`` in that one, isolated from the sentence's direction.
    """

    def __init__(self, questionnaire: Questionnaire, tag: str = "") -> None:
        self._questionnaire, self._tag = questionnaire, tag

    def _label(self, text: Text) -> str:
        if not self._tag:
            return short(in_attribute(text))
        label = short(wording_of(text, self._tag).text)
        return f"\u2068{label}\u2069" if label else ""

    def question(self, name: str) -> str:
        found: Question | Group | None = self._questionnaire.questions.get(name) or self._questionnaire.repeats.get(
            name
        )
        return (self._label(found.label) if found is not None else "") or name

    def choice(self, question: str, name: str) -> str:
        found = self._questionnaire.questions.get(question)
        labels = [choice.label for choice in (found.choices if found else ()) if choice.name == name]
        return self._label(labels[0]) if labels else ""

    def values(self, names: Mapping[str, str]) -> dict[str, str]:
        """Return the values of a finding with labels in place of names."""
        shown = dict(names)
        if "question" in names:
            shown["question"] = self.question(names["question"])
        return shown

    def sentence(self, key: str, expression: Expression) -> str:
        """Return what an expression decides, as a sentence."""
        return running_text(describe.sentence(key, expression, self.question, self.choice), gettext)

    def of_question(self, question: Question) -> list[str]:
        return [self.sentence(key, expression) for key, expression in question.expressions()]

    def of_page(self, page: Page) -> list[str]:
        """Return the conditions of a page and of the groups around it, outermost first."""
        found = [group.relevant for group in self._questionnaire.enclosing(page.group)] + [page.relevant]
        return [self.sentence("relevant", each) for each in found if each is not None]


def short(text: str, longest: int = _LONGEST) -> str:
    """Return a text in one line, cut if it is too long."""
    text = " ".join(text.split())
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
