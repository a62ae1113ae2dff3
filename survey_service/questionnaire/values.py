"""The values expressions compute with, XPath 1.0's conversions between them, and what an evaluation may see.

A value is a text, a number (always a float) or a boolean. XPath's ``number()`` is extended as ODK's XForms
specification says: a date becomes the days since 1970-01-01. A date has no time of day and counts as midnight UTC, so
that the result does not depend on where it is computed.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Any

Answer = Any
"""A JSON value: text, number, boolean, None, a list (names of choices, numbers of a place, instances of a repeat) or a
mapping (a file, an instance of a repeat)."""
Value = str | float | bool
Node = tuple[Any, ...]
"""A node of the tree of an expression: its head and what is within."""
Path = tuple[tuple[str, int], ...]
"""A place in repeats: (name of the repeat, index from 0) for each, outermost first."""

NAN = math.nan
MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
"""A comparison → the same one with its sides exchanged."""
SPACES = " \t\r\n"  # what XML and XPath call white space
_EPOCH = dt.date(1970, 1, 1).toordinal()
_DAY_MS = 86_400_000
# No sign but "-", no exponent, ASCII digits only: Python's float() takes more than XPath does.
_NUMBER = re.compile(r"-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
DATE = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:T([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9])(?:\.([0-9]{1,9}))?)?(Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])?)?"
)


@dataclass(slots=True)
class Scope:
    """Everything an evaluation may see.

    A scope can be used again: set ``current``, ``columns``, ``path`` or ``once`` anew between evaluations instead of
    making a scope for each. Evaluation changes none of them.
    """

    answers: Mapping[str, Answer]
    """The answers by question name, absent or None if empty; those in repeats are nested: ``{"S1": [{"name": …}]}``."""
    _: KW_ONLY
    today: dt.date
    """What ``today()`` returns."""
    path: Path = ()
    """The repeat instance where the expression stands."""
    repeats: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: _NONE)
    """Each question in a repeat, and each repeat, with the names of the repeats that enclose it, outermost first; a
    repeat does not enclose itself. Names that are absent are questions outside repeats."""
    current: Answer = None
    """The answer that ``.`` stands for."""
    columns: Mapping[str, str] = field(default_factory=lambda: _NONE)
    """The columns of the choice under test in a choice filter, ``name`` among them."""
    now: dt.datetime | None = None
    """What ``now()`` returns, with an offset; None means the midnight (UTC) at which ``today`` begins."""
    label_of: Callable[[str, str], str] | None = None
    """(name of a choice, name of a question) → the label of that choice in the respondent's language."""
    lists: Mapping[str, Sequence[Mapping[str, str]]] = field(default_factory=lambda: _NONE)
    """The rows of each list that ``instance()`` and ``pulldata()`` can name, by column."""
    seed: int = 0
    """The seed of the random functions: the same seed gives the same numbers."""
    language: str = "en"
    """The respondent's language, for the names of months and days."""
    once: Answer = None
    """The present answer of the question, which ``once()`` keeps if it is not empty."""
    size: int = 0
    position: int = 0
    """Within a predicate: the number of nodes, and the number of the one under test, from 1."""
    outer: Scope | None = None
    """Within a predicate: the scope outside all predicates, for ``current()``."""
    _repeat_names: frozenset[str] | None = field(default=None, init=False, repr=False, compare=False)

    def is_repeat(self, name: str) -> bool:
        """Tell whether the name is that of a repeat."""
        if self._repeat_names is None:
            outermost = [name for name, chain in self.repeats.items() if not chain]
            self._repeat_names = frozenset(outermost).union(*self.repeats.values())
        return name in self._repeat_names


_NONE: Mapping[str, Any] = MappingProxyType({})
FILE = frozenset({"file", "name", "type", "size"})
"""The keys of the answer that is a file."""


def value_of(answer: Answer) -> Value:
    """Return an answer as a value: nothing is ``""``, a list its items with a space between, a number a float.

    A file is its name. An instance of a repeat is the texts of its answers one after another, as in XPath.
    """
    if answer is None:
        return ""
    if isinstance(answer, (str, bool, float)):
        return answer
    if isinstance(answer, int):
        try:
            return float(answer)
        except OverflowError:
            return math.inf if answer > 0 else -math.inf
    if isinstance(answer, Mapping):
        if answer.keys() >= FILE:
            return to_text(value_of(answer.get("name")))
        return "".join(map(_all_text, answer.values()))
    if not isinstance(answer, (list, tuple)):
        return str(answer)
    if answer and isinstance(answer[0], Mapping):
        return value_of(answer[0])
    return " ".join([part if isinstance(part, str) else to_text(value_of(part)) for part in answer])


def _all_text(answer: Answer) -> str:
    if isinstance(answer, (list, tuple)) and answer and isinstance(answer[0], Mapping):
        return "".join(map(_all_text, answer))
    return to_text(value_of(answer))


def each_answer(answers: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the name of each question with its answer (or state), those in instances of repeats one after another."""
    for name, answer in answers.items():
        if isinstance(answer, (list, tuple)) and answer and is_instance(answer[0]):
            for instance in answer:
                yield from each_answer(instance)
        else:
            yield name, answer


def is_instance(answer: Answer) -> bool:
    """Tell whether an answer is an instance of a repeat."""
    return isinstance(answer, Mapping) and not answer.keys() >= FILE


def to_boolean(value: Value) -> bool:
    """XPath's ``boolean()``: a number is true unless zero or NaN, a text unless empty."""
    if isinstance(value, float):
        return not math.isnan(value) and value != 0
    return bool(value)


def to_number(value: Value) -> float:
    """XPath's ``number()`` with ODK's dates; NaN if the text is neither a number nor a date."""
    if not isinstance(value, str):
        return float(value)
    text = value.strip(SPACES)
    return float(text) if _NUMBER.fullmatch(text) else days_of(text)


def to_text(value: Value) -> str:
    """XPath's ``string()``: whole numbers without a point, no exponent, ``NaN``, ``Infinity``, ``true``, ``false``."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return _number_text(value)


def _number_text(number: float) -> str:
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    if number == int(number):
        return str(int(number))
    return format(Decimal(repr(number)), "f")


def days_of(text: str) -> float:
    """Return the days since 1970-01-01 UTC of an ISO date or date-time, NaN if it is none.

    A date-time without an offset is taken as UTC; fractions of a second count to the millisecond.
    """
    match = DATE.fullmatch(text)
    if match is None:
        return NAN
    year, month, day, hours, minutes, seconds, fraction, offset = match.groups()
    try:
        days = dt.date(int(year), int(month), int(day)).toordinal() - _EPOCH
    except ValueError:
        return NAN
    if hours is None:
        return float(days)
    milliseconds = ((int(hours) * 60 + int(minutes)) * 60 + int(seconds or 0)) * 1000 + int(
        ((fraction or "") + "000")[:3]
    )
    return (days * _DAY_MS + milliseconds - _offset_ms(offset)) / _DAY_MS


def _offset_ms(offset: str | None) -> int:
    """Return the milliseconds an offset such as ``+02:00`` is ahead of UTC; 0 for ``Z`` or none."""
    if offset is None or offset == "Z":
        return 0
    minutes = int(offset[1:3]) * 60 + int(offset[4:6])
    return (-minutes if offset[0] == "-" else minutes) * 60_000
