"""Whole stores read, copied from one kind to another, and compared; ids, versions and declarations come along."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from survey_service.problems import Problem
from survey_service.store import copying, offline, open_store
from survey_service.store.base import CollectionSpec, Document, Schema, Store
from survey_service.store.tiny import TinyStore
from survey_service.store.transfer import Digest, Dump, Facts, Row, compare, digests_of
from tests.store.threads import in_threads

THINGS = CollectionSpec("things", indexes=("colour",), unique=("key",), tracked=True)
PLAIN = CollectionSpec("plain")
BODY = {
    "key": "k1",
    "colour": "سرخ 🙂",
    "x": 1.0,
    "big": 1e22,
    "small": 5e-324,
    "n": -(2**63),
    "deep": [{"a": [None, True]}],
}


@pytest.fixture(params=["tinydb:first", "postgresql:"])
def origin(request: pytest.FixtureRequest) -> str:
    return request.param if request.param == "tinydb:first" else str(request.getfixturevalue("empty_database"))


def filled(url: str, instance: Path) -> None:
    store = open_store(url, instance)
    things = store.collection(THINGS)
    things.add(BODY)
    for n in range(2, 9):
        things.add({"key": f"k{n}", "n": n})
    things.replace(3, {"key": "k3", "n": 30}, version=1)
    things.replace(3, {"key": "k3", "n": 31}, version=2)
    things.delete(8)
    things.delete(5)
    store.collection(PLAIN).add({"a": 1})
    store.collection(CollectionSpec("emptied")).add({})
    store.collection(CollectionSpec("emptied")).delete(1)
    store.close()


def content(store: Store, spec: CollectionSpec) -> list[tuple[int, int, dict[str, Any]]]:
    return [(stored.id, stored.version, stored.body) for stored in store.collection(spec).iterate()]


def copied(origin: str, target: str, instance: Path, **options: Any) -> dict[str, int]:
    with copying.source(origin, instance) as dumps:
        return copying.load(target, instance, dumps, **options)


def check_copy(url: str, instance: Path) -> None:
    """All that `filled` has stored is there, and goes on where it had ended."""
    store = open_store(url, instance)
    found = content(store, THINGS)
    assert [(id, version) for id, version, _ in found] == [(1, 1), (2, 1), (3, 3), (4, 1), (6, 1), (7, 1)]
    assert found[0][2] == BODY
    assert found[2][2] == {"key": "k3", "n": 31}
    things = store.collection(CollectionSpec("things"))
    with pytest.raises(Problem) as caught:
        things.add({"key": "k2"})
    assert caught.value.code == "store.duplicate"
    assert things.count(colour=BODY["colour"]) == 1
    added = things.add({"key": "new"})
    assert added.id >= 9
    assert store.collection(CollectionSpec("emptied")).add({}).id == 2
    assert store.collection(THINGS).changes("0123456789abcdef-3").reset
    store.close()


def test_from_each_kind_to_the_embedded_store(origin: str, tmp_path: Path) -> None:
    filled(origin, tmp_path)
    assert copied(origin, "tinydb:second", tmp_path) == {"things": 6, "plain": 1, "emptied": 0}
    check_copy("tinydb:second", tmp_path)


def test_from_the_embedded_store_to_postgresql_and_back(empty_database: str, tmp_path: Path) -> None:
    filled("tinydb:first", tmp_path)
    assert copied("tinydb:first", empty_database, tmp_path)["things"] == 6
    copied(empty_database, "tinydb:third", tmp_path)
    check_copy(empty_database, tmp_path)
    check_copy("tinydb:third", tmp_path)


def test_a_copy_is_as_durable_as_what_it_is_made_of(tmp_path: Path) -> None:
    """The highest id survives although no document has it, and nothing was stored after the copy."""
    filled("tinydb:first", tmp_path)
    copied("tinydb:first", "tinydb:second", tmp_path)
    copied("tinydb:second", "tinydb:third", tmp_path)
    check_copy("tinydb:third", tmp_path)


@pytest.mark.parametrize("kind", ["tinydb:second", "postgresql:"])
def test_a_store_with_documents_is_not_copied_over(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    target = kind if kind == "tinydb:second" else str(request.getfixturevalue("empty_database"))
    filled("tinydb:first", tmp_path)
    store = open_store(target, tmp_path)
    store.collection(PLAIN).add({"mine": True})
    store.close()
    with pytest.raises(Problem) as caught:
        copied("tinydb:first", target, tmp_path)
    assert caught.value.code == "store.occupied"
    store = open_store(target, tmp_path)
    assert content(store, PLAIN) == [(1, 1, {"mine": True})]
    store.close()
    assert copied("tinydb:first", target, tmp_path, replacing=True)["things"] == 6
    check_copy(target, tmp_path)


@pytest.mark.parametrize("kind", ["tinydb:second", "postgresql:"])
def test_a_store_in_use_is_not_copied_over(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    target = kind if kind == "tinydb:second" else str(request.getfixturevalue("empty_database"))
    filled("tinydb:first", tmp_path)
    store = open_store(target, tmp_path)
    with pytest.raises(Problem) as caught:
        copied("tinydb:first", target, tmp_path, replacing=True)
    assert caught.value.code in ("store.locked", "store.connected")
    store.collection(PLAIN).add({"still": "mine"})
    assert content(store, PLAIN) == [(1, 1, {"still": "mine"})]
    store.close()


@pytest.mark.parametrize("kind", ["tinydb:second", "postgresql:"])
def test_a_copy_that_breaks_off_leaves_nothing_and_can_be_repeated(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    target = kind if kind == "tinydb:second" else str(request.getfixturevalue("empty_database"))
    filled("tinydb:first", tmp_path)

    def broken(dump: Dump) -> Dump:
        def rows() -> Any:
            yield from list(dump.rows)[:2]
            raise OSError("the other machine has gone")

        return Dump(dump.facts, rows())

    with (
        pytest.raises(OSError, match="other machine"),
        copying.source("tinydb:first", tmp_path) as dumps,
    ):
        copying.load(target, tmp_path, map(broken, dumps))
    assert not (tmp_path / "second").exists()
    assert copied("tinydb:first", target, tmp_path)["things"] == 6
    check_copy(target, tmp_path)


def test_a_copy_that_was_killed_can_be_repeated(tmp_path: Path) -> None:
    filled("tinydb:first", tmp_path)
    leftover = tmp_path / "second.incoming"
    leftover.mkdir()
    (leftover / "snap-00000001").write_bytes(b"half")
    copied("tinydb:first", "tinydb:second", tmp_path)
    check_copy("tinydb:second", tmp_path)


def test_the_schema_version_comes_along(origin: str, tmp_path: Path) -> None:
    def step(body: Document) -> Document:
        return {**body, "steps": body.get("steps", 0) + 1}

    store = open_store(origin, tmp_path)
    store.collection(CollectionSpec("plain", migrations=(step,))).add({"n": 1})
    store.close()
    copied(origin, "tinydb:second", tmp_path)
    store = open_store("tinydb:second", tmp_path)
    plain = store.collection(CollectionSpec("plain", migrations=(step, step)))
    assert plain.schema() == Schema(3)
    assert [stored.body for stored in plain.iterate()] == [{"n": 1, "steps": 1}]
    with pytest.raises(Problem) as caught:
        store.collection(PLAIN)
    assert caught.value.code == "store.newer"
    store.close()


def test_what_differs_is_found() -> None:
    facts = Facts("things", (), (), False, Schema(1), 2)
    rows: list[Row] = [(1, 1, b'{"a":1.0,"b":2}'), (2, 1, b"{}")]
    same: list[Row] = [(2, 1, b"{}"), (1, 1, b'{"b":2,"a":1}')]
    assert digests_of([Dump(facts, rows)]) == digests_of([Dump(facts, same)])
    for other in (
        rows[:1],
        [(1, 2, rows[0][2]), rows[1]],
        [(1, 1, b'{"a":2,"b":2}'), rows[1]],
        [(3, 1, rows[0][2]), rows[1]],
    ):
        with pytest.raises(Problem) as caught:
            compare(digests_of([Dump(facts, rows)]), digests_of([Dump(facts, other)]))
        assert caught.value.code == "store.mismatch"
    assert Digest().value == (0, "0" * 64)


# --- reading while somebody writes ---


def test_a_store_in_use_is_read_as_it_was(tmp_path: Path) -> None:
    """32 threads write and the store compacts again and again; each reading has all that was acknowledged before."""
    store = open_store("tinydb:", tmp_path)
    assert isinstance(store, TinyStore)
    things = store.collection(CollectionSpec("things"))
    acknowledged: set[tuple[int, int]] = set()
    stop = threading.Event()
    lock = threading.Lock()

    def writer() -> None:
        mine: list[int] = []
        while not stop.is_set():
            if len(mine) % 3 == 2:
                stored = things.replace(mine.pop(), {"x": "y" * 300}, version=1)
            else:
                stored = things.add({"x": "y" * 300})
                mine.append(stored.id)
            with lock:
                acknowledged.add((stored.id, stored.version))

    def compacting() -> None:
        while not stop.is_set():
            store.compact()

    readings = []

    def reader() -> None:
        for _ in range(8):
            with lock:
                before = set(acknowledged)
            with offline.reading(tmp_path / "store") as dumps:
                rows = {id: version for dump in dumps for id, version, _ in dump.rows}
            readings.append((before, rows))
            time.sleep(0.05)
        stop.set()

    in_threads([*[writer] * 32, compacting, reader])
    store.close()
    assert len(readings) == 8
    assert len(readings[-1][0]) > 100
    for before, rows in readings:
        assert all(rows.get(id, 0) >= version for id, version in before)
    assert [path.name for path in tmp_path.iterdir()] == ["store"], "no links are left"


def test_a_store_that_was_not_closed_is_read_to_its_end(tmp_path: Path) -> None:
    """The mark may lag behind after a power cut, so it is no bound when nobody has the store open."""
    store = open_store("tinydb:", tmp_path)
    store.collection(PLAIN).add({"n": 1})
    old_mark = (tmp_path / "store" / "MARK").read_bytes()
    store.collection(PLAIN).add({"n": 2})
    store.close()
    (tmp_path / "store" / "MARK").write_bytes(old_mark)
    with offline.reading(tmp_path / "store") as dumps:
        assert {dump.facts.name: len(list(dump.rows)) for dump in dumps} == {"plain": 2}


def test_a_damaged_store_is_not_read(tmp_path: Path) -> None:
    filled("tinydb:first", tmp_path)
    wal = tmp_path / "first" / "wal-00000001"
    content = bytearray(wal.read_bytes())
    content[200] ^= 1
    wal.write_bytes(content)
    with pytest.raises(Problem) as caught, offline.reading(tmp_path / "first") as dumps:
        list(dumps)
    assert caught.value.code == "store.damaged"


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Problem) as caught, offline.reading(tmp_path / "nowhere"):
        pass
    assert caught.value.code == "store.unusable"
