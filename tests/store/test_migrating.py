"""Documents of an earlier schema version are migrated, whatever happens meanwhile; those of a later one are refused."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from survey_service.problems import Problem
from survey_service.store import migrating, open_store
from survey_service.store.base import CollectionSpec, Document, Schema, Store


def rename(body: Document) -> Document:
    """Version 2 says ``colour`` for ``color``."""
    assert "colour" not in body, "a document is migrated once"
    return {"colour": body["color"], "n": body["n"]}


def drop_odd(body: Document) -> Document | None:
    """Version 3 keeps even numbers only, and counts from there."""
    return {**body, "half": body["n"] // 2} if body["n"] % 2 == 0 else None


ONE = CollectionSpec("things")
TWO = CollectionSpec("things", indexes=("colour",), migrations=(rename,))
THREE = CollectionSpec("things", indexes=("colour",), migrations=(rename, drop_odd))


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrating, "BATCH", 3)


@pytest.fixture(params=["tinydb:", "postgresql:"])
def again(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Store]]:
    """Return a function that opens the same store anew, as the next start of the service does."""
    url = "tinydb:" if request.param == "tinydb:" else str(request.getfixturevalue("empty_database"))
    opened: list[Store] = []

    def start() -> Store:
        for store in opened:
            store.close()
        opened.append(open_store(url, tmp_path))
        return opened[-1]

    yield start
    for store in opened:
        store.close()


def fill(store: Store, count: int) -> None:
    things = store.collection(ONE)
    for n in range(count):
        things.add({"color": "red", "n": n})


def test_a_new_collection_has_the_declared_version(store: Store) -> None:
    things = store.collection(THREE)
    things.add({"colour": "red", "n": 0, "half": 0})
    assert things.schema() == Schema(3)
    assert things.get(1) is not None


def test_several_steps_in_one_go(again: Callable[[], Store]) -> None:
    fill(again(), 10)
    things = again().collection(THREE)
    assert [stored.body for stored in things.iterate()] == [
        {"colour": "red", "n": n, "half": n // 2} for n in (0, 2, 4, 6, 8)
    ]
    assert things.schema() == Schema(3)
    assert things.count(colour="red") == 5
    assert again().collection(THREE).count() == 5, "nothing is done twice"


def test_one_step_and_later_the_next(again: Callable[[], Store]) -> None:
    fill(again(), 4)
    assert [stored.body for stored in again().collection(TWO).iterate()] == [
        {"colour": "red", "n": n} for n in range(4)
    ]
    assert [stored.body["half"] for stored in again().collection(THREE).iterate()] == [0, 1]


@pytest.mark.parametrize("documents", range(1, 10))
def test_a_migration_that_ends_in_the_middle_goes_on(again: Callable[[], Store], documents: int) -> None:
    """The migration fails at each document in turn, and is done by the next start; `rename` would see a second time."""
    fill(again(), 9)
    seen = []

    def failing(body: Document) -> Document:
        seen.append(body["n"])
        if len(seen) == documents:
            raise KeyboardInterrupt
        return rename(body)

    with pytest.raises(KeyboardInterrupt):
        again().collection(CollectionSpec("things", migrations=(failing,)))
    things = again().collection(TWO)
    assert [stored.body for stored in things.iterate()] == [{"colour": "red", "n": n} for n in range(9)]
    assert things.schema() == Schema(2)


def test_documents_of_a_later_version_are_refused(again: Callable[[], Store]) -> None:
    fill(again(), 2)
    again().collection(TWO)
    with pytest.raises(Problem) as caught:
        again().collection(ONE)
    assert caught.value.code == "store.newer"
    assert (caught.value.details["found"], caught.value.details["known"]) == (2, 1)
    assert [stored.body["colour"] for stored in again().collection(TWO).iterate()] == ["red", "red"]


def test_two_that_migrate_at_once(again: Callable[[], Store]) -> None:
    store = again()
    fill(store, 20)
    store = again()
    faults: list[BaseException] = []

    def open_it() -> None:
        try:
            store.collection(TWO)
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert faults == []
    assert [stored.body for stored in store.collection(TWO).iterate()] == [{"colour": "red", "n": n} for n in range(20)]
