"""The store on PostgreSQL, for several processes and machines: one table a collection, the body as JSONB.

Declared fields are kept beside the body as text keys that are equal exactly if the values are equal as JSON, so that
plain b-tree indexes serve them and nothing but plain SQL is needed. A transaction block takes an advisory lock: one
block is inside at a time, on all machines, as the contract says; single changes do not wait for it.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from weakref import WeakKeyDictionary

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from psycopg_pool import ConnectionPool, PoolTimeout

from survey_service.problems import Problem
from survey_service.store import postgres_schema as schema_of
from survey_service.store.base import CollectionSpec
from survey_service.store.migrating import migrate
from survey_service.store.postgres_collection import PostgresCollection
from survey_service.store.postgres_schema import APPLICATION, Connection

_TRANSACTION_LOCK = 0x5355_5256  # "SURV": one transaction block at a time
_WAIT_SECONDS = 5.0
_IDLE_SECONDS = 1.0
_used: WeakKeyDictionary[Connection, float] = WeakKeyDictionary()
"""When each connection was last lent, by the monotonic clock."""


_PATIENCE: Mapping[str, int] = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""How soon a server that does not answer any more is given up, as when its cable is pulled: after some 10 seconds.
Each can be set otherwise in the address."""


def _patience(url: str) -> dict[str, int]:
    """Return what the address does not say itself."""
    try:
        given = conninfo_to_dict(url)
    except psycopg.ProgrammingError:  # whoever connects says so
        given = {}
    return {name: value for name, value in _PATIENCE.items() if name not in given}


def _checked(connection: Connection) -> None:
    """Ask a connection that has not been used for a while whether it still holds; raises if it doesn't."""
    now = time.monotonic()
    if now - _used.get(connection, 0.0) > _IDLE_SECONDS:
        ConnectionPool.check_connection(connection)
    _used[connection] = now


class PostgresStore:
    """A `Store` in a PostgreSQL database; safe for threads and for any number of processes."""

    def __init__(self, url: str, *, connections: int = 16) -> None:
        self._pool: ConnectionPool[Connection] = ConnectionPool(
            url,
            min_size=1,
            max_size=connections,
            timeout=_WAIT_SECONDS,
            reconnect_timeout=_WAIT_SECONDS,
            check=_checked,
            kwargs={"autocommit": True, "application_name": APPLICATION, **_patience(url)},
            open=False,
        )
        self._local = threading.local()
        self._collections: dict[str, PostgresCollection] = {}
        self._closed = False
        self._pool.open()
        try:
            self._pool.wait(_WAIT_SECONDS)
            with self.connection() as connection:
                schema_of.upgrade(connection)
        except PoolTimeout:
            self._pool.close()
            raise Problem("store.unreachable") from None
        except BaseException:
            self._pool.close()
            raise

    def collection(self, spec: CollectionSpec) -> PostgresCollection:
        if self._closed:
            raise Problem("store.closed", folder="PostgreSQL")
        fresh: dict[str, PostgresCollection] = getattr(self._local, "fresh", {})
        found = fresh.get(spec.name) or self._collections.get(spec.name)
        if found is None or not found.declared.covers(spec):
            found = self._declared(spec)
            inside = getattr(self._local, "connection", None) is not None
            (fresh if inside else self._collections)[spec.name] = found
        return found

    def _declared(self, spec: CollectionSpec) -> PostgresCollection:
        with self.connection() as connection:
            declared = schema_of.declare(connection, spec)
        migrate(self, PostgresCollection(self, declared), spec)
        return PostgresCollection(self, replace(declared, version=spec.version))

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
            try:
                with self.connection():  # a savepoint
                    yield
            except BaseException:
                self._local.fresh.clear()
                raise
            return
        self._local.fresh = {}  # a table made in here is there for others once it is committed
        try:
            with self.connection() as connection, connection.transaction():
                connection.execute("SELECT pg_advisory_xact_lock(%s)", (_TRANSACTION_LOCK,))
                self._local.connection = connection
                try:
                    yield
                finally:
                    self._local.connection = None
            self._collections.update(self._local.fresh)
        finally:
            self._local.fresh = {}

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
