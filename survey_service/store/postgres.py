"""The store on PostgreSQL, for several processes and machines: one table a collection, the body as JSONB.

Declared fields are kept beside the body as text keys that are equal exactly if the values are equal as JSON, so that
plain b-tree indexes serve them and nothing but plain SQL is needed. A transaction block takes an advisory lock: one
block is inside at a time, on all machines, as the contract says; single changes do not wait for it.
"""

from __future__ import annotations

import contextlib
import hashlib
import threading
from collections.abc import Iterator, Mapping
from typing import Any

import orjson
import psycopg
from psycopg import sql
from psycopg_pool import ConnectionPool, PoolTimeout

from survey_service.problems import Problem
from survey_service.store.base import JSON, CollectionSpec, Stored, decode, encode, key_of, matches

_TRANSACTION_LOCK = 0x5355_5256  # "SURV": one transaction block at a time
_SCHEMA_LOCK = 0x5355_5257
_LONGEST_KEY = 200
BATCH = 500
"""Documents that an iteration reads at once."""
_WAIT_SECONDS = 5.0
Connection = psycopg.Connection[tuple[Any, ...]]


class PostgresStore:
    """A `Store` in a PostgreSQL database; safe for threads and for any number of processes."""

    def __init__(self, url: str, *, connections: int = 16) -> None:
        self._pool: ConnectionPool[Connection] = ConnectionPool(
            url,
            min_size=1,
            max_size=connections,
            timeout=_WAIT_SECONDS,
            reconnect_timeout=_WAIT_SECONDS,
            check=ConnectionPool.check_connection,
            kwargs={"autocommit": True, "connect_timeout": 5},
            open=False,
        )
        self._local = threading.local()
        self._collections: dict[str, PostgresCollection] = {}
        self._lock = threading.Lock()
        self._closed = False
        self._pool.open()
        try:
            self._pool.wait(_WAIT_SECONDS)
        except PoolTimeout:
            self._pool.close()
            raise Problem("store.unreachable") from None

    def collection(self, spec: CollectionSpec) -> PostgresCollection:
        if self._closed:
            raise Problem("store.closed", folder="PostgreSQL")
        with self._lock:
            found = self._collections.get(spec.name)
            if found is None or not found.serves(spec):
                found = PostgresCollection(self, spec, found)
                found.declare()
                self._collections[spec.name] = found
            return found

    @contextlib.contextmanager
    def connection(self) -> Iterator[Connection]:
        """Lend the thread's connection: inside a transaction block its own, with a savepoint; else one of the pool.

        Raises Problem store.unreachable if the database does not answer, store.closed after `close`.
        """
        if self._closed:
            raise Problem("store.closed", folder="PostgreSQL")
        inside: Connection | None = getattr(self._local, "connection", None)
        try:
            if inside is not None:
                with inside.transaction():
                    yield inside
            else:
                with self._pool.connection() as connection:
                    yield connection
        except (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout):
            raise Problem("store.unreachable") from None

    def locking(self) -> sql.SQL:
        """Return what a query of one document adds: in a transaction block nobody may change what it has read."""
        return sql.SQL(" FOR UPDATE" if getattr(self._local, "connection", None) is not None else "")

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        if getattr(self._local, "connection", None) is not None:
            with self.connection():  # a savepoint
                yield
            return
        with self.connection() as connection, connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (_TRANSACTION_LOCK,))
            self._local.connection = connection
            try:
                yield
            finally:
                self._local.connection = None

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._pool.close()

    def healthy(self) -> bool:
        if self._closed:
            return False
        try:
            with self.connection() as connection:
                connection.execute("SELECT 1")
        except Problem:
            return False
        return True


class PostgresCollection:
    """A `Collection` as a table: id, version, body and a text key for each declared field."""

    def __init__(self, store: PostgresStore, spec: CollectionSpec, earlier: PostgresCollection | None) -> None:
        self._store = store
        self.name = spec.name
        known: tuple[str, ...] = earlier.fields if earlier else ()
        taken: frozenset[str] = earlier.unique if earlier else frozenset()
        self.fields: tuple[str, ...] = tuple(dict.fromkeys((*known, *spec.fields)))
        self.unique: frozenset[str] = frozenset(spec.unique) | taken
        self._table = sql.Identifier(f"c_{spec.name}")

    def serves(self, spec: CollectionSpec) -> bool:
        """Return whether all fields of a declaration are declared already."""
        return set(spec.fields) <= set(self.fields) and set(spec.unique) <= self.unique

    def declare(self) -> None:
        """Make the table, columns and indexes that are missing, and fill new columns."""
        with self._store.connection() as connection, connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (_SCHEMA_LOCK,))
            connection.execute(
                sql.SQL(
                    "CREATE TABLE IF NOT EXISTS {} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "
                    "version bigint NOT NULL, body jsonb NOT NULL)"
                ).format(self._table)
            )
            for field in self.fields:
                self._declare_field(connection, field)

    def _declare_field(self, connection: Connection, field: str) -> None:
        column, unique = _column(field), field in self.unique
        present = connection.execute(
            "SELECT 1 FROM information_schema.columns WHERE table_schema = current_schema() "
            "AND table_name = %s AND column_name = %s",
            (f"c_{self.name}", column),
        ).fetchone()
        if present is None:
            alter = sql.SQL("ALTER TABLE {} ADD COLUMN {} text").format(self._table, sql.Identifier(column))
            connection.execute(alter)
            self._fill(connection, field)
        create = sql.SQL("CREATE {} IF NOT EXISTS {} ON {} ({})").format(
            sql.SQL("UNIQUE INDEX" if unique else "INDEX"),
            sql.Identifier(_index(self.name, field, unique)),
            self._table,
            sql.Identifier(column),
        )
        try:
            with connection.transaction():
                connection.execute(create)
        except psycopg.errors.UniqueViolation:
            raise Problem("store.duplicate", collection=self.name, field=field) from None

    def _fill(self, connection: Connection, field: str) -> None:
        """Give the documents that were there before a field was declared their key of it."""
        column = sql.Identifier(_column(field))
        update = sql.SQL("UPDATE {} SET {} = %s WHERE id = %s").format(self._table, column)
        query = sql.SQL("SELECT id, version, body::text FROM {} WHERE id > %s ORDER BY id LIMIT %s").format(self._table)
        last = 0
        while rows := connection.execute(query, (last, BATCH)).fetchall():
            keys = [(_key(stored.body.get(field)), stored.id) for stored in map(_stored, rows)]
            with connection.cursor() as cursor:
                cursor.executemany(update, keys)
            last = int(rows[-1][0])

    # -- changes ------------------------------------------------------------------------------------------------

    def add(self, body: Mapping[str, JSON]) -> Stored:
        encoded, copy = encode(body)
        names = sql.SQL(", ").join([sql.SQL("version"), sql.SQL("body"), *self._columns()])
        places = sql.SQL(", ").join([sql.SQL("1"), sql.SQL("%s::jsonb"), *(sql.Placeholder() for _ in self.fields)])
        insert = sql.SQL("INSERT INTO {} ({}) VALUES ({}) RETURNING id").format(self._table, names, places)
        with self._refusing_duplicates(), self._store.connection() as connection:
            row = connection.execute(insert, (encoded.decode(), *self._keys(copy))).fetchone()
            id = int(row[0]) if row else 0
        return Stored(id, 1, copy)

    def replace(self, id: int, body: Mapping[str, JSON], *, version: int) -> Stored:
        encoded, copy = encode(body)
        changes = sql.SQL("").join(sql.SQL(", {} = %s").format(column) for column in self._columns())
        update = sql.SQL(
            "UPDATE {} SET version = version + 1, body = %s::jsonb{} WHERE id = %s AND version = %s"
        ).format(self._table, changes)
        values = (encoded.decode(), *self._keys(copy), id, version)
        with self._refusing_duplicates(), self._store.connection() as connection:
            if connection.execute(update, values).rowcount == 0:
                raise self._lost(connection, id)
        return Stored(id, version + 1, copy)

    def delete(self, id: int, *, version: int | None = None) -> None:
        delete = sql.SQL("DELETE FROM {} WHERE id = %s AND (%s::bigint IS NULL OR version = %s)").format(self._table)
        with self._store.connection() as connection:
            if connection.execute(delete, (id, version, version)).rowcount == 0:
                raise self._lost(connection, id)

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
            field = next((field for field in self.fields if _index(self.name, field, True) == index), "")
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

    def iterate(self) -> Iterator[Stored]:
        last = 0
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
            column, key = sql.Identifier(_column(field)), _key(equals[field])
            if key is None:
                conditions.append(sql.SQL("{} IS NULL").format(column))
            else:
                conditions.append(sql.SQL("{} = %s").format(column))
                values.append(key)
        if not conditions:
            return sql.SQL(""), ()
        return sql.SQL(" WHERE {}").format(sql.SQL(" AND ").join(conditions)), tuple(values)

    def _columns(self) -> list[sql.Identifier]:
        return [sql.Identifier(_column(field)) for field in self.fields]

    def _keys(self, body: Mapping[str, JSON]) -> list[str | None]:
        return [_key(body.get(field)) for field in self.fields]


def _stored(row: tuple[Any, ...]) -> Stored:
    return Stored(int(row[0]), int(row[1]), decode(row[2].encode()))


def _column(field: str) -> str:
    return _short(f"k_{field}")


def _index(collection: str, field: str, unique: bool) -> str:
    return _short(f"{'u' if unique else 'i'}_{collection}_{field}")


def _short(name: str) -> str:
    """Return a name that PostgreSQL does not cut (63 bytes), still telling long ones apart."""
    return name if len(name) <= 63 else f"{name[:46]}_{hashlib.sha256(name.encode()).hexdigest()[:16]}"


def _key(value: JSON) -> str | None:
    """Return a text that is equal for two values exactly if they are equal as JSON; None for null."""
    if value is None:
        return None
    text = orjson.dumps(_plain(value), option=orjson.OPT_SORT_KEYS).decode()
    return text if len(text) <= _LONGEST_KEY else f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _plain(value: JSON) -> JSON:
    """Return a value with whole floats as integers: 1.0 and 1 are the same number."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**63:
        return int(value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    return value
