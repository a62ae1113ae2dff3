"""Patterns of ``regex()`` in JavaScript's spelling: RE2 and a browser read the same characters in different ways.

RE2 takes ``]``, ``{`` and escaped punctuation as they come, counts fewer characters as white space and lets ``.`` match
all but a line feed. What is written here means the same with JavaScript's flag ``u``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_SPACES = "\\t\\n\\f\\r "
_NO_SPACES = "\\0-\\x08\\x0b\\x0e-\\x1f!-\\u{10ffff}"
_SCRIPTS = frozenset(
    {
        *("Arabic", "Armenian", "Bengali", "Common", "Cyrillic", "Devanagari", "Ethiopic", "Georgian", "Greek", "Han"),
        *("Hangul", "Hebrew", "Hiragana", "Inherited", "Katakana", "Khmer", "Lao", "Latin", "Myanmar", "Sinhala"),
        *("Tamil", "Thai"),
    }
)
"""Scripts that browsers know by these names."""
_CONTROLS = {"a": "\a", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_PART = re.compile(
    r"""
    \\(?P<set>[dDwWsS])
    | \\(?P<sign>[pP])\{(?P<property>\^?\w+)\}
    | \\(?P<edge>[bB])
    | \\x(?P<hex>[0-9A-Fa-f]{2})
    | \\(?P<octal>[0-7]{1,3})
    | \\(?P<escaped>.)
    | (?P<plain>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_REPEAT = re.compile(r"(?:[*+?]|\{[0-9]+(?:,[0-9]*)?\})\??")


class PatternFault(ValueError):
    """A browser cannot match the pattern."""


@dataclass(frozen=True)
class Token:
    """A part of a pattern: ``kind`` is ``(``, ``)``, ``|``, ``edge``, ``atom`` or ``repeat``; as written for RE2 and as
    JavaScript has it."""

    kind: str
    written: str
    sent: str


def for_browsers(pattern: str) -> str:
    """Return a pattern that RE2 takes for JavaScript, to be matched against a whole text with the flag ``u``.

    Raise PatternFault if it names a script that not all browsers know.
    """
    return f"^(?:{''.join(token.sent for token in tokens(pattern))})$"


def tokens(pattern: str) -> Iterator[Token]:
    """Yield the parts of a pattern that RE2 takes; raise PatternFault as ``for_browsers`` does."""
    start = 0
    while start < len(pattern):
        kind, sent, end = _token(pattern, start)
        yield Token(kind, pattern[start:end], sent)
        start = end


def _token(pattern: str, start: int) -> tuple[str, str, int]:
    if pattern.startswith("(?:", start):
        return "(", "(?:", start + 3
    first = pattern[start]
    if first in "()|":
        return first, "(?:" if first == "(" else first, start + 1
    if first == "[":
        return "atom", *_class(pattern, start)
    if first in "^$":
        return "edge", f"(?:{first})", start + 1
    if first == ".":
        return "atom", "[^\\n]", start + 1
    if repeat := _REPEAT.match(pattern, start):
        return "repeat", repeat[0], repeat.end()
    match = _part(pattern, start)
    if match["edge"]:
        return "edge", f"(?:\\{match['edge']})", match.end()
    return "atom", _set(match, _one_of) or _escaped(_character(match)), match.end()


def _part(pattern: str, start: int) -> re.Match[str]:
    match = _PART.match(pattern, start)
    if match is None:
        raise PatternFault(pattern)
    return match


def _class(pattern: str, start: int) -> tuple[str, int]:
    """Return the class in brackets that begins at ``start``, and its end."""
    start += 1
    opening = "["
    if pattern.startswith("^", start):
        opening, start = "[^", start + 1
    items: list[str] = []
    while not items or pattern[start] != "]":
        match = _part(pattern, start)
        text, start = _set(match, _listed), match.end()
        if not text:
            text = _escaped(_character(match))
            if pattern.startswith("-", start) and pattern[start + 1] != "]":
                match = _part(pattern, start + 1)
                text, start = f"{text}-{_escaped(_character(match))}", match.end()
        items.append(text)
    return f"{opening}{''.join(items)}]", start + 1


def _set(match: re.Match[str], spaces: Callable[[bool], str]) -> str:
    """Return a set of characters such as ``\\d``, ``""`` if the part is none."""
    if match["property"]:
        name = match["property"].lstrip("^")
        if len(name) > 2 and name not in _SCRIPTS and name != "Any":
            raise PatternFault(name)
        negative = (match["sign"] == "P") != match["property"].startswith("^")
        return f"\\{'P' if negative else 'p'}{{{'Script=' if name in _SCRIPTS else ''}{name}}}"
    letter = match["set"]
    return "" if letter is None else spaces(letter == "s") if letter in "sS" else f"\\{letter}"


def _one_of(spaces: bool) -> str:
    return f"[{_SPACES}]" if spaces else f"[^{_SPACES}]"


def _listed(spaces: bool) -> str:
    return _SPACES if spaces else _NO_SPACES


def _character(match: re.Match[str]) -> str:
    """Return the one character that a part of a pattern stands for."""
    if match["hex"]:
        return chr(int(match["hex"], 16))
    if match["octal"]:
        return chr(int(match["octal"], 8))
    escaped = match["escaped"]
    return _CONTROLS.get(escaped, escaped) if escaped else match["plain"]


def _escaped(character: str) -> str:
    """Return a character as it stands for itself everywhere in a pattern."""
    if character.isalnum() or character > "\x7f" or character == "_":
        return character
    return f"\\u{{{ord(character):x}}}"
