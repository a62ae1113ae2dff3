"""Translations made at the desk: documents of the store, and the copy of them that a process works with."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from survey_service import clock
from survey_service.problems import Problem
from survey_service.questionnaire.translating import Forms, Made, key_of
from survey_service.store.base import CollectionSpec, Document, Store, Stored

TRANSLATIONS = CollectionSpec("translations", unique=("key",), tracked=True)

SECONDS = 1.0
"""A process looks for what others have saved at most so often; what it saved itself it sees at once."""


@dataclass(frozen=True)
class Snapshot:
    """All edits at one moment: language tag → address → what was made. ``number`` grows with each change."""

    number: int = 0
    made: Mapping[str, Mapping[str, Made]] = field(default_factory=dict)

    def of(self, tag: str) -> Mapping[str, Made]:
        """Return the edits in a language by address."""
        return self.made.get(tag, {})


class Edits:
    """The edits of one store, kept in memory and brought up to date by what has changed since.

    A request costs a look at the clock; once a second it costs one question to the store, whatever the number of
    texts. If the store doesn't answer, what is known goes on being used.
    """

    def __init__(self, store: Callable[[], Store]) -> None:
        """``store`` returns the store; pages without it must be shown even if it can't be opened."""
        self._store = store
        self._cursor = ""
        self._known: dict[int, tuple[str, str, Made]] = {}
        self._snapshot = Snapshot()
        self._lock = threading.Lock()
        self._due = 0.0

    @property
    def now(self) -> Snapshot:
        """The edits as last seen."""
        return self._snapshot

    def glance(self) -> None:
        """Bring the copy up to date if the last look is a second ago and nobody else is looking."""
        if clock.monotonic() < self._due or not self._lock.acquire(blocking=False):
            return
        try:
            self._take()
        except Problem:
            self._due = clock.monotonic() + SECONDS
        finally:
            self._lock.release()

    def renew(self) -> Snapshot:
        """Bring the copy up to date now and return it. Raises the store's Problems.

        Not within a transaction: who holds the store would wait for who waits for the store.
        """
        with self._lock:
            self._take()
            return self._snapshot

    def _take(self) -> None:
        self._due = clock.monotonic() + SECONDS
        changes = self._store().collection(TRANSLATIONS).changes(self._cursor)
        changed = changes.reset and bool(self._known)
        if changes.reset:
            self._known = {}
        for change in changes.rows:
            changed, self._cursor = True, change.cursor
            if change.document is None:
                self._known.pop(change.id, None)
            else:
                self._known[change.id] = read(change.document)
        if changed:
            made: dict[str, dict[str, Made]] = {}
            for tag, address, edit in self._known.values():
                made.setdefault(tag, {})[address] = edit
            self._snapshot = Snapshot(self._snapshot.number + 1, made)


def read(stored: Stored) -> tuple[str, str, Made]:
    """Return language, address and content of a document."""
    body = stored.body
    made = Made(tuple(body["source"]), tuple(body["wording"]), body["state"], stored.version, body["by"], body["at"])
    return body["tag"], body["address"], made


def write(
    store: Store,
    tag: str,
    address: str,
    source: Forms,
    wording: Forms,
    state: str,
    *,
    version: int,
    by: str,
    now: dt.datetime,
) -> None:
    """Keep a translation. ``version`` is that of the edit it follows, 0 if there is none.

    Raises Problem translation.changed if somebody else was quicker.
    """  # fmt: skip
    body: Document = {
        "key": f"{tag} {key_of(address)}",
        "tag": tag,
        "address": address,
        "source": list(source),
        "wording": list(wording),
        "state": state,
        "by": by,
        "at": now.astimezone(dt.UTC).isoformat(timespec="seconds"),
    }
    collection = store.collection(TRANSLATIONS)
    try:
        found = collection.first(key=body["key"])
        if (found.version if found is not None else 0) != version:
            raise Problem("translation.changed")
        if found is None:
            collection.add(body)
        else:
            collection.replace(found.id, body, version=version)
    except Problem as problem:
        if problem.code in ("store.conflict", "store.duplicate", "store.missing"):
            raise Problem("translation.changed") from None
        raise
