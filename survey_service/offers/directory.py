"""The directory: the listed offers of a store in memory, found by words and filters, kept up by what changes."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from survey_service import clock
from survey_service.offers import entry as entries
from survey_service.offers import freshness
from survey_service.offers.bitsets import members
from survey_service.offers.entry import COUNTY, DAY, FIELD, FLAG, KIND, LANGUAGE, PLACE, TYPE, Entry, Mark
from survey_service.offers.lexicon import Lexicon
from survey_service.offers.register import OFFERS
from survey_service.offers.search import Index, Matches
from survey_service.offers.search_words import asked
from survey_service.problems import Problem
from survey_service.settings import Settings
from survey_service.store.base import Store, Stored

SECONDS = 1.0
"""A process looks for what has changed at most so often."""
PAGE = 20
MOST_WORDS = 8
LONGEST_QUERY = 200

FRESH, CLOSED, UNCONFIRMED, ENDED, INACTIVE = range(5)
"""How an offer stands, in the order of lists. What is not confirmed, closed for a time or ended stands last and says
so; what is not active at all is shown if it is asked for.
"""
_STATUSES = {"temporarily_closed": CLOSED, "inactive": INACTIVE, "defunct": INACTIVE}
_STATES = {freshness.UNCONFIRMED: UNCONFIRMED, freshness.ENDED: ENDED}
_GROUPS = (FIELD, TYPE, KIND, LANGUAGE, DAY)
"""Kinds of code of which several may be chosen: an offer must bear one of them."""


@dataclass(frozen=True)
class Wanted:
    """What is looked for: words as typed, chosen codes by kind, the key of a municipality or "", flags that an offer
    must all have, whether what is not active is shown too, and which page of the list, from 1.
    """

    query: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    place: str = ""
    flags: tuple[str, ...] = ()
    inactive: bool = False
    page: int = 1

    @property
    def is_too_long(self) -> bool:
        """Whether only the beginning of what was typed is looked for."""
        return len(self.query) > LONGEST_QUERY or len(asked(self.query[:LONGEST_QUERY])) > MOST_WORDS


@dataclass(frozen=True)
class Found:
    """What is found: the offers of one page with how each stands, how many there are in all, the pages, the words that
    were found nowhere, and how many offers each further code would leave (``counts``; for one that is chosen, how many
    it does).
    """

    rows: tuple[tuple[Entry, int], ...]
    total: int
    page: int
    pages: int
    left_out: tuple[str, ...]
    counts: Mapping[Mark, int]


class Directory:
    """The listed offers of one store.

    A request costs a look at the clock; once a second it costs one question to the store. If the store doesn't answer,
    what is known goes on being used. All methods may be called from several threads.
    """

    def __init__(self, store: Callable[[], Store], settings: Settings) -> None:
        self._store, self._settings = store, settings
        self._index = Index()
        self._standing: dict[int, int] = {}
        self._active = 0
        """The set of offers that are shown unasked; those that aren't stand last."""
        self._cursor, self._day = "", dt.date.min
        self._due = 0.0
        self._looking, self._using = threading.Lock(), threading.RLock()
        self.number = 0
        """Grows with each change, and with each day."""

    def glance(self) -> None:
        """Bring the copy up to date if the last look is a second ago and nobody else is looking.

        Raises the store's Problems only as long as nothing was ever read.
        """
        if clock.monotonic() < self._due or not self._looking.acquire(blocking=not self.number):
            return
        try:
            if clock.monotonic() >= self._due:  # else it was read while this thread waited
                self._take()
        except Problem:
            if not self.number:
                self._due = 0.0
                raise
        finally:
            self._looking.release()

    def renew(self) -> None:
        """Bring the copy up to date now. Raises the store's Problems. Not within a transaction."""
        with self._looking:
            self._take()

    def _take(self) -> None:
        self._due = clock.monotonic() + SECONDS
        changes = self._store().collection(OFFERS).changes(self._cursor)
        rows = [(change.cursor, change.id, _listed(change.document)) for change in changes.rows]
        today = clock.today()
        if not (rows or changes.reset or today != self._day):
            return
        with self._using:
            if changes.reset:
                self._index.clear()
                self._standing.clear()
            for _, id, entry in rows:
                if entry is None:
                    self._index.drop(id)
                else:
                    self._index.put(entry)
            self._arrange(today, {id for _, id, _ in rows})
            if rows:
                self._cursor = rows[-1][0]
            self._day = today
            self.number += 1

    def _arrange(self, today: dt.date, changed: set[int]) -> None:
        """Put the offers in the order of lists; how those stand that haven't changed is looked at once a day."""
        known, all_anew = self._index.entries, today != self._day
        self._standing = {
            id: standing(entry, today, self._settings)
            if all_anew or id in changed or id not in self._standing
            else self._standing[id]
            for id, entry in known.items()
        }
        self._index.arrange(sorted(known, key=lambda id: (self._standing[id], *known[id].sorted_by)))
        self._active = (1 << sum(stands != INACTIVE for stands in self._standing.values())) - 1

    def __len__(self) -> int:
        """Return how many offers are shown unasked."""
        return self._active.bit_count()

    def find(self, wanted: Wanted, lexicon: Lexicon) -> Found:
        """Return what is found; a page behind the last one is the last."""
        with self._using:
            matches = self._index.search(asked(wanted.query[:LONGEST_QUERY])[:MOST_WORDS], lexicon)
            filters = self._filters(wanted)
            visible = self._index.everything if wanted.inactive else self._active
            for reach in (matches.good & visible, matches.all & visible):
                chosen = reach
                for offers in filters.values():
                    chosen &= offers
                if chosen:
                    break
            total = chosen.bit_count()
            pages = max(1, -(-total // PAGE))
            page = min(max(1, wanted.page), pages)
            positions = self._at(self._in_order(matches, chosen, wanted), (page - 1) * PAGE)
            ids = [self._index.order[position] for position in positions]
            rows = tuple((self._index.entries[id], self._standing[id]) for id in ids)
            return Found(rows, total, page, pages, matches.left_out, self._counts(reach, filters, chosen))

    def _filters(self, wanted: Wanted) -> dict[Mark | str, int]:
        """Return the set of offers that pass each chosen filter, by the kind of code, and for flags by the flag."""
        marked = self._index.marked
        filters: dict[Mark | str, int] = {}
        for kind in _GROUPS:
            if wanted.chosen.get(kind):
                filters[kind] = 0
                for value in wanted.chosen[kind]:
                    filters[kind] |= marked.get((kind, value), 0)
        if wanted.place:
            filters[PLACE] = marked.get((PLACE, wanted.place), 0) | marked.get((PLACE, COUNTY), 0)
        return filters | {(FLAG, flag): marked.get((FLAG, flag), 0) for flag in wanted.flags}

    def _in_order(self, matches: Matches, chosen: int, wanted: Wanted) -> list[int]:
        """Return what is found as sets, the best first; within each, offers of the municipality before the others."""
        groups = [matches.strong, matches.weak]
        if not wanted.place:
            return [offers & chosen for group in groups for offers in group]
        here = self._index.marked.get((PLACE, wanted.place), 0)
        return [offers & chosen & side for group in groups for side in (here, ~here) for offers in group]

    @staticmethod
    def _at(sets: Sequence[int], start: int) -> list[int]:
        """Return the positions of one page, beginning behind ``start`` offers."""
        positions: list[int] = []
        for offers in sets:
            size = offers.bit_count()
            if start < size and len(positions) < PAGE:
                positions += members(offers, start, PAGE - len(positions))
            start = max(0, start - size)
        return positions

    def _counts(self, reach: int, filters: Mapping[Mark | str, int], chosen: int) -> dict[Mark, int]:
        """Return how many offers each code would leave, given the filters of all other kinds."""
        without: dict[str, int] = {}
        for left_out in (*_GROUPS, PLACE):
            offers = reach
            for kind, passing in filters.items():
                offers &= passing if kind != left_out else -1
            without[left_out] = offers
        county = self._index.marked.get((PLACE, COUNTY), 0)
        counts: dict[Mark, int] = {}
        for mark, offers in self._index.marked.items():
            kind = mark[0]
            if kind == PLACE:
                counts[mark] = (without[PLACE] & (offers | county)).bit_count()
            elif kind != TYPE:
                counts[mark] = (without.get(kind, chosen) & offers).bit_count()
        return counts

    def instead(self, wanted: Wanted, lexicon: Lexicon) -> str:
        """Return the words to search for instead where some were found nowhere; "" if none are like them."""
        words = wanted.query[:LONGEST_QUERY].split()
        with self._using:
            left_out = set(self._index.search(asked(wanted.query[:LONGEST_QUERY])[:MOST_WORDS], lexicon).left_out)
            nearest = {word: self._index.nearest(word, lexicon) for word in left_out}
            said = [self._said(nearest, word, lexicon) for word in words]
        return " ".join(filter(None, said)) if any(nearest.values()) else ""

    def _said(self, nearest: Mapping[str, str | None], word: str, lexicon: Lexicon) -> str:
        """Return a typed word, or the one that is meant as it is written in a name; "" if it is like none."""
        folded = [spelling[0] for spelling in asked(word)]
        near = [nearest[one] for one in folded if one in nearest]
        if not near:
            return word
        return " ".join(lexicon.written.get(one) or self._index.written(one) for one in near if one)

    def called(self, typed: str, lexicon: Lexicon) -> list[Mark]:
        """Return the fields of action and types of offer that are called by what was typed, as far as there are any."""
        with self._using:
            return self._index.meant(asked(typed[:LONGEST_QUERY])[:MOST_WORDS], lexicon)

    def names(self, typed: str, lexicon: Lexicon, most: int) -> list[tuple[Entry, int]]:
        """Return the first offers whose names, or whose organisations' names, hold what was typed."""
        with self._using:
            found = self._index.search(asked(typed[:LONGEST_QUERY])[:MOST_WORDS], lexicon)
            positions = self._at([offers & self._active for offers in found.strong], 0)[:most]
            ids = [self._index.order[position] for position in positions]
            return [(self._index.entries[id], self._standing[id]) for id in ids]

    def forget(self) -> None:
        """Forget what is kept of earlier searches, to measure without it."""
        with self._using:
            self._index.forget()

    def content(self) -> object:
        """Return all that it consists of, to compare with one that was built from scratch."""
        with self._using:
            return self._index.content(), self._standing


def standing(entry: Entry, today: dt.date, settings: Settings) -> int:
    """Return how an offer stands on a day."""
    if not is_shown(entry.body):
        return INACTIVE
    status = _STATUSES.get(entry.body["status"])
    state = _STATES.get(freshness.state(entry.body, today, settings))
    return max(status or FRESH, state or FRESH)


def is_shown(body: Mapping[str, Any]) -> bool:
    """Tell whether a listed offer (its document) is shown unasked: neither inactive nor given up."""
    return _STATUSES.get(body["status"]) != INACTIVE


def _listed(stored: Stored | None) -> Entry | None:
    if stored is None or not stored.body["listed"]:
        return None
    return entries.of(stored.id, stored.version, stored.body)
