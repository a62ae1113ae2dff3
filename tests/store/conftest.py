"""One fixture runs the contract over every backend."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from survey_service.store import open_store
from survey_service.store.base import CollectionSpec, Store

THINGS = CollectionSpec("things", indexes=("colour", "size"), unique=("key",))


@pytest.fixture(params=["memory:", "tinydb:", "postgresql:"])
def url(request: pytest.FixtureRequest) -> str:
    """The address of each backend in turn; on PostgreSQL an empty database for each test."""
    if request.param != "postgresql:":
        return str(request.param)
    return str(request.getfixturevalue("empty_database"))


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
