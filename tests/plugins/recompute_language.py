"""The figures of ``language_equity`` again, in plain Python."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist

from tests.plugins.recompute import Document, Expected, is_answered, parts, said, share, state, was_asked
from tests.plugins.recompute_split import Parts, split


@dataclass(frozen=True)
class Jump:
    question: str
    language: str
    here: Expected
    others: Expected
    difference: float
    effect: float
    p: float


def completed(needs: list[Document], languages: list[str]) -> dict[str, int | str]:
    """Responses by language, or why the number is not given."""
    counts = {tag: sum(person["language"] == tag for person in needs) for tag in languages}
    if len(languages) == 1:
        return {tag: count if count >= 5 else "small_group" for tag, count in counts.items()}
    tests = {tag: (lambda person, tag=tag: person["language"] == tag) for tag in languages}
    found = parts(needs, tests, lambda _: True)
    return {tag: released.suppressed or counts[tag] for tag, released in found.items()}


def begun(needs: list[Document], drafts: Mapping[str, int], languages: list[str]) -> dict[str, int | str]:
    sent = completed(needs, languages)
    found: dict[str, int | str] = {}
    for tag in languages:
        count = sum(person["language"] == tag for person in needs) + drafts.get(tag, 0)
        given_away = isinstance(sent[tag], int) and 0 < drafts.get(tag, 0) < 5
        found[tag] = "small_group" if count < 5 else "derivable" if given_away else count
    return found


def matching(needs: list[Document]) -> Parts:
    def understands(person: Document) -> bool:
        return person["language"].split("-")[0] in said(person, "B06") or person["language"] in said(person, "B06")

    return split(needs, lambda person: person["language"], understands, is_answered("B06"))


def understood(needs: list[Document], codes: list[str]) -> dict[str, Expected]:
    return {
        code: share(needs, lambda person, code=code: code in said(person, "B06"), is_answered("B06")) for code in codes
    }


def unanswered(needs: list[Document], question: str) -> Parts:
    return split(
        needs,
        lambda person: person["language"],
        lambda person: state(person, question) in ("pna", "skipped"),
        was_asked(question),
    )


def jumps(splits: Mapping[str, Parts]) -> tuple[list[Jump], int]:
    """The jumps by difference, and the number of comparisons."""
    compared = []
    for question, found in splits.items():
        for language, here in found.parts.items():
            others = found.rest.get(language)
            if here.n is None or others is None or others.suppressed or min(here.n, others.n or 0) < 30:
                continue
            k1, n1, k2, n2 = here.count or 0, here.n, others.count or 0, others.n or 0
            p = (k1 + k2) / (n1 + n2)
            z = (k1 / n1 - k2 / n2) / (p * (1 - p) * (n1 + n2) / (n1 * n2)) ** 0.5
            effect = 2 * (math.asin((k1 / n1) ** 0.5) - math.asin((k2 / n2) ** 0.5))
            value = 2 * NormalDist().cdf(-abs(z))
            compared.append(Jump(question, language, here, others, k1 / n1 - k2 / n2, effect, value))
    compared.sort(key=lambda jump: jump.p)
    found_jumps, largest = [], 0.0
    for rank, jump in enumerate(compared):  # Holm: the smallest p counts for all, the next for one fewer …
        largest = max(largest, jump.p * (len(compared) - rank))
        if largest < 0.05 and jump.difference >= 0.05:
            found_jumps.append(Jump(*list(vars(jump).values())[:-1], largest))
    found_jumps.sort(key=lambda jump: (-jump.difference, jump.question, jump.language))
    return found_jumps, len(compared)
