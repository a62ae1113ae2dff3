"""What a form on a phone cannot say or says otherwise than our pages, told before a channel is opened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from survey_service.problems import D_
from survey_service.questionnaire.model import Question, Questionnaire
from survey_service.questionnaire.question_types import is_visible
from survey_service.questionnaire.xform.expressions import heads

MESSAGES: Mapping[str, str] = {
    "chance": D_("A condition draws random numbers; let a question calculate them first."),
    "meta": D_("Something is called “meta”, as forms on phones call something else."),
    "spaces": D_("Several answers to another question can be chosen; one may have spaces in it."),
    "unseen": D_("A value is calculated again when a question changes that nobody sees."),
    "random_last": D_("Choices are not in random order on phones where some of them stay last."),
    "alphabetical": D_("Choices are not in alphabetical order on phones."),
    "look_up": D_("Labels are looked up in the first language only."),
    "pictograms": D_("Phones do not show pictograms."),
}
"""What is to be said of the places with a code."""
GRAVE = ("chance", "meta", "spaces", "unseen")
"""Codes for which no channel can be opened: the phone would not ask what we ask."""
_CHANCE = {"random", "randomize", "uuid"}


@dataclass(frozen=True)
class Loss:
    """One finding: the question (or other part) and a code of MESSAGES."""

    place: str
    code: str

    @property
    def is_grave(self) -> bool:
        return self.code in GRAVE


def of(questionnaire: Questionnaire) -> tuple[Loss, ...]:
    """Return all findings, each once, in the order of the questionnaire."""
    found = [Loss(name, code) for name, code in _expressions(questionnaire)]
    for question in questionnaire.questions.values():
        found += [Loss(question.name, code) for code in _question(questionnaire, question)]
    named = {page.name for page in questionnaire.pages} | {group.name for group in questionnaire.groups}
    found += [Loss("meta", "meta")] if "meta" in named | questionnaire.questions.keys() else []
    return tuple(dict.fromkeys(found))


def _expressions(questionnaire: Questionnaire) -> Iterator[tuple[str, str]]:
    for name, key, expression in questionnaire.expressions():
        if expression.functions & _CHANCE and key not in ("calculation", "default"):
            yield name, "chance"
        labels = ("label", ("str", "label"))
        rows = (node for node in heads(expression.ast) if node[0] in ("column", "pulldata"))
        if len(questionnaire.languages) > 1 and any(node[2] in labels for node in rows):
            yield name, "look_up"


def _question(questionnaire: Questionnaire, question: Question) -> Iterator[str]:
    if question.choices_from and question.type != "select_one":
        yield "spaces"
    if question.trigger and not is_visible(questionnaire.questions[question.trigger]):
        yield "unseen"
    if question.parameters.get("randomize") and any(choice.last for choice in question.choices):
        yield "random_last"
    if question.parameters.get("alphabetical"):
        yield "alphabetical"
    if question.pictogram or any(choice.pictogram for choice in question.choices):
        yield "pictograms"
