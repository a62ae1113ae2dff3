"""A store that keeps nothing: for tests, and the plain statement of what the others must do."""

from __future__ import annotations

import contextlib
import secrets
import threading
from collections.abc import Callable, Hashable, Iterator, Mapping

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
from survey_service.store.migrating import migrate


class MemoryStore:
    """A `Store` in memory. One lock serves everybody: while a transaction is open, other threads wait."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._collections: dict[str, MemoryCollection] = {}
        self._undo: list[Callable[[], None]] = []
        self._depth = 0
        self._closed = False

    def collection(self, spec: CollectionSpec) -> MemoryCollection:
        with self.use():
            found = self._collections.setdefault(spec.name, MemoryCollection(self, spec))
            found.declare(spec)
            migrate(self, found, spec)
            return found

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        with self.use():
            savepoint = len(self._undo)
            self._depth += 1
            try:
                yield
            except BaseException:
                while len(self._undo) > savepoint:
                    self._undo.pop()()
                raise
            finally:
                self._depth -= 1
                if self._depth == 0:
                    self._undo.clear()

    def changed(self, undo: Callable[[], None]) -> None:
        """Note how a change is taken back, in case the transaction is undone."""
        if self._depth:
            self._undo.append(undo)

    @contextlib.contextmanager
    def use(self) -> Iterator[None]:
        """Hold the lock of an open store."""
        with self.lock:
            if self._closed:
                raise Problem("store.closed", folder="memory")
            yield

    def close(self) -> None:
        with self.lock:
            self._closed = True

    def healthy(self) -> bool:
        return not self._closed


class MemoryCollection:
    """A `Collection` in memory: JSON bytes by id, and for each declared field the ids by value."""

    def __init__(self, store: MemoryStore, spec: CollectionSpec) -> None:
        self._store = store
        self._name = spec.name
        self._schema = Schema(spec.version)
        self._tracked = False
        self._epoch = secrets.token_hex(8)
        self._changed: dict[int, int] = {}
        self._last_change = 0
        self._last_id = 0
        self._unique: frozenset[str] = frozenset()
        self._documents: dict[int, tuple[int, bytes]] = {}
        self._indexes: dict[str, dict[Hashable, set[int]]] = {}

    def declare(self, spec: CollectionSpec) -> None:
        """Build the indexes that this declaration adds."""
        if spec.tracked and not self._tracked:
            self._tracked = True
            for id in sorted(self._documents):
                self._number(id)
        for field in spec.fields:
            if field in self._indexes and (field in self._unique or field not in spec.unique):
                continue
            index: dict[Hashable, set[int]] = {}
            for id, (_, encoded) in self._documents.items():
                index.setdefault(key_of(decode(encoded).get(field)), set()).add(id)
            if field in spec.unique and any(key is not None and len(ids) > 1 for key, ids in index.items()):
                raise Problem("store.duplicate", collection=self._name, field=field)
            self._indexes[field] = index
            self._unique |= frozenset(spec.unique) & {field}

    def add(self, body: Mapping[str, JSON]) -> Stored:
        encoded, copy = encode(body)
        with self._store.use():
            self._check_unique(copy, None)
            self._last_id += 1
            self._change(self._last_id, (1, encoded))
            return Stored(self._last_id, 1, copy)

    def get(self, id: int) -> Stored | None:
        with self._store.use():
            found = self._documents.get(id)
        return None if found is None else Stored(id, found[0], decode(found[1]))

    def find(self, /, **equals: JSON) -> list[Stored]:
        wanted = {name: key_of(value) for name, value in equals.items()}
        with self._store.use():
            known = [self._indexes[name].get(key, set()) for name, key in wanted.items() if name in self._indexes]
            ids = set.intersection(*known) if known else self._documents.keys()
            found = [(id, *self._documents[id]) for id in sorted(ids)]
        stored = (Stored(id, version, decode(encoded)) for id, version, encoded in found)
        return [document for document in stored if matches(document.body, wanted)]

    def first(self, /, **equals: JSON) -> Stored | None:
        return next(iter(self.find(**equals)), None)

    def count(self, /, **equals: JSON) -> int:
        return len(self.find(**equals))

    def iterate(self, after: int = 0) -> Iterator[Stored]:
        with self._store.use():
            ids = sorted(id for id in self._documents if id > after)
        return (found for found in map(self.get, ids) if found is not None)

    def replace(self, id: int, body: Mapping[str, JSON], *, version: int) -> Stored:
        encoded, copy = encode(body)
        with self._store.use():
            self._check_version(id, version)
            self._check_unique(copy, id)
            self._change(id, (version + 1, encoded))
            return Stored(id, version + 1, copy)

    def delete(self, id: int, *, version: int | None = None) -> None:
        with self._store.use():
            self._check_version(id, version)
            self._change(id, None)

    def changes(self, since: str = "") -> Changes:
        if not self._tracked:
            raise ValueError(f"{self._name} is not declared as tracked")
        number, epoch = read_cursor(since)
        with self._store.use():
            known = epoch == self._epoch and number <= self._last_change
            changed = sorted((n, id) for id, n in self._changed.items() if n > (number if known else 0))
        rows = (Change(cursor(self._epoch, number), id, self.get(id)) for number, id in changed)
        return Changes(not known, rows)

    def claim(self, field: str, until: float, change: Callable[[Document], Document], **equals: JSON) -> Stored | None:
        with self._store.transaction():
            due = lowest(self.find(**equals), field, until)
            return None if due is None else self.replace(due.id, change(due.body), version=due.version)

    def schema(self) -> Schema:
        return self._schema

    def set_schema(self, schema: Schema) -> None:
        with self._store.use():
            self._schema = schema

    def _check_version(self, id: int, version: int | None) -> None:
        found = self._documents.get(id)
        if found is None:
            raise Problem("store.missing", collection=self._name)
        if version is not None and found[0] != version:
            raise Problem("store.conflict", collection=self._name)

    def _check_unique(self, body: Document, id: int | None) -> None:
        for field in sorted(self._unique):
            key = key_of(body.get(field))
            if key is not None and self._indexes[field].get(key, set()) - {id}:
                raise Problem("store.duplicate", collection=self._name, field=field)

    def _change(self, id: int, after: tuple[int, bytes] | None) -> None:
        before, number = self._documents.get(id), self._changed.get(id)

        def undo() -> None:
            self._put(id, before)
            self._changed.pop(id, None)
            if number is not None:
                self._changed[id] = number

        self._store.changed(undo)
        self._put(id, after)
        if self._tracked:
            self._number(id)

    def _number(self, id: int) -> None:
        self._last_change += 1
        self._changed[id] = self._last_change

    def _put(self, id: int, after: tuple[int, bytes] | None) -> None:
        """Set or remove a document and keep the indexes in step."""
        before = self._documents.pop(id, None)
        for entry, step in ((before, set.discard), (after, set.add)):
            if entry is not None:
                body = decode(entry[1])
                for field, index in self._indexes.items():
                    step(index.setdefault(key_of(body.get(field)), set()), id)
        if after is not None:
            self._documents[id] = after
