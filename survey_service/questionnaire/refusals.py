"""Why an expression is refused: one exception, and the tables of what people write instead of what XLSForm knows.

Every refusal has a column, counted from 1 over the whole text, a sentence that says what is wrong and one that says
what to write instead.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lark.exceptions import UnexpectedInput


class ExpressionFault(ValueError):
    """An expression cannot be used. ``column`` counts from 1; ``message`` and ``remedy`` are English sentences."""

    def __init__(self, message: str, column: int, remedy: str) -> None:
        super().__init__(message, column, remedy)
        self.message = message
        self.column = column
        self.remedy = remedy

    def __str__(self) -> str:
        return f"column {self.column}: {self.message} {self.remedy}"


_MATHS = "Use + - * div mod, pow(), round(), abs(), min() or max()."
_FORM = "Refer to questions as ${name} and to a choice's columns by their names."
_LETTERS = "Use translate(), e.g. translate(${a}, 'ABC', 'abc')."
_DEVICE = "For the respondents' privacy nothing is read from the device."

# Functions of XPath, of JavaRosa and of Enketo that are not offered, and the way round.
UNSUPPORTED: Mapping[str, str] = {
    "jr:itext": "Texts of all languages stand in the labels: write the text there, with ${name} for an answer.",
    "property": _DEVICE,
    "version": "Leave it out: each response is stored with its revision.",
    **dict.fromkeys(("id", "name", "local-name", "namespace-uri", "lang", "depend"), _FORM),
    **dict.fromkeys(("upper-case", "lower-case"), _LETTERS),
    "is-selected": "Write selected().",
    "enclosed-area": "Write area().",
    "geofence": "Use distance() from a point.",
    "extract-signed": "Answers are not signed.",
    **dict.fromkeys(("string-join", "format-number"), "Use join(), or round() with a number of decimals."),
    **dict.fromkeys(("add", "subtract", "multiply", "divide"), _MATHS),
}

# What stands at the refused place → what to write. The longer ones first.
_HABITS: Mapping[str, str] = {
    "==": "Write a single = sign.",
    "&&": "Write and.",
    "||": "Write or.",
    "<>": "Write !=.",
    "=>": "Write >=.",
    "=<": "Write <=.",
    "..": "Refer to a question as ${name}.",
    "≤": "Write <=.",
    "≥": "Write >=.",
    "≠": "Write !=.",
    "!": "Write not(…), or != for “is not equal”.",
    "&": "Write and, or concat() to join texts.",
    "|": "Write or.",
    "%": "Write mod for the remainder, div 100 for per cent.",
    "^": "Write pow(number, power).",
    "//": "Refer to a question as ${name}.",
    "/*": "Refer to a question as ${name}; there are no wildcards.",
    "/": "Write div to divide; refer to a question as ${name}.",
    "::": "Refer to a question as ${name}; there are no axes.",
    ":": "Write div to divide.",
    "×": "Write *.",
    "÷": "Write div.",
    "−": "Write the minus sign of the keyboard, -.",
    "–": "Write the minus sign of the keyboard, -.",
    "[": "Only ${name} or instance('list')/root/item can be followed by [ ].",
    "@": "Refer to a question as ${name}.",
    "$": "Write the name of a question between braces, e.g. ${age}.",
    "{": "Write the name of a question as ${name}.",
    "}": "Write the name of a question as ${name}.",
    "#": "Refer to a question as ${name}.",
    ";": "Separate arguments with a comma.",
    "\N{NO-BREAK SPACE}": "Replace the no-break space by an ordinary space.",
    **dict.fromkeys("“”„‟«»‘’‚‛`´", "Put texts in straight quotes, ' or \"."),
}
_VALUE_WANTED = "Write a value before it: ${name}, a text in quotes, or a number."
_OPERATOR_WANTED = "Write an operator before it, such as and, or, =, +."
_OPERATORS = frozenset({"or", "and", "div", "mod"})

# Words of the language that would pass as the name of a column → what to write.
KEYWORDS: Mapping[str, str] = {
    "true": "Write true().",
    "false": "Write false().",
    "not": "Write not(…).",
    **dict.fromkeys(_OPERATORS, "Write a value before it."),
}
_QUOTES = "'\""
_CLOSING = {"(": ")", "[": "]"}
_OPENING = {")": "(", "]": "["}
_NAMES = {**dict.fromkeys("()", "parenthesis"), **dict.fromkeys("[]", "bracket")}
_LAST_NAME = re.compile(r"(?<![\w.-])([^\W\d][\w.-]*)\s*\Z")
_PIECE = re.compile(r"[^\W\d][\w.-]*|\$\{[^{}]*\}|'[^']*'|\"[^\"]*\"|[0-9.]+")


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return the remedy for a name that is not known: the nearest known one, or all."""
    names = sorted(known)
    near = difflib.get_close_matches(name.lower(), names, n=1)
    return f"Did you mean {near[0]}()?" if near else f"Use one of: {', '.join(names)}."


def explain(text: str, error: UnexpectedInput) -> ExpressionFault:
    """Turn what the parser says about ``text`` into a fault."""
    # The parser reports the end of the text at its last token.
    ended = getattr(getattr(error, "token", None), "type", "") == "$END"
    position = len(text) if ended or error.pos_in_stream is None else error.pos_in_stream
    lonely = _lonely_bracket(text)
    if lonely is not None and text[lonely] in _OPENING:
        fault = f"This {_NAMES[text[lonely]]} closes nothing."
        return ExpressionFault(fault, lonely + 1, f"Remove it, or open it with {_OPENING[text[lonely]]} before.")
    if lonely is not None and (position == len(text) or text[position] in _OPENING):
        fault = f"This {_NAMES[text[lonely]]} is not closed."
        return ExpressionFault(fault, lonely + 1, f"Write {_CLOSING[text[lonely]]} where it ends.")
    if position < len(text):
        wanted: Collection[str] = getattr(error, "expected", None) or getattr(error, "allowed", None) or ()
        return _within(text, position, value_wanted="NUMBER" in wanted)
    return ExpressionFault("The expression ends too early.", len(text.rstrip()) + 1, "Write a value at its end.")


def _within(text: str, position: int, *, value_wanted: bool) -> ExpressionFault:
    """Return the fault of a piece of text that the parser refuses at ``position``."""
    before = _LAST_NAME.search(text, 0, position)
    if before and before[1] in KEYWORDS and not value_wanted:  # it was taken for the name of a column
        return keyword_fault(before[1], before.start() + 1)
    if text[position] in _QUOTES and text.count(text[position], position) == 1:
        return ExpressionFault("The text in quotes is not closed.", position + 1, f"Write {text[position]} at its end.")
    for start, length in ((position, 2), (position - 1, 2)):
        habit = text[max(start, 0) : start + length]
        if len(habit) == 2 and habit in _HABITS:
            return _cannot_stand(habit, start, _HABITS[habit])
    piece = _PIECE.match(text, position)
    shown = piece[0] if piece else text[position]
    remedy = _HABITS.get(shown, _VALUE_WANTED if value_wanted else _OPERATOR_WANTED)
    if shown.lower() in _OPERATORS:
        remedy = f"Write {shown.lower()} in small letters, between two values."
    return _cannot_stand(shown, position, remedy)


def _cannot_stand(shown: str, position: int, remedy: str) -> ExpressionFault:
    return ExpressionFault(f"“{shown}” cannot stand here.", position + 1, remedy)


def keyword_fault(name: str, column: int) -> ExpressionFault:
    """Return the fault of a key of KEYWORDS that stands where a column's name could stand."""
    return _cannot_stand(name, column - 1, KEYWORDS[name])


def _lonely_bracket(text: str) -> int | None:
    """Return the index of a bracket without a partner: the first closing one too many, or the last one left open."""
    opened: list[int] = []
    for match in re.finditer(r"'[^']*'|\"[^\"]*\"|[()\[\]]", text):
        if match[0] in _CLOSING:
            opened.append(match.start())
        elif match[0] in _OPENING:
            if not opened:
                return match.start()
            if text[opened[-1]] != _OPENING[match[0]]:
                return opened[-1]
            opened.pop()
    return opened[-1] if opened else None
