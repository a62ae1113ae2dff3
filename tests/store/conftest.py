"""One fixture runs the contract over every backend."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from survey_service.store import open_store
from survey_service.store.base import CollectionSpec, Store
from tests.store.postgres_server import Server, running

THINGS = CollectionSpec("things", indexes=("colour", "size"), unique=("key",))


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real PostgreSQL for the whole run."""
    with running(Path(tempfile.mkdtemp(prefix="survey-pg-"))) as started:
        yield started
    shutil.rmtree(started.folder)


@pytest.fixture(params=["memory:", "tinydb:", "postgresql:"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of each backend in turn; on PostgreSQL an empty database for each test."""
    if request.param != "postgresql:":
        yield str(request.param)
        return
    server: Server = request.getfixturevalue("server")
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    yield server.url


@pytest.fixture
def store(url: str, tmp_path: Path) -> Iterator[Store]:
    opened = open_store(url, tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def reopen(tmp_path: Path) -> Iterator[Callable[[], Store]]:
    """Return a function that closes the embedded store, if it is open, and opens it again."""
    opened: list[Store] = []

    def again() -> Store:
        for store in opened:
            store.close()
        opened.append(open_store("tinydb:", tmp_path))
        return opened[-1]

    yield again
    for store in opened:
        store.close()
