"""Which patterns could stall a phone: browsers match by trying, and where a text can be read in many ways they try all.

The server's RE2 never stalls. A browser's matcher does if there is a place in the pattern that one text leads back to
in two ways, as in ``(a+)+`` or ``(a|a)*``: each repetition doubles the ways. So the pattern's automaton (Glushkov's:
one state for each class of characters) is walked twice at a time, by two walkers that read the same text.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from survey_service.questionnaire.function_rules import compiled_pattern
from survey_service.questionnaire.patterns import Token, tokens

_SAMPLES = "aemzAEMZ059_-+.,;:/@#'()[]{}\"\\ \t\n\r\f\v\x00\u00a0éßж中بሀ٣👍"
_UNROLLED = 8
"""Up to so many repetitions are no loop: what they can multiply is bounded."""
_COPIES = 3
_MOST_STATES = 40
"""More states within loops are not looked through."""

State = int
Pair = tuple[State, State]
T = TypeVar("T", bound=Hashable)


@dataclass
class _Piece:
    """A part of a pattern: the states it can begin and end with, and whether it matches nothing as well."""

    first: Counter[State] = field(default_factory=Counter)
    last: Counter[State] = field(default_factory=Counter)
    empty: bool = True


class _Automaton:
    """The states of a pattern, the characters that lead into each, and how often each follows another."""

    def __init__(self, pattern: str) -> None:
        self.characters: list[frozenset[str]] = []
        self.follow: dict[State, Counter[State]] = {}
        self._alphabet = frozenset(_SAMPLES + pattern).union(
            *({chr(ord(c) + 1), chr(max(ord(c) - 1, 0))} for c in pattern)
        )
        parts = list(tokens(pattern))
        self._alternatives(parts, 0, len(parts))

    def _alternatives(self, parts: list[Token], start: int, end: int) -> _Piece:
        """Return the piece of the parts from ``start`` to before ``end``."""
        pieces = [self._sequence(parts, *part) for part in _split(parts, start, end)]
        whole = pieces[0]
        for piece in pieces[1:]:
            whole = _Piece(whole.first + piece.first, whole.last + piece.last, whole.empty or piece.empty)
        return whole

    def _sequence(self, parts: list[Token], start: int, end: int) -> _Piece:
        sequence = _Piece()
        while start < end:
            close = _close(parts, start) if parts[start].kind == "(" else start
            after = close + 1
            repeated = after < end and parts[after].kind == "repeat"
            least, most = _bounds(parts[after].written if repeated else "")
            loop = most > _UNROLLED and most > least
            for copy in range(1 if loop else min(int(most), _COPIES)):
                piece = self._alternatives(parts, start + 1, close) if close > start else self._single(parts[start])
                piece.empty = piece.empty or copy >= least
                if loop:
                    self._link(piece, piece)
                sequence = self._joined(sequence, piece)
            start = after + repeated
        return sequence

    def _single(self, part: Token) -> _Piece:
        if part.kind == "edge":
            return _Piece()
        matcher = compiled_pattern(part.written)
        self.characters.append(frozenset(each for each in self._alphabet if matcher.fullmatch(each)))
        state = len(self.characters) - 1
        return _Piece(Counter([state]), Counter([state]), empty=False)

    def _joined(self, one: _Piece, other: _Piece) -> _Piece:
        self._link(one, other)
        return _Piece(
            one.first + other.first if one.empty else one.first,
            one.last + other.last if other.empty else other.last,
            one.empty and other.empty,
        )

    def _link(self, one: _Piece, other: _Piece) -> None:
        for last, ways in one.last.items():
            follow = self.follow.setdefault(last, Counter())
            for first, more in other.first.items():
                follow[first] += ways * more


def _split(parts: list[Token], start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the beginning and the end of each alternative."""
    depth, begin = 0, start
    for place in range(start, end):
        depth += {"(": 1, ")": -1}.get(parts[place].kind, 0)
        if parts[place].kind == "|" and not depth:
            yield begin, place
            begin = place + 1
    yield begin, end


def _close(parts: list[Token], start: int) -> int:
    """Return the place of the parenthesis that closes the one at ``start``."""
    depth = 0
    for place in range(start, len(parts)):
        depth += {"(": 1, ")": -1}.get(parts[place].kind, 0)
        if not depth:
            return place
    raise AssertionError  # pragma: no cover - RE2 has read the pattern


def _bounds(repeat: str) -> tuple[int, float]:
    """Return the least and the greatest number of repetitions."""
    mark = repeat[:1]
    if mark != "{":
        return int(mark in ("", "+")), math.inf if mark in ("*", "+") else 1
    least, comma, most = repeat.rstrip("?")[1:-1].partition(",")
    return int(least), float(most or math.inf) if comma else int(least)


def could_stall(pattern: str) -> bool:
    """Tell whether a pattern that RE2 takes could keep a browser busy for a time exponential in the text's length.

    Raise PatternFault if a browser does not take it at all.
    """
    automaton = _Automaton(pattern)
    after = {state: _reached(state, lambda one: automaton.follow.get(one, ())) for state in automaton.follow}
    loops = {
        one: {other: ways for other, ways in follow.items() if one in after.get(other, ())}
        for one, follow in automaton.follow.items()
    }
    looping = [state for state, follow in loops.items() if follow]
    if len(looping) > _MOST_STATES or any(ways > 1 for follow in loops.values() for ways in follow.values()):
        return bool(looping)

    def steps(pair: Pair) -> Iterator[Pair]:
        """Yield where two walkers can be after they read one more character."""
        for one, other in itertools.product(loops[pair[0]], loops[pair[1]]):
            if automaton.characters[one] & automaton.characters[other]:
                yield one, other

    ahead = {(state, state): _reached((state, state), steps) for state in looping}
    apart = {pair: _reached(pair, steps) for pair in set().union(*ahead.values()) if pair[0] != pair[1]}
    return any(start in apart[pair] for start, pairs in ahead.items() for pair in pairs if pair in apart)


def _reached(start: T, steps: Callable[[T], Iterable[T]]) -> set[T]:
    """Return all that can be reached in one step or more."""
    reached: set[T] = set()
    waiting = [start]
    while waiting:
        for found in steps(waiting.pop()):
            if found not in reached:
                reached.add(found)
                waiting.append(found)
    return reached
