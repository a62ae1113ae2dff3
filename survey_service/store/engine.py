"""Tables on the journal: changes that are checked, applied, written down and made durable as one.

One thread at a time changes something, inside `Engine.writing`; the wait for the disk comes after that, so that all who
wait share one sync. Readers don't wait.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType

import orjson

from survey_service.problems import Problem
from survey_service.store import recovery
from survey_service.store.base import CollectionSpec, Document, Schema, decode
from survey_service.store.commit import Commit
from survey_service.store.compaction import Compactor
from survey_service.store.contents import Capture, Contents, deletion_of, line_of, snapshot_frames
from survey_service.store.disk import Disk
from survey_service.store.journal import Journal
from survey_service.store.tables import Entry, Table, from_entry, kept_entry

COMPACT_AT = 16 << 20
"""Bytes by which the journal grows at least before it is compacted."""
_Change = tuple[Table, int, Entry | None, Entry | None]


class Engine:
    """All tables of a folder. Raises Problem store.damaged and OSError while opening."""

    def __init__(self, disk: Disk, compact_at: int = COMPACT_AT) -> None:
        self._pid = os.getpid()
        self._disk = disk
        self._closed = False
        self._contents = Contents()
        position = recovery.recover(disk, self._contents)
        self._contents.declare_all()
        self._journal = Journal(disk, self, position)
        self._compactor = Compactor(disk, self._journal, position, snapshot_frames, compact_at)
        self.lock = self._journal.lock
        self._writer = threading.RLock()
        self._block = _Writing(self)
        self._owner: int | None = None
        self._savepoints: list[int] = []
        self._changes: list[_Change] = []
        self._lines: list[bytes] = []
        self._epoch = 0

    # --- use ---

    def guard(self) -> None:
        """Raise Problem store.forked or store.closed if this process can't use the tables (any more)."""
        if os.getpid() != self._pid:
            raise Problem("store.forked", folder=self._disk.place, pid=os.getpid(), owner=self._pid)
        if self._closed:
            raise Problem("store.closed", folder=self._disk.place)

    def table(self, name: str) -> Table:
        """Return a table; it begins to exist with its first change. Call with the lock held, like its methods."""
        return self._contents.table(name)

    def declare(self, spec: CollectionSpec) -> None:
        """Index what isn't yet, and note what is declared with the table's next change, or now if it has had one.
        Inside `writing`.

        The documents of a table that does not exist yet are of the declared schema version. Raises Problem
        store.duplicate, and the 503 Problems.
        """
        with self.lock:
            table = self.table(spec.name)
            known = self._contents.catalogue.entries.get(table.number)
            table.declare(spec.fields, spec.unique)
            table.label = table.labelled(spec, Schema(spec.version) if known is None else None)
            noted = known in (None, table.label)
        if not noted:
            self.write(spec.name, {})

    def set_schema(self, name: str, schema: Schema) -> None:
        """Note the schema version of a table's documents. Inside `writing`."""
        with self.lock:
            self.table(name).set_schema(schema)
            self._for_change(name)

    def changes(self, name: str, number: int, epoch: str) -> tuple[str, bool, Iterable[tuple[int, int]]]:
        """Return the epoch of a table's history, whether another one was given, and (number, id) of what has changed.

        Until the table has changed for the first time there is no history.
        """
        with self.lock:
            history = self.table(name).history
            if history is None:
                return "", True, ()
            known = history.epoch == epoch and number <= history.last
            return history.epoch, not known, history.since(number if known else 0)

    def newest(self) -> bool:
        """Return whether this thread is inside `writing` and so sees the newest state, not only what is durable."""
        return self._owner == threading.get_ident()

    def writing(self) -> _Writing:
        """Return a context in which this thread, and no other, changes something; see `Store.transaction`."""
        return self._block

    def healthy(self) -> bool:
        """Return whether changes are taken."""
        return not self._closed and not self._journal.failed and os.getpid() == self._pid

    def compact(self) -> None:
        """Write a snapshot now and drop the journal before it. Raises the 503 Problems."""
        self.guard()
        self._compactor.run()

    def close(self) -> None:
        """Finish what is under way and close the files; in a forked child, only let go of them."""
        if self._closed:
            return
        if os.getpid() != self._pid:
            self._closed = True
            self._journal.abandon()
            return
        with self._writer:
            self._closed = True
        self._compactor.stop()
        self._journal.close()

    def add(self, name: str, encoded: bytes, body: Document) -> int:
        """Add a document, durably unless this thread is inside `writing`, and return its id.

        Raises Problem store.duplicate, and the 503 Problems.
        """
        if self._owner != threading.get_ident():
            self.guard()
            with self._writer, self.lock:
                added = self._add_alone(name, encoded, body)
            if added is not None:
                id, commit = added
                self._journal.wait(commit)
                self._compactor.consider()
                return id
        with self.writing():
            return self.insert(name, encoded, body)

    def _add_alone(self, name: str, encoded: bytes, body: Document) -> tuple[int, Commit] | None:
        """Add a document by the few steps of a block that adds one and can only succeed; else return None."""
        table = self._contents.table(name)
        noted = self._contents.catalogue.entries.get(table.number) == table.label
        if self._closed or self._journal.failed or not noted or table.taken(body, None) is not None:
            return None
        entry = kept_entry(1, encoded)
        id = table.add(entry, body)
        return id, self._journal.append((line_of(table.number, id, 1, encoded),), ((table, id, None, entry),))

    # --- changes, inside `writing` ---

    def insert(self, name: str, encoded: bytes, body: Document) -> int:
        """Add a document and return its id. Raises Problem store.duplicate."""
        with self.lock:
            table = self._for_change(name)
            table.check_unique(body, None)
            id = table.high + 1
            self._put(table, id, 1, encoded, body)
        return id

    def replace(self, name: str, id: int, encoded: bytes, body: Document, version: int | None) -> int:
        """Change a document and return its new version.

        Raises Problem store.missing, store.conflict, store.duplicate.
        """
        with self.lock:
            table = self._for_change(name)
            current = _check_version(table, id, version)
            table.check_unique(body, id)
            self._put(table, id, current + 1, encoded, body)
        return current + 1

    def delete(self, name: str, id: int, version: int | None) -> None:
        """Remove a document. Raises Problem store.missing, store.conflict."""
        with self.lock:
            table = self._for_change(name)
            _check_version(table, id, version)
            self._remove(table, id)

    def write(self, name: str, bodies: Mapping[int, bytes | None]) -> None:
        """Set documents by id to these JSON bytes, or remove them; the table exists afterwards, though it may be empty.

        Unique fields need to be so only in the end. Raises Problem store.duplicate.
        """
        for id in bodies:
            if type(id) is not int or abs(id) >= 2**53:
                raise Problem("store.unstorable", reason=f"{id!r} is no whole number of at most 53 bits", place="")
        with self.lock:
            table = self._for_change(name)
            for id, encoded in bodies.items():
                before = table.entries.get(id)
                if encoded is not None:
                    self._put(table, id, 1 + (from_entry(before)[0] if before else 0), encoded, None)
                elif before is not None:
                    self._remove(table, id)
            if table.unique:
                for id, encoded in bodies.items():
                    if encoded is not None:
                        table.check_unique(decode(encoded), id)

    def fill(self, name: str, rows: Iterable[tuple[int, int, bytes]], high: int) -> None:
        """Put documents with their ids and versions, as JSON bytes, as when a backup is read, and set the highest id.

        The highest id, if no document has it, is durable with the next snapshot.
        """
        with self.lock:
            table = self._for_change(name)
            for id, version, encoded in rows:
                self._put(table, id, version, encoded, None)
            table.high = max(table.high, high)

    def drop(self, name: str) -> None:
        """Remove all documents of a table, and the table from `existing`; its ids go on if it comes back."""
        with self.lock:
            table = self._for_change(name)
            for id in list(table.entries):
                self._remove(table, id)
            label = {"name": name, "dropped": True}
            self._put(self._contents.catalogue, table.number, 1, orjson.dumps(label), label)

    def next_id(self, name: str) -> int:
        """Reserve an id."""
        with self.lock:
            table = self.table(name)
            table.high += 1
            return table.high

    def existing(self) -> list[str]:
        """Return the names of the tables that exist, in the order in which they first did."""
        with self.lock:
            return self._contents.existing(self.newest())

    def _for_change(self, name: str) -> Table:
        """Return a table that is about to change. Raises Problem store.full if what it builds on was refused."""
        if self._epoch != self._journal.epoch:
            raise Problem("store.full", folder=self._disk.place)
        table = self.table(name)
        if self._contents.catalogue.entries.get(table.number) != table.label:
            self._put(self._contents.catalogue, table.number, 1, table.label, {"name": name})
        return table

    def _remove(self, table: Table, id: int) -> None:
        self._note(table, id, table.put(id, None), None, deletion_of(table.number, id))

    def _put(self, table: Table, id: int, version: int, encoded: bytes, body: Document | None) -> None:
        line = line_of(table.number, id, version, encoded)
        entry = kept_entry(version, encoded)
        self._note(table, id, table.put(id, entry, body), entry, line)

    def _note(self, table: Table, id: int, before: Entry | None, after: Entry | None, line: bytes) -> None:
        self._changes.append((table, id, before, after))
        self._lines.append(line)

    # --- transactions, for _Writing ---

    def begin(self) -> None:
        """Wait for one's turn, and set a point to which an exception undoes."""
        self.guard()
        self._writer.acquire()
        if not self._savepoints:
            if self._closed:
                self._writer.release()
                self.guard()
            self._owner = threading.get_ident()
            self._epoch = self._journal.epoch
        self._savepoints.append(len(self._changes))

    def end(self, fault: BaseException | None) -> None:
        """Undo to the last point if there is a fault; leave the block, and return when it is durable."""
        commit: Commit | None = None
        try:
            with self.lock:
                savepoint = self._savepoints.pop()
                if fault is not None:
                    self._undo(savepoint)
                if not self._savepoints:
                    commit = self._append(fault)
        finally:
            if not self._savepoints:
                self._owner = None
                self._changes, self._lines = [], []
            self._writer.release()
        if commit is not None:
            self._journal.wait(commit)
            self._compactor.consider()

    def _append(self, fault: BaseException | None) -> Commit | None:
        """Hand the block's changes to the journal; without any, what was read or refused must be durable too."""
        if not self._changes:
            return self._journal.barrier() if fault is None or isinstance(fault, Problem) else None
        try:
            if self._epoch != self._journal.epoch and not self._journal.failed:
                raise Problem("store.full", folder=self._disk.place)
            return self._journal.append(self._lines, self._changes)
        except Problem:
            self._undo(0)
            raise

    def _undo(self, savepoint: int) -> None:
        if self._epoch == self._journal.epoch:  # else the tables have gone back to what is durable already
            for table, id, before, _ in reversed(self._changes[savepoint:]):
                table.undo(id, before)
        del self._changes[savepoint:], self._lines[savepoint:]

    # --- the journal's owner ---

    def durable(self, commits: Sequence[Commit]) -> None:
        catalogue = self._contents.catalogue
        for commit in commits:
            for table, id, _, after in commit.changes:
                table.settle(id, after)
                if table is catalogue and after is not None:
                    self._contents.tables[id].begin_history(from_entry(after)[1])

    def refused(self) -> None:
        for table in self._contents.tables.values():
            table.restore()

    def capture(self) -> Capture:
        return self._contents.capture()


class _Writing:
    """The block in which a thread changes something."""

    __slots__ = ("_engine",)

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __enter__(self) -> None:
        self._engine.begin()

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._engine.end(fault)


def _check_version(table: Table, id: int, version: int | None) -> int:
    """Return the version of a document. Raises Problem store.missing, or store.conflict if it isn't the given one."""
    entry = table.entries.get(id)
    if entry is None:
        raise Problem("store.missing", collection=table.name)
    current, _ = from_entry(entry)
    if version is not None and version != current:
        raise Problem("store.conflict", collection=table.name)
    return current
