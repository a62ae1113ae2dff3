"""The one place that decides: inputs → accepted answers with states, or located refusals.

Inputs are what a person typed or a program sent, by question name. The form in the browser, the JSON API, the import
and the demo all come here, so the rules live once.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from survey_service.questionnaire.expression import Expression, Scope
from survey_service.questionnaire.model import PREFER_NOT_TO_SAY, Answer, Question, Questionnaire, ScreenOut, Text
from survey_service.questionnaire.question_types import MESSAGES, TYPES, Reader, Unreadable

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
    work = _Work(inputs, today)
    plan = _plan(questionnaire)
    for run in plan.runs:
        work.run(run)
    for name in inputs:
        if name not in questionnaire.questions:
            work.refusals[name] = Refusal(name, "unknown")
    screen_out = next((end for end in questionnaire.screen_outs if end.when.holds(work.scope)), None)
    consent = questionnaire.consent
    states, values = work.states, work.values
    if not plan.in_order:
        states = {name: states[name] for name in questionnaire.questions if name in states}
    order = (*questionnaire.questions, *inputs) if work.refusals else ()
    return Judgement(
        answers={name: values[name] for name, state in states.items() if state == ANSWERED},
        states=states,
        refusals={name: work.refusals[name] for name in order if name in work.refusals},
        shown=frozenset(work.shown),
        screen_out=screen_out,
        consented=not consent or values.get(consent) == "yes",
        scope=values,
    )


@dataclass(frozen=True, slots=True)
class _Step:
    """A question with what is known of it before anybody answers."""

    question: Question
    name: str
    relevant: Expression | None
    asks: bool
    has_state: bool
    calculation: Expression | None
    required: bool
    read: Reader


@dataclass(frozen=True, slots=True)
class _Run:
    """Questions of one page that are evaluated one after the other; ``hidden``: their states if it isn't shown."""

    page: str
    relevant: Expression | None
    steps: tuple[_Step, ...]
    hidden: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Plan:
    """The judge's work for all respondents. ``in_order`` says that questions are evaluated as they stand."""

    runs: tuple[_Run, ...]
    in_order: bool


_PLAN = "judge.plan"


def _plan(questionnaire: Questionnaire) -> _Plan:
    """Return the plan of a questionnaire; it is made once, and kept with it."""
    kept = vars(questionnaire)  # where its cached properties are kept too
    if _PLAN not in kept:
        order = questionnaire.evaluation_order
        runs = groupby(order, key=lambda question: questionnaire.page_of[question.name].name)
        in_order = [question.name for question in order] == list(questionnaire.questions)
        kept[_PLAN] = _Plan(tuple(_run(questionnaire, page, list(questions)) for page, questions in runs), in_order)
    plan: _Plan = kept[_PLAN]
    return plan


def _run(questionnaire: Questionnaire, name: str, questions: Sequence[Question]) -> _Run:
    steps = tuple(map(_step, questions))
    page = questionnaire.page_of[questions[0].name]
    return _Run(name, page.relevant, steps, {step.name: NOT_SHOWN for step in steps if step.has_state})


def _step(question: Question) -> _Step:
    kind = TYPES[question.type]
    return _Step(
        question=question,
        name=question.name,
        relevant=question.relevant,
        asks=kind.asks,
        has_state=kind.asks or question.type == "calculate",
        calculation=question.calculation,
        required=question.required is not False,
        read=kind.read,
    )


class _Work:
    """The state of one judgement. ``scope`` sees ``values`` as they grow."""

    def __init__(self, inputs: Mapping[str, Any], today: dt.date) -> None:
        self.inputs, self.today = inputs, today
        self.values: dict[str, Answer] = {}
        self.states: dict[str, str] = {}
        self.refusals: dict[str, Refusal] = {}
        self.shown: list[str] = []
        self.scope = Scope(answers=self.values, today=today)
        self._pages: dict[str, bool] = {}

    def run(self, run: _Run) -> None:
        if run.relevant is not None and not self._is_page_shown(run.page, run.relevant):
            self.states.update(run.hidden)
            return
        for step in run.steps:
            if step.relevant is not None and not step.relevant.holds(self.scope):
                if step.has_state:
                    self.states[step.name] = NOT_SHOWN
                continue
            self.shown.append(step.name)
            if step.calculation is not None:
                self._calculate(step.name, step.calculation)
            elif step.asks:
                raw = self.inputs.get(step.name)
                if raw is None and not step.required:
                    self.states[step.name] = SKIPPED
                else:
                    self._ask(step, raw)

    def _is_page_shown(self, page: str, relevant: Expression) -> bool:
        shown = self._pages.get(page)
        if shown is None:
            shown = self._pages[page] = relevant.holds(self.scope)
        return shown

    def _calculate(self, name: str, calculation: Expression) -> None:
        value = calculation.evaluate(self.scope)
        empty = value == "" or (isinstance(value, float) and not math.isfinite(value))  # nothing could be calculated
        self.states[name] = SKIPPED if empty else ANSWERED
        if not empty:
            self.values[name] = value

    def _ask(self, step: _Step, raw: Any) -> None:
        if is_empty(raw):
            self._leave_empty(step)
            return
        question = step.question
        choices = question.offered_choices(self.values, self.today) if question.choices else ()
        try:
            value = step.read(question, raw, choices, self.today)
        except Unreadable as fault:
            self._refuse(question, fault.code, fault.values)
            return
        constraint = question.constraint
        if constraint is not None and not self._keeps(constraint, value):
            self._refuse(question, "constraint", {}, question.constraint_message)
            return
        self.values[step.name] = value
        declined = value in (PREFER_NOT_TO_SAY, [PREFER_NOT_TO_SAY]) and bool(question.choices)
        self.states[step.name] = PNA if declined else ANSWERED

    def _keeps(self, constraint: Expression, value: Answer) -> bool:
        self.scope.current = value
        kept = constraint.holds(self.scope)
        self.scope.current = None
        return kept

    def _leave_empty(self, step: _Step) -> None:
        required = step.question.required
        if step.required and (required is True or (not isinstance(required, bool) and required.holds(self.scope))):
            self._refuse(step.question, "required", {}, step.question.required_message)
        else:
            self.states[step.name] = SKIPPED

    def _refuse(self, question: Question, code: str, values: Mapping[str, Any], text: Text | None = None) -> None:
        self.states[question.name] = SKIPPED
        self.refusals[question.name] = Refusal(question.name, code, values, text or {})
