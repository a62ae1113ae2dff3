"""Looking through the audit log: by who, action, subject and day, newest first, a page at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from survey_service.accounts import audit
from survey_service.accounts.audit import AUDIT, Entry
from survey_service.store.base import Store


@dataclass(frozen=True)
class Wanted:
    """What is looked for; what is empty is not asked for. ``since`` and ``until`` are days of UTC (ISO), both in it."""

    actor: str = ""
    action: str = ""
    subject: str = ""
    since: str = ""
    until: str = ""

    @property
    def equals(self) -> dict[str, str]:
        """The fields of an entry that must be equal."""
        asked = {"actor": self.actor, "action": self.action, "subject": self.subject}
        return {name: value for name, value in asked.items() if value}


@dataclass(frozen=True)
class Found:
    """A page of entries, newest first, and how many there are on all pages."""

    entries: tuple[Entry, ...]
    total: int


def page(store: Store, wanted: Wanted, *, number: int, size: int) -> Found:
    """Return a page, counted from 1; one behind the last is empty. Without a name nothing but the page is read."""
    first, last = _between(store, wanted)
    begin = (number - 1) * size
    if wanted.equals:
        named = store.collection(AUDIT).find(**wanted.equals)
        chosen = [stored.body for stored in named if first <= stored.body["number"] <= last]
        chosen.sort(key=lambda body: -int(body["number"]))
        return Found(tuple(Entry(**body) for body in chosen[begin : begin + size]), len(chosen))
    total = max(0, last - first + 1)
    numbers = range(last - begin, max(first, last - begin - size + 1) - 1, -1)
    found = (_entry(store, number) for number in numbers)
    return Found(tuple(entry for entry in found if entry is not None), total)


def every(store: Store, wanted: Wanted) -> Iterator[Entry]:
    """Yield the entries that are looked for, oldest first."""
    for entry in audit.entries(store):
        day, equal = entry.at[:10], all(getattr(entry, name) == value for name, value in wanted.equals.items())
        if equal and day >= wanted.since and (not wanted.until or day <= wanted.until):
            yield entry


def _between(store: Store, wanted: Wanted) -> tuple[int, int]:
    """Return the numbers of the first and the last entry of the days; entries are in the order of their moments."""
    last = audit.newest(store)[0]
    first = _first_from(store, wanted.since, last) if wanted.since else 1
    if wanted.until:
        last = _first_from(store, f"{wanted.until}~", last) - 1
    return first, last


def _first_from(store: Store, moment: str, last: int) -> int:
    """Return the number of the first entry at or after a moment, last + 1 if there is none."""
    low, high = 1, last + 1
    while low < high:
        middle = (low + high) // 2
        entry = _entry(store, middle)
        if entry is not None and entry.at < moment:
            low = middle + 1
        else:
            high = middle
    return low


def _entry(store: Store, number: int) -> Entry | None:
    stored = store.collection(AUDIT).first(number=number)
    return None if stored is None else Entry(**stored.body)
