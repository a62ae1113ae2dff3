"""Numbers of people in the text of a statement: everybody sees them rounded, so no text may tell them exactly."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator

from survey_service.concept.model import STATEMENT, Evidence, Item
from survey_service.questionnaire.model import Text
from survey_service.statistics.rounding import rounded

_NUMBER = re.compile(r"(?<![\d.,])(?P<whole>\d{1,3}(?:[.,'’٬ \u00a0\u202f]\d{3})+|\d{1,12})(?![\d]|[.,٫]\d|\s?[%٪])")


def tells_exactly(texts: Text, basis: Evidence, kept: Collection[int | None]) -> list[str]:
    """Return the languages in whose text a number of people of the evidence stands that is none of ``kept``: those that
    everybody may know.
    """
    exact = {number for number in (basis.count, basis.n) if number is not None and number not in kept}
    return [tag for tag, text in texts.items() if exact.intersection(_numbers(text))]


def exact_items(items: Iterable[Item]) -> list[Item]:
    """Return the statements whose text tells a number of people that is public only rounded."""
    found = []
    for item in items:
        basis = item.wording.basis
        if item.kind == STATEMENT and isinstance(basis, Evidence):
            kept = [rounded(number) for number in (basis.count, basis.n) if number is not None]
            if tells_exactly(item.wording.texts, basis, kept):
                found.append(item)
    return found


def _numbers(text: str) -> Iterator[int]:
    """Yield the whole numbers of a text, in whatever digits and groups; decimals and percentages are none."""
    plain = "".join(str(unicodedata.digit(sign, sign)) if sign.isdigit() else sign for sign in text)
    for found in _NUMBER.finditer(plain):
        yield int(re.sub(r"\D", "", found["whole"]))
