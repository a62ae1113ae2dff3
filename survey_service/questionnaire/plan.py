"""The judge's work on one questionnaire, laid out once for all respondents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from survey_service.questionnaire.expression import Expression
from survey_service.questionnaire.lookups import Lookups
from survey_service.questionnaire.model import Group, Question, Questionnaire
from survey_service.questionnaire.question_types import TYPES, Reader, asks

NOT_SHOWN = "not_shown"


@dataclass(frozen=True, slots=True)
class Step:
    """A question with what is known of it before anybody answers.

    ``chance``: it draws random numbers. ``remembers``: its value depends on the one it had before; ``sticky``: once it
    has a value it keeps it.
    """

    question: Question
    name: str
    relevant: Expression | None
    asks: bool
    has_state: bool
    calculation: Expression | None
    required: bool
    read: Reader
    chance: bool
    sticky: bool
    remembers: bool


@dataclass(frozen=True, slots=True)
class Run:
    """Questions that are evaluated one after the other in each entry of a chain of repeats.

    ``gates`` are the conditions around them; ``hidden`` their states if one does not hold. ``opens`` is a repeat whose
    entries begin here instead; then there are no steps.
    """

    chain: tuple[str, ...]
    gates: tuple[tuple[str, Expression], ...]
    steps: tuple[Step, ...]
    hidden: Mapping[str, str]
    opens: Group | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The judge's work for all respondents. ``in_order`` says that questions are evaluated as they stand."""

    runs: tuple[Run, ...]
    in_order: bool
    repeats: Mapping[str, Group]
    repeats_of: Mapping[str, tuple[str, ...]]
    columns: Mapping[tuple[str, ...], tuple[str, ...]]
    names: Mapping[tuple[str, ...], frozenset[str]]
    lookups: Lookups


_PLAN = "judge.plan"


def plan_of(questionnaire: Questionnaire) -> Plan:
    """Return the plan of a questionnaire; it is made once, and kept with it."""
    kept = vars(questionnaire)  # where its cached properties are kept too
    if _PLAN not in kept:
        order = questionnaire.evaluation_order
        kept[_PLAN] = Plan(
            runs=tuple(_runs(questionnaire, order)),
            in_order=list(order) == list(questionnaire.questions) and not questionnaire.repeats,
            repeats=questionnaire.repeats,
            repeats_of=questionnaire.repeats_of,
            columns=questionnaire.columns,
            names={chain: frozenset(names) for chain, names in questionnaire.columns.items()},
            lookups=Lookups(questionnaire),
        )
    plan: Plan = kept[_PLAN]
    return plan


def _runs(questionnaire: Questionnaire, order: Sequence[str]) -> list[Run]:
    """Return the runs: in a repeat each question is evaluated in all entries before the next one is in any."""

    def together(name: str) -> Any:
        chain = questionnaire.repeats_of.get(name, ())
        return name if chain or name in questionnaire.repeats else questionnaire.gates(name)

    return [_run(questionnaire, list(names)) for _, names in groupby(order, key=together)]


def _run(questionnaire: Questionnaire, names: Sequence[str]) -> Run:
    chain, gates = questionnaire.repeats_of.get(names[0], ()), questionnaire.gates(names[0])
    if names[0] in questionnaire.repeats:
        return Run(chain, gates, (), {}, questionnaire.repeats[names[0]])
    steps = tuple(_step(questionnaire.questions[name]) for name in names)
    return Run(chain, gates, steps, {step.name: NOT_SHOWN for step in steps if step.has_state})


def _step(question: Question) -> Step:
    kind = TYPES[question.type]
    calculation = question.calculation
    if question.type == "hidden" and isinstance(question.default, Expression):
        calculation = question.default
    functions = calculation.functions if calculation is not None else frozenset()
    sticky = question.type == "start" or (question.type == "hidden" and calculation is not None)
    return Step(
        question=question,
        name=question.name,
        relevant=question.relevant,
        asks=asks(question),
        has_state=asks(question) or kind.computed is not None or calculation is not None,
        calculation=calculation,
        required=question.required is not False,
        read=kind.read,
        chance=bool(functions & {"random", "randomize", "uuid"}),
        sticky=sticky,
        remembers=sticky or bool(question.trigger) or "once" in functions,
    )
