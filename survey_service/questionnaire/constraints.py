"""What is known of answers while conditions are assumed to hold: the states that ``reach`` narrows.

A state says what one answer can still be: which choices, which numbers, empty or not. Narrowing returns a new state, or
None if nothing is left. A state may allow more than is possible, never less: so "nothing is left" is always true.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from survey_service.questionnaire.values import to_number

_NONE = frozenset[str]()


@dataclass(frozen=True)
class State:
    """What an answer can be.

    ``choices``: the names of which a choice is made, None if it is no choice; ``multiple`` if of several. ``exclusive``
    are those that exclude all others. ``must`` and ``must_not`` are choices made and not made, or for anything else
    texts it is and is not. ``low`` and ``high`` bound a number (``whole``: an integer; ``numeric``: nothing else), or
    the number of choices made. ``empty`` is whether there is no answer, None if that is not known.
    """

    choices: frozenset[str] | None = None
    multiple: bool = False
    exclusive: frozenset[str] = _NONE
    must: frozenset[str] = _NONE
    must_not: frozenset[str] = _NONE
    low: float = -math.inf
    high: float = math.inf
    numeric: bool = False
    whole: bool = False
    empty: bool | None = None

    def possible(self) -> bool:
        """Tell whether any answer is left."""
        if self.empty is not False:
            return True
        if self.multiple:
            return self._choosable()
        if len(self.must) > 1 or self.must & self.must_not or not self._between(self.low, self.high):
            return False
        candidates = self.must or self.choices
        if candidates is None:
            return self.low < self.high or not any(to_number(text) == self.low for text in self.must_not)
        return any(self._takes(text) for text in candidates)

    def _takes(self, text: str) -> bool:
        if text in self.must_not or (self.choices is not None and text not in self.choices):
            return False
        return not self._bounded() or self.low <= to_number(text) <= self.high

    def _bounded(self) -> bool:
        return self.low != -math.inf or self.high != math.inf

    def _between(self, low: float, high: float) -> bool:
        if self.whole and math.isfinite(low) and math.isfinite(high):
            return math.ceil(low) <= math.floor(high)
        return low <= high

    def _choosable(self) -> bool:
        choices = self.choices or _NONE
        if self.must & self.must_not or not self.must <= choices:
            return False
        if self.must & self.exclusive and len(self.must) > 1:
            return False
        free = choices - self.must_not
        least = max(len(self.must), 1, self.low)
        most = min(len(free), self.high)
        if self.must & self.exclusive or not free - self.exclusive:
            most = min(most, 1)
        elif most > 1:
            most = min(most, max(1, len(free - self.exclusive)))
        return math.ceil(least) <= math.floor(most) if math.isfinite(least) else False


def answered(state: State) -> State | None:
    """Assume that there is an answer."""
    return None if state.empty else replace(state, empty=False)


def unanswered(state: State) -> State | None:
    """Assume that there is none."""
    return None if state.empty is False else replace(state, empty=True)


def is_false(state: State) -> State | None:
    """Assume ``not(answer)``: that there is none, or that it is the number 0."""
    return state if state.numeric and state.low <= 0 <= state.high else unanswered(state)


def is_text(state: State, text: str) -> State | None:
    """Assume ``answer = 'text'``."""
    if text == "":
        return unanswered(state)
    if state.empty:
        return None
    if state.multiple:
        names = frozenset(text.split(" "))
        others = (state.choices or _NONE) - names
        return replace(state, empty=False, must=state.must | names, must_not=state.must_not | others)
    number = to_number(text)
    if state.choices is None and (state.numeric or math.isfinite(number)):
        return is_within(state, number, number)
    return replace(state, empty=False, must=state.must | {text})


def is_not_text(state: State, text: str) -> State | None:
    """Assume ``answer != 'text'``."""
    if text == "":
        return answered(state)
    if state.multiple or (state.choices is None and not state.numeric and math.isfinite(to_number(text))):
        return state  # a text such as 5.0 is the number 5, but not the text 5
    return replace(state, must_not=state.must_not | {text})


def includes(state: State, name: str) -> State | None:
    """Assume ``selected(answer, 'name')``."""
    if not state.multiple:
        return is_text(state, name)
    return None if state.empty else replace(state, empty=False, must=state.must | {name})


def includes_not(state: State, name: str) -> State | None:
    """Assume ``not(selected(answer, 'name'))``."""
    return replace(state, must_not=state.must_not | {name})


def is_within(state: State, low: float, high: float) -> State | None:
    """Assume a comparison that only a number between the bounds fulfils, so that there is an answer."""
    if math.isnan(low) or math.isnan(high):
        return None
    if state.empty or state.multiple:
        return None if state.empty else state
    return replace(state, empty=False, low=max(state.low, low), high=min(state.high, high))


def counts_within(state: State, low: float, high: float) -> State | None:
    """Assume that the number of choices made is between the bounds."""
    if not state.multiple:
        return state
    low, high = max(state.low, low), min(state.high, high)
    if state.empty:
        return state if low <= 0 else None
    return replace(state, low=low, high=high, empty=False if low > 0 else state.empty)
