"""Looking whether an organisation or offer is in the inventory already, however its name is spelled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from survey_service.offers import register
from survey_service.offers.folding import fold, fold_name
from survey_service.store.base import Store

MOST = 10
ALIKE = 75
"""From how many of 100 two names are alike enough."""
_WAITING = frozenset({"submitted", "returned"})
_LETTERS_A_SLIP = 8
"""One slip is forgiven in any name, another for every so many letters."""
_SHORTEST_PART = 4
_CANDIDATES = 200


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


def find(store: Store, typed: str, most: int = MOST) -> list[Found]:
    """Return the entries whose name, or whose organisation's name, is like the typed one, the likest first."""
    wanted = fold(typed)
    if not wanted:
        return []
    wanted_name = fold_name(typed)
    entries: dict[str, Found] = {}
    names: dict[tuple[str, str], str] = {}
    for found in _known(store):
        entries[found.offer] = found
        for name in {fold(found.name), fold_name(found.name), fold_name(found.organisation)} - {""}:
            names[found.offer, name] = name
    best: dict[str, float] = {}
    for query in {wanted, wanted_name} - {""}:
        for name, _score, key in process.extract(query, names, scorer=fuzz.WRatio, limit=_CANDIDATES):
            alike = likeness(query, name)
            if alike:
                best[key[0]] = max(best.get(key[0], 0), alike)
    ranked = sorted(best, key=lambda offer: (-best[offer], entries[offer].name, offer))
    return [entries[offer] for offer in ranked[:most]]


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


def _known(store: Store) -> Iterator[Found]:
    """Yield what anybody may find: what is listed, and the names of what waits."""
    for stored in register.all_offers(store):
        body = stored.body
        if body["listed"]:
            yield Found(body["offer"], body["name"], body["public"])
        elif body["public"] is None and body["moderation"] in _WAITING and body["name"]:
            yield Found(body["offer"], body["name"], None)
