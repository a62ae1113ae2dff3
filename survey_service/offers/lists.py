"""A row in memory for each offer, kept up to date from what the store says has changed: lists, filters and the search
for duplicates read rows, not documents.
"""

from __future__ import annotations

import functools
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from survey_service.offers import events, register
from survey_service.offers.folding import fold, fold_name
from survey_service.store.base import Store, Stored

SENT = ("registered", "imported", "changed", "live")
"""Events with which answers came."""
PLACES = ("A07_postcode", "A07_place", "A07_place_other")
"""Questions that say where an offer is."""


@dataclass(frozen=True, slots=True)
class Row:
    """What lists show of an offer and search it by. ``since`` is when its newest answers came (ISO 8601), ``words`` its
    name and organisation folded, ``places`` where it is (postcode, key of the municipality, name of the place),
    ``phone`` its number as it was typed.
    """

    offer: str
    name: str
    organisation: str
    organisation_id: str
    kind: str
    moderation: str
    listed: bool
    merged_into: str
    fields: tuple[str, ...]
    municipalities: frozenset[str]
    whole_county: bool
    confirmed: str
    since: str
    words: str
    folded: str
    folded_organisation: str
    places: frozenset[str]
    phone: str


@dataclass(frozen=True)
class Wanted:
    """What a list is asked for; an empty field asks for nothing. ``unconfirmed_before`` is a day (ISO)."""

    state: str = ""
    field: str = ""
    municipality: str = ""
    organisation: str = ""
    unconfirmed_before: str = ""
    words: str = ""

    def takes(self, row: Row) -> bool:
        """Tell whether a row is asked for, whatever its state."""
        return (
            (not self.field or self.field in row.fields)
            and (not self.municipality or row.whole_county or self.municipality in row.municipalities)
            and (not self.organisation or row.organisation_id == self.organisation)
            and (not self.unconfirmed_before or row.confirmed < self.unconfirmed_before)
            and all(word in row.words for word in self._folded)
        )

    @functools.cached_property
    def _folded(self) -> list[str]:
        return fold(self.words).split()


@dataclass
class Rows:
    """The rows of a store's offers by the id of their document."""

    _by_id: dict[int, Row] = field(default_factory=dict)
    _cursor: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def refresh(self, store: Store) -> list[Row]:
        """Take in what has changed since the last time, and return all rows in the order of registration."""
        with self._lock:
            changes = store.collection(register.OFFERS).changes(self._cursor)
            if changes.reset:
                self._by_id.clear()
            for change in changes.rows:
                if change.document is None:
                    self._by_id.pop(change.id, None)
                else:
                    self._by_id[change.id] = row_of(store, change.document)
                self._cursor = change.cursor  # once it is taken in: a store that fails meanwhile loses nothing
            return [self._by_id[number] for number in sorted(self._by_id)]


def row_of(store: Store, stored: Stored) -> Row:
    """Return the row of an offer."""
    body = stored.body
    said: Mapping[str, Any] = body["public"] if body["public"] is not None else body["answers"]
    name = fold(body["name"])
    return Row(
        offer=body["offer"],
        name=body["name"],
        organisation=body["organisation"],
        organisation_id=body["organisation_id"],
        kind=body["kind"],
        moderation=body["moderation"],
        listed=body["listed"],
        merged_into=body["merged_into"],
        fields=tuple(body["fields"]),
        municipalities=frozenset(body["municipalities"]),
        whole_county=body["whole_county"],
        confirmed=body["confirmed"],
        since=_since(store, body),
        words=f"{name} {fold(body['organisation'])}",
        folded=name,
        folded_organisation=fold_name(body["organisation"]),
        places=frozenset(fold(said[name]) for name in PLACES if said.get(name, "other") != "other"),
        phone=said.get("A20_phone") or "",
    )


def choose(rows: Iterable[Row], wanted: Wanted) -> tuple[list[Row], Counter[str]]:
    """Return the rows that are asked for, those that wait longest first, and how many there are in each state."""
    taken = [row for row in rows if wanted.takes(row)]
    counts = Counter(row.moderation for row in taken)
    chosen = [row for row in taken if not wanted.state or row.moderation == wanted.state]
    return sorted(chosen, key=lambda row: (row.since, row.offer)), counts


def _since(store: Store, body: Mapping[str, Any]) -> str:
    """Return when the newest answers came. Only of what waits for a decision that needs a look into its history."""
    if body["moderation"] == "submitted":
        sent = events.last(store, body["offer"], *SENT)
        if sent is not None:
            return sent.moment
    return str(body["confirmed"])
