"""What can never be reached: conditions that cannot hold, choices that do not exist, looks ahead. For the editor.

A finding ``never`` is true, but not everything that can never be is found (see ``satisfiability``).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from survey_service.problems import D_
from survey_service.questionnaire.constraints import State, answered
from survey_service.questionnaire.expression import Expression
from survey_service.questionnaire.model import Group, Question, Questionnaire
from survey_service.questionnaire.paths import parts_of
from survey_service.questionnaire.question_types import TYPES, asks
from survey_service.questionnaire.satisfiability import CURRENT, is_possible
from survey_service.questionnaire.values import Node

MESSAGES: Mapping[str, str] = {
    "never": D_("This can never be shown: its conditions exclude each other."),
    "constraint_never": D_("No answer can meet this constraint."),
    "no_choice": D_("“%(choice)s” is none of the choices of “%(question)s”."),
    "later": D_("This looks at the answer to “%(question)s”, which is asked later."),
}


@dataclass(frozen=True)
class Finding:
    """One finding: where, under which key, a code of MESSAGES, and the values of its message (names, not labels)."""

    place: str
    key: str
    code: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Item:
    """A question, page or group in document order.

    ``conditions`` are its expressions by key, ``enclosing`` the relevances of all that encloses it. ``state`` is what
    its answer can be, None if it takes none. ``calculated`` items may look ahead. ``repeats`` are those around it.
    """

    name: str
    conditions: Mapping[str, Expression]
    enclosing: tuple[Expression, ...] = ()
    state: State | None = None
    calculated: bool = False
    repeats: tuple[str, ...] = ()


def check(items: Sequence[Item]) -> tuple[Finding, ...]:
    """Return what is found in a questionnaire's items, in their order."""
    states = {item.name: item.state for item in items if item.state is not None}
    repeats = {item.name: item.repeats for item in items}
    places = {item.name: number for number, item in enumerate(items) if item.state is not None}
    found: list[Finding] = []
    for number, item in enumerate(items):
        for key, expression in item.conditions.items():
            found.extend(_wrong_choices(item.name, key, expression, states))
            if not item.calculated:
                found.extend(_looks_ahead(item.name, key, expression, places, number))
        # From outside a repeat, two conditions can hold for the answers of two entries: nothing is known of those.
        own = {name: state for name, state in states.items() if item.repeats[: len(repeats[name])] == repeats[name]}
        code = _impossible(item, own)
        if code:
            found.append(Finding(item.name, "relevant" if code == "never" else "constraint", code))
        if code == "never" and item.state is not None:
            states[item.name] = State(empty=True)  # what is never shown is never answered
    return tuple(found)


def _impossible(item: Item, states: Mapping[str, State]) -> str:
    """Return the code of what cannot be at an item, or ``""``."""
    relevant, constraint = item.conditions.get("relevant"), item.conditions.get("constraint")
    shown = [condition.ast for condition in (*item.enclosing, *([relevant] if relevant else []))]
    if not is_possible(shown, states):
        return "never"
    answer = answered(item.state) if item.state is not None else None
    if constraint is None or answer is None:
        return ""
    possible = is_possible([constraint.ast], {**states, CURRENT: answer, item.name: answer})
    return "" if possible else "constraint_never"


def _looks_ahead(
    name: str, key: str, expression: Expression, places: Mapping[str, int], number: int
) -> Iterator[Finding]:
    for other in sorted(expression.names - expression.elsewhere - {name}):
        if places.get(other, -1) > number:
            yield Finding(name, key, "later", {"question": other})


def _wrong_choices(name: str, key: str, expression: Expression, states: Mapping[str, State]) -> Iterator[Finding]:
    for question, choice in choices_named(name, expression):
        state = states.get(question)
        if state is not None and state.choices is not None and choice not in state.choices:
            yield Finding(name, key, "no_choice", {"question": question, "choice": choice})


def choices_named(here: str, expression: Expression) -> Iterator[tuple[str, str]]:
    """Yield (question, name of a choice) for each comparison of the two; ``here`` is whose expression it is."""
    waiting = [expression.ast]
    while waiting:
        node = waiting.pop()
        yield from _choices_named(node, here)
        waiting.extend(reversed(parts_of(node)))


def _choices_named(node: Node, here: str) -> Iterator[tuple[str, str]]:
    """Yield (question, name of a choice) where a node compares the two as texts."""
    if node[0] not in ("=", "!=", "selected"):
        return
    for subject, value in ((node[1], node[2]), (node[2], node[1])):
        if subject[0] in ("ref", ".") and value[0] == "str" and value[1].strip():
            yield (subject[1] if subject[0] == "ref" else here), value[1].strip()


# From the model


def items_of(questionnaire: Questionnaire) -> tuple[Item, ...]:
    """Return a questionnaire's groups, pages and questions as items, a group before its first page."""
    items: list[Item] = []
    told: set[str] = set()
    for page in questionnaire.pages:
        around = questionnaire.enclosing(page.group)
        for depth, group in enumerate(around):
            if group.name not in told:
                told.add(group.name)
                conditions = {"relevant": group.relevant, "count": group.count}
                items.append(_item(group.name, conditions, around[:depth], questionnaire.chain(group.parent)))
        chain = questionnaire.chain(page.group)
        if not page.implied:
            items.append(_item(page.name, {"relevant": page.relevant}, around, chain))
        items.extend(_item_of(questionnaire, question, chain) for question in page.questions)
    return tuple(items)


def _item(
    name: str, conditions: Mapping[str, Expression | None], around: Sequence[Group], repeats: tuple[str, ...]
) -> Item:
    there = {key: each for key, each in conditions.items() if each is not None}
    return Item(name, there, tuple(group.relevant for group in around if group.relevant), repeats=repeats)


def _item_of(questionnaire: Questionnaire, question: Question, chain: tuple[str, ...]) -> Item:
    return Item(
        question.name,
        dict(question.expressions()),
        tuple(gate for _, gate in questionnaire.gates(question.name)),
        state_of(question),
        calculated=question.calculation is not None,
        repeats=chain,
    )


def state_of(question: Question) -> State | None:
    """Return what an answer to a question can be, None if it takes none."""
    if not asks(question):
        computed = question.calculation is not None or TYPES[question.type].computed is not None
        return State() if computed else None
    if question.choices:
        return State(
            choices=frozenset(choice.name for choice in question.choices),
            multiple=question.type != "select_one",
            exclusive=frozenset(choice.name for choice in question.choices if choice.exclusive),
            high=float(question.parameters.get("max_selected", math.inf)),
        )
    if question.type in ("integer", "decimal", "range"):
        low, high = (question.parameters.get("min", -math.inf), question.parameters.get("max", math.inf))
        return State(low=float(low), high=float(high), whole=question.type == "integer", numeric=True)
    return State()
