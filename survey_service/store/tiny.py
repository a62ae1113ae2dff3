"""The embedded store: TinyDB's tables over one file that is replaced as a whole, and never half."""

from __future__ import annotations

import contextlib
import copy
import fcntl
import os
import threading
from collections.abc import Hashable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
from tinydb import TinyDB
from tinydb.storages import Storage
from tinydb.table import Document as Row
from tinydb.table import Table

from survey_service.problems import Problem
from survey_service.store.base import JSON, CollectionSpec, Document, Stored, encode, key_of, matches

Tables = dict[str, dict[str, Any]]
_HIGH = "_last_ids"


class AtomicStorage(Storage):
    """All tables in one JSON file. A write makes a new file that takes the place of the old one when it is durable."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._tables: Tables = orjson.loads(path.read_bytes()) if path.exists() else {}
        self._before: Tables | None = None

    def read(self) -> Tables:
        return self._tables

    def write(self, data: Tables) -> None:
        self._tables = data
        if self._before is None:
            self._save(data)

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Hold all writes back to the end of the block; an exception takes them back."""
        self._before = copy.deepcopy(self._tables)
        try:
            yield
            self._save(self._tables)
        except BaseException:
            self._tables = self._before
            raise
        finally:
            self._before = None

    def _save(self, data: Tables) -> None:
        temporary = self._path.with_suffix(".tmp")
        with open(temporary, "wb") as file:
            file.write(orjson.dumps(data))
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


class TinyStore:
    """A `Store` in a folder, for one process."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._lock_file = _lock(folder)
        self._lock = threading.RLock()
        self._storage = AtomicStorage(folder / "store.json")
        self._db = TinyDB(storage=lambda: self._storage)
        self._unique: dict[str, set[str]] = {}
        self._depth = 0
        self._closed = False

    def collection(self, spec: CollectionSpec) -> TinyCollection:
        with self.use():
            unique = self._unique.setdefault(spec.name, set())
            table, high = (self._db.table(name, cache_size=0) for name in (spec.name, _HIGH))
            found = TinyCollection(self, table, high, unique)
            found.declare(spec)
            return found

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        with self.use(), contextlib.ExitStack() as stack:
            if self._depth == 0:
                stack.enter_context(self._storage.held())
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1

    @contextlib.contextmanager
    def use(self) -> Iterator[None]:
        """Hold the lock of an open store."""
        with self._lock:
            if self._closed:
                raise Problem("store.closed", folder=str(self.folder))
            yield

    def close(self) -> None:
        with self._lock:
            if not self._closed:
                self._closed = True
                os.close(self._lock_file)

    def healthy(self) -> bool:
        return not self._closed


class TinyCollection:
    """A `Collection` as one TinyDB table whose rows are ``{"version": …, "body": …}``."""

    def __init__(self, store: TinyStore, table: Table, high: Table, unique: set[str]) -> None:
        self._store = store
        self._table = table
        self._high = high
        self._unique = unique

    def declare(self, spec: CollectionSpec) -> None:
        for field in frozenset(spec.unique) - self._unique:
            keys = [key_of(row["body"].get(field)) for row in self._table]
            values = [key for key in keys if key is not None]
            if len(values) != len(set(values)):
                raise Problem("store.duplicate", collection=self._table.name, field=field)
        self._unique.update(spec.unique)

    def add(self, body: Mapping[str, JSON]) -> Stored:
        encoded, private = encode(body)
        with self._store.transaction():
            self._check_unique(private, None)
            id = self._next_id()
            self._table.insert(Row({"version": 1, "body": private}, doc_id=id))
        return Stored(id, 1, orjson.loads(encoded))

    def get(self, id: int) -> Stored | None:
        with self._store.use():
            row = self._table.get(doc_id=id)
            return None if row is None else _stored(id, row)

    def find(self, /, **equals: JSON) -> list[Stored]:
        wanted = {name: key_of(value) for name, value in equals.items()}
        with self._store.use():
            found = [_stored(row.doc_id, row) for row in self._table if matches(row["body"], wanted)]
        return sorted(found, key=lambda stored: stored.id)

    def first(self, /, **equals: JSON) -> Stored | None:
        return next(iter(self.find(**equals)), None)

    def count(self, /, **equals: JSON) -> int:
        wanted = {name: key_of(value) for name, value in equals.items()}
        with self._store.use():
            return sum(matches(row["body"], wanted) for row in self._table)

    def iterate(self) -> Iterator[Stored]:
        with self._store.use():
            ids = sorted(row.doc_id for row in self._table)
        return (found for found in map(self.get, ids) if found is not None)

    def replace(self, id: int, body: Mapping[str, JSON], *, version: int) -> Stored:
        encoded, private = encode(body)
        with self._store.transaction():
            self._check_version(id, version)
            self._check_unique(private, id)
            self._table.update({"version": version + 1, "body": private}, doc_ids=[id])
        return Stored(id, version + 1, orjson.loads(encoded))

    def delete(self, id: int, *, version: int | None = None) -> None:
        with self._store.transaction():
            self._check_version(id, version)
            self._table.remove(doc_ids=[id])

    def _next_id(self) -> int:
        rows = [row for row in self._high if row["table"] == self._table.name]
        last = rows[0]["last"] if rows else 0
        if rows:
            self._high.update({"last": last + 1}, doc_ids=[rows[0].doc_id])
        else:
            self._high.insert({"table": self._table.name, "last": 1})
        return int(last) + 1

    def _check_version(self, id: int, version: int | None) -> None:
        found = self.get(id)
        if found is None:
            raise Problem("store.missing", collection=self._table.name)
        if version is not None and found.version != version:
            raise Problem("store.conflict", collection=self._table.name)

    def _check_unique(self, body: Document, id: int | None) -> None:
        for field in sorted(self._unique):
            key: Hashable = key_of(body.get(field))
            others = (row for row in self._table if row.doc_id != id)
            if key is not None and any(key_of(row["body"].get(field)) == key for row in others):
                raise Problem("store.duplicate", collection=self._table.name, field=field)


def _stored(id: int, row: Mapping[str, Any]) -> Stored:
    return Stored(id, row["version"], copy.deepcopy(row["body"]))


def _lock(folder: Path) -> int:
    """Take the folder for this process. Raises Problem store.locked, naming the process that has it."""
    file = os.open(folder / "LOCK", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        pid = os.pread(file, 32, 0).decode("ascii", "replace").strip()
        os.close(file)
        raise Problem("store.locked", folder=str(folder), pid=pid) from None
    os.ftruncate(file, 0)
    os.pwrite(file, f"{os.getpid()}\n".encode("ascii"), 0)
    return file
