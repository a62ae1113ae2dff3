"""Compaction goes on in the background: nobody waits for it, and whatever happens meanwhile is kept."""

from __future__ import annotations

import functools
import os
import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tinydb.table import Document

from survey_service.problems import Problem
from survey_service.store.base import CollectionSpec
from survey_service.store.tiny import TinyStore
from tests.store.conftest import THINGS
from tests.store.disks import SimDisk
from tests.store.test_journal import until
from tests.store.threads import in_threads

pytestmark = pytest.mark.injected


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def store(folder: Path) -> Iterator[TinyStore]:
    opened = TinyStore(folder)
    yield opened
    opened.close()


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def content(store: TinyStore) -> dict[tuple[int, int], dict[str, Any]]:
    return {(stored.id, stored.version): stored.body for stored in store.collection(THINGS).iterate()}


def test_a_snapshot_takes_the_place_of_the_older_files(store: TinyStore, folder: Path) -> None:
    things = store.collection(THINGS)
    for number in range(100):
        things.add({"key": number, "text": "x" * 100})
    things.replace(7, {"key": "seven"}, version=1)
    things.replace(7, {"key": "Seven"}, version=2)
    things.delete(100)
    before = content(store)
    assert files(folder) == {"LOCK", "MARK", "snap-00000001", "wal-00000001"}
    store.compact()
    assert files(folder) == {"LOCK", "MARK", "snap-00000002", "wal-00000002"}
    assert content(store) == before
    store.close()
    again = TinyStore(folder)
    assert content(again) == before
    assert again.collection(THINGS).add({}).id == 101
    with pytest.raises(Problem):
        again.collection(THINGS).replace(7, {}, version=2)
    again.collection(THINGS).replace(7, {}, version=3)
    again.close()


def test_tables_keep_their_order_and_their_names(store: TinyStore, folder: Path) -> None:
    store.db.table("späte Tabelle, »mit Namen«\n").insert_multiple([Document({"n": id}, doc_id=id) for id in (5, 3, 9)])
    store.db.table("gone").insert({})
    store.db.drop_table("gone")
    store.compact()
    store.close()
    again = TinyStore(folder)
    assert again.db.tables() == {"späte Tabelle, »mit Namen«\n"}
    assert [row.doc_id for row in again.db.table("späte Tabelle, »mit Namen«\n")] == [5, 3, 9]
    assert again.db.table("gone").insert({}) == 2
    again.close()


def test_it_begins_by_itself_when_the_journal_has_grown(folder: Path) -> None:
    store = TinyStore(folder, compact_at=20_000)
    things = store.collection(THINGS)
    for number in range(60):
        things.add({"key": number, "text": "x" * 300})
    until(lambda: "snap-00000002" in files(folder) and "wal-00000001" not in files(folder))
    for number in range(40):
        things.add({"key": -1 - number, "text": "x" * 300})
    assert things.count() == 100
    store.close()
    assert max(path.stat().st_size for path in folder.glob("wal-*")) < 60_000


def test_the_journal_may_grow_as_large_as_the_snapshot(folder: Path) -> None:
    """Else a large store would be written anew again and again."""
    store = TinyStore(folder, compact_at=1000)
    things = store.collection(THINGS)
    with store.transaction():
        for number in range(200):
            things.add({"key": number, "text": "x" * 300})
    store.engine._compactor.stop()
    store.close()
    store = TinyStore(folder, compact_at=1000)
    store.compact()
    generation = max(files(folder))
    for number in range(20):
        things = store.collection(THINGS)
        things.add({"key": -1 - number, "text": "x" * 300})
    store.close()
    assert max(files(folder)) == generation


def test_writers_compaction_and_readers_at_once(folder: Path) -> None:
    """Many snapshots under eight writers: nothing is lost, ids are in step, and nobody hangs."""
    store = TinyStore(folder, compact_at=5_000)
    things = store.collection(THINGS)
    notes = store.collection(CollectionSpec("notes"))
    expected: dict[int, tuple[int, Any]] = {}

    def write(number: int) -> None:
        chance = random.Random(number)
        mine: list[int] = []
        for turn in range(60):
            if mine and chance.random() < 0.3:
                id = chance.choice(mine)
                version, _ = expected[id]
                things.replace(id, {"key": f"{number} {turn}"}, version=version)
                expected[id] = (version + 1, f"{number} {turn}")
            elif mine and chance.random() < 0.2:
                id = mine.pop()
                things.delete(id)
                del expected[id]
            else:
                with store.transaction():
                    id = things.add({"key": f"{number} {turn}", "text": "x" * chance.randrange(800)}).id
                    notes.add({"about": id})
                mine.append(id)
                expected[id] = (1, f"{number} {turn}")

    def read() -> None:
        for _ in range(150):
            assert notes.count() >= things.count() - 480
            for stored in things.iterate():
                assert stored.body["key"]

    def compact() -> None:
        for _ in range(15):
            store.compact()

    in_threads([*(functools.partial(write, number) for number in range(8)), read, compact])
    store.close()
    generations = int(max(path.name for path in folder.glob("snap-*"))[5:])
    assert generations > 15
    store = TinyStore(folder)
    found = {stored.id: (stored.version, stored.body["key"]) for stored in store.collection(THINGS).iterate()}
    assert found == expected
    assert len(set(found)) == len(found)
    store.close()


@pytest.mark.faults
@pytest.mark.timeout(300)
def test_half_a_minute_of_compactions_under_writers(folder: Path) -> None:
    """A watchdog for dead ends between leaders and compactions: everybody gets on, to the end."""
    store = TinyStore(folder, compact_at=1_000)
    things = store.collection(THINGS)
    end = time.monotonic() + 30
    turns = [0] * 12

    def work(number: int) -> None:
        while time.monotonic() < end:
            if number == 0:
                store.compact()
            else:
                things.delete(things.add({"key": f"{number} {turns[number]}"}).id)
            turns[number] += 1

    in_threads([functools.partial(work, number) for number in range(12)])
    store.close()
    assert min(turns) > 100


class SlowSnapshots(SimDisk):
    """A disk on which a snapshot's file is opened only when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.let = threading.Event()
        self.waiting = threading.Event()

    def create(self, name: str) -> Any:
        if name == "snap.tmp":
            self.waiting.set()
            assert self.let.wait(30)
        return super().create(name)


def test_writers_do_not_wait_for_a_snapshot() -> None:
    from tests.store.test_disk_errors import add, numbers

    disk = SlowSnapshots()
    engine = _engine(disk)
    add(engine, 0)
    compaction = threading.Thread(target=engine.compact, daemon=True)
    compaction.start()
    assert disk.waiting.wait(30)
    for number in range(1, 50):
        add(engine, number)
    assert compaction.is_alive()
    assert numbers(_engine(disk.copy())) == list(range(50))
    disk.let.set()
    compaction.join(30)
    assert disk.names() == {"MARK", "snap-00000002", "wal-00000002"}
    assert numbers(_engine(disk.copy())) == list(range(50))


def test_what_is_under_way_is_not_in_the_snapshot_but_in_the_journal() -> None:
    """A change that is being synced while another thread asks for a snapshot is counted once."""
    from tests.store.test_disk_errors import add, numbers
    from tests.store.test_journal import SlowDisk

    disk = SlowDisk()
    engine = _engine(disk)
    add(engine, 0)
    disk.waiting.clear()
    disk.let.clear()
    works = [threading.Thread(target=add, args=(engine, 1), daemon=True)]
    works[0].start()
    assert disk.waiting.wait(30)
    works.append(threading.Thread(target=engine.compact, daemon=True))
    works[1].start()
    until(lambda: len(engine._journal._queue) == 1)
    works.append(threading.Thread(target=add, args=(engine, 2), daemon=True))
    works[2].start()
    until(lambda: len(engine._journal._queue) == 2)
    disk.let.set()
    for work in works:
        work.join(30)
        assert not work.is_alive(), "a thread hangs"
    assert numbers(engine) == [0, 1, 2]
    assert numbers(_engine(disk.copy())) == [0, 1, 2]
    assert "snap-00000002" in disk.names()


def test_closing_breaks_a_compaction_off(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = TinyStore(folder)
    things = store.collection(THINGS)
    for number in range(50):
        things.add({"key": number})
    reached = threading.Event()
    frames_of = store.engine._compactor._lines_of

    def slowly(captured: Any) -> Iterator[Any]:
        for lines in frames_of(captured):
            reached.set()
            time.sleep(0.05)
            yield lines

    monkeypatch.setattr(store.engine._compactor, "_lines_of", slowly)
    codes: list[str] = []

    def compact() -> None:
        try:
            store.compact()
        except Problem as problem:
            codes.append(problem.code)

    compaction = threading.Thread(target=compact, daemon=True)
    compaction.start()
    assert reached.wait(30)
    store.close()
    compaction.join(30)
    assert codes == ["store.closed"]
    again = TinyStore(folder)
    assert again.collection(THINGS).count() == 50
    assert files(folder) == {"LOCK", "MARK", "snap-00000001", "wal-00000001", "wal-00000002"}
    again.collection(THINGS).add({"key": "more"})
    until(lambda: "snap-00000003" in files(folder) and "wal-00000002" not in files(folder))
    again.close()


def _engine(disk: SimDisk) -> Any:
    from survey_service.store.engine import Engine

    return Engine(disk)


def test_files_are_for_their_owner_only(store: TinyStore, folder: Path) -> None:
    store.collection(THINGS).add({})
    store.compact()
    assert {oct(path.stat().st_mode & 0o777) for path in folder.iterdir()} == {"0o600"}
    assert oct(folder.stat().st_mode & 0o777) == "0o700"
    assert os.getuid() == folder.stat().st_uid


def test_documents_can_be_put_with_ids_and_versions(store: TinyStore, folder: Path) -> None:
    with store.transaction():
        store.engine.fill("things", [(7, 3, b'{"key":"a"}'), (5, 1, b'{"key":"b"}')], high=20)
    store.compact()
    store.close()
    again = TinyStore(folder)
    assert content(again) == {(5, 1): {"key": "b"}, (7, 3): {"key": "a"}}
    assert again.collection(THINGS).add({}).id == 21
    again.close()
