"""The numbered migrations of the database: each applied once, a later database refused, a declaration found again."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from survey_service.problems import Problem
from survey_service.store import open_store, postgres_schema
from survey_service.store.base import CollectionSpec
from survey_service.store.postgres import PostgresStore
from survey_service.store.postgres_schema import Connection, Declared
from tests.store.threads import in_threads


@pytest.fixture
def database(empty_database: str) -> Iterator[Connection]:
    with psycopg.connect(empty_database, autocommit=True) as connection:
        yield connection


def numbers(database: Connection) -> list[int]:
    return [number for (number,) in database.execute("SELECT number FROM store_schema ORDER BY number").fetchall()]


def test_many_processes_that_start_at_once_apply_each_migration_once(
    empty_database: str, database: Connection, tmp_path: Path
) -> None:
    def start() -> None:
        open_store(empty_database, tmp_path).close()

    in_threads([functools.partial(start) for _ in range(6)])
    assert numbers(database) == sorted(postgres_schema.migrations())


def test_migrations_are_applied_in_order_and_not_again(database: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = {1: b"CREATE TABLE a (n int)", 2: b"INSERT INTO a VALUES (2)"}
    monkeypatch.setattr(postgres_schema, "migrations", lambda: {1: steps[1]})
    postgres_schema.upgrade(database)
    monkeypatch.setattr(postgres_schema, "migrations", lambda: steps)
    postgres_schema.upgrade(database)
    postgres_schema.upgrade(database)
    assert numbers(database) == [1, 2]
    assert database.execute("SELECT n FROM a").fetchall() == [(2,)]


def test_a_migration_that_fails_leaves_nothing(database: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = {1: b"CREATE TABLE a (n int)", 2: b"INSERT INTO nowhere VALUES (2)"}
    monkeypatch.setattr(postgres_schema, "migrations", lambda: steps)
    with pytest.raises(psycopg.errors.UndefinedTable):
        postgres_schema.upgrade(database)
    assert database.execute("SELECT to_regclass('a'), to_regclass('store_schema')").fetchone() == (None, None)


def test_a_database_of_a_later_version_is_refused(empty_database: str, database: Connection, tmp_path: Path) -> None:
    open_store(empty_database, tmp_path).close()
    database.execute("INSERT INTO store_schema (number) VALUES (9999)")
    with pytest.raises(Problem) as caught:
        open_store(empty_database, tmp_path)
    assert caught.value.code == "store.newer"


def test_what_was_declared_is_known_to_the_next_process(
    empty_database: str, database: Connection, tmp_path: Path
) -> None:
    first = open_store(empty_database, tmp_path)
    first.collection(CollectionSpec("things", indexes=("a",), unique=("key",)))
    first.collection(CollectionSpec("things", indexes=("b",), tracked=True)).add({"key": 1, "a": 2, "b": 3})
    found = postgres_schema.declared(database, "things")
    assert found is not None
    assert (set(found.fields), found.unique, found.version) == ({"key", "a", "b"}, {"key"}, 1)
    assert found.epoch is not None
    first.close()
    second = PostgresStore(empty_database)
    things = second.collection(CollectionSpec("things"))
    with pytest.raises(Problem) as caught:
        things.add({"key": 1})
    assert caught.value.code == "store.duplicate"
    assert things.first(b=3) is not None
    second.close()


def test_an_index_made_unique_later(empty_database: str, tmp_path: Path) -> None:
    store = open_store(empty_database, tmp_path)
    store.collection(CollectionSpec("things", indexes=("a",))).add({"a": 1})
    things = store.collection(CollectionSpec("things", unique=("a",)))
    with pytest.raises(Problem):
        things.add({"a": 1})
    store.close()


def test_what_a_declaration_covers() -> None:
    known = Declared("things", ("a", "k"), frozenset({"k"}), 1, None)
    assert known.covers(CollectionSpec("things", indexes=("a",), unique=("k",)))
    assert not known.covers(CollectionSpec("things", indexes=("b",)))
    assert not known.covers(CollectionSpec("things", unique=("a",)))
    assert not known.covers(CollectionSpec("things", tracked=True))
    assert not known.covers(CollectionSpec("things", migrations=(dict,)))
