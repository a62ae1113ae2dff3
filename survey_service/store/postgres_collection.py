"""A collection on PostgreSQL: plain SQL over the table of its documents."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol

import psycopg
from psycopg import sql

from survey_service.problems import Problem
from survey_service.store.base import (
    JSON,
    Change,
    Changes,
    Document,
    Schema,
    Stored,
    cursor,
    decode,
    encode,
    key_of,
    matches,
    read_cursor,
)
from survey_service.store.postgres_schema import (
    BATCH,
    Connection,
    Declared,
    column_of,
    index_of,
    key_of_field,
)

_DELETED = sql.Identifier("store_deleted")


class Connections(Protocol):
    """What a collection needs of its store."""

    def connection(self) -> AbstractContextManager[Connection]:
        """Lend the thread's connection."""
        ...

    def locking(self) -> sql.SQL:
        """Return what a query of one document adds in a transaction block."""
        ...


class PostgresCollection:
    """A `Collection` as a table: id, version, body and a text key for each declared field."""

    def __init__(self, store: Connections, declared: Declared) -> None:
        self._store = store
        self.declared = declared
        self.name = declared.name
        self.fields = declared.fields
        self._table = declared.table
        self._insert = self._insertion()

    def _insertion(self) -> bytes:
        """Return the statement of `add`: composed once, because that takes longer than its execution."""
        names = sql.SQL(", ").join([sql.SQL("version"), sql.SQL("body"), *self._columns()])
        places = sql.SQL(", ").join([sql.SQL("1"), sql.SQL("%s::jsonb"), *(sql.Placeholder() for _ in self.fields)])
        insert = sql.SQL("INSERT INTO {} ({}) VALUES ({}) RETURNING id").format(self._table, names, places)
        return insert.as_bytes()

    # -- changes ------------------------------------------------------------------------------------------------

    def add(self, body: Mapping[str, JSON]) -> Stored:
        encoded, copy = encode(body)
        with self._refusing_duplicates(), self._store.connection() as connection:
            row = connection.execute(self._insert, (encoded.decode(), *self.declared.keys(copy))).fetchone()
            id = int(row[0]) if row else 0
        return Stored(id, 1, copy)

    def replace(self, id: int, body: Mapping[str, JSON], *, version: int) -> Stored:
        with self._store.connection() as connection:
            return self._replace(connection, id, body, version)

    def _replace(self, connection: Connection, id: int, body: Mapping[str, JSON], version: int) -> Stored:
        encoded, copy = encode(body)
        changes = sql.SQL("").join(sql.SQL(", {} = %s").format(column) for column in self._columns())
        update = sql.SQL(
            "UPDATE {} SET version = version + 1, body = %s::jsonb, changed = NULL{} WHERE id = %s AND version = %s"
        ).format(self._table, changes)
        values = (encoded.decode(), *self.declared.keys(copy), id, version)
        with self._refusing_duplicates():
            if connection.execute(update, values).rowcount == 0:
                raise self._lost(connection, id)
        return Stored(id, version + 1, copy)

    def delete(self, id: int, *, version: int | None = None) -> None:
        delete = sql.SQL("DELETE FROM {} WHERE id = %s AND (%s::bigint IS NULL OR version = %s)").format(self._table)
        values: tuple[Any, ...] = (id, version, version)
        if self.declared.epoch is not None:
            delete = sql.SQL(
                "WITH gone AS ({} RETURNING id) INSERT INTO store_deleted (collection, id) SELECT %s, id FROM gone"
            ).format(delete)
            values = (*values, self.name)
        with self._store.connection() as connection:
            if connection.execute(delete, values).rowcount == 0:
                raise self._lost(connection, id)

    def claim(self, field: str, until: float, change: Callable[[Document], Document], **equals: JSON) -> Stored | None:
        number = sql.SQL("CASE jsonb_typeof(body->{0}) WHEN 'number' THEN (body->>{0})::double precision END").format(
            sql.Literal(field)
        )
        among, values = self._where(equals)
        query = sql.SQL(
            "SELECT id, version, body::text FROM {0}{1}{2} {3} <= %s ORDER BY {3}, id LIMIT 1 FOR UPDATE SKIP LOCKED"
        ).format(self._table, among, sql.SQL(" AND" if equals else " WHERE"), number)
        with self._store.connection() as connection, connection.transaction():
            row = connection.execute(query, (*values, until)).fetchone()
            if row is None:
                return None
            due = _stored(row)
            return self._replace(connection, due.id, change(due.body), due.version)

    def _lost(self, connection: Connection, id: int) -> Problem:
        query = sql.SQL("SELECT 1 FROM {} WHERE id = %s").format(self._table)
        there = connection.execute(query, (id,)).fetchone() is not None
        return Problem("store.conflict" if there else "store.missing", collection=self.name)

    @contextlib.contextmanager
    def _refusing_duplicates(self) -> Iterator[None]:
        try:
            yield
        except psycopg.errors.UniqueViolation as error:
            index = error.diag.constraint_name or ""
            field = next((field for field in self.fields if index_of(self.name, field, True) == index), "")
            raise Problem("store.duplicate", collection=self.name, field=field) from None

    # -- look-ups -----------------------------------------------------------------------------------------------

    def get(self, id: int) -> Stored | None:
        query = sql.SQL("SELECT id, version, body::text FROM {} WHERE id = %s{}").format(
            self._table, self._store.locking()
        )
        with self._store.connection() as connection:
            row = connection.execute(query, (id,)).fetchone()
        return _stored(row) if row else None

    def find(self, /, **equals: JSON) -> list[Stored]:
        return list(self._select(equals))

    def first(self, /, **equals: JSON) -> Stored | None:
        declared = all(name in self.fields for name in equals)
        return next(iter(self._select(equals, limit=1 if declared else None)), None)

    def count(self, /, **equals: JSON) -> int:
        if not all(name in self.fields for name in equals):
            return len(self.find(**equals))
        where, values = self._where(equals)
        query = sql.SQL("SELECT count(*) FROM {}{}").format(self._table, where)
        with self._store.connection() as connection:
            row = connection.execute(query, values).fetchone()
        return int(row[0]) if row else 0

    def iterate(self, after: int = 0) -> Iterator[Stored]:
        last = after
        query = sql.SQL("SELECT coalesce(max(id), 0) FROM {}").format(self._table)
        with self._store.connection() as connection:
            row = connection.execute(query).fetchone()
        end = int(row[0]) if row else 0
        batch = sql.SQL(
            "SELECT id, version, body::text FROM {} WHERE id > %s AND id <= %s ORDER BY id LIMIT %s"
        ).format(self._table)
        while True:
            with self._store.connection() as connection:
                rows = connection.execute(batch, (last, end, BATCH)).fetchall()
            yield from map(_stored, rows)
            if len(rows) < BATCH:
                return
            last = int(rows[-1][0])

    def changes(self, since: str = "") -> Changes:
        epoch = self.declared.epoch
        if epoch is None:
            raise ValueError(f"{self.name} is not declared as tracked")
        number, given = read_cursor(since)
        last = self._number_changes()
        known = given == epoch and number <= last
        return Changes(not known, self._changed(epoch, number if known else 0, last))

    def _number_changes(self) -> int:
        """Give what has changed since somebody last asked its numbers, and return the highest.

        Numbers are given here and not with the change: a change that was begun earlier and ends later would be missed.
        What somebody is changing just now is left for the next time.
        """
        with self._store.connection() as connection, connection.transaction():
            row = connection.execute(
                "SELECT last_change FROM store_collections WHERE name = %s FOR UPDATE", (self.name,)
            ).fetchone()
            last = int(row[0]) if row else 0
            for table, where in ((self._table, sql.SQL("true")), (_DELETED, self._is_mine())):
                number = sql.SQL(
                    "WITH fresh AS (SELECT id FROM {table} WHERE changed IS NULL AND {where} ORDER BY id "
                    "FOR UPDATE SKIP LOCKED), counted AS (SELECT id, row_number() OVER (ORDER BY id) AS n FROM fresh) "
                    "UPDATE {table} SET changed = %s + counted.n FROM counted "
                    "WHERE {table}.id = counted.id AND {where}"
                ).format(table=table, where=where)
                last += connection.execute(number, (last,)).rowcount
            connection.execute("UPDATE store_collections SET last_change = %s WHERE name = %s", (last, self.name))
        return last

    def _changed(self, epoch: str, after: int, end: int) -> Iterator[Change]:
        """Yield what has the numbers after one up to another, in order."""
        query = sql.SQL(
            "SELECT changed, id, version, body FROM ("
            "SELECT changed, id, version, body::text FROM {} WHERE changed > %s AND changed <= %s "
            "UNION ALL SELECT changed, id, NULL, NULL FROM store_deleted WHERE {} AND changed > %s AND changed <= %s"
            ") AS both_kinds ORDER BY changed LIMIT %s"
        ).format(self._table, self._is_mine())
        while True:
            with self._store.connection() as connection:
                rows = connection.execute(query, (after, end, after, end, BATCH)).fetchall()
            for number, id, version, body in rows:
                yield Change(cursor(epoch, number), id, None if body is None else _stored((id, version, body)))
            if len(rows) < BATCH:
                return
            after = int(rows[-1][0])

    def _is_mine(self) -> sql.Composable:
        return sql.SQL("collection = {}").format(sql.Literal(self.name))

    def schema(self) -> Schema:
        with self._store.connection() as connection:
            row = connection.execute(
                "SELECT version, migrated FROM store_collections WHERE name = %s", (self.name,)
            ).fetchone()
        return Schema(int(row[0]), int(row[1])) if row else Schema(self.declared.version)

    def set_schema(self, schema: Schema) -> None:
        with self._store.connection() as connection:
            connection.execute(
                "UPDATE store_collections SET version = %s, migrated = %s WHERE name = %s",
                (schema.version, schema.migrated, self.name),
            )

    def _select(self, equals: Mapping[str, JSON], limit: int | None = None) -> Iterator[Stored]:
        where, values = self._where(equals)
        query = sql.SQL("SELECT id, version, body::text FROM {}{} ORDER BY id LIMIT %s{}").format(
            self._table, where, self._store.locking()
        )
        with self._store.connection() as connection:
            rows = connection.execute(query, (*values, limit)).fetchall()
        wanted = {name: key_of(value) for name, value in equals.items()}
        return (stored for stored in map(_stored, rows) if matches(stored.body, wanted))

    def _where(self, equals: Mapping[str, JSON]) -> tuple[sql.Composable, tuple[str, ...]]:
        """Return the condition for the declared fields among those asked for, and its values."""
        conditions: list[sql.Composable] = []
        values = []
        for field in filter(equals.__contains__, self.fields):
            column, key = column_of(field), key_of_field(equals[field])
            if key is None:
                conditions.append(sql.SQL("{} IS NULL").format(column))
            else:
                conditions.append(sql.SQL("{} = %s").format(column))
                values.append(key)
        if not conditions:
            return sql.SQL(""), ()
        return sql.SQL(" WHERE {}").format(sql.SQL(" AND ").join(conditions)), tuple(values)

    def _columns(self) -> list[sql.Identifier]:
        return [column_of(field) for field in self.fields]


def _stored(row: tuple[Any, ...]) -> Stored:
    return Stored(int(row[0]), int(row[1]), decode(row[2].encode()))
