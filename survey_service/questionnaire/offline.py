"""A questionnaire as a phone judges it by itself: the judge's plan as data, for ``web/static/device.js``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from survey_service.questionnaire.expression import Expression
from survey_service.questionnaire.model import Choice, Question, Questionnaire, wording
from survey_service.questionnaire.plan import Step, plan_of
from survey_service.questionnaire.portable import portable, unsupported
from survey_service.questionnaire.question_types import DATE_PARTS_ASKED

JSON = dict[str, Any]
_PARAMETERS = ("min", "max", "step", "max_length", "min_selected", "max_selected")


def obstacles(questionnaire: Questionnaire) -> list[str]:
    """Return why a phone cannot judge a questionnaire by itself, as "place: reason"; empty if it can."""
    return [*_expressions(questionnaire), *_questions(questionnaire)]


def _expressions(questionnaire: Questionnaire) -> Iterator[str]:
    for place, _, expression in questionnaire.expressions():
        yield from (f"{place}: {reason}" for reason in sorted(unsupported(expression)))


def _questions(questionnaire: Questionnaire) -> Iterator[str]:
    yield from (f"{repeat}: repeat" for repeat in questionnaire.repeats)
    for run in plan_of(questionnaire).runs:
        for step in run.steps:
            reason = _obstacle(step)
            if reason:
                yield f"{step.name}: {reason}"


def _obstacle(step: Step) -> str:
    kind = step.question.type
    if step.remembers or step.chance:
        return "a value that is made once"
    if step.question.choices_from:
        return "choices from answers"
    if step.question.media or any(choice.media for choice in step.question.choices):
        return "media"
    known = kind in READERS if step.asks else bool(step.calculation) or not step.has_state
    return "" if known else kind


_CHOICES = ("not_a_choice", "too_few", "too_many")
READERS: Mapping[str, tuple[str, ...]] = {
    "text": ("too_long",),
    "integer": ("not_a_whole_number", "too_small", "too_large"),
    "decimal": ("not_a_number", "too_small", "too_large"),
    "range": ("not_a_number", "too_small", "too_large", "steps"),
    "select_one": ("not_a_choice",),
    "select_multiple": (*_CHOICES, "exclusive"),
    "rank": (*_CHOICES, "twice"),
    "date": ("not_a_date", "not_a_month", "date_range", "calendar"),
    "time": ("not_a_time",),
    "datetime": ("not_a_date", "date_range", "calendar", "not_a_time"),
    "geopoint": ("not_a_place",),
    "acknowledge": (),
}
"""The question types that a phone reads, each with the messages it may need for it."""


def messages(questionnaire: Questionnaire) -> set[str]:
    """Return the codes of all messages that a phone may need for a questionnaire."""
    kinds = {question.type for question in questionnaire.questions.values()}
    return {"required", "constraint", "stop"}.union(*(READERS.get(kind, ()) for kind in kinds))


def plan(questionnaire: Questionnaire, tag: str) -> JSON:
    """Return what a phone judges answers by, texts in one language; only if there are no ``obstacles``.

    ``runs`` are pairs of conditions and steps in the order of evaluation, ``ends`` the early ends.
    What is empty is left out of steps.
    """
    return {
        "name": questionnaire.name,
        "consent": questionnaire.consent,
        "runs": [
            [[portable(gate) for _, gate in run.gates], [_step(step, tag) for step in run.steps]]
            for run in plan_of(questionnaire).runs
        ],
        "ends": [{"name": end.name, "when": portable(end.when)} for end in questionnaire.screen_outs],
    }


def _step(step: Step, tag: str) -> JSON:
    question = step.question
    say = {
        key: wording(text, tag)
        for key, text in (("required", question.required_message), ("constraint", question.constraint_message))
        if text
    }
    found: JSON = {
        "name": step.name,
        "type": question.type,
        "asks": step.asks,
        "relevant": _maybe(step.relevant),
        "required": question.required is True or _maybe(question.required),
        "constraint": _maybe(question.constraint),
        "calculation": _maybe(step.calculation),
        "default": [portable(question.default)] if isinstance(question.default, Expression) else question.default,
        "params": {key: question.parameters[key] for key in _PARAMETERS if key in question.parameters},
        "parts": len(DATE_PARTS_ASKED.get(question.appearance, ())) if question.type == "date" else 0,
        "randomize": bool(question.parameters.get("randomize")),
        "say": say,
        **(_choices(question) if step.asks else {}),
    }
    return {key: value for key, value in found.items() if value not in (None, False, {}, [], 0)}


def _maybe(expression: Expression | bool | None) -> Any:
    return portable(expression) if isinstance(expression, Expression) else None


def offered(question: Question) -> tuple[Choice, ...]:
    """Return the choices that a page for all answers must hold: those that some answers offer."""
    return question.fixed_choices or question.choices


def _choices(question: Question) -> JSON:
    choices = offered(question)
    found: JSON = {
        "exclusive": [choice.name for choice in choices if choice.exclusive],
        "last": [choice.name for choice in choices if choice.last] if question.parameters.get("randomize") else [],
    }
    if question.parameters.get("alphabetical"):  # the document has another order, answers have that of the list
        found["order"] = [choice.name for choice in choices]
    choice_filter = question.choice_filter
    if choice_filter is None or question.fixed_choices is not None:
        return found
    columns: Mapping[str, Any] = {
        choice.name: {name: text for name, text in choice.columns.items() if name in choice_filter.columns}
        for choice in choices
        if not choice_filter.columns.isdisjoint(choice.columns)
    }
    return {**found, "filter": portable(choice_filter), "columns": columns}
