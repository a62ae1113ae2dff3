"""The patterns of descriptions of conditions (see ``describe``), and how a phrase becomes a text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from survey_service.problems import D_


@dataclass(frozen=True)
class Phrase:
    """``message``: English source text with ``%(name)s`` for each of ``values``; a value is a text or a phrase.

    ``parts`` are the conditions of which all or any must hold; a list can show them one below the other. ``joint`` is
    the pattern that joins two of them in a running text.
    """

    message: str
    values: Mapping[str, str | Phrase] = field(default_factory=dict)
    parts: tuple[Phrase, ...] = ()
    joint: str = ""


SENTENCES: Mapping[str, str] = {
    "relevant": D_("Shown if %(condition)s."),
    "required": D_("Must be answered if %(condition)s."),
    "constraint": D_("Accepted if %(condition)s."),
    "choice_filter": D_("A choice is offered if %(condition)s."),
    "calculation": D_("Calculated: %(value)s."),
    "count": D_("Number of entries: %(value)s."),
    "default": D_("Answered beforehand with: %(value)s."),
    "when": D_("The interview ends if %(condition)s."),
}
"""What an expression decides, by the key it stands under."""


RELATIONS: Mapping[str, str] = {
    "=": D_("%(subject)s is %(value)s"),
    "!=": D_("%(subject)s is not %(value)s"),
    "<": D_("%(subject)s is less than %(value)s"),
    "<=": D_("%(subject)s is at most %(value)s"),
    ">": D_("%(subject)s is more than %(value)s"),
    ">=": D_("%(subject)s is at least %(value)s"),
}
DATE_RELATIONS: Mapping[str, str] = {
    "<": D_("%(subject)s is before %(value)s"),
    "<=": D_("%(subject)s is not after %(value)s"),
    ">": D_("%(subject)s is after %(value)s"),
    ">=": D_("%(subject)s is not before %(value)s"),
}
INCLUDES, INCLUDES_NOT = D_("%(subject)s includes %(value)s"), D_("%(subject)s does not include %(value)s")
ANSWERED, NOT_ANSWERED = D_("%(subject)s is answered"), D_("%(subject)s is not answered")
NOT, EXPRESSION = D_("it is not true that %(condition)s"), D_("this holds: %(expression)s")
QUOTED = D_("“%(label)s”")
TEXT_TESTS: Mapping[str, str] = {
    "contains": D_("%(subject)s contains %(value)s"),
    "starts-with": D_("%(subject)s begins with %(value)s"),
    "ends-with": D_("%(subject)s ends with %(value)s"),
    "regex": D_("%(subject)s has the form %(value)s"),
}
FIXED: Mapping[str, str] = {
    ".": D_("the answer"),
    "current": D_("the answer"),
    "today": D_("today"),
    "now": D_("now"),
    "true": D_("always"),
    "false": D_("never"),
    "position": D_("the number of the entry"),
    "random": D_("a random number"),
}
NOUNS: Mapping[str, str] = {
    "count-selected": D_("the number of answers chosen for %(subject)s"),
    "string-length": D_("the number of characters of %(subject)s"),
    "count": D_("the number of entries of %(subject)s"),
    "count-non-empty": D_("the number of answers to %(subject)s"),
    "sum": D_("the sum of %(subject)s"),
    "min": D_("the smallest of %(subject)s"),
    "max": D_("the largest of %(subject)s"),
}
SIGNS = {"+": "+", "-": "\N{MINUS SIGN}", "*": "\N{MULTIPLICATION SIGN}", "div": "\N{DIVISION SIGN}"}
DAY = re.compile(r"\d{4}-\d{2}-\d{2}.*")
IN_BRACKETS = D_("(%(condition)s)")


def running_text(phrase: str | Phrase, translate: Callable[[str], str]) -> str:
    """Return a phrase as one text, each pattern translated."""
    if isinstance(phrase, str):
        return phrase
    if phrase.parts:
        *others, text = [_in_brackets(part, translate) for part in phrase.parts]
        for other in reversed(others):
            text = translate(phrase.joint) % {"first": other, "second": text}
        return text
    return translate(phrase.message) % {name: running_text(value, translate) for name, value in phrase.values.items()}


def _in_brackets(part: Phrase, translate: Callable[[str], str]) -> str:
    text = running_text(part, translate)
    return translate(IN_BRACKETS) % {"condition": text} if part.parts else text
