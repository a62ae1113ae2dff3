"""Documents in memory: JSON bytes by id, what is looked up by value, and what of it is not durable yet.

A table holds the newest state, which the next change builds on. Whoever isn't changing anything must see only what is
durable, so for each document with changes under way the table keeps its durable state aside, as a shadow. A shadow
costs something only while a sync is under way.
"""

from __future__ import annotations

import secrets
from collections.abc import Hashable, Iterable, Mapping, Sequence
from functools import partial
from itertools import islice
from operator import itemgetter, lt

import orjson

from survey_service.problems import Problem
from survey_service.store.base import JSON, CollectionSpec, Document, Schema, decode, key_of, matches
from survey_service.store.history import History
from survey_service.store.index import Index

Entry = bytes
"""A document as kept: its version in digits unless that is 1, then its body as JSON, which begins with a brace."""

_BRACE = ord("{")
_NEW: tuple[Entry | None, int] = (None, 1)
"""The shadow of a document that wasn't there and has changed once."""
_AT_ONCE = 1000
"""Documents that are decoded together."""


def to_entry(version: int, encoded: bytes) -> Entry:
    """Return the entry for a version and the JSON bytes of a body."""
    return encoded if version == 1 else b"%d%b" % (version, encoded)


def kept_entry(version: int, encoded: bytes) -> Entry:
    """Return `to_entry` of what a JSON encoder has just returned, as a copy.

    The original was cut from a buffer of eight times the size of a usual document. To keep it would split the buffers:
    each new document would need fresh memory, and seven eighths of it would be held in vain.
    """
    return b"".join((b"" if version == 1 else b"%d" % version, encoded))


def from_entry(entry: Entry) -> tuple[int, bytes]:
    """Return version and JSON bytes of an entry."""
    if entry[0] == _BRACE:
        return 1, entry
    brace = entry.index(b"{")
    return int(entry[:brace]), entry[brace:]


def body_of(entry: Entry) -> Document:
    """Return a fresh body."""
    return decode(from_entry(entry)[1])


def columns(entries: Sequence[Entry], fields: Iterable[str]) -> dict[str, list[JSON]]:
    """Return the values of some fields of many documents, by field."""
    bodies = [body_of(entry) for entry in entries]
    return {field: [body.get(field) for body in bodies] for field in fields}


def _schema_facts(schema: Schema) -> dict[str, int]:
    return {"version": schema.version, "migrated": schema.migrated}


def _agrees(entry: Entry | None, wanted: Mapping[str, Hashable]) -> bool:
    return entry is not None and matches(body_of(entry), wanted)


class Table:
    """One table. The journal's lock is held around every call; only `Entry` bytes leave it, never a shared object."""

    def __init__(self, number: int, name: str) -> None:
        self.number = number
        self.name = name
        self.label: Entry = orjson.dumps({"name": name})
        """What stands of the table in the catalogue: its name, and what was declared of it (see `labelled`)."""
        self.history: History | None = None
        self.high = 0
        self.entries: dict[int, Entry] = {}
        self.indexes: dict[str, Index] = {}
        self.unique: frozenset[str] = frozenset()
        self.in_order = True
        self._shadows: dict[int, tuple[Entry | None, int]] = {}

    # --- changes ---

    def put(self, id: int, after: Entry | None, body: Document | None = None) -> Entry | None:
        """Set or remove a document, keeping its durable state aside, and return what it was before.

        ``body`` is the content of ``after``, if the caller has it at hand.
        """
        before = self.entries.get(id)
        durable, pending = self._shadows.get(id) or (before, 0)
        self._shadows[id] = (durable, pending + 1)
        self.set(id, after, body)
        return before

    def add(self, entry: Entry, body: Document) -> int:
        """`put` a new document under the next id, and return that."""
        self.high = id = self.high + 1
        self._shadows[id] = _NEW
        self.entries[id] = entry
        self._note(id, body)
        return id

    def undo(self, id: int, before: Entry | None) -> None:
        """Take back the last `put` of a document."""
        durable, pending = self._shadows.pop(id)
        if pending > 1:
            self._shadows[id] = (durable, pending - 1)
        self.set(id, before)

    def settle(self, id: int, after: Entry | None) -> None:
        """Note that the oldest `put` of a document that wasn't durable, to this state, is durable now."""
        durable, pending = self._shadows.pop(id)
        if pending > 1:
            self._shadows[id] = (after, pending - 1)
        if self.history is not None:
            self.history.note(id, again=durable is not None or after is None)

    def restore(self) -> None:
        """Go back to what is durable."""
        for id, (durable, _) in self._shadows.items():
            self.set(id, durable)
        self._shadows.clear()

    def replay(self, id: int, after: Entry | None) -> None:
        """Set or remove a document, as it is read from the journal."""
        if self.history is not None:
            self.history.note(id, again=id in self.entries or after is None)
        self.set(id, after)

    def set(self, id: int, after: Entry | None, body: Document | None = None) -> None:
        """Set or remove a document, without noting it."""
        before = self.entries.get(id)
        if self.indexes:
            self._index(id, before, after, body)
        if after is None:
            self.entries.pop(id, None)
            return
        if before is None and id <= self.high:
            self.in_order = False
        self.entries[id] = after
        if id > self.high:
            self.high = id

    def _index(self, id: int, before: Entry | None, after: Entry | None, body: Document | None) -> None:
        if before is not None:
            old = body_of(before)
            for field, index in self.indexes.items():
                index.discard(key_of(old.get(field)), id)
        if after is not None:
            self._note(id, body_of(after) if body is None else body)

    def _note(self, id: int, body: Document) -> None:
        for field, index in self.indexes.items():
            value = body.get(field)
            index.add(value if type(value) is str else key_of(value), id)

    def load(self, ids: Sequence[int], entries: Sequence[Entry], values: Mapping[str, Sequence[JSON]]) -> None:
        """Take many documents of a snapshot at once, and the values of the fields that were indexed.

        Raises ValueError unless there are as many values and documents as ids.
        """
        if len(ids) != len(entries):
            raise ValueError(f"{len(ids)} ids for {len(entries)} documents")
        ascending = not ids or (ids[0] > self.high and all(map(lt, ids, ids[1:])))
        self.in_order = self.in_order and ascending
        self.entries.update(zip(ids, entries, strict=True))
        self.high = max(self.high, max(ids, default=0))
        for field, column in values.items():
            if field not in self.indexes:
                self.indexes[field] = Index(partial(self._key, field))
            self.indexes[field].add_all(column, ids)

    def _key(self, field: str, id: int) -> Hashable:
        return key_of(body_of(self.entries[id]).get(field))

    # --- what is declared ---

    def labelled(self, spec: CollectionSpec, schema: Schema | None = None) -> Entry:
        """Return the label for what a declaration adds to it; ``schema`` is that of the documents, if it is known."""
        label = orjson.loads(self.label)
        label["indexes"] = sorted({*label.get("indexes", ()), *spec.indexes})
        label["unique"] = sorted({*label.get("unique", ()), *spec.unique})
        if spec.tracked and "epoch" not in label:
            label["epoch"] = secrets.token_hex(8)
        return orjson.dumps({**label, **_schema_facts(schema or self.schema())})

    def schema(self) -> Schema:
        """Return the schema version of the documents."""
        label = orjson.loads(self.label)
        return Schema(label.get("version", 1), label.get("migrated", 0))

    def set_schema(self, schema: Schema) -> None:
        """Set the schema version in the label, which is yet to be stored."""
        self.label = orjson.dumps({**orjson.loads(self.label), **_schema_facts(schema)})

    def begin_history(self, label: Entry) -> None:
        """Begin the history, with all that is there, if a label that is durable now says that there is one."""
        if self.history is None:
            epoch = orjson.loads(label).get("epoch")
            if epoch is not None:
                self.history = History(epoch, sorted(self.durable_entries()))

    # --- rules ---

    def declare(self, indexes: Iterable[str], unique: Iterable[str]) -> None:
        """Index the fields that aren't yet. Raises Problem store.duplicate if values of a unique one occur twice."""
        wanted = {field: self.indexes.get(field) or Index(partial(self._key, field)) for field in (*indexes, *unique)}
        fresh = {field: index for field, index in wanted.items() if field not in self.indexes}
        if fresh:
            rows = iter(self.entries.items())
            while portion := list(islice(rows, _AT_ONCE)):
                for field, values in columns([entry for _, entry in portion], fresh).items():
                    fresh[field].add_all(values, [id for id, _ in portion])
        for field in unique:
            if field not in self.unique and wanted[field].repeated():
                raise Problem("store.duplicate", collection=self.name, field=field)
        self.indexes.update(fresh)
        self.unique |= frozenset(unique)

    def check_unique(self, body: Document, id: int | None) -> None:
        """Raise Problem store.duplicate if another document has one of this body's unique values."""
        field = self.taken(body, id)
        if field is not None:
            raise Problem("store.duplicate", collection=self.name, field=field)

    def taken(self, body: Document, id: int | None) -> str | None:
        """Return a unique field whose value in this body another document than ``id`` has, or None."""
        for field in self.unique:
            key = key_of(body.get(field))
            if key is not None:
                for other in self.indexes[field].ids(key):
                    if other != id:
                        return field
        return None

    # --- reading; newest: the newest state, else the durable one ---

    def get(self, id: int, newest: bool) -> Entry | None:
        """Return a document, or None."""
        if not newest and id in self._shadows:
            return self._shadows[id][0]
        return self.entries.get(id)

    def count(self, newest: bool) -> int:
        """Return the number of documents."""
        if newest:
            return len(self.entries)
        shadows = self._shadows.items()
        return len(self.entries) + sum((durable is not None) - (id in self.entries) for id, (durable, _) in shadows)

    def count_equal(self, field: str, key: Hashable, newest: bool) -> int:
        """Return the number of documents with this key in an indexed field."""
        ids = self.indexes[field].ids(key)
        if newest or not self._shadows:
            return len(ids)
        wanted = {field: key}
        pairs = ((durable, self.entries.get(id)) for id, (durable, _) in self._shadows.items())
        return len(ids) + sum(_agrees(durable, wanted) - _agrees(entry, wanted) for durable, entry in pairs)

    def ids(self, newest: bool) -> list[int]:
        """Return the ids of all documents, in order."""
        return sorted(self.entries if newest or not self._shadows else self.durable_entries())

    def rows(self, newest: bool) -> list[tuple[int, Entry]]:
        """Return all documents in the order in which they came; those that are just being deleted come last."""
        return list((self.entries if newest or not self._shadows else self.durable_entries()).items())

    def candidates(self, wanted: Mapping[str, Hashable], newest: bool) -> list[tuple[int, Entry]]:
        """Return the documents that may have these keys, by id: those of the rarest indexed key, else all."""
        known = [self.indexes[field].ids(key) for field, key in wanted.items() if field in self.indexes]
        if not known:
            return sorted(self.rows(newest), key=itemgetter(0))
        ids = min(known, key=len)
        if newest or not self._shadows:
            return [(id, self.entries[id]) for id in ids]
        durable = ((id, self.get(id, newest)) for id in sorted({*ids, *self._shadows}))
        return [(id, entry) for id, entry in durable if entry is not None]

    def durable_entries(self) -> dict[int, Entry]:
        """Return a copy of all that is durable; the bytes are shared."""
        copy = self.entries.copy()
        for id, (durable, _) in self._shadows.items():
            if durable is None:
                copy.pop(id, None)
            else:
                copy[id] = durable
        return copy
