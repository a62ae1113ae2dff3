"""A PostgreSQL store as a stream, and a stream into an empty one, each in one transaction."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import psycopg
from psycopg import sql

from survey_service.problems import Problem
from survey_service.store import postgres_schema as schema_of
from survey_service.store.base import Schema, decode
from survey_service.store.postgres_schema import APPLICATION, Connection, Declared, column_of
from survey_service.store.transfer import PORTION, Dump, Facts, Row, compare, digests_of, pour


@contextlib.contextmanager
def reading(url: str) -> Iterator[Iterator[Dump]]:
    """Yield the collections of a database as they are at one moment. Raises Problem store.unreachable, store.newer."""
    with _connected(url) as connection:
        schema_of.upgrade(connection)
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        with connection.transaction():
            yield _dumps(connection)


def take(
    url: str, dumps: Iterable[Dump], *, replacing: bool, before: Callable[[], object] = lambda: None
) -> dict[str, int]:
    """Put collections into a database and return the number of documents of each.

    Raises Problem store.connected if the service is running, store.occupied unless ``replacing``, which removes what is
    there, and store.mismatch.
    """
    with _connected(url) as connection:
        schema_of.upgrade(connection)
        with connection.transaction():
            _nobody_else(connection)
            _clear(connection, replacing=replacing)
            expected = pour(dumps, functools.partial(_take, connection))
            compare(expected, digests_of(_dumps(connection)))
            before()
    return {name: count for name, (count, _) in expected.items()}


@contextlib.contextmanager
def _connected(url: str) -> Iterator[Connection]:
    try:
        with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
            yield connection
    except (psycopg.OperationalError, psycopg.InterfaceError):
        raise Problem("store.unreachable") from None


def _dumps(connection: Connection) -> Iterator[Dump]:
    for declared in schema_of.collections(connection):
        yield Dump(_facts(connection, declared), _rows(connection, declared))


def _facts(connection: Connection, declared: Declared) -> Facts:
    row = connection.execute("SELECT migrated FROM store_collections WHERE name = %s", (declared.name,)).fetchone()
    sequence = sql.SQL(_sequence(connection, declared.name))
    given = sql.SQL("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {}").format(sequence)
    high = connection.execute(given).fetchone()
    highest = connection.execute(sql.SQL("SELECT coalesce(max(id), 0) FROM {}").format(declared.table)).fetchone()
    return Facts(
        name=declared.name,
        indexes=tuple(field for field in declared.fields if field not in declared.unique),
        unique=tuple(sorted(declared.unique)),
        tracked=declared.epoch is not None,
        schema=Schema(declared.version, int(row[0]) if row else 0),
        high=max(int(high[0]) if high else 0, int(highest[0]) if highest else 0),
    )


def _sequence(connection: Connection, collection: str) -> Any:
    """Return the name of the sequence that gives the ids, as SQL wants it."""
    row = connection.execute("SELECT pg_get_serial_sequence(%s, 'id')", (f'"c_{collection}"',)).fetchone()
    return row[0] if row else None


def _rows(connection: Connection, declared: Declared) -> Iterator[Row]:
    query = sql.SQL("SELECT id, version, body::text FROM {} ORDER BY id").format(declared.table)
    with connection.cursor(name=f"dump_{declared.name}") as cursor:
        cursor.itersize = PORTION
        for id, version, body in cursor.execute(query):
            yield id, version, body.encode()


def _nobody_else(connection: Connection) -> None:
    row = connection.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = %s",
        (APPLICATION,),
    ).fetchone()
    if row and row[0]:
        raise Problem("store.connected", count=row[0])


def _clear(connection: Connection, *, replacing: bool) -> None:
    """Remove what is there, so that nothing has been declared or stored. Raises Problem store.occupied."""
    for declared in schema_of.collections(connection):
        if not replacing and _facts(connection, declared).high:
            raise Problem("store.occupied", place="PostgreSQL")
        connection.execute(sql.SQL("DROP TABLE {}").format(declared.table))
    connection.execute("DELETE FROM store_collections")
    connection.execute("DELETE FROM store_deleted")


def _take(connection: Connection, dump: Dump) -> None:
    facts = dump.facts
    declared = schema_of.declare(connection, facts.spec)
    connection.execute(
        "UPDATE store_collections SET version = %s, migrated = %s WHERE name = %s",
        (facts.schema.version, facts.schema.migrated, facts.name),
    )
    columns = [sql.Identifier(name) for name in ("id", "version", "body")] + [column_of(f) for f in declared.fields]
    copy = sql.SQL("COPY {} ({}) FROM STDIN").format(declared.table, sql.SQL(", ").join(columns))
    with connection.cursor() as cursor, cursor.copy(copy) as writer:
        for id, version, encoded in dump.rows:
            values: list[Any] = [id, version, encoded.decode(), *declared.keys(decode(encoded))]
            writer.write_row(values)
    if facts.high:
        connection.execute("SELECT setval(%s::regclass, %s)", (_sequence(connection, facts.name), facts.high))
