"""Why an expression is refused: one exception, and the tables of what people write instead of what XLSForm knows.

Every refusal has a column, counted from 1 over the whole text, a sentence that says what is wrong and one that says
what to write instead.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from survey_service.problems import D_, Said, said

if TYPE_CHECKING:
    from lark.exceptions import UnexpectedInput


class ExpressionFault(ValueError):
    """An expression cannot be used. ``column`` counts from 1; ``message`` and ``remedy`` are sentences."""

    def __init__(self, message: Said, column: int, remedy: Said) -> None:
        super().__init__(message, column, remedy)
        self.message = message
        self.column = column
        self.remedy = remedy

    def __str__(self) -> str:
        return f"column {self.column}: {self.message} {self.remedy}"


_MATHS = said(D_("Use + - * div mod, pow(), round(), abs(), min() or max()."))
_FORM = said(D_("Refer to questions as ${name} and to a choice's columns by their names."))
_LETTERS = said(D_("Use translate(), e.g. translate(${a}, 'ABC', 'abc')."))
_DEVICE = said(D_("For the respondents' privacy nothing is read from the device."))
_REFER = said(D_("Refer to a question as ${name}."))
_IN_BRACES = said(D_("Write the name of a question as ${name}."))
_MINUS = said(D_("Write the minus sign of the keyboard, -."))


def write(text: str) -> Said:
    """Return the remedy that just says what to write."""
    return said(D_("Write %(text)s."), text=text)


# Functions of XPath, of JavaRosa and of Enketo that are not offered, and the way round.
UNSUPPORTED: Mapping[str, Said] = {
    "jr:itext": said(
        D_("Texts of all languages stand in the labels: write the text there, with ${name} for an answer.")
    ),
    "property": _DEVICE,
    "version": said(D_("Leave it out: each response is stored with its revision.")),
    **dict.fromkeys(("id", "name", "local-name", "namespace-uri", "lang", "depend"), _FORM),
    **dict.fromkeys(("upper-case", "lower-case"), _LETTERS),
    "is-selected": write("selected()"),
    "enclosed-area": write("area()"),
    "geofence": said(D_("Use distance() from a point.")),
    "extract-signed": said(D_("Answers are not signed.")),
    **dict.fromkeys(("string-join", "format-number"), said(D_("Use join(), or round() with a number of decimals."))),
    **dict.fromkeys(("add", "subtract", "multiply", "divide"), _MATHS),
}

# What stands at the refused place → what to write. The longer ones first.
_HABITS: Mapping[str, Said] = {
    "==": said(D_("Write a single = sign.")),
    "&&": write("and"),
    "||": write("or"),
    "<>": write("!="),
    "=>": write(">="),
    "=<": write("<="),
    "..": _REFER,
    "≤": write("<="),
    "≥": write(">="),
    "≠": write("!="),
    "!": said(D_("Write not(…), or != for “is not equal”.")),
    "&": said(D_("Write and, or concat() to join texts.")),
    "|": write("or"),
    "%": said(D_("Write mod for the remainder, div 100 for per cent.")),
    "^": said(D_("Write pow(number, power).")),
    "//": _REFER,
    "/*": said(D_("Refer to a question as ${name}; there are no wildcards.")),
    "/": said(D_("Write div to divide; refer to a question as ${name}.")),
    "::": said(D_("Refer to a question as ${name}; there are no axes.")),
    ":": said(D_("Write div to divide.")),
    "×": write("*"),
    "÷": write("div"),
    "−": _MINUS,
    "–": _MINUS,
    "[": said(D_("Only ${name} or instance('list')/root/item can be followed by [ ].")),
    "@": _REFER,
    "$": said(D_("Write the name of a question between braces, e.g. ${age}.")),
    "{": _IN_BRACES,
    "}": _IN_BRACES,
    "#": _REFER,
    ";": said(D_("Separate arguments with a comma.")),
    "\N{NO-BREAK SPACE}": said(D_("Replace the no-break space by an ordinary space.")),
    **dict.fromkeys("“”„‟«»‘’‚‛`´", said(D_("Put texts in straight quotes, ' or \"."))),
}
_VALUE_WANTED = said(D_("Write a value before it: ${name}, a text in quotes, or a number."))
_OPERATOR_WANTED = said(D_("Write an operator before it, such as and, or, =, +."))
_OPERATORS = frozenset({"or", "and", "div", "mod"})

# Words of the language that would pass as the name of a column → what to write.
KEYWORDS: Mapping[str, Said] = {
    "true": write("true()"),
    "false": write("false()"),
    "not": write("not(…)"),
    **dict.fromkeys(_OPERATORS, said(D_("Write a value before it."))),
}
_QUOTES = "'\""
_CLOSING = {"(": ")", "[": "]"}
_OPENING = {")": "(", "]": "["}
_CLOSES_NOTHING = {")": D_("This parenthesis closes nothing."), "]": D_("This bracket closes nothing.")}
_NOT_CLOSED = {"(": D_("This parenthesis is not closed."), "[": D_("This bracket is not closed.")}
_LAST_NAME = re.compile(r"(?<![\w.-])([^\W\d][\w.-]*)\s*\Z")
_PIECE = re.compile(r"[^\W\d][\w.-]*|\$\{[^{}]*\}|'[^']*'|\"[^\"]*\"|[0-9.]+")


def suggestion(name: str, known: Iterable[str]) -> Said:
    """Return the remedy for a name that is not known: the nearest known one, or all."""
    names = sorted(known)
    near = difflib.get_close_matches(name.lower(), names, n=1)
    return said(D_("Did you mean %(name)s()?"), name=near[0]) if near else one_of(names)


def one_of(names: Iterable[str]) -> Said:
    """Return the remedy that names all there is."""
    return said(D_("Use one of: %(names)s."), names=", ".join(names))


def explain(text: str, error: UnexpectedInput) -> ExpressionFault:
    """Turn what the parser says about ``text`` into a fault."""
    # The parser reports the end of the text at its last token.
    ended = getattr(getattr(error, "token", None), "type", "") == "$END"
    position = len(text) if ended or error.pos_in_stream is None else error.pos_in_stream
    lonely = _lonely_bracket(text)
    if lonely is not None and text[lonely] in _OPENING:
        opening = _OPENING[text[lonely]]
        remedy = said(D_("Remove it, or open it with %(sign)s before."), sign=opening)
        return ExpressionFault(said(_CLOSES_NOTHING[text[lonely]]), lonely + 1, remedy)
    if lonely is not None and (position == len(text) or text[position] in _OPENING):
        remedy = said(D_("Write %(sign)s where it ends."), sign=_CLOSING[text[lonely]])
        return ExpressionFault(said(_NOT_CLOSED[text[lonely]]), lonely + 1, remedy)
    if position < len(text):
        wanted: Collection[str] = getattr(error, "expected", None) or getattr(error, "allowed", None) or ()
        return _within(text, position, value_wanted="NUMBER" in wanted)
    end = len(text.rstrip()) + 1
    return ExpressionFault(said(D_("The expression ends too early.")), end, said(D_("Write a value at its end.")))


def _within(text: str, position: int, *, value_wanted: bool) -> ExpressionFault:
    """Return the fault of a piece of text that the parser refuses at ``position``."""
    before = _LAST_NAME.search(text, 0, position)
    if before and before[1] in KEYWORDS and not value_wanted:  # it was taken for the name of a column
        return keyword_fault(before[1], before.start() + 1)
    if text[position] in _QUOTES and text.count(text[position], position) == 1:
        remedy = said(D_("Write %(sign)s at its end."), sign=text[position])
        return ExpressionFault(said(D_("The text in quotes is not closed.")), position + 1, remedy)
    for start, length in ((position, 2), (position - 1, 2)):
        habit = text[max(start, 0) : start + length]
        if len(habit) == 2 and habit in _HABITS:
            return cannot_stand(habit, start + 1, _HABITS[habit])
    piece = _PIECE.match(text, position)
    found = piece[0] if piece else text[position]
    if found.lower() in _OPERATORS:
        remedy = said(D_("Write %(word)s in small letters, between two values."), word=found.lower())
    elif found in _HABITS:
        remedy = _HABITS[found]
    else:
        remedy = _VALUE_WANTED if value_wanted else _OPERATOR_WANTED
    return cannot_stand(found, position + 1, remedy)


def cannot_stand(found: str, column: int, remedy: Said) -> ExpressionFault:
    """Return the fault of something that has no meaning where it stands."""
    return ExpressionFault(said(D_("“%(found)s” cannot stand here."), found=found), column, remedy)


def refer(found: str, column: int) -> ExpressionFault:
    """Return the fault of something in whose place the name of a question belongs."""
    return cannot_stand(found, column, _REFER)


def keyword_fault(name: str, column: int) -> ExpressionFault:
    """Return the fault of a key of KEYWORDS that stands where a column's name could stand."""
    return cannot_stand(name, column, KEYWORDS[name])


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
