"""The rules by which a changed question is judged; docs/revisions.md says why. A rule yields reasons, never a text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from survey_service.questionnaire.comparison_reasons import BREAK, COMPARABLE, NOT_COMPARABLE, Reason
from survey_service.questionnaire.expression import Expression
from survey_service.questionnaire.model import Choice, Question, Text
from survey_service.questionnaire.wording_changes import FORM, MORE, SAME, SLIP, change_of

NOT_A_SERIES = ("note", "start", "end", "today")
"""Types whose questions nobody evaluates over time; a change of theirs breaks no series."""
WIDENED: Mapping[tuple[str, str], str] = {("integer", "decimal"): COMPARABLE, ("range", "decimal"): BREAK}
"""(old type, new type) → the verdict, where each old answer is an answer of the new type; other changes can't be
compared. A scale that becomes a box to write in keeps its values, but is answered in another way."""


@dataclass(frozen=True)
class Asked:
    """A question as a revision asks it: ``languages`` are those it is offered in."""

    question: Question
    languages: tuple[str, ...]


Rule = Callable[[Asked, Asked], Iterator[Reason]]


def seen(text: Text, languages: tuple[str, ...]) -> dict[str, str]:
    """Return the wordings of a text that its readers see, by tag; one for every language stands for each."""
    if "*" in text:
        return dict.fromkeys(languages, text["*"])
    return {tag: text[tag] for tag in languages if tag in text}


_SIZES = {FORM: ("_form", COMPARABLE), SLIP: ("_small", COMPARABLE), MORE: ("", BREAK)}


def _text_reasons(code: str, old: Text, new: Text, asked: tuple[Asked, Asked], **values: str) -> Iterator[Reason]:
    """Yield a reason for each language offered before and after in which what people read has changed."""
    tags = _common(*asked)
    before, after = seen(old, tags), seen(new, tags)
    for tag in tags:
        facts = {**values, "language": tag}
        if (tag in before) != (tag in after):
            yield (
                Reason(f"{code}_removed", BREAK, facts) if tag in before else Reason(f"{code}_added", COMPARABLE, facts)
            )
        elif (size := change_of(before.get(tag, ""), after.get(tag, ""))) != SAME:
            suffix, verdict = _SIZES[size]
            yield Reason(code + suffix, verdict, facts)


def _common(old: Asked, new: Asked) -> tuple[str, ...]:
    return tuple(tag for tag in new.languages if tag in old.languages)


def _label(old: Asked, new: Asked) -> Iterator[Reason]:
    yield from _text_reasons("label", old.question.label, new.question.label, (old, new))
    for code, asked, other in (("label_added", new, old), ("label_withdrawn", old, new)):
        for tag in seen(asked.question.label, asked.languages):
            if tag not in other.languages:
                yield Reason(code, COMPARABLE, {"language": tag})


def _hints(old: Asked, new: Asked) -> Iterator[Reason]:
    """A hint says what is meant: with another one, or without, another question is asked."""
    for key in ("hint", "guidance"):
        before, after = getattr(old.question, key), getattr(new.question, key)
        if bool(before) != bool(after):
            yield Reason("hint_new" if after else "hint_gone", BREAK)
        else:
            yield from _text_reasons("hint", before, after, (old, new))


def _messages(old: Asked, new: Asked) -> Iterator[Reason]:
    tags = _common(old, new)
    for key in ("required_message", "constraint_message"):
        if seen(getattr(old.question, key), tags) != seen(getattr(new.question, key), tags):
            yield Reason("message", COMPARABLE)


def _type(old: Asked, new: Asked) -> Iterator[Reason]:
    before, after = old.question.type, new.question.type
    if before != after:
        verdict = WIDENED.get((before, after), NOT_COMPARABLE)
        code = "type" if verdict == NOT_COMPARABLE else "type_widened"
        yield Reason(code, verdict, {"old": before, "new": after})


def _choices(old: Asked, new: Asked) -> Iterator[Reason]:
    before = {choice.name: choice for choice in old.question.choices}
    after = {choice.name: choice for choice in new.question.choices}
    renamed = dict(_renamed(before, after))
    for name, other in renamed.items():
        yield Reason("choice_renamed", BREAK, {"old": name, "new": other})
    for name in before:
        if name not in after and name not in renamed:
            yield Reason("choice_removed", BREAK, {"choice": name})
    for name in after:
        if name not in before and name not in renamed.values():
            yield Reason("choice_added", BREAK, {"choice": name})
    for name in before:
        if name in after:
            yield from _choice(before[name], after[name], old, new)
    yield from _order(before, after, old, new)


def _renamed(before: Mapping[str, Choice], after: Mapping[str, Choice]) -> Iterator[tuple[str, str]]:
    """Yield (old name, new name) of choices that have another name and the very same labels, if there is no doubt."""
    gone = [choice for name, choice in before.items() if name not in after]
    come = [choice for name, choice in after.items() if name not in before]
    for choice in gone:
        alike = [other for other in come if choice.label and dict(other.label) == dict(choice.label)]
        twins = [other for other in gone if dict(other.label) == dict(choice.label)]
        if len(alike) == len(twins) == 1:
            yield choice.name, alike[0].name


def _choice(before: Choice, after: Choice, old: Asked, new: Asked) -> Iterator[Reason]:
    yield from _text_reasons("choice_label", before.label, after.label, (old, new), choice=before.name)
    if before.pictogram != after.pictogram:
        yield Reason("choice_pictogram", COMPARABLE, {"choice": before.name})
    if before.media != after.media:
        yield Reason("media", COMPARABLE)
    if before.exclusive != after.exclusive:
        yield Reason("choice_exclusive", BREAK, {"choice": before.name})
    if before.columns != after.columns and (old.question.choice_filter or new.question.choice_filter):
        yield Reason("choice_offered", BREAK)


def _order(before: Mapping[str, Choice], after: Mapping[str, Choice], old: Asked, new: Asked) -> Iterator[Reason]:
    """The choices that stay count; of those that come and go the other rules tell.

    Where the order is rotated for each person it does not matter, but for those that keep their place at the end.
    """
    both = before.keys() & after.keys()
    first, second = ([name for name in choices if name in both] for choices in (before, after))
    rotated = [bool(asked.question.parameters.get("randomize")) for asked in (old, new)]
    same_ends = all(before[name].last == after[name].last for name in both)
    if any(rotated) and not same_ends:
        yield Reason("choice_order", BREAK)
    elif first != second:
        yield Reason("choice_order_free", COMPARABLE) if all(rotated) else Reason("choice_order", BREAK)


def _appearance(old: Asked, new: Asked) -> Iterator[Reason]:
    before, after = old.question, new.question
    if before.appearance != after.appearance:
        free_text = before.type == after.type == "text"
        yield Reason("appearance", COMPARABLE if free_text else BREAK)


PARAMETERS: Mapping[str, str] = {"max_length": COMPARABLE, "rows": COMPARABLE}
"""Parameter → the verdict of its change; BREAK for all others: they say what is accepted, or in which order."""


def _parameters(old: Asked, new: Asked) -> Iterator[Reason]:
    before, after = old.question.parameters, new.question.parameters
    for name in dict.fromkeys((*before, *after)):
        if before.get(name) != after.get(name):
            yield Reason("parameter", PARAMETERS.get(name, BREAK), {"name": name})


def source(value: Any) -> Any:
    """Return an attribute so that two can be compared: an expression by its text."""
    return value.text if isinstance(value, Expression) else value


ATTRIBUTES: Mapping[str, tuple[str, str]] = {
    "required": ("required", BREAK),
    "constraint": ("constraint", BREAK),
    "relevant": ("base", BREAK),
    "choice_filter": ("choice_offered", BREAK),
    "choices_from": ("choice_offered", BREAK),
    "calculation": ("calculation", NOT_COMPARABLE),
    "trigger": ("calculation", BREAK),
    "default": ("default", BREAK),
    "autocomplete": ("attribute", COMPARABLE),
    "sensitive": ("attribute", COMPARABLE),
    "concept": ("attribute", COMPARABLE),
    "pictogram": ("pictogram", COMPARABLE),
    "media": ("media", COMPARABLE),
}
"""Attributes of which nothing counts but whether they have changed → code and verdict. One that stands neither here
nor in RULES nor in ELSEWHERE is a break, and a test names it."""

RULES: Mapping[str, Rule] = {
    "type": _type,
    "label": _label,
    "hint": _hints,
    "required_message": _messages,
    "choices": _choices,
    "appearance": _appearance,
    "parameters": _parameters,
}
"""Attribute → what judges it, if it takes more than a look whether it has changed."""

ELSEWHERE = frozenset({"name", "guidance", "constraint_message", "list_name", "group"})
"""Attributes that another rule looks at: list_name as the choices, group as the conditions around (see comparison)."""


def reasons(old: Asked, new: Asked) -> Iterator[Reason]:
    """Yield what has changed between two revisions of one question, by itself, whatever is around it."""
    for rule in RULES.values():
        yield from rule(old, new)
    for name in Question.__dataclass_fields__:
        if name in RULES or name in ELSEWHERE:
            continue
        if source(getattr(old.question, name)) != source(getattr(new.question, name)):
            code, verdict = ATTRIBUTES.get(name, ("attribute", BREAK))
            yield Reason(code, verdict, {"name": name} if code == "attribute" else {})
