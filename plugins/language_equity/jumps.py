"""Questions that are left unanswered clearly more often in one translation than in all the others together.

For each question and language the two shares are compared by a two-proportion z test (pooled variance, two-sided);
Holm's method corrects for the number of comparisons. Nothing is claimed below ``min_n`` people on either side, nor for
a difference below ``least``. The effect size is Cohen's h.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from survey_service.reports.plugin import Group, QuestionInfo, Released, ReportContext, Split, answered, asked

MIN_N = 30
MIN_POINTS = 5
LEVEL = 0.05
CHOSEN = ("select_one", "select_multiple", "rank", "integer", "decimal", "range")
"""Types that are tested. Free text is left out: most people leave it empty in every language."""


@dataclass(frozen=True)
class Jump:
    """One question in one language: the shares without an answer there and in all others, and how sure it is."""

    question: QuestionInfo
    language: str
    here: Released
    others: Released
    difference: float
    effect: float
    p: float


@dataclass(frozen=True)
class Found:
    """The jumps, the largest difference first; how many comparisons were made and how many were not (too few people);
    and all shares by question and language."""

    jumps: tuple[Jump, ...]
    tested: int
    untested: int
    questions: tuple[QuestionInfo, ...]
    splits: Mapping[str, Split]


def find_jumps(
    context: ReportContext, questionnaire: str, min_n: int = MIN_N, least: float = MIN_POINTS / 100
) -> Found:
    """Compare every question with fixed answers in every language with the other languages."""
    questions = tuple(info for info in context.questions(questionnaire) if info.kind in CHOSEN)
    groups = {info.name: Group(asked(info.name) & ~answered(info.name), asked(info.name)) for info in questions}
    splits = context.split(questionnaire, groups, "language")
    pairs = [
        (info, language, part, split.rest.get(language))
        for info in questions
        for split in (splits[info.name],)
        for language, part in split.parts.items()
    ]
    candidates = []
    for info, language, here, others in pairs:
        compared = None if others is None else _compare(here, others, min_n)
        if others is not None and compared is not None:
            candidates.append(Jump(info, language, here, others, *compared))
    corrected = holm([each.p for each in candidates])
    jumps = [
        Jump(each.question, each.language, each.here, each.others, each.difference, each.effect, p)
        for each, p in zip(candidates, corrected, strict=True)
        if p < LEVEL and each.difference >= least
    ]
    jumps.sort(key=lambda each: (-each.difference, each.question.name, each.language))
    return Found(tuple(jumps), len(candidates), len(pairs) - len(candidates), questions, splits)


def _compare(here: Released, others: Released, min_n: int) -> tuple[float, float, float] | None:
    """Return difference, effect size and p of two shares; None if one is not published or of too few people."""
    shares = [(each.numerator, each.base) for each in (here, others)]
    (k1, n1), (k2, n2) = shares
    if k1 is None or n1 is None or k2 is None or n2 is None or min(n1, n2) < min_n:
        return None
    pooled = (k1 + k2) / (n1 + n2)
    error = math.sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2))
    difference = k1 / n1 - k2 / n2
    effect = 2 * math.asin(math.sqrt(k1 / n1)) - 2 * math.asin(math.sqrt(k2 / n2))
    return difference, effect, math.erfc(abs(difference) / error / math.sqrt(2))


def holm(values: Sequence[float]) -> list[float]:
    """Return Holm's corrected p values, in the order of ``values``."""
    corrected = [1.0] * len(values)
    largest = 0.0
    for rank, place in enumerate(sorted(range(len(values)), key=lambda place: values[place])):
        largest = max(largest, min(1.0, (len(values) - rank) * values[place]))
        corrected[place] = largest
    return corrected
