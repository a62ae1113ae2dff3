"""What a client must check so that the judge accepts what it sends: a phone cannot mend what was sent already.

A question's own constraint and the limits of its type become one constraint, and one message in each language.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from survey_service.problems import N_
from survey_service.questionnaire.model import Choice, Question, wording
from survey_service.questionnaire.question_types import DEFAULT_LENGTH, MESSAGES
from survey_service.questionnaire.values import to_text
from survey_service.questionnaire.writing import quoted

Words = Callable[[str, str], str]
"""(English source text, tag of a language) → its translation."""
Rule = tuple[str, str, Mapping[str, Any]]
"""A constraint, the message of what breaks it, and the message's values."""
_LENGTH = N_("Please write at most %(most)s characters.")


def of(question: Question) -> list[Rule]:
    """Return the rules that the type and the parameters of a question stand for."""
    return list(_RULES.get(question.type, _none)(question))


def message(question: Question, tag: str, words: Words) -> str:
    """Return what a client says of an answer that keeps not all of its rules, in a language."""
    said = [wording(question.constraint_message, tag)]
    if question.constraint is not None and not said[0]:
        said = [words(MESSAGES["constraint"], tag)]
    for _, text, values in of(question):
        said.append(words(text, tag) % {name: _shown(value, tag) for name, value in values.items()})
    return " ".join(dict.fromkeys(filter(None, said)))


def _shown(value: Any, tag: str) -> Any:
    return f"\u2068{wording(value.label, tag)}\u2069" if isinstance(value, Choice) else value


def _none(_question: Question) -> Iterator[Rule]:
    return iter(())


def _text(question: Question) -> Iterator[Rule]:
    limit = question.parameters.get("max_length", DEFAULT_LENGTH)
    yield f"string-length(.) <= {limit}", _LENGTH, {"most": limit}


def _number(question: Question) -> Iterator[Rule]:
    for name, sign, code in (("min", ">=", "too_small"), ("max", "<=", "too_large")):
        if name in question.parameters:
            limit = question.parameters[name]
            yield f". {sign} {to_text(float(limit))}", code, {"limit": limit}


def _several(question: Question) -> Iterator[Rule]:
    """Exclusive choices stand alone; the limits are for all others."""
    alone = [choice for choice in question.choices if choice.exclusive]
    is_alone = " or ".join(f"selected(., {quoted(choice.name)})" for choice in alone)
    for choice in alone:
        yield (
            f"not(selected(., {quoted(choice.name)})) or count-selected(.) = 1",
            MESSAGES["exclusive"],
            {"choice": choice},
        )
    for name, sign, code in (("min_selected", ">=", "too_few"), ("max_selected", "<=", "too_many")):
        if name in question.parameters:
            limit = question.parameters[name]
            kept = f"count-selected(.) {sign} {limit}"
            yield (f"{is_alone} or {kept}" if is_alone else kept), MESSAGES[code], {"limit": limit}


def _day(_question: Question) -> Iterator[Rule]:
    yield ". >= date('1900-01-01') and . < date('2101-01-01')", MESSAGES["date_range"], {}


_RULES: Mapping[str, Callable[[Question], Iterator[Rule]]] = {
    "text": _text,
    "integer": _number,
    "decimal": _number,
    "select_multiple": _several,
    "date": _day,
    "datetime": _day,
}
