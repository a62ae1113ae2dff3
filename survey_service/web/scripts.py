"""Scripts as sent: without comments and needless blanks.

The tokens of a script are told apart first, so that nothing within strings, template literals and regular expressions
is touched. Names stay as they are: what is sent can be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_WORD = r"[\w$]"
_TOKENS = re.compile(
    rf"""
    (?P<blank>\s+)
    | (?P<comment>//[^\n]*|/\*.*?\*/)
    | (?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    | (?P<word>(?:[0-9]|\.[0-9])(?:[eE][+-]|\.|{_WORD})*|{_WORD}+)
    | (?P<sign>\+\+|--|=>|[^\s\w"'])
    """,
    re.DOTALL | re.VERBOSE,
)
_PATTERN = re.compile(rf"/(?:[^/\\\[\n]|\\[^\n]|\[(?:[^\]\\\n]|\\[^\n])*\])+/{_WORD}*")
_PLAIN = re.compile(r"(?:[^`\\$]|\\.|\$(?!\{))*", re.DOTALL)
_BEFORE_VALUES = frozenset(
    [
        "return",
        "typeof",
        "case",
        "in",
        "of",
        "delete",
        "void",
        "throw",
        "new",
        "do",
        "else",
        "instanceof",
        "yield",
        "await",
    ]
)
"""Words after which ``/`` begins a regular expression."""
_HEADS = frozenset({"if", "for", "while", "with"})
"""Words whose parentheses are no value."""
_ENDING = frozenset({")", "]", "}", "++", "--"})
"""The signs with which a statement can end."""
_NOT_BEGINNING = frozenset(")]},;:?.=*%&|^<>")
"""The signs with which no statement begins."""


class ScriptFault(ValueError):
    """The tokens of a script cannot be told apart; the message names the line."""


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    end: int


def squeeze(script: str) -> str:
    """Return a script without comments and needless blanks; raise ScriptFault if it cannot be read.

    A line break stays where a statement might end by it. A slash right after ``}`` is refused: whether a regular
    expression begins there cannot be said from tokens alone.
    """
    written: list[str] = []
    before, gap = _Token("sign", ";", 0), ""
    for token in _tokens(script):
        if token.kind in ("blank", "comment"):
            gap = "\n" if "\n" in gap + token.text else " "
            continue
        if gap == "\n" and _may_end(before) and token.text[0] not in _NOT_BEGINNING:
            written.append("\n")
        elif gap and _would_melt(before, token):
            written.append(" ")
        written.append(token.text)
        before, gap = token, ""
    return "".join(written)


def _may_end(token: _Token) -> bool:
    """Tell whether a statement can end after a token, so that a line break may end it."""
    return token.kind != "sign" or token.text in _ENDING


def _would_melt(one: _Token, other: _Token) -> bool:
    """Tell whether two tokens would be read as something else without a blank between."""
    if other.kind == "word":
        return one.kind in ("word", "pattern")
    if one.kind == "word":
        return one.text[0].isdigit() and other.text == "."
    return one.text[-1] + other.text[0] in ("++", "--", "//", "/*", "<!", "->")


def _tokens(script: str, start: int = 0) -> Iterator[_Token]:
    """Yield all tokens from ``start`` on."""
    heads: list[bool] = []  # for each open parenthesis, whether it belongs to ``if`` and the like
    before, earlier, is_head = _Token("sign", ";", start), "", False
    while start < len(script):
        token = _token(script, start, _is_value(before, earlier, is_head))
        yield token
        start = token.end
        if token.kind in ("blank", "comment"):
            continue
        if token.text == "(":
            heads.append(before.text in _HEADS and earlier != ".")
        is_head = token.text == ")" and bool(heads) and heads.pop()
        before, earlier = token, before.text


def _is_value(token: _Token, earlier: str, is_head: bool) -> bool | None:
    """Tell whether a token ends a value, so that a slash after it divides; None if that cannot be said."""
    if token.kind == "word":
        return token.text not in _BEFORE_VALUES or earlier == "."
    if token.kind != "sign":
        return True
    return None if token.text == "}" else token.text in _ENDING and not is_head


def _token(script: str, start: int, after_value: bool | None) -> _Token:
    if script[start] == "`":
        end = _template_end(script, start + 1)
        return _Token("template", script[start:end], end)
    match = _TOKENS.match(script, start)
    if match is not None and match[0] == "/":
        if script.startswith("/*", start):
            match = None
        elif after_value is None:
            raise _fault(script, start, "a slash after “}”: put what it belongs to in parentheses")
        elif not after_value:
            match = _PATTERN.match(script, start)
    if match is None:
        raise _fault(script, start, "a string, a regular expression or a comment does not end")
    kind = "pattern" if match.re is _PATTERN else str(match.lastgroup)
    return _Token(kind, match[0], match.end())


def _template_end(script: str, start: int) -> int:
    """Return where the template literal ends whose text begins at ``start``."""
    while match := _PLAIN.match(script, start):
        start = match.end()
        if script.startswith("`", start):
            return start + 1
        if not script.startswith("${", start):
            break
        start = _closing_brace(script, start + 2)
    raise _fault(script, start, "a template literal does not end")


def _closing_brace(script: str, start: int) -> int:
    """Return the end of the brace that closes the one before ``start``."""
    depth = 1
    for token in _tokens(script, start):
        depth += {"{": 1, "}": -1}.get(token.text, 0)
        if not depth:
            return token.end
    raise _fault(script, start, "a template literal does not end")


def _fault(script: str, start: int, what: str) -> ScriptFault:
    return ScriptFault(f"Line {script.count(chr(10), 0, start) + 1}: {what}.")
