"""Looking whether an organisation or offer is in the inventory already, however its name is spelled."""

from __future__ import annotations

import heapq
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from survey_service.offers.folding import fold, fold_name
from survey_service.offers.register import OFFERS
from survey_service.store.base import Store, Stored

MOST = 10
ALIKE = 75
"""From how many of 100 two names are alike enough."""
_WAITING = frozenset({"submitted", "returned"})
_LETTERS_A_SLIP = 8
"""One slip is forgiven in any name, another for every so many letters."""
_SHORTEST_PART = 4
_COMPARED = 200
"""How many names, those that share most pairs of letters, are compared in full."""


@dataclass(frozen=True)
class Found:
    """An entry as anybody may know it. Of one that waits to be published only the name: no ``public`` answers then."""

    offer: str
    name: str
    public: Mapping[str, Any] | None

    @property
    def organisation(self) -> str:
        """The name of its organisation, "" if it waits."""
        return str((self.public or {}).get("A02", ""))


class Names:
    """The names in an inventory by the pairs of letters in them, brought up to date at each look by what has changed.

    Each name of an entry has a number of its own.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._begin_anew("")

    def _begin_anew(self, cursor: str) -> None:
        self._cursor = cursor
        self._entries: dict[int, tuple[Found, list[int]]] = {}
        self._names: dict[int, tuple[int, str]] = {}
        self._sizes: dict[int, int] = {}
        self._having: dict[str, set[int]] = defaultdict(set)
        self._next = 0

    def find(self, store: Store, typed: str, most: int = MOST) -> list[Found]:
        """Return the entries whose name, or whose organisation's name, is like the typed one, the likest first."""
        queries = {fold(typed), fold_name(typed)} - {""}
        if not queries:
            return []
        with self._lock:
            self._refresh(store)
            best: dict[int, float] = {}
            for query in queries:
                for entry, name in self._near(query):
                    best[entry] = max(best.get(entry, 0), likeness(query, name))
            alike = [(-score, self._entries[entry][0].name, entry) for entry, score in best.items() if score]
            return [self._entries[entry][0] for _score, _name, entry in sorted(alike)[:most]]

    def _near(self, query: str) -> Iterator[tuple[int, str]]:
        """Yield the names that share most pairs of letters with a query, in proportion to those that both have."""
        wanted, shared = pairs(query), Counter[int]()
        for pair in wanted:
            shared.update(self._having.get(pair, ()))
        size = len(wanted)
        ranked = ((count / (size + self._sizes[number]), -number) for number, count in shared.items())
        for _share, number in heapq.nlargest(_COMPARED, ranked):
            yield self._names[-number]

    def _refresh(self, store: Store) -> None:
        changes = store.collection(OFFERS).changes(self._cursor)
        if changes.reset:
            self._begin_anew("")
        for change in changes.rows:
            self._forget(change.id)
            found = _known(change.document) if change.document is not None else None
            if found is not None:
                self._note(change.id, found)
            self._cursor = change.cursor

    def _note(self, entry: int, found: Found) -> None:
        numbers = []
        for name in {fold(found.name), fold_name(found.name), fold_name(found.organisation)} - {""}:
            number = self._next = self._next + 1
            numbers.append(number)
            known = pairs(name)
            self._names[number], self._sizes[number] = (entry, name), len(known)
            for pair in known:
                self._having[pair].add(number)
        self._entries[entry] = found, numbers

    def _forget(self, entry: int) -> None:
        _found, numbers = self._entries.pop(entry, (None, []))
        for number in numbers:
            del self._sizes[number]
            for pair in pairs(self._names.pop(number)[1]):
                self._having[pair].discard(number)


def pairs(folded: str) -> frozenset[str]:
    """Return the pairs of letters that stand side by side in a folded name, its words apart."""
    return frozenset(f" {word} "[place : place + 2] for word in folded.split() for place in range(len(word) + 1))


def likeness(query: str, name: str) -> float:
    """Return how alike two folded names are, up to 100, which only the same are; 0 if they are not."""
    if query == name:
        return 100
    slips, shorter = OSA.distance(query, name), min(len(query), len(name))
    if slips <= 1 + shorter // _LETTERS_A_SLIP and shorter > slips:
        return 99 - slips
    whole = max(fuzz.ratio(query, name), fuzz.token_sort_ratio(query, name))
    if shorter >= _SHORTEST_PART:
        whole = max(whole, fuzz.WRatio(query, name) - 5)  # a part of the name is less than all of it
    return min(whole, 97) if whole >= ALIKE else 0


def _known(stored: Stored) -> Found | None:
    """Return an entry as anybody may find it: what is listed, and the name of what waits."""
    body = stored.body
    if body["listed"]:
        return Found(body["offer"], body["name"], body["public"])
    if body["public"] is None and body["moderation"] in _WAITING and body["name"]:
        return Found(body["offer"], body["name"], None)
    return None
