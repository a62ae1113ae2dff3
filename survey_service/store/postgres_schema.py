"""The tables in PostgreSQL: numbered migrations of what all collections share, and a table for each collection.

The files in ``migrations/`` are applied in the order of their numbers, each once, all under one lock. A database that
knows of a later number is refused. A collection's own table ``c_<name>`` has id, version and body, a text key for each
declared field, and ``changed``, the number of the last change, if it has a history.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

import orjson
import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from survey_service.problems import Problem
from survey_service.store.base import JSON, CollectionSpec, decode
from survey_service.store.transfer import plain

Connection = psycopg.Connection[tuple[Any, ...]]
APPLICATION = "survey-service"
"""How the connections of a running service call themselves."""
BATCH = 500
"""Documents that are read at once."""
_SCHEMA_LOCK = 0x5355_5257
_LONGEST_KEY = 200


@dataclass(frozen=True)
class Declared:
    """What is declared of a collection, by any program that has used it."""

    name: str
    fields: tuple[str, ...]
    unique: frozenset[str]
    version: int
    epoch: str | None

    def covers(self, spec: CollectionSpec) -> bool:
        """Return whether a declaration adds nothing."""
        fields = set(spec.fields) <= set(self.fields) and set(spec.unique) <= self.unique
        return fields and self.version == spec.version and (self.epoch is not None or not spec.tracked)

    @property
    def table(self) -> sql.Identifier:
        """The table with its documents."""
        return table_of(self.name)

    def keys(self, body: Mapping[str, JSON]) -> list[str | None]:
        """Return a document's keys, one for each of the fields."""
        return [key_of_field(body.get(field)) for field in self.fields]


def table_of(collection: str) -> sql.Identifier:
    """Return the name of a collection's table."""
    return sql.Identifier(f"c_{collection}")


def column_of(field: str) -> sql.Identifier:
    """Return the name of the column with the keys of a field."""
    return sql.Identifier(_short(f"k_{field}"))


def index_of(collection: str, field: str, unique: bool) -> str:
    """Return the name of the index of a field."""
    return _short(f"{'u' if unique else 'i'}_{collection}_{field}")


def upgrade(connection: Connection) -> None:
    """Apply the migrations that are left. Raises Problem store.newer for a database of a later version."""
    steps = migrations()
    known = max(steps)
    if _applied(connection) == known:
        return
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_SCHEMA_LOCK,))
        connection.execute("CREATE TABLE IF NOT EXISTS store_schema (number integer PRIMARY KEY)")
        found = _applied(connection)
        if found > known:
            raise Problem("store.newer", collection="PostgreSQL", found=found, known=known)
        for number in range(found + 1, known + 1):
            connection.execute(steps[number])
            connection.execute("INSERT INTO store_schema (number) VALUES (%s)", (number,))


def migrations() -> dict[int, bytes]:
    """Return the SQL of the numbered migrations, from 1 without a gap."""
    folder = resources.files("survey_service.store").joinpath("migrations")
    files = {int(file.name[:4]): file.read_bytes() for file in folder.iterdir() if file.name.endswith(".sql")}
    if sorted(files) != list(range(1, len(files) + 1)):
        raise RuntimeError("the numbers of the migrations have a gap")
    return files


def _applied(connection: Connection) -> int:
    """Return the number of the last migration applied, 0 for none."""
    row = connection.execute("SELECT to_regclass('store_schema')").fetchone()
    if row is None or row[0] is None:
        return 0
    row = connection.execute("SELECT coalesce(max(number), 0) FROM store_schema").fetchone()
    return int(row[0]) if row else 0


def declared(connection: Connection, name: str) -> Declared | None:
    """Return what is declared of a collection, or None if nothing is yet."""
    row = connection.execute(
        "SELECT indexes, uniques, version, epoch FROM store_collections WHERE name = %s", (name,)
    ).fetchone()
    return Declared(name, tuple(dict.fromkeys((*row[1], *row[0]))), frozenset(row[1]), row[2], row[3]) if row else None


def collections(connection: Connection) -> list[Declared]:
    """Return all collections by name."""
    rows = connection.execute("SELECT name FROM store_collections ORDER BY name").fetchall()
    return [found for (name,) in rows if (found := declared(connection, name)) is not None]


def declare(connection: Connection, spec: CollectionSpec) -> Declared:
    """Make the table, columns and indexes that are missing, and fill new columns.

    The schema version of a collection that is there stays. Raises Problem store.duplicate.
    """
    found = declared(connection, spec.name)
    if found is not None and found.covers(spec):
        return found
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_SCHEMA_LOCK,))
        connection.execute(
            sql.SQL(
                "CREATE TABLE IF NOT EXISTS {} (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, "
                "version bigint NOT NULL, body jsonb NOT NULL, changed bigint)"
            ).format(table_of(spec.name))
        )
        known = declared(connection, spec.name) or Declared(spec.name, (), frozenset(), spec.version, None)
        unique = known.unique | set(spec.unique)
        fields = tuple(dict.fromkeys((*known.fields, *spec.fields)))
        for field in fields:
            if field not in known.fields or (field in unique) != (field in known.unique):
                _declare_field(connection, spec.name, field, field in unique)
        epoch = known.epoch or (_begin_history(connection, spec.name) if spec.tracked else None)
        connection.execute(
            "INSERT INTO store_collections (name, version, indexes, uniques, epoch) VALUES (%s, %s, %s, %s, %s) "
            "ON CONFLICT (name) DO UPDATE SET indexes = excluded.indexes, uniques = excluded.uniques, "
            "epoch = excluded.epoch",
            (spec.name, spec.version, Jsonb([f for f in fields if f not in unique]), Jsonb(sorted(unique)), epoch),
        )
    return Declared(spec.name, fields, unique, known.version, epoch)


def _begin_history(connection: Connection, name: str) -> str:
    create = sql.SQL("CREATE INDEX IF NOT EXISTS {} ON {} (changed)")
    connection.execute(create.format(sql.Identifier(_short(f"h_{name}")), table_of(name)))
    return secrets.token_hex(8)


def _declare_field(connection: Connection, name: str, field: str, unique: bool) -> None:
    table, column = table_of(name), column_of(field)
    add = sql.SQL("ALTER TABLE {} ADD COLUMN IF NOT EXISTS {} text").format(table, column)
    connection.execute(add)
    _fill(connection, table, field)
    create = sql.SQL("CREATE {} IF NOT EXISTS {} ON {} ({})").format(
        sql.SQL("UNIQUE INDEX" if unique else "INDEX"),
        sql.Identifier(index_of(name, field, unique)),
        table,
        column,
    )
    try:
        with connection.transaction():
            connection.execute(create)
    except psycopg.errors.UniqueViolation:
        raise Problem("store.duplicate", collection=name, field=field) from None


def _fill(connection: Connection, table: sql.Identifier, field: str) -> None:
    """Give the documents that were there before a field was declared their key of it."""
    update = sql.SQL("UPDATE {} SET {} = %s WHERE id = %s").format(table, column_of(field))
    query = sql.SQL("SELECT id, body::text FROM {} WHERE id > %s ORDER BY id LIMIT %s").format(table)
    last = 0
    while rows := connection.execute(query, (last, BATCH)).fetchall():
        keys = [(key_of_field(decode(body.encode()).get(field)), id) for id, body in rows]
        with connection.cursor() as cursor:
            cursor.executemany(update, keys)
        last = int(rows[-1][0])


def _short(name: str) -> str:
    """Return a name that PostgreSQL does not cut (63 bytes), still telling long ones apart."""
    return name if len(name) <= 63 else f"{name[:46]}_{hashlib.sha256(name.encode()).hexdigest()[:16]}"


def key_of_field(value: JSON) -> str | None:
    """Return a text that is equal for two values exactly if they are equal as JSON; None for null."""
    if value is None:
        return None
    text = orjson.dumps(plain(value), option=orjson.OPT_SORT_KEYS).decode()
    return text if len(text) <= _LONGEST_KEY else f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
