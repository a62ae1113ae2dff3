"""TinyDB's own API over the engine: `TinyDB`, `Table` and `Storage` with what lies beneath them replaced.

Queries, operations and all methods of tables work as TinyDB documents them. What differs, on purpose:

* every change is durable when its call returns, and any number of threads may call;
* ids are never given twice, also after `truncate`, `drop_table` or reopening;
* what isn't JSON (tuples, NaN, NUL, keys that aren't strings …) is refused with Problem store.unstorable;
* a table's declared unique fields hold here too (Problem store.duplicate);
* there is no query cache, so what is returned is never shared;
* a function given to `update` must be done with a document when it returns.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, ItemsView, Iterator, Mapping, MutableMapping
from itertools import chain
from typing import Any

from tinydb import TinyDB
from tinydb.queries import QueryLike
from tinydb.storages import Storage
from tinydb.table import Table

from survey_service.store.base import decode, encode
from survey_service.store.engine import Engine
from survey_service.store.tables import Entry, body_of, from_entry

_AT_HAND = 1000
"""Documents that an update keeps decoded, because somebody may still be changing them."""
Row = dict[str, Any]


class JournalStorage(Storage):
    """TinyDB's view of everything as one mapping: right, and as slow as anywhere. Tables go to the engine directly."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def read(self) -> dict[str, dict[str, Any]] | None:
        """Return all tables, ids as strings; None if there are none."""
        tables = {name: dict(Rows(self.engine, name).items()) for name in self.engine.existing()}
        return tables or None

    def write(self, data: Mapping[str, Mapping[str, Any]]) -> None:
        """Make everything as given, as one change; what is the same already isn't touched."""
        with self.engine.writing():
            for name in self.engine.existing():
                if name not in data:
                    self.engine.drop(name)
            for name, rows in data.items():
                changes = Changes(self.engine, name)
                changes.replace_all({int(id): body for id, body in rows.items()})
                changes.store()


class Rows(Mapping[str, Row]):
    """One table for reading: ids as strings, each body decoded when it is looked at."""

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine = engine
        self._name = name

    def __getitem__(self, id: str) -> Row:
        engine = self._engine
        engine.guard()
        with engine.lock:
            entry = engine.table(self._name).get(int(id), engine.newest())
        if entry is None:
            raise KeyError(id)
        return body_of(entry)

    def __iter__(self) -> Iterator[str]:
        return (str(id) for id, _ in self.entries())

    def __len__(self) -> int:
        self._engine.guard()
        with self._engine.lock:
            return self._engine.table(self._name).count(self._engine.newest())

    def items(self) -> ItemsView[str, Row]:
        """Return ids and bodies as they are now."""
        return _Items(self)

    def entries(self) -> list[tuple[int, Entry]]:
        """Return ids and entries as they are now, in the order in which they came."""
        self._engine.guard()
        with self._engine.lock:
            return self._engine.table(self._name).rows(self._engine.newest())


class _Items(ItemsView[str, Row]):
    """The items of `Rows`, found once and decoded one by one."""

    def __init__(self, rows: Rows) -> None:
        super().__init__(rows)
        self._rows = rows

    def __iter__(self) -> Iterator[tuple[str, Row]]:
        return ((str(id), body_of(entry)) for id, entry in self._rows.entries())


class Changes(MutableMapping[int, Row]):
    """One table for an update: bodies are copied when they are looked at, and what has changed is found out at the end.

    Use inside `Engine.writing`. Only the last thousand bodies that were looked at can still be changed in place.
    """

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine = engine
        self._name = name
        with engine.lock:
            self._before: Mapping[int, Entry] = engine.table(name).entries
        self._after: dict[int, bytes | None] = {}
        self._at_hand: OrderedDict[int, tuple[bytes | None, Row]] = OrderedDict()

    def __getitem__(self, id: int) -> Row:
        if id in self._at_hand:
            return self._at_hand[id][1]
        encoded = self._encoded(id)
        if encoded is None:
            raise KeyError(id)
        return self._keep_at_hand(id, encoded, decode(encoded))

    def __setitem__(self, id: int, body: Row) -> None:
        self._keep_at_hand(id, None, body)

    def __delitem__(self, id: int) -> None:
        if id not in self:
            raise KeyError(id)
        self._at_hand.pop(id, None)
        self._after[id] = None

    def __contains__(self, id: object) -> bool:
        return id in self._at_hand or (isinstance(id, int) and self._encoded(id) is not None)

    def __iter__(self) -> Iterator[int]:
        added = (id for id in dict.fromkeys(chain(self._after, self._at_hand)) if id not in self._before)
        return (id for id in chain(list(self._before), list(added)) if id in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def clear(self) -> None:
        self._at_hand.clear()
        self._after = dict.fromkeys(self._before)

    def replace_all(self, rows: Mapping[int, Row]) -> None:
        """Make the table hold these rows and no others."""
        for id in [id for id in self if id not in rows]:
            del self[id]
        for id, body in rows.items():
            self[id] = body

    def store(self) -> None:
        """Hand what has changed to the engine. Raises Problem store.unstorable, store.duplicate."""
        while self._at_hand:
            self._put_away()
        self._engine.write(self._name, self._after)

    def _encoded(self, id: int) -> bytes | None:
        if id in self._after:
            return self._after[id]
        entry = self._before.get(id)
        return None if entry is None else from_entry(entry)[1]

    def _keep_at_hand(self, id: int, encoded: bytes | None, body: Row) -> Row:
        self._at_hand[id] = (encoded, body)
        if len(self._at_hand) > _AT_HAND:
            self._put_away()
        return body

    def _put_away(self) -> None:
        """Encode the body that has been at hand for longest, and note it if it has changed."""
        id, (before, body) = self._at_hand.popitem(last=False)
        if before is None:
            before = self._encoded(id)
        encoded, _ = encode(body)
        if encoded != before:
            self._after[id] = encoded


class JournalTable(Table):
    """A TinyDB table in the engine: insert, get by id, len and the next id take no longer when it grows."""

    def __init__(self, storage: JournalStorage, name: str, persist_empty: bool = False) -> None:
        self._engine = storage.engine
        super().__init__(storage, name, cache_size=0, persist_empty=persist_empty)

    def get(self, cond: QueryLike | None = None, doc_id: int | None = None, doc_ids: list[int] | None = None) -> Any:
        """Return a document by condition or id, or None; or the list of those with the given ids."""
        if doc_id is None and doc_ids is not None and self._ascending():
            found = (self.get(doc_id=id) for id in sorted(set(doc_ids)))
            return [document for document in found if document is not None]
        return super().get(cond, doc_id, doc_ids)  # type: ignore[arg-type]

    def upsert(self, document: Mapping[str, Any], cond: QueryLike | None = None) -> list[int]:
        """Update the documents that match, or insert one, as one change; return the ids."""
        with self._engine.writing():
            return super().upsert(document, cond)

    def _ascending(self) -> bool:
        with self._engine.lock:
            return self._engine.table(self.name).in_order

    def _get_next_id(self) -> int:
        return self._engine.next_id(self.name)

    def _read_table(self) -> Mapping[str, Row]:  # type: ignore[override]
        return Rows(self._engine, self.name)

    def _update_table(self, updater: Callable[[Any], None]) -> None:
        with self._engine.writing():
            changes = Changes(self._engine, self.name)
            updater(changes)
            changes.store()


class JournalDB(TinyDB):
    """A TinyDB of the engine's tables. Closing it closes nothing: the store does that."""

    table_class = JournalTable  # type: ignore[assignment]

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        super().__init__(storage=lambda: JournalStorage(engine))

    def tables(self) -> set[str]:
        """Return the names of all tables."""
        return set(self._engine.existing())

    def drop_tables(self) -> None:
        """Remove all tables, as one change."""
        with self._engine.writing():
            for name in self._engine.existing():
                self._engine.drop(name)
        self._tables.clear()

    def drop_table(self, name: str) -> None:
        """Remove one table; it is no fault if there is none."""
        self._tables.pop(name, None)
        with self._engine.writing():
            if name in self._engine.existing():
                self._engine.drop(name)
