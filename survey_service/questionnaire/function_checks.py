"""Checks of the arguments of functions when an expression is parsed, so that evaluation cannot fail.

Each takes the arguments as nodes and returns None or a Complaint.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from survey_service.problems import D_, Said, said
from survey_service.questionnaire import function_dates, function_rules
from survey_service.questionnaire.function_chance import DIGESTS, ENCODINGS
from survey_service.questionnaire.paths import is_set
from survey_service.questionnaire.refusals import one_of, write
from survey_service.questionnaire.values import Node


@dataclass(frozen=True)
class Complaint:
    """What is wrong with the argument at ``index`` (from 0) of a call, and what to write instead."""

    index: int
    message: Said
    remedy: Said


Check = Callable[[tuple[Node, ...]], Complaint | None]

_PATTERN_PARTS = re.compile(r"\\[pPx]\{|\\.|\(\?(?!:)|\[\[:", re.DOTALL)
_RE2_ONLY = frozenset({"(?", "[[:", "\\x{", "\\A", "\\z", "\\Q", "\\E", "\\C", "\\a", "\\p", "\\P"})


def pattern(arguments: tuple[Node, ...]) -> Complaint | None:
    """Refuse a pattern that is computed, that RE2 does not take, or that a browser would read in another way."""
    node = arguments[1]
    if node[0] != "str":
        return Complaint(
            1,
            said(D_("The pattern of regex() must be a text in quotes.")),
            said(D_("Write it out, e.g. regex(., '[0-9]{5}').")),
        )
    remedy = said(
        D_("Use [ ] ( ) (?: | . * + ? { } \\d \\w \\s and \\p{L} only; there is no look-around and no back-reference.")
    )
    for part in _PATTERN_PARTS.findall(node[1]):
        if part in _RE2_ONLY:
            return Complaint(
                1,
                said(D_("The pattern of regex() holds “%(part)s”, which does not work everywhere."), part=part),
                remedy,
            )
    try:
        function_rules.compiled_pattern(node[1])
    except ValueError as error:
        return Complaint(1, said(D_("The pattern of regex() cannot be used (%(reason)s)."), reason=str(error)), remedy)
    return None


def date_format(arguments: tuple[Node, ...]) -> Complaint | None:
    """Refuse a format of a date that is computed or has unknown parts."""
    return _format(arguments, "format-date", function_dates.DATE_PARTS, _DATE_FORMAT)


def time_format(arguments: tuple[Node, ...]) -> Complaint | None:
    """Refuse a format of a date and time that is computed or has unknown parts."""
    return _format(arguments, "format-date-time", function_dates.ALL_PARTS, _TIME_FORMAT)


_DATE_FORMAT = D_(
    "Use %Y and %y (year), %m, %n and %b (month), %d, %e and %a (day), %% (a per cent sign); use format-date-time() "
    "for %H, %M and %S."
)
_TIME_FORMAT = D_(
    "Use %Y and %y (year), %m, %n and %b (month), %d, %e and %a (day), %% (a per cent sign); %H and %h (hour), %M "
    "(minute), %S and %3 (second)."
)


def _format(arguments: tuple[Node, ...], name: str, known: object, remedy: str) -> Complaint | None:
    node = arguments[1]
    if node[0] != "str":
        fault = said(D_("The format of %(name)s() must be a text in quotes."), name=name)
        return Complaint(1, fault, said(D_("Write it out, e.g. '%d.%m.%Y'.")))
    for part in re.findall("%(.?)", node[1], re.DOTALL):
        if part not in known:  # type: ignore[operator]
            fault = said(D_("“%(part)s” is no part of %(name)s()."), part=f"%{part}", name=name)
            return Complaint(1, fault, said(remedy))
    return None


def node_set(arguments: tuple[Node, ...]) -> Complaint | None:
    """Refuse what is no node-set."""
    if is_set(arguments[0]):
        return None
    return Complaint(
        0,
        said(D_("This function takes the answer to a question.")),
        said(D_("Write ${name} with the name of a question.")),
    )


def place(arguments: tuple[Node, ...]) -> Complaint | None:
    """Refuse an argument of ``position()`` that is neither two dots nor a node-set."""
    if not arguments or arguments[0][0] in ("up", "outer") or is_set(arguments[0]):
        return None
    return Complaint(
        0, said(D_("position() takes two dots.")), said(D_("Write position(..) for the number of the present entry."))
    )


def indexed(arguments: tuple[Node, ...]) -> Complaint | None:
    """Refuse anything but names of questions and repeats where they belong, and a repeat without a number."""
    remedy = said(
        D_("Write indexed-repeat(${question}, ${repeat}, number), with further pairs for repeats in repeats.")
    )
    for index in (0, *range(1, len(arguments), 2)):
        if arguments[index][0] != "ref":
            return Complaint(index, said(D_("This argument of indexed-repeat() is a name, as ${name}.")), remedy)
    if len(arguments) % 2 == 0:
        return Complaint(len(arguments) - 1, said(D_("This repeat has no number.")), remedy)
    return None


def list_name(arguments: tuple[Node, ...]) -> Complaint | None:
    """Refuse the name of a list that is computed or empty, or that of the answers saved last."""
    node = arguments[0]
    if node[0] != "str" or not node[1].strip():
        return Complaint(
            0,
            said(D_("The name of the list must be a text in quotes.")),
            said(D_("Write it out, e.g. 'municipalities'.")),
        )
    if node[1].startswith("__"):
        return Complaint(
            0,
            said(D_("There is no list “%(list)s”."), list=node[1]),
            said(D_("Answers of earlier responses cannot be read here.")),
        )
    return None


def choice_name(arguments: tuple[Node, ...]) -> Complaint | None:
    """Refuse a second argument of ``jr:choice-name()`` that is not the name of a question in quotes."""
    if quoted_name(arguments[1]):
        return None
    return Complaint(
        1,
        said(D_("The question of jr:choice-name() must stand in quotes.")),
        write("jr:choice-name(${a}, '${a}')"),
    )


_QUOTED = re.compile(r"\s*(?:\$\{([^\W\d][\w.-]*)\}|(?:/[^\W\d][\w.-]*)+/([^\W\d][\w.-]*))\s*")


def quoted_name(node: Node) -> str:
    """Return the name in a text such as ``'${a}'`` or ``'/data/group/a'``, ``""`` if it is none."""
    match = _QUOTED.fullmatch(node[1]) if node[0] == "str" else None
    return (match[1] or match[2]) if match else ""


def digest(arguments: tuple[Node, ...]) -> Complaint | None:
    """Refuse an algorithm or an encoding of ``digest()`` that is unknown or computed."""
    for index, known in ((1, DIGESTS), (2, ENCODINGS)):
        if index < len(arguments) and (arguments[index][0] != "str" or arguments[index][1] not in known):
            fault = said(D_("digest() does not know this."))
            return Complaint(index, fault, one_of(f"'{name}'" for name in known))
    return None
