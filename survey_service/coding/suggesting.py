"""Suggestions of codes with their reason. They are computed when a person looks, and never stored as codes.

What one coder is shown rests on the codebook's keywords, on what was decided, and on what this coder gave, never on
what the other one gave.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from survey_service.coding import codings, deciding, folding, units
from survey_service.coding.codebooks import ACTIVE, Codebook
from survey_service.coding.people import Person
from survey_service.coding.similarity import Index
from survey_service.coding.tasks import Task
from survey_service.coding.units import Unit
from survey_service.store.base import Store

KEYWORD, SIMILAR = "keyword", "similar"
LEAST_ALIKE = 0.35
MOST_ALIKE = 5
_MOST_COMPARED = 2_000
PREFIX = "*"
"""A keyword that ends so stands for all words that begin with it."""


@dataclass(frozen=True)
class Suggestion:
    """A code with its reason: the ``keyword`` found (in the codebook's spelling), or the number of a similar text of
    the task with its likeness from 0 to 1."""

    code: str
    kind: str
    keyword: str = ""
    number: int = 0
    alike: float = 0.0


def by_keyword(book: Codebook, texts: Iterable[str]) -> dict[str, Suggestion]:
    """Return the codes a keyword of which stands in one of the texts, such as the original and its translation."""
    spoken = [[folding.forms(word) for word in folding.words(text)] for text in texts]
    found = {}
    for code in book.active:
        for keyword in code.keywords:
            if any(_stands_in(keyword, words) for words in spoken):
                found[code.code] = Suggestion(code.code, KEYWORD, keyword=keyword)
                break
    return found


def _stands_in(keyword: str, words: list[frozenset[str]]) -> bool:
    """Tell whether the words of a keyword stand in a text one after the other, each as a whole word."""
    open_end = keyword.endswith(PREFIX)
    wanted = folding.words(keyword)
    if not wanted:
        return False
    for start in range(len(words) - len(wanted) + 1):
        window = words[start : start + len(wanted)]
        whole = wanted[:-1] if open_end else wanted
        if not all(word in forms for word, forms in zip(whole, window, strict=False)):
            continue
        if not open_end or any(form.startswith(wanted[-1]) for form in window[-1]):
            return True
    return False


def suggest(store: Store, task: Task, book: Codebook, unit: Unit, text: str, person: Person) -> dict[str, Suggestion]:
    """Return what is suggested to a person for a text, by code; a keyword is the better reason."""
    texts = [text, unit.translation["text"]] if unit.translation else [text]
    return {**_by_likeness(store, task, book, unit, text, person), **by_keyword(book, texts)}


def _by_likeness(
    store: Store, task: Task, book: Codebook, unit: Unit, text: str, person: Person
) -> dict[str, Suggestion]:
    known = _known(store, task, book, person)
    others = [other for other in units.of_task(store, task.task) if other.unit in known and other.unit != unit.unit]
    readings = [units.read(store, other) for other in others[-_MOST_COMPARED:]]
    numbers = {reading.unit.unit: reading.unit.number for reading in readings}
    index = Index({reading.unit.unit: reading.text for reading in readings if reading.text is not None})
    found: dict[str, Suggestion] = {}
    for name, alike in index.nearest(text, least=LEAST_ALIKE, most=MOST_ALIKE):
        for code in known[name]:
            found.setdefault(code, Suggestion(code, SIMILAR, number=numbers[name], alike=alike))
    return found


def _known(store: Store, task: Task, book: Codebook, person: Person) -> Mapping[str, tuple[str, ...]]:
    """Return the active codes of texts by unit: as decided, else as this person gave them."""
    given = {name: coding.judgement.codes for name, coding in codings.all_own(store, task, person).items()}
    given.update({name: decision.codes for name, decision in deciding.decisions(store, task.task).items()})
    return {
        name: tuple(code for code in book.counted(codes) if code in book.codes and book.codes[code].state == ACTIVE)
        for name, codes in given.items()
    }
