"""What differs between two versions of the concept: wording word by word, evidence, measures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from difflib import SequenceMatcher
from typing import Any

from survey_service.concept.model import Basis, Concept, Item, Measure, Progress
from survey_service.questionnaire.model import Text

SAME, GONE, NEW = "same", "gone", "new"
ADDED, REMOVED, CHANGED = "added", "removed", "changed"
_WORD = re.compile(r"\s+|[^\s\w]|\w+")
Words = tuple[tuple[str, str], ...]
"""Runs of a text: SAME, GONE or NEW, and the run."""


@dataclass(frozen=True)
class Fact:
    """A fact of a measure or item that differs: its name (``lead``, ``field``, ``state`` …), before and after."""

    name: str
    old: Any
    new: Any


@dataclass(frozen=True)
class Change:
    """What became of an item: ADDED, REMOVED or CHANGED; the texts that differ by language; the evidence before and
    after if it is other evidence; facts that differ.
    """

    kind: str
    item: Item
    texts: tuple[tuple[str, Words], ...] = ()
    basis: tuple[Basis, Basis] | None = None
    facts: tuple[Fact, ...] = ()


def words(old: str, new: str) -> Words:
    """Return how one text becomes another: the runs that stay, those that go and those that come, in order."""
    before, after = _WORD.findall(old), _WORD.findall(new)
    runs: list[tuple[str, str]] = []
    for kind, start, stop, begin, end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            runs.append((SAME, "".join(before[start:stop])))
            continue
        runs += [(GONE, "".join(before[start:stop]))] if stop > start else []
        runs += [(NEW, "".join(after[begin:end]))] if end > begin else []
    return tuple(runs)


def between(old: Concept, new: Concept) -> list[Change]:
    """Return what differs, in the order in which the new version is read; what is gone comes last."""
    before = {item.key: item for item in old.items}
    after = {item.key: item for item in new.items}
    found = [Change(ADDED, item) if item.key not in before else _changed(before[item.key], item) for item in new.items]
    gone = [Change(REMOVED, item) for item in old.items if item.key not in after]
    return [change for change in (*found, *gone) if change is not None]


def _changed(old: Item, new: Item) -> Change | None:
    texts = tuple(_texts(old.wording.texts, new.wording.texts))
    basis = None if old.wording.basis == new.wording.basis else (old.wording.basis, new.wording.basis)
    facts = tuple(_facts(old, new))
    return Change(CHANGED, new, texts, basis, facts) if texts or basis or facts else None


def _texts(old: Text, new: Text) -> Iterator[tuple[str, Words]]:
    for tag in dict.fromkeys((*new, *old)):
        if old.get(tag, "") != new.get(tag, ""):
            yield tag, words(old.get(tag, ""), new.get(tag, ""))


def _facts(old: Item, new: Item) -> Iterator[Fact]:
    pairs: list[tuple[str, Any, Any]] = [("field", old.field, new.field), ("kind", old.kind, new.kind)]
    for kind, before, after in (
        (Measure, old.wording.measure, new.wording.measure),
        (Progress, old.progress, new.progress),
    ):
        names = [field.name for field in fields(kind)]
        pairs += [(name, getattr(before, name, None), getattr(after, name, None)) for name in names]
    yield from (Fact(name, before, after) for name, before, after in pairs if before != after)
