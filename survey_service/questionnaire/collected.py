"""What a questionnaire asks of people that needs care: what is especially personal, who they are, what they send."""

from __future__ import annotations

from dataclasses import dataclass

from survey_service.questionnaire import uploads
from survey_service.questionnaire.constraints import State
from survey_service.questionnaire.model import Question, Questionnaire
from survey_service.questionnaire.satisfiability import is_possible

PERSONAL = frozenset(
    {
        *("name", "honorific-prefix", "given-name", "additional-name", "family-name", "nickname", "username"),
        *("email", "tel", "tel-national", "street-address", "address-line1", "address-line2", "bday", "photo"),
    }
)
"""The purposes of fields (HTML's ``autocomplete``) that say who somebody is or how to reach them."""


@dataclass(frozen=True)
class Collected:
    """The names of questions by what they collect; one can stand in several."""

    sensitive: tuple[str, ...] = ()
    contact: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


def of(questionnaire: Questionnaire) -> Collected:
    """Return what a questionnaire collects."""
    asked = questionnaire.questions.values()
    return Collected(
        sensitive=sensitive(questionnaire),
        contact=tuple(each.name for each in asked if PERSONAL.intersection(each.autocomplete.split())),
        texts=tuple(each.name for each in asked if each.type == "text" and each.calculation is None),
        files=tuple(each.name for each in asked if each.type in uploads.TYPES),
        places=tuple(each.name for each in asked if each.type == "geopoint"),
    )


def sensitive(questionnaire: Questionnaire) -> tuple[str, ...]:
    """Return the questions that need special protection: those marked so, and all that only a further consent shows."""
    further = questionnaire.consents[1:]
    return tuple(
        question.name
        for question in questionnaire.questions.values()
        if question.sensitive
        or (question.type != "note" and any(_hangs(questionnaire, question, by) for by in further))
    )


def _hangs(questionnaire: Questionnaire, question: Question, consent: str) -> bool:
    """Tell whether a question cannot be shown unless a consent is given."""
    if question.name == consent or consent not in questionnaire.references(question.name):
        return False
    conditions = [gate.ast for _, gate in questionnaire.gates(question.name)]
    if question.relevant is not None:
        conditions.append(question.relevant.ast)
    refused = State(choices=questionnaire.questions[consent].choice_names, must_not=frozenset({"yes"}))
    return not is_possible(conditions, {consent: refused})
