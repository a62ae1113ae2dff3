"""The rules of the functions: what each computes from arguments that are already texts, numbers or booleans.

Source: the ODK XForms specification (getodk.github.io/xforms-spec), section "XPath Functions", and XPath 1.0, to which
it refers. Where the specification leaves a case open, the choice made is said at the function.
"""

from __future__ import annotations

import functools
import importlib
import math
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from survey_service.questionnaire.values import NAN, SPACES

# Numbers


def _whole(rule: Callable[[float], int]) -> Callable[[float], float]:
    """Make a rounding rule keep NaN, the infinities and the sign of zero, as IEEE 754 and XPath do."""

    def apply(number: float) -> float:
        return math.copysign(float(rule(number)), number) if math.isfinite(number) else number

    return apply


def _nearest(number: float) -> int:
    below = math.floor(number)
    return below + 1 if number - below >= 0.5 else below


truncated = _whole(math.trunc)
floor = _whole(math.floor)
ceiling = _whole(math.ceil)
nearest = _whole(_nearest)


def rounded(number: float, places: float | None = None) -> float:
    """Round half up, towards positive infinity, as XPath 1.0 does: -2.5 → -2.

    The decimal point is moved in the number's shortest decimal form, so that round(2.675, 2) is 2.68 as a reader
    expects. Negative places round to tens, hundreds …; more than 30 places either way give NaN, as in JavaRosa.
    """
    if places is None:
        return nearest(number)
    if not abs(places) < 31:
        return NAN
    moved = float(Decimal(repr(number)).scaleb(int(places))) if math.isfinite(number) else number
    if not math.isfinite(moved):
        return number  # so large that it has no digits at these places
    return float(Decimal(_nearest(moved)).scaleb(-int(places)))


def power(number: float, exponent: float) -> float:
    """IEEE power; NaN where the exponent is NaN or ±1 is raised to an infinity, as ECMAScript and Java have it."""
    if math.isnan(exponent) or (abs(number) == 1 and math.isinf(exponent)):
        return NAN
    try:
        return math.pow(number, exponent)
    except ValueError:  # a negative number to a fraction, or zero to a negative power
        if number != 0:
            return NAN
        return math.copysign(math.inf, number) if exponent % 2 == 1 else math.inf
    except OverflowError:
        return -math.inf if number < 0 and exponent % 2 == 1 else math.inf


def _or_nan(rule: Callable[..., float]) -> Callable[..., float]:
    """Give NaN where the rule has no result, an infinity where it is too large."""

    def apply(*numbers: float) -> float:
        try:
            return rule(*numbers)
        except ValueError:
            return NAN
        except OverflowError:
            return math.inf

    return apply


square_root, exponential, sine, cosine, tangent = map(_or_nan, (math.sqrt, math.exp, math.sin, math.cos, math.tan))
arc_sine, arc_cosine = _or_nan(math.asin), _or_nan(math.acos)


def logarithm(number: float) -> float:
    """Return the natural logarithm; minus infinity for 0, NaN below."""
    return math.log(number) if number > 0 else -math.inf if number == 0 else NAN


def logarithm10(number: float) -> float:
    """Return the logarithm to base 10; minus infinity for 0, NaN below."""
    return math.log10(number) if number > 0 else -math.inf if number == 0 else NAN


def smallest(*numbers: float) -> float:
    """Return the least number; NaN if one is NaN, as XPath 3.0 says: an empty answer is not a number. NaN of none."""
    return NAN if not numbers or any(map(math.isnan, numbers)) else min(numbers, key=_by_size)


def largest(*numbers: float) -> float:
    """Return the greatest number; NaN if one is NaN, or of none."""
    return NAN if not numbers or any(map(math.isnan, numbers)) else max(numbers, key=_by_size)


def _by_size(number: float) -> tuple[float, float]:
    """Sort -0 before 0."""
    return number, math.copysign(1.0, number)


# Texts: positions and lengths count characters (code points), not bytes or UTF-16 units


def substring(text: str, start: float, end: float = math.inf) -> str:
    """Return the characters from ``start`` (from 0) to before ``end``; negative ones count from the end, NaN is 0."""
    first, last = (_within(len(text), bound) for bound in (start, end))
    return text[first:last]


def _within(length: int, bound: float) -> int:
    return 0 if math.isnan(bound) else int(max(-length, min(length, bound)))


def part(text: str, start: float, length: float = math.inf) -> str:
    """Return XPath 1.0's substring: characters from ``start``, counted from 1, bounds rounded, empty if one is NaN."""
    first = nearest(start)
    last = first + nearest(length)  # NaN for minus infinity and infinity
    return "".join(character for place, character in enumerate(text, 1) if first <= place < last)


def before(text: str, mark: str) -> str:
    """Return what stands before the first ``mark``; the empty text if it does not occur."""
    return text[: max(text.find(mark), 0)]


def after(text: str, mark: str) -> str:
    """Return what stands after the first ``mark``; the empty text if it does not occur."""
    position = text.find(mark)
    return "" if position < 0 else text[position + len(mark) :]


def translated(text: str, old: str, new: str) -> str:
    """Replace each character of ``old`` by the one at its place in ``new``, or drop it if there is none."""
    mapping: dict[int, str] = {}
    for index, character in enumerate(old):
        mapping.setdefault(ord(character), new[index : index + 1])
    return text.translate(mapping)


def normalized(text: str) -> str:
    """Trim white space and make each run of it one space."""
    return re.sub(f"[{SPACES}]+", " ", text).strip(" ")


# Selections: the answer to a multiple choice is one text, the names of the choices with a space between


def items(text: str) -> list[str]:
    """Return the names in a selection."""
    return [item for item in text.split(" ") if item]


def selected(text: str, name: str) -> bool:
    """Tell whether the name is among the choices. As in ODK's programs, the empty name is selected if nothing is."""
    return name.strip(SPACES) in text.split(" ")


def selected_at(text: str, index: float) -> str:
    """Return the name at ``index`` (from 0), the empty text outside the selection or if the index is NaN."""
    names = items(text)
    return names[int(index)] if -1 < index < len(names) else ""


def checklist(least: float, most: float, *answers: bool) -> bool:
    """Tell whether the number of true answers lies between the bounds.

    An answer is true as ``boolean()`` has it: so do JavaRosa and Enketo, while the specification also speaks of numbers
    above 0 and ODK's manual of the text "yes". Of comparisons, the usual arguments, all four say the same.
    """
    return _between(least, float(sum(answers)), most)


def weighted_checklist(least: float, most: float, *pairs: Any) -> bool:
    """Tell whether the weights of the true answers add up to between the bounds; ``pairs`` are answer, weight, …"""
    total = sum(weight for answer, weight in zip(pairs[::2], pairs[1::2], strict=True) if answer)
    return _between(least, float(total), most)


def _between(least: float, total: float, most: float) -> bool:
    """A negative bound does not apply."""
    return (least < 0 or total >= least) and (most < 0 or total <= most)


# Patterns: RE2 matches in time linear in the text, so no pattern can stall the server


@functools.lru_cache(maxsize=1024)
def compiled_pattern(pattern: str) -> Any:
    """Compile a pattern for RE2; raise ValueError with the reason if RE2 does not take it."""
    re2 = importlib.import_module("re2")  # here, since few questionnaires have patterns
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 20
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        reason = error.args[0]
        raise ValueError(reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)) from None


def matches(text: str, pattern: str) -> bool:
    """Tell whether the whole text matches the pattern: ODK's manual says "exact and complete"."""
    try:
        return compiled_pattern(pattern).fullmatch(text) is not None
    except UnicodeEncodeError:  # half a surrogate pair is no character
        return False
