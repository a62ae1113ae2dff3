"""The embedded store: collections over tables on a crash-safe journal, with TinyDB's own API beside them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from survey_service.problems import Problem
from survey_service.store.base import (
    JSON,
    Change,
    Changes,
    CollectionSpec,
    Document,
    Schema,
    Stored,
    cursor,
    decode,
    encode,
    key_of,
    lowest,
    matches,
    read_cursor,
)
from survey_service.store.disk import OsDisk
from survey_service.store.engine import COMPACT_AT, Engine
from survey_service.store.lock import FolderLock
from survey_service.store.migrating import migrate
from survey_service.store.tables import Entry, Table, from_entry
from survey_service.store.tinydb_api import JournalDB
from survey_service.store.transfer import Dump, portions


class TinyStore:
    """A `Store` in a folder, for one process with many threads. ``db`` shows the same documents as a TinyDB."""

    def __init__(self, folder: Path, compact_at: int = COMPACT_AT) -> None:
        """Open a folder, making it if need be.

        Raises Problem store.locked, store.damaged, or store.unusable for an error of the operating system.
        """
        self._lock: FolderLock | None = None
        try:
            disk = OsDisk(folder)
            self._lock = FolderLock(folder)
            self.engine = Engine(disk, compact_at)
        except BaseException as error:
            if self._lock is not None:
                self._lock.release()
            if isinstance(error, OSError):
                raise Problem("store.unusable", folder=str(folder), reason=str(error)) from error
            raise
        self._collections: dict[CollectionSpec, TinyCollection] = {}
        self.db = JournalDB(self.engine)

    def collection(self, spec: CollectionSpec) -> TinyCollection:
        self.engine.guard()
        found = self._collections.get(spec)
        return found or self._declared(spec)

    def _declared(self, spec: CollectionSpec) -> TinyCollection:
        with self.engine.writing():
            self.engine.declare(spec)
        collection = TinyCollection(self.engine, spec.name, tracked=spec.tracked)
        migrate(self, collection, spec)
        return self._collections.setdefault(spec, collection)

    def transaction(self) -> AbstractContextManager[None]:
        return self.engine.writing()

    def take(self, dump: Dump) -> None:
        """Store a collection that isn't there yet, ids and versions included; call `compact` after the last one."""
        facts = dump.facts
        with self.engine.writing():
            self.engine.declare(facts.spec)
            self.engine.set_schema(facts.name, facts.schema)
        for rows in portions(dump.rows):
            with self.engine.writing():
                self.engine.fill(facts.name, rows, facts.high)
        with self.engine.writing():
            self.engine.fill(facts.name, (), facts.high)

    def compact(self) -> None:
        """Write a snapshot now. The store does so by itself when the journal has grown long enough."""
        self.engine.compact()

    def close(self) -> None:
        self.engine.close()
        if self._lock is not None:
            self._lock.release()

    def healthy(self) -> bool:
        return self.engine.healthy()


class TinyCollection:
    """A `Collection`: one table of the engine."""

    def __init__(self, engine: Engine, name: str, *, tracked: bool) -> None:
        self._engine = engine
        self._name = name
        self._tracked = tracked

    def add(self, body: Mapping[str, JSON]) -> Stored:
        encoded, copy = encode(body)
        return Stored(self._engine.add(self._name, encoded, copy), 1, copy)

    def get(self, id: int) -> Stored | None:
        self._engine.guard()
        with self._engine.lock:
            entry = self._table().get(id, self._engine.newest())
        return None if entry is None else _stored(id, entry)

    def find(self, /, **equals: JSON) -> list[Stored]:
        return list(self._matching(equals))

    def first(self, /, **equals: JSON) -> Stored | None:
        for id, entry in self._candidates(wanted := _keys(equals)):
            stored = _stored(id, entry)
            if matches(stored.body, wanted):
                return stored
        return None

    def count(self, /, **equals: JSON) -> int:
        self._engine.guard()
        wanted = _keys(equals)
        with self._engine.lock:
            table, newest = self._table(), self._engine.newest()
            if not wanted:
                return table.count(newest)
            if len(wanted) == 1 and wanted.keys() <= table.indexes.keys():
                [(field, key)] = wanted.items()
                return table.count_equal(field, key, newest)
        return sum(1 for _ in self._matching(equals))

    def iterate(self, after: int = 0) -> Iterator[Stored]:
        self._engine.guard()
        with self._engine.lock:
            ids = self._table().ids(self._engine.newest())
        return (found for found in map(self.get, ids[bisect_right(ids, after) :]) if found is not None)

    def replace(self, id: int, body: Mapping[str, JSON], *, version: int) -> Stored:
        encoded, copy = encode(body)
        with self._engine.writing():
            new = self._engine.replace(self._name, id, encoded, copy, version)
        return Stored(id, new, copy)

    def delete(self, id: int, *, version: int | None = None) -> None:
        with self._engine.writing():
            self._engine.delete(self._name, id, version)

    def changes(self, since: str = "") -> Changes:
        if not self._tracked:
            raise ValueError(f"{self._name} is not declared as tracked")
        self._engine.guard()
        epoch, reset, rows = self._engine.changes(self._name, *read_cursor(since))
        return Changes(reset, (Change(cursor(epoch, number), id, self._durable(id)) for number, id in rows))

    def _durable(self, id: int) -> Stored | None:
        with self._engine.lock:
            entry = self._table().get(id, newest=False)
        return None if entry is None else _stored(id, entry)

    def claim(self, field: str, until: float, change: Callable[[Document], Document], **equals: JSON) -> Stored | None:
        with self._engine.writing():
            due = lowest(self.find(**equals), field, until)
            return None if due is None else self.replace(due.id, change(due.body), version=due.version)

    def schema(self) -> Schema:
        with self._engine.lock:
            return self._table().schema()

    def set_schema(self, schema: Schema) -> None:
        with self._engine.writing():
            self._engine.set_schema(self._name, schema)

    def _table(self) -> Table:
        return self._engine.table(self._name)

    def _matching(self, equals: Mapping[str, JSON]) -> Iterator[Stored]:
        """Return the documents with these values, found now and decoded one by one."""
        rows = self._candidates(wanted := _keys(equals))
        return (stored for stored in (_stored(id, entry) for id, entry in rows) if matches(stored.body, wanted))

    def _candidates(self, wanted: Mapping[str, Hashable]) -> list[tuple[int, Entry]]:
        self._engine.guard()
        with self._engine.lock:
            return self._table().candidates(wanted, self._engine.newest())


def _keys(equals: Mapping[str, JSON]) -> dict[str, Hashable]:
    return {name: key_of(value) for name, value in equals.items()}


def _stored(id: int, entry: Entry) -> Stored:
    version, encoded = from_entry(entry)
    return Stored(id, version, decode(encoded))
