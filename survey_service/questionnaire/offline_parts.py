"""What of the script on the phone a questionnaire needs beside what all need: what few need is sent to those only."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from survey_service.questionnaire.loader import texts_of
from survey_service.questionnaire.model import Questionnaire
from survey_service.questionnaire.portable import portable

COMMON_TYPES = frozenset({"text", "select_one", "select_multiple", "note", "calculate", "hidden"})
"""The question types that ``web/static/read.js`` and ``device.js`` know; ``more.js`` adds the others."""

COMMON_HEADS = frozenset({"$", ".", "col", "selected", "or", "and", "not", "=", "!=", "<", "<=", "count", "items"})
"""The heads of portable expressions that ``web/static/evaluate.js`` knows; ``evaluate_more.js`` adds the others."""

_COMPARISONS = frozenset({"=", "!=", "<", "<="})
_LIKE_A_DATE = re.compile(r"\s*\d{4}-")


class Parts(NamedTuple):
    """Which of the rarer parts are needed: further types, further expressions, answers named in texts."""

    types: bool
    expressions: bool
    names: bool


def parts(questionnaire: Questionnaire) -> Parts:
    """Return what a questionnaire needs; only if a phone can judge it (``offline.obstacles``)."""
    return Parts(
        types=any(question.type not in COMMON_TYPES for question in questionnaire.questions.values()),
        expressions=not all(is_common(portable(expression)) for _, _, expression in questionnaire.expressions()),
        names=any("${" in wording for _, text in texts_of(questionnaire) for wording in text.values()),
    )


def is_common(tree: Any) -> bool:
    """Tell whether a portable expression needs nothing but what ``evaluate.js`` knows.

    Comparing may read a text as a number, and a text may be a date, which ``evaluate.js`` does not know: so one side
    must be a text that is no date (then texts are compared, or it is no number), or both are numbers.
    """
    if not isinstance(tree, list):
        return True
    head, *within = tree
    if head not in COMMON_HEADS or (head in _COMPARISONS and not _compares_without_dates(head, within)):
        return False
    return all(map(is_common, within))


def _compares_without_dates(head: str, sides: list[Any]) -> bool:
    if all(map(_is_number, sides)):
        return True
    return head in ("=", "!=") and any(isinstance(side, str) and not _LIKE_A_DATE.match(side) for side in sides)


def _is_number(tree: Any) -> bool:
    return isinstance(tree, (int, float)) or (isinstance(tree, list) and tree[0] == "count")
