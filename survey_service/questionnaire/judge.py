"""The one place that decides: inputs → accepted answers with states, or located refusals.

Inputs are what a person typed or a program sent, by question name. The form in the browser, the JSON API, the import
and the demo all come here, so the rules live once.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from survey_service.questionnaire.expression import Expression, Scope
from survey_service.questionnaire.model import PREFER_NOT_TO_SAY, Answer, Question, Questionnaire, ScreenOut, Text
from survey_service.questionnaire.question_types import MESSAGES, TYPES, Unreadable

ANSWERED, PNA, SKIPPED, NOT_SHOWN = "answered", "pna", "skipped", "not_shown"


@dataclass(frozen=True)
class Refusal:
    """Why an input was not accepted.

    ``message`` is an English source text with ``%(name)s`` for ``values`` (a Choice there stands for its label);
    ``text`` is the questionnaire's own message and wins if it is not empty.
    """

    question: str
    code: str
    values: Mapping[str, Any] = field(default_factory=dict)
    text: Text = field(default_factory=dict)

    @property
    def message(self) -> str:
        return MESSAGES[self.code]


@dataclass(frozen=True)
class Judgement:
    """The outcome: ``answers`` as stored, a state for each question that asks or calculates, and refusals."""

    answers: Mapping[str, Answer]
    states: Mapping[str, str]
    refusals: Mapping[str, Refusal]
    shown: frozenset[str]
    screen_out: ScreenOut | None
    consented: bool
    scope: Mapping[str, Answer]
    """All accepted values as expressions see them, ``pna`` included."""


def is_empty(raw: Any) -> bool:
    """Tell whether an input is no answer: nothing, blank text, an empty list, or a list of blanks."""
    if raw is None or raw is False:
        return True
    if isinstance(raw, str):
        return not raw.strip()
    return isinstance(raw, list | tuple) and all(is_empty(part) for part in raw)


def judge(questionnaire: Questionnaire, inputs: Mapping[str, Any], today: dt.date) -> Judgement:
    """Judge all inputs of one respondent. Inputs to questions that are not shown are dropped."""
    work = _Work(questionnaire, inputs, today)
    for question in questionnaire.evaluation_order:
        work.question(question)
    for name in inputs:
        if name not in questionnaire.questions:
            work.refusals[name] = Refusal(name, "unknown")
    screen_out = next((end for end in questionnaire.screen_outs if end.when.holds(work.scope())), None)
    consent = questionnaire.consent
    order = [name for name in questionnaire.questions if name in work.states]
    return Judgement(
        answers={name: work.values[name] for name in order if work.states[name] == ANSWERED},
        states={name: work.states[name] for name in order},
        refusals={name: work.refusals[name] for name in (*questionnaire.questions, *inputs) if name in work.refusals},
        shown=frozenset(work.shown),
        screen_out=screen_out,
        consented=not consent or work.values.get(consent) == "yes",
        scope=work.values,
    )


class _Work:
    """The state of one judgement."""

    def __init__(self, questionnaire: Questionnaire, inputs: Mapping[str, Any], today: dt.date) -> None:
        self.questionnaire, self.inputs, self.today = questionnaire, inputs, today
        self.values: dict[str, Answer] = {}
        self.states: dict[str, str] = {}
        self.refusals: dict[str, Refusal] = {}
        self.shown: set[str] = set()
        self._pages: dict[str, bool] = {}

    def scope(self, current: Answer = None) -> Scope:
        return Scope(answers=self.values, current=current, today=self.today)

    def question(self, question: Question) -> None:
        asks = TYPES[question.type].asks
        if not self._is_shown(question):
            if asks or question.type == "calculate":
                self.states[question.name] = NOT_SHOWN
            return
        self.shown.add(question.name)
        if question.calculation is not None:
            self._calculate(question, question.calculation)
        elif asks:
            self._ask(question)

    def _is_shown(self, question: Question) -> bool:
        page = self.questionnaire.page_of[question.name]
        if page.name not in self._pages:
            self._pages[page.name] = page.relevant is None or page.relevant.holds(self.scope())
        if not self._pages[page.name]:
            return False
        return question.relevant is None or question.relevant.holds(self.scope())

    def _calculate(self, question: Question, calculation: Expression) -> None:
        value = calculation.evaluate(self.scope())
        empty = value == "" or (isinstance(value, float) and not math.isfinite(value))  # nothing could be calculated
        self.states[question.name] = SKIPPED if empty else ANSWERED
        if not empty:
            self.values[question.name] = value

    def _ask(self, question: Question) -> None:
        raw = self.inputs.get(question.name)
        if is_empty(raw):
            self._leave_empty(question)
            return
        choices = question.offered_choices(self.values, self.today) if question.choices else ()
        try:
            value = TYPES[question.type].read(question, raw, choices, self.today)
        except Unreadable as fault:
            self._refuse(question, fault.code, fault.values)
            return
        if question.constraint is not None and not question.constraint.holds(self.scope(value)):
            self._refuse(question, "constraint", {}, question.constraint_message)
            return
        self.values[question.name] = value
        declined = value in (PREFER_NOT_TO_SAY, [PREFER_NOT_TO_SAY]) and bool(question.choices)
        self.states[question.name] = PNA if declined else ANSWERED

    def _leave_empty(self, question: Question) -> None:
        required = question.required if isinstance(question.required, bool) else question.required.holds(self.scope())
        if required:
            self._refuse(question, "required", {}, question.required_message)
        else:
            self.states[question.name] = SKIPPED

    def _refuse(self, question: Question, code: str, values: Mapping[str, Any], text: Text | None = None) -> None:
        self.states[question.name] = SKIPPED
        self.refusals[question.name] = Refusal(question.name, code, values, text or {})
