"""Offers that may be the same one, entered twice: pairs with the reasons in words, proposed to people, who decide.

Comparing each with each would be 50 million comparisons for 10,000 offers. So only those are compared that share a key:
a telephone number, a name, or the place or organisation with a word or the beginning of the name. In a group larger
than a few dozen each is compared with its neighbours in the order of the alphabet only.
"""

from __future__ import annotations

import functools
import itertools
import re
import threading
import unicodedata
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz, process

from survey_service import clock
from survey_service.offers import phones
from survey_service.offers.lists import Row
from survey_service.store.base import CollectionSpec, Store

DISTINCT = CollectionSpec("offer_distinct", unique=("pair",))
"""Pairs that the desk has declared to be two different offers: ``pair`` (both ids), ``by``, ``moment``."""

PHONE, SAME_NAME, ALIKE, PLACE, ORGANISATION, ORGANISATIONS_ALIKE = (
    *("phone", "same_name", "names_alike", "place", "organisation", "organisations_alike"),
)
LARGEST_GROUP, NEIGHBOURS = 40, 8
ALIKE_FROM, VERY_ALIKE_FROM, ORGANISATIONS_FROM = 70, 88, 80
"""Similarity of two names from which they count as alike, in per cent."""
CONSIDERED = frozenset({"submitted", "published", "returned"})
_LEAST_DIGITS = 6
_MOST_CHANGED = 50
"""Changed offers from which on all are compared anew."""
_SHORTEST_WORD = 4
_NUMBERED = re.compile(r"\S*\d\S*")


@dataclass(frozen=True)
class Pair:
    """Two offers that may be one, the older first, the reasons (of those above), and how sure that is (0 to 100)."""

    first: Row
    second: Row
    reasons: tuple[str, ...]
    certainty: int

    @property
    def key(self) -> str:
        return pair_key(self.first.offer, self.second.offer)


@dataclass
class Proposals:
    """The proposed pairs, kept up to date: after a few changes only what changed is compared, with all others."""

    _seen: dict[str, Row] = field(default_factory=dict)
    _pairs: list[Pair] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, rows: Iterable[Row], distinct: frozenset[str]) -> list[Pair]:
        """Return the pairs among all rows, the surest first, without those of ``distinct`` (see `propose`)."""
        with self._lock:
            present = {row.offer: row for row in rows}
            changed = [row for row in present.values() if self._seen.get(row.offer) != row]
            gone = self._seen.keys() - present.keys()
            if len(changed) > _MOST_CHANGED:
                self._pairs = propose(present.values())
            elif changed or gone:
                stale = gone | {row.offer for row in changed}
                kept = {p.key: p for p in self._pairs if p.first.offer not in stale and p.second.offer not in stale}
                for row in changed:
                    kept |= {pair.key: pair for pair in like(row, list(present.values()))}
                self._pairs = _surest_first(kept.values())
            self._seen = present
            return [pair for pair in self._pairs if pair.key not in distinct]


def like(row: Row, rows: Sequence[Row], distinct: frozenset[str] = frozenset()) -> list[Pair]:
    """Return the pairs of one offer with others, the surest first; ``rows`` are all in the order of registration."""
    if not _is_considered(row):
        return []
    names = [other.folded for other in rows]
    alike: dict[int, None] = {}
    for scorer in (fuzz.ratio, fuzz.token_sort_ratio):
        found = process.extract_iter(row.folded, names, scorer=scorer, score_cutoff=ALIKE_FROM)
        alike |= {number: None for _, _, number in found}
    own = next((number for number, other in enumerate(rows) if other.offer == row.offer), len(rows))
    judged = (
        judge(rows[number], row) if number < own else judge(row, rows[number])
        for number in alike
        if number != own and _is_considered(rows[number])
    )
    return _surest_first(pair for pair in judged if pair is not None and pair.key not in distinct)


def propose(rows: Iterable[Row], distinct: frozenset[str] = frozenset()) -> list[Pair]:
    """Return the pairs that may be one offer, the surest first; ``distinct`` holds keys of pairs that are not."""
    found = (judge(*both) for both in candidates(rows) if pair_key(both[0].offer, both[1].offer) not in distinct)
    return _surest_first(pair for pair in found if pair is not None)


def _surest_first(pairs: Iterable[Pair]) -> list[Pair]:
    return sorted(pairs, key=lambda pair: (-pair.certainty, pair.key))


def candidates(rows: Iterable[Row]) -> Iterator[tuple[Row, Row]]:
    """Yield each two offers that are worth a comparison, once, the older first."""
    numbered = [(number, row) for number, row in enumerate(rows) if _is_considered(row)]
    groups: dict[Hashable, list[tuple[int, Row]]] = defaultdict(list)
    for entry in numbered:
        for key in set(_keys(entry[1])):
            groups[key].append(entry)
    seen: set[tuple[int, int]] = set()
    for group in groups.values():
        for (one, first), (other, second) in _compared(group):
            both = (one, other) if one < other else (other, one)
            if both not in seen:
                seen.add(both)
                yield (first, second) if one < other else (second, first)


def judge(first: Row, second: Row) -> Pair | None:
    """Return two offers as a pair if they may be one, else None."""
    if (first.kind == "structure") != (second.kind == "structure") or _numbers(first.folded) != _numbers(second.folded):
        return None  # "Deutsch A1" and "Deutsch A2" are two courses
    names = _likeness(first.folded, second.folded)
    if names < ALIKE_FROM:
        return None
    organisations = _likeness(first.folded_organisation, second.folded_organisation)
    same_organisation = first.organisation_id == second.organisation_id or organisations >= ORGANISATIONS_FROM
    phone = bool(numbers(first.phone) & numbers(second.phone))
    place = bool(first.places & second.places)
    apart = bool(first.places) and bool(second.places) and not place
    enough = (phone and names >= ALIKE_FROM) or (
        names >= VERY_ALIKE_FROM and (same_organisation if not apart else phone)
    )
    if not enough and not (names == 100 and place):
        return None
    reasons = _reasons(first, second, phone=phone, place=place, organisations=organisations)
    return Pair(first, second, tuple(reasons), round((names + organisations + 100 * phone + 100 * place) / 4))


@functools.lru_cache(maxsize=50_000)
def numbers(phone: str) -> frozenset[str]:
    """Return the telephone numbers in what was typed, to compare by: as they are dialled from anywhere, else the digits
    without a leading zero; nothing if there are too few to tell by.
    """
    found = frozenset(phones.international(phone))
    digits = "".join(str(unicodedata.digit(sign, "")) for sign in phone).lstrip("0")
    return found or (frozenset({digits}) if len(digits) >= _LEAST_DIGITS else frozenset())


def declare_distinct(store: Store, one: str, other: str, by: str) -> None:
    """Remember that two offers are different ones."""
    with store.transaction():
        key = pair_key(one, other)
        if store.collection(DISTINCT).first(pair=key) is None:
            moment = clock.now().replace(microsecond=0).isoformat()
            store.collection(DISTINCT).add({"pair": key, "by": by, "moment": moment})


def propose_again(store: Store, one: str, other: str) -> None:
    """Forget that two offers were declared different."""
    with store.transaction():
        stored = store.collection(DISTINCT).first(pair=pair_key(one, other))
        if stored is not None:
            store.collection(DISTINCT).delete(stored.id)


def distinct(store: Store) -> frozenset[str]:
    """Return the keys of all pairs declared different."""
    return frozenset(stored.body["pair"] for stored in store.collection(DISTINCT).iterate())


def pair_key(one: str, other: str) -> str:
    """Return the key of two offers, in whichever order."""
    return " ".join(sorted((one, other)))


def _is_considered(row: Row) -> bool:
    return row.moderation in CONSIDERED and not row.merged_into and bool(row.folded)


def _keys(row: Row) -> Iterator[Hashable]:
    """Yield what other offers must share one of to be compared with this one."""
    yield "name", row.folded
    for number in numbers(row.phone):
        yield "phone", number
    parts = {word for word in row.folded.split() if len(word) >= _SHORTEST_WORD} | {row.folded[:3]}
    for around in (*row.places, row.organisation_id, row.folded_organisation):
        for part in parts:
            yield "near", around, part


def _compared(group: list[tuple[int, Row]]) -> Iterator[tuple[tuple[int, Row], tuple[int, Row]]]:
    """Yield the pairs of a group, of a large one only those of neighbours by name."""
    if len(group) <= LARGEST_GROUP:
        yield from itertools.combinations(group, 2)
        return
    ordered = sorted(group, key=lambda entry: (entry[1].folded, entry[0]))
    for place, entry in enumerate(ordered):
        for neighbour in ordered[place + 1 : place + 1 + NEIGHBOURS]:
            yield entry, neighbour


def _likeness(one: str, other: str) -> float:
    """Return how alike two names are in per cent, also if their words stand in another order."""
    return max(fuzz.ratio(one, other), fuzz.token_sort_ratio(one, other))


@functools.lru_cache(maxsize=50_000)
def _numbers(folded: str) -> frozenset[str]:
    return frozenset(_NUMBERED.findall(folded))


def _reasons(first: Row, second: Row, *, phone: bool, place: bool, organisations: float) -> Iterator[str]:
    if phone:
        yield PHONE
    yield SAME_NAME if first.folded == second.folded else ALIKE
    if place:
        yield PLACE
    if first.organisation_id == second.organisation_id:
        yield ORGANISATION
    elif organisations >= ORGANISATIONS_FROM:
        yield ORGANISATIONS_ALIKE
