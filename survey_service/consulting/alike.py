"""Which comments say the same: proposed for a group, for the manager to decide.

Texts are folded (case, accents, the spellings of Arabic keyboards) and compared word by word without their order, so
that a short comment is like a longer one that holds it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rapidfuzz import fuzz

from survey_service.coding import folding
from survey_service.consulting.model import Comment

LEAST = 80.0
"""How alike two comments must be, of 100."""
_FEWEST_WORDS = 3


def proposed(comments: Iterable[Comment]) -> list[tuple[Comment, ...]]:
    """Return groups of at least two comments on one statement version that are alike, each with its first one.

    Comments that are in a group, or that the manager wants to stand alone, are left out.
    """
    heads: list[tuple[list[str], list[Comment]]] = []
    for comment in (each for each in comments if each.group is None):
        words = folding.words(f"{comment.vote.comment} {comment.vote.proposal}")
        for known, group in heads:
            if _same_statement(group[0], comment) and alike(known, words):
                group.append(comment)
                break
        else:
            heads.append((words, [comment]))
    return [tuple(group) for _, group in heads if len(group) > 1]


def alike(one: Sequence[str], other: Sequence[str]) -> bool:
    """Tell whether two comments, as folded words, say the same. Very short ones must be equal."""
    if min(len(one), len(other)) < _FEWEST_WORDS:
        return bool(one) and sorted(one) == sorted(other)
    return fuzz.token_set_ratio(" ".join(one), " ".join(other)) >= LEAST


def _same_statement(one: Comment, other: Comment) -> bool:
    return (one.vote.item, one.vote.wording) == (other.vote.item, other.vote.wording)
