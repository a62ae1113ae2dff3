"""All tables, and how they are written down: as lines of the journal and as frames of a snapshot.

A line of the journal is ``[table,id,version,{body}]`` or, where a document was deleted, ``[table,id]``. Table 0 is the
catalogue: its documents are ``{"name": …}``, and their ids the tables' numbers. A frame of a snapshot is a line
``{"table": …, "name": …, "ids": […], "versions": {id: version}, "fields": {field: [value, …]}}`` (versions other than
1; fields that are indexed, so that they need not be looked for in the bodies) and a body per line for each id. A frame
``{"history": table, "last": …, "numbers": […], "ids": […]}`` is a part of a table's history. The last frame is
``{"tables": [[number, name, highest id ever given], …]}``.

What the catalogue says of a table: its name, ``indexes`` and ``unique``, ``version`` and ``migrated`` of its schema,
``epoch`` of its history if it has one, and ``dropped``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import orjson

from survey_service.store.history import History
from survey_service.store.tables import Entry, Table, body_of, columns, from_entry, to_entry

_FRAME_BYTES = 1 << 18
_PORTION = 10_000
"""Places of a history in a frame."""


def line_of(table: int, id: int, version: int, encoded: bytes) -> bytes:
    """Return the line for a document that was set."""
    return b"[%d,%d,%d,%b]" % (table, id, version, encoded)


def deletion_of(table: int, id: int) -> bytes:
    """Return the line for a document that was deleted."""
    return b"[%d,%d]" % (table, id)


@dataclass(frozen=True)
class Capture:
    """What was durable at a moment, by the number of the table: entries, highest id, name, fields that are indexed."""

    entries: dict[int, dict[int, Entry]]
    high: dict[int, int]
    names: dict[int, str]
    fields: dict[int, tuple[str, ...]]
    histories: dict[int, History]


class Contents:
    """The tables of a store, by number and by name. Takes what `recovery` reads."""

    def __init__(self) -> None:
        self.catalogue = Table(0, "")
        self.tables: dict[int, Table] = {0: self.catalogue}
        self._names: dict[str, Table] = {}

    def table(self, name: str) -> Table:
        """Return a table; it begins to exist with its first change."""
        found = self._names.get(name)
        if found is None:
            self.catalogue.high += 1
            found = self.learn(self.catalogue.high, name)
        return found

    def learn(self, number: int, name: str) -> Table:
        """Note the name of a table."""
        table = self.tables[number] = self._names[name] = Table(number, name)
        return table

    def existing(self, newest: bool) -> list[str]:
        """Return the names of the tables that exist, in the order in which they first did."""
        labels = [body_of(entry) for _, entry in sorted(self.catalogue.rows(newest))]
        return [label["name"] for label in labels if not label.get("dropped")]

    # --- reading ---

    def load(self, lines: Sequence[bytes]) -> None:
        """Take a frame of a snapshot. Raises ValueError, LookupError, TypeError if it makes no sense."""
        head = orjson.loads(lines[0])
        if "tables" in head:
            for number, name, high in head["tables"]:
                table = self.tables.get(number) or self.learn(number, name)
                table.high = max(table.high, high)
            return
        if "history" in head:
            history = self.tables[head["history"]].history
            if history is None:
                raise ValueError("a history of a table that has none")
            history.load(head["numbers"], head["ids"], head["last"])
            return
        table = self.tables.get(head["table"]) or self.learn(head["table"], head["name"])
        ids, entries = head["ids"], lines[1:]
        if head["versions"]:
            versions = {int(id): version for id, version in head["versions"].items()}
            entries = [to_entry(versions.get(id, 1), body) for id, body in zip(ids, entries, strict=True)]
        table.load(ids, entries, head["fields"])
        if table is self.catalogue:
            for id, entry in zip(ids, entries, strict=True):
                self.relabel(id, from_entry(entry)[1])

    def name_all(self) -> None:
        """Put the tables that aren't into the catalogue, as after a loss."""
        for number, table in self.tables.items():
            if table is not self.catalogue and number not in self.catalogue.entries:
                self.catalogue.set(number, table.label)

    def declare_all(self) -> None:
        """Make the indexes that the catalogue says, after reading."""
        for table in self.tables.values():
            label = orjson.loads(table.label)
            table.declare(label.get("indexes", ()), label.get("unique", ()))

    def apply(self, lines: Sequence[bytes]) -> None:
        """Take a frame of the journal. Raises ValueError, LookupError, TypeError if it makes no sense."""
        for line in lines:
            number, id, *rest = line.split(b",", 3)
            table = self.tables[int(number[1:])]
            if not rest:
                table.replay(int(id[:-1]), None)
                continue
            version, body = rest
            table.replay(int(id), to_entry(int(version), body[:-1]))
            if table is self.catalogue:
                self.relabel(int(id), body[:-1])

    def relabel(self, number: int, label: bytes) -> None:
        """Take what the catalogue says of a table, as it is read."""
        facts = orjson.loads(label)
        table = self.tables.get(number) or self.learn(number, facts["name"])
        if not facts.get("dropped"):
            table.label = label
            table.begin_history(label)

    # --- writing ---

    def capture(self) -> Capture:
        """Return what is durable now."""
        tables = [self.catalogue, *(self.tables[number] for number in self.catalogue.durable_entries())]
        return Capture(
            entries={table.number: table.durable_entries() for table in tables},
            high={table.number: table.high for table in tables},
            names={table.number: table.name for table in tables},
            fields={table.number: tuple(table.indexes) for table in tables},
            histories={table.number: table.history.copy() for table in tables if table.history is not None},
        )


def snapshot_frames(captured: Capture) -> Iterator[list[bytes]]:
    """Yield the frames of a snapshot."""
    for number, entries in captured.entries.items():
        for portion in _portions(entries.items()):
            parts = [from_entry(entry) for _, entry in portion]
            head = {
                "table": number,
                "name": captured.names[number],
                "ids": [id for id, _ in portion],
                "versions": {str(id): parts[0] for (id, _), parts in zip(portion, parts, strict=True) if parts[0] != 1},
                "fields": columns([entry for _, entry in portion], captured.fields[number]),
            }
            yield [orjson.dumps(head), *(encoded for _, encoded in parts)]
    for number, history in captured.histories.items():
        for numbers, ids in history.portions(_PORTION):
            yield [orjson.dumps({"history": number, "last": history.last, "numbers": numbers, "ids": ids})]
    yield [orjson.dumps({"tables": [[number, captured.names[number], high] for number, high in captured.high.items()]})]


def _portions(rows: Iterable[tuple[int, Entry]]) -> Iterator[list[tuple[int, Entry]]]:
    """Yield rows in portions of about a quarter of a mebibyte."""
    portion: list[tuple[int, Entry]] = []
    size = 0
    for row in rows:
        portion.append(row)
        size += len(row[1])
        if size >= _FRAME_BYTES:
            yield portion
            portion, size = [], 0
    if portion:
        yield portion
