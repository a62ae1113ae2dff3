"""A store that keeps nothing: for tests, and the plain statement of what the others must do."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Hashable, Iterator, Mapping

from survey_service.problems import Problem
from survey_service.store.base import JSON, CollectionSpec, Document, Stored, decode, encode, key_of, matches


class MemoryStore:
    """A `Store` in memory. One lock serves everybody: while a transaction is open, other threads wait."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._collections: dict[str, MemoryCollection] = {}
        self._undo: list[tuple[MemoryCollection, int, tuple[int, bytes] | None]] = []
        self._depth = 0
        self._closed = False

    def collection(self, spec: CollectionSpec) -> MemoryCollection:
        with self.use():
            found = self._collections.setdefault(spec.name, MemoryCollection(self, spec.name))
            found.declare(spec)
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
                    collection, id, before = self._undo.pop()
                    collection.put(id, before)
                raise
            finally:
                self._depth -= 1
                if self._depth == 0:
                    self._undo.clear()

    def changed(self, collection: MemoryCollection, id: int, before: tuple[int, bytes] | None) -> None:
        """Note what a change has replaced, in case the transaction is undone."""
        if self._depth:
            self._undo.append((collection, id, before))

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

    def __init__(self, store: MemoryStore, name: str) -> None:
        self._store = store
        self._name = name
        self._last_id = 0
        self._unique: frozenset[str] = frozenset()
        self._documents: dict[int, tuple[int, bytes]] = {}
        self._indexes: dict[str, dict[Hashable, set[int]]] = {}

    def declare(self, spec: CollectionSpec) -> None:
        """Build the indexes that this declaration adds."""
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

    def iterate(self) -> Iterator[Stored]:
        with self._store.use():
            ids = sorted(self._documents)
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
        self._store.changed(self, id, self._documents.get(id))
        self.put(id, after)

    def put(self, id: int, after: tuple[int, bytes] | None) -> None:
        """Set or remove a document and keep the indexes in step."""
        before = self._documents.pop(id, None)
        for entry, step in ((before, set.discard), (after, set.add)):
            if entry is not None:
                body = decode(entry[1])
                for field, index in self._indexes.items():
                    step(index.setdefault(key_of(body.get(field)), set()), id)
        if after is not None:
            self._documents[id] = after
