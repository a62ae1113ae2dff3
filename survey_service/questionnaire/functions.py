"""The functions of expressions: one table, name → arguments, result, rule.

Source: the ODK XForms specification (getodk.github.io/xforms-spec), section "XPath Functions", with XPath 1.0's
``floor`` and ``ceiling``. What is not offered, and the way round it, stands in ``refusals.UNSUPPORTED``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from survey_service.questionnaire import function_rules as rules
from survey_service.questionnaire.values import Value

Node = tuple[Any, ...]


@dataclass(frozen=True)
class Complaint:
    """What is wrong with the argument at ``index`` (from 0) of a call, and what to write instead."""

    index: int
    message: str
    remedy: str


@dataclass(frozen=True)
class Function:
    """One function.

    ``takes`` has a letter per argument: ``s`` text, ``n`` number, ``b`` boolean, ``v`` any value as it is; arguments
    are converted before ``apply`` sees them. A capital letter means all nodes of a node-set, one after another, as
    further arguments. The first ``least`` are needed, the last ``repeats`` may be repeated.
    ``gives`` is the letter of the result. ``apply`` is None where ``evaluation`` has its own rule, because the scope
    is needed or not every argument is evaluated. ``example`` are arguments, for messages. ``check`` sees the arguments
    as nodes when an expression is parsed. ``current`` says that a call without arguments means the current answer.
    """

    takes: str
    gives: str
    apply: Callable[..., Value] | None
    example: str
    least: int
    repeats: int
    check: Callable[[tuple[Node, ...]], Complaint | None] | None
    current: bool

    def takes_at(self, index: int) -> str:
        """Return the letter of the argument at ``index``, counted from 0."""
        start = len(self.takes) - self.repeats
        return self.takes[index] if index < len(self.takes) else self.takes[start + (index - start) % self.repeats]

    def accepts(self, count: int) -> bool:
        """Tell whether the function can be called with ``count`` arguments."""
        if count <= len(self.takes):
            return count >= self.least
        return self.repeats > 0 and (count - len(self.takes)) % self.repeats == 0

    def wants(self) -> str:
        """Return how many arguments the function takes, for messages."""
        most = len(self.takes)
        if self.repeats:
            return f"at least {self.least}" + (", in pairs" if self.repeats == 2 else "")
        if self.least == most:
            return str(most) if most else "none"
        return f"{self.least} or {most}"


def _function(
    takes: str,
    gives: str,
    apply: Callable[..., Value] | None,
    example: str,
    least: int | None = None,
    repeats: int = 0,
    check: Callable[[tuple[Node, ...]], Complaint | None] | None = None,
    current: bool = False,
) -> Function:
    return Function(takes, gives, apply, example, len(takes) if least is None else least, repeats, check, current)


# Checks when an expression is parsed, so that evaluation cannot fail

_PATTERN_PARTS = re.compile(r"\\[pPx]\{|\\.|\(\?(?!:)|\[\[:", re.DOTALL)
_RE2_ONLY = frozenset({"(?", "[[:", "\\x{", "\\A", "\\z", "\\Q", "\\E", "\\C", "\\a", "\\p", "\\P"})


def _check_pattern(arguments: tuple[Node, ...]) -> Complaint | None:
    """Refuse a pattern that is computed, that RE2 does not take, or that a browser would read in another way."""
    node = arguments[1]
    if node[0] != "str":
        return Complaint(
            1, "The pattern of regex() must be a text in quotes.", "Write it out, e.g. regex(., '[0-9]{5}')."
        )
    remedy = "Use [ ] ( ) (?: | . * + ? { } \\d \\w \\s and \\p{L} only; there is no look-around and no back-reference."
    for part in _PATTERN_PARTS.findall(node[1]):
        if part in _RE2_ONLY:
            return Complaint(1, f"The pattern of regex() holds “{part}”, which does not work everywhere.", remedy)
    try:
        rules.compiled_pattern(node[1])
    except ValueError as error:
        return Complaint(1, f"The pattern of regex() cannot be used: {error}.", remedy)
    return None


def _check_format(arguments: tuple[Node, ...]) -> Complaint | None:
    """Refuse a format that is computed or has unknown parts; %a and %b would need the words of a language."""
    node = arguments[1]
    if node[0] != "str":
        return Complaint(1, "The format of format-date() must be a text in quotes.", "Write it out, e.g. '%d.%m.%Y'.")
    remedy = "Use %Y and %y (year), %m and %n (month), %d and %e (day), %% (a per cent sign)."
    for part in re.findall("%(.?)", node[1], re.DOTALL):
        if part in ("a", "b"):
            return Complaint(
                1, f"%{part} is not supported yet: names of days and months depend on the language.", remedy
            )
        if part not in rules.DATE_PARTS:
            return Complaint(1, f"“%{part}” is no part of a date.", remedy)
    return None


def _check_reference(arguments: tuple[Node, ...]) -> Complaint | None:
    """Refuse what is no node-set."""
    if arguments[0][0] in ("ref", "."):
        return None
    return Complaint(0, "This function takes the answer to a question.", "Write ${name} with the name of a question.")


def _check_parent(arguments: tuple[Node, ...]) -> Complaint | None:
    if arguments[0] == ("..",):
        return None
    return Complaint(0, "position() takes two dots.", "Write position(..) for the number of the present entry.")


def _check_indexed(arguments: tuple[Node, ...]) -> Complaint | None:
    """Refuse anything but names of questions and repeats where they belong, and a repeat without a number."""
    remedy = "Write indexed-repeat(${question}, ${repeat}, number), with further pairs for repeats in repeats."
    for index in (0, *range(1, len(arguments), 2)):
        if arguments[index][0] != "ref":
            return Complaint(index, "This argument of indexed-repeat() is a name, as ${name}.", remedy)
    if len(arguments) % 2 == 0:
        return Complaint(len(arguments) - 1, "This repeat has no number.", remedy)
    return None


FUNCTIONS: Mapping[str, Function] = {
    # logic
    "if": _function("bvv", "v", None, "${age} >= 18, 'adult', 'minor'"),
    "coalesce": _function("vv", "v", None, "${a}, ${b}"),
    "once": _function("v", "v", None, "today()"),
    "not": _function("b", "b", lambda value: not value, "${a} = 'x'"),
    "true": _function("", "b", lambda: True, ""),
    "false": _function("", "b", lambda: False, ""),
    "boolean": _function("b", "b", lambda value: value, "${a}"),
    "boolean-from-string": _function("s", "b", lambda text: text in ("true", "1"), "${a}"),
    # numbers
    "number": _function("n", "n", lambda number: number, "${a}"),
    "int": _function("n", "n", rules.truncated, "${a}"),
    "floor": _function("n", "n", rules.floor, "${a}"),
    "ceiling": _function("n", "n", rules.ceiling, "${a}"),
    "round": _function("nn", "n", rules.rounded, "${a}, 2", least=1),
    "abs": _function("n", "n", abs, "${a}"),
    "pow": _function("nn", "n", rules.power, "${a}, 2"),
    "min": _function("N", "n", rules.smallest, "${a}, ${b}", repeats=1),
    "max": _function("N", "n", rules.largest, "${a}, ${b}", repeats=1),
    "sum": _function("N", "n", lambda *numbers: float(sum(numbers)), "${a}", check=_check_reference),
    "count": _function("V", "n", lambda *values: float(len(values)), "${a}", check=_check_reference),
    "count-non-empty": _function("S", "n", lambda *texts: float(sum(map(bool, texts))), "${a}", check=_check_reference),
    # texts
    "string": _function("s", "s", lambda text: text, "${a}"),
    "string-length": _function("s", "n", lambda text: float(len(text)), "${a}", least=0, current=True),
    "substr": _function("snn", "s", rules.substring, "${a}, 0, 3", least=2),
    "substring-before": _function("ss", "s", rules.before, "${a}, '-'"),
    "substring-after": _function("ss", "s", rules.after, "${a}, '-'"),
    "contains": _function("ss", "b", lambda text, part: part in text, "${a}, 'x'"),
    "starts-with": _function("ss", "b", lambda text, part: text.startswith(part), "${a}, 'x'"),
    "ends-with": _function("ss", "b", lambda text, part: text.endswith(part), "${a}, 'x'"),
    "concat": _function("S", "s", lambda *texts: "".join(texts), "${a}, ${b}", repeats=1),
    "join": _function("sS", "s", lambda mark, *texts: mark.join(texts), "', ', ${a}, ${b}", repeats=1),
    "translate": _function("sss", "s", rules.translated, "${a}, 'abc', 'ABC'"),
    "normalize-space": _function("s", "s", rules.normalized, "${a}", least=0, current=True),
    "regex": _function("ss", "b", rules.matches, "${a}, '[0-9]{5}'", check=_check_pattern),
    # selections
    "selected": _function("ss", "b", rules.selected, "${a}, 'x'"),
    "selected-at": _function("sn", "s", rules.selected_at, "${a}, 0"),
    "count-selected": _function("s", "n", lambda text: float(len(rules.items(text))), "${a}"),
    "checklist": _function("nnb", "b", rules.checklist, "1, 2, ${a} = 'x', ${b} = 'x'", repeats=1),
    "weighted-checklist": _function(
        "nnbn", "b", rules.weighted_checklist, "1, 5, ${a} = 'x', 2, ${b} = 'x', 3", repeats=2
    ),
    # repeats
    "position": _function("v", "n", None, "..", check=_check_parent),
    "indexed-repeat": _function("vvnvnvn", "v", None, "${a}, ${repeat}, 1", least=3, check=_check_indexed),
    # dates
    "today": _function("", "s", None, ""),
    "date": _function("v", "s", rules.date, "today() + 7"),
    "decimal-date-time": _function("v", "n", rules.decimal_date_time, "${a}"),
    "format-date": _function("vs", "s", rules.format_date, "${a}, '%d.%m.%Y'", check=_check_format),
}
