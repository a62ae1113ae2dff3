"""The disk reports an error, or is full: what was acknowledged stays, what is refused is nowhere, and nothing hangs."""

from __future__ import annotations

import errno
import functools
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from survey_service.problems import Problem
from survey_service.store.base import encode
from survey_service.store.engine import Engine
from survey_service.store.tiny import TinyStore
from tests.conftest import Count
from tests.store.disks import SimDisk, SimFile
from tests.store.test_power_cut import state_of
from tests.store.threads import in_threads

pytestmark = pytest.mark.injected


def add(engine: Engine, number: int, size: int = 10) -> int:
    encoded, copy = encode({"n": number, "text": "x" * size})
    return engine.add("one", encoded, copy)


def numbers(engine: Engine) -> list[int]:
    return [body["n"] for body in state_of(engine).values()]


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(Problem) as caught:
        call()
    assert caught.value.status == 503
    return caught.value.code


# --- errors of the disk ---


@pytest.mark.parametrize("place", range(1, 16))
def test_an_error_of_the_nth_sync(place: int, counted: Count) -> None:
    """Every write is refused from then on, reading goes on, and after a restart everything acknowledged is there."""
    disk = SimDisk()
    engine = Engine(disk)
    disk.fail_sync = disk.syncs + place
    acknowledged, codes = [], []
    for number in range(12):
        try:
            add(engine, number)
            acknowledged.append(number)
            if number == 5:
                engine.compact()
        except Problem as problem:
            codes.append(problem.code)
    assert disk.syncs >= disk.fail_sync, "the error happened"
    assert set(codes) == {"store.failed"}
    assert numbers(engine) == acknowledged
    assert not engine.healthy()
    assert refused(lambda: add(engine, 99)) == "store.failed"
    engine.close()
    found = numbers(Engine(disk.copy()))
    assert found in (acknowledged, [*acknowledged, len(acknowledged)])
    counted("errors of a sync", 1)


class BrokenDisk(SimDisk):
    """A disk on which writes to the journal fail with an error while ``error`` is set."""

    error: int | None = None

    def open(self, name: str) -> SimFile:
        return _BrokenFile(self, super().open(name))

    def create(self, name: str) -> SimFile:
        return _BrokenFile(self, super().create(name))


class _BrokenFile(SimFile):
    def __init__(self, disk: BrokenDisk, file: SimFile) -> None:
        super().__init__(disk, file._inode)
        self._broken = disk

    def write(self, offset: int, data: bytes) -> None:
        if self._broken.error is not None and data[:1] == b"#":
            super().write(offset, data[: len(data) // 2])
            raise OSError(self._broken.error, os.strerror(self._broken.error))
        super().write(offset, data)


def test_an_error_of_a_write_is_as_final_as_one_of_a_sync() -> None:
    disk = BrokenDisk()
    engine = Engine(disk)
    add(engine, 1)
    disk.error = errno.EIO
    assert refused(lambda: add(engine, 2)) == "store.failed"
    disk.error = None
    assert refused(lambda: add(engine, 3)) == "store.failed"
    assert numbers(engine) == [1]
    assert numbers(Engine(disk.copy())) == [1]


def test_an_error_while_compacting_keeps_the_journals() -> None:
    disk = BrokenDisk()
    engine = Engine(disk)
    add(engine, 1)
    disk.error = errno.EIO
    assert refused(engine.compact) == "store.failed"
    assert refused(lambda: add(engine, 2)) == "store.failed"
    assert numbers(Engine(disk.copy())) == [1]


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_no_room_is_no_failure(error: int) -> None:
    disk = BrokenDisk()
    engine = Engine(disk)
    add(engine, 1)
    disk.error = error
    for _ in range(3):
        assert refused(lambda: add(engine, 2)) == "store.full"
    assert numbers(engine) == [1]
    assert engine.healthy()
    disk.error = None
    add(engine, 3)
    assert numbers(engine) == [1, 3]
    engine.close()
    assert numbers(Engine(disk.copy())) == [1, 3]


# --- a full disk ---


def test_threads_on_a_disk_that_fills_up() -> None:
    disk = SimDisk(room=60_000)
    engine = Engine(disk)
    acknowledged: list[tuple[int, int]] = []
    codes: list[str] = []

    def work(number: int) -> None:
        for turn in range(60):
            try:
                acknowledged.append((add(engine, number * 100 + turn, 300), number * 100 + turn))
            except Problem as problem:
                codes.append(problem.code)

    in_threads([functools.partial(work, number) for number in range(6)])
    assert set(codes) == {"store.full"}
    assert acknowledged
    expected = {("one", id): number for id, number in acknowledged}
    assert {key: body["n"] for key, body in state_of(engine).items()} == expected
    disk.room = None
    later = add(engine, 1)
    assert later > max(id for id, _ in acknowledged)
    engine.close()
    found = {key: body["n"] for key, body in state_of(Engine(disk.copy())).items()}
    assert found == {**expected, ("one", later): 1}


def test_a_compaction_that_finds_no_room_leaves_everything_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("survey_service.store.journal.RESERVE", 0)
    disk = SimDisk()
    engine = Engine(disk)
    for number in range(20):
        add(engine, number, 400)
    disk.room = sum(len(inode.content) for inode in disk.files.values()) + 2000
    assert refused(engine.compact) == "store.full"
    assert "snap.tmp" not in disk.names()
    add(engine, 20)
    assert numbers(Engine(disk.copy())) == list(range(21))
    disk.room = None
    engine.compact()
    add(engine, 21)
    assert len([name for name in disk.names() if name.startswith(("snap", "wal"))]) == 2
    assert numbers(Engine(disk.copy())) == list(range(22))


def test_no_room_even_for_a_new_journal() -> None:
    disk = SimDisk()
    engine = Engine(disk)
    add(engine, 1)
    disk.room = sum(len(inode.content) for inode in disk.files.values()) + 50
    assert refused(engine.compact) == "store.full"
    assert disk.names() == {"snap-00000001", "wal-00000001", "MARK"}
    add(engine, 2)  # the journal has room in reserve
    disk.room = None
    engine.compact()
    assert numbers(Engine(disk.copy())) == [1, 2]


class GatedDisk(BrokenDisk):
    """A broken disk whose writes to the journal wait until they are let."""

    def __init__(self) -> None:
        super().__init__()
        self.let = threading.Event()
        self.let.set()
        self.waiting = threading.Event()

    def open(self, name: str) -> SimFile:
        return _GatedFile(self, super().open(name))


class _GatedFile(_BrokenFile):
    def write(self, offset: int, data: bytes) -> None:
        assert isinstance(self._broken, GatedDisk)
        if data[:1] == b"#":
            self._broken.waiting.set()
            assert self._broken.let.wait(30)
        super().write(offset, data)


@pytest.mark.parametrize("further", [0, 1])
def test_a_transaction_built_on_what_is_refused_is_refused_too(further: int) -> None:
    disk = GatedDisk()
    engine = Engine(disk)
    add(engine, 0)
    disk.waiting.clear()
    disk.let.clear()
    disk.error = errno.ENOSPC
    codes: list[str] = []
    first = threading.Thread(target=lambda: codes.append(refused(lambda: add(engine, 1))), daemon=True)
    first.start()
    assert disk.waiting.wait(30)

    def build_on_it() -> None:
        with engine.writing():
            assert numbers(engine) == [0, 1], "inside, the newest state is seen"
            encoded, copy = encode({"n": 2})
            engine.replace("one", 2, encoded, copy, 1)
            disk.let.set()
            first.join(30)
            disk.error = None
            assert codes == ["store.full"]
            for number in range(further):
                add(engine, 3 + number)

    assert numbers(engine) == [0], "outside, only what is durable"
    assert refused(build_on_it) == "store.full"
    assert numbers(engine) == [0]
    add(engine, 4)
    assert numbers(engine) == [0, 4]
    assert numbers(Engine(disk.copy())) == [0, 4]


def test_a_refusal_based_on_what_is_refused_is_told_as_such(tmp_path: Path) -> None:
    """The second of two equal keys isn't told «duplicate» if the first could not be stored after all."""
    disk = GatedDisk()
    engine = Engine(disk)
    add(engine, 0)
    with engine.lock:
        engine.table("one").declare((), ("n",))
    disk.waiting.clear()
    disk.let.clear()
    disk.error = errno.ENOSPC
    codes: list[str] = []

    def work() -> None:
        codes.append(refused(lambda: add(engine, 7)))

    works = [threading.Thread(target=work, daemon=True) for _ in range(2)]
    works[0].start()
    assert disk.waiting.wait(30)
    works[1].start()
    while not engine._journal._queue:
        works[1].join(0.001)
    disk.let.set()
    for work in works:
        work.join(30)
        assert not work.is_alive()
    assert codes == ["store.full", "store.full"]


# --- real file systems ---


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Problem, match="Not a directory") as caught:
        TinyStore(tmp_path / "file" / "store")
    assert caught.value.code == "store.unusable"


FULL_DISK = """
import pathlib, sys
from survey_service.problems import Problem
from survey_service.store.base import CollectionSpec
from survey_service.store.tiny import TinyStore
folder = pathlib.Path(sys.argv[1])
store = TinyStore(folder / "store", compact_at=100_000)
things = store.collection(CollectionSpec("things", unique=("n",)))
kept, full = [], 0
for number in range(3000):
    try:
        things.add({"n": number, "text": "x" * 400})
        kept.append(number)
    except Problem as problem:
        assert problem.code == "store.full", problem
        full += 1
        if full == 20:
            break
assert full == 20 and [stored.body["n"] for stored in things.iterate()] == kept
assert store.healthy()
(folder / "ballast").unlink()
things.add({"n": -1})
store.close()
store = TinyStore(folder / "store")
assert [stored.body["n"] for stored in store.collection(CollectionSpec("things")).iterate()] == [*kept, -1]
print(len(kept), "kept")
"""


def test_a_small_real_disk_that_fills_up(tmp_path: Path) -> None:
    """A tmpfs of one mebibyte, in a name space of its own so that nobody else sees the mount."""
    unshare = shutil.which("unshare")
    command = [unshare or "unshare", "--mount", *([] if os.getuid() == 0 else ["--user", "--map-root-user"])]
    mount = f"mount -t tmpfs -o size=1m none {tmp_path}"
    if unshare is None or subprocess.run([*command, "sh", "-c", mount], capture_output=True).returncode:
        pytest.skip("this machine lets nobody mount a tmpfs")
    fill = f"{mount} && head -c 200000 /dev/zero > {tmp_path}/ballast"
    run = subprocess.run(
        [*command, "sh", "-c", f'{fill} && exec "$0" -c "$1" {tmp_path}', sys.executable, FULL_DISK],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr
    assert int(run.stdout.split()[0]) > 500


def test_a_read_only_disk_is_named(tmp_path: Path) -> None:
    unshare = shutil.which("unshare")
    command = [unshare or "unshare", "--mount", *([] if os.getuid() == 0 else ["--user", "--map-root-user"])]
    mount = f"mount -t tmpfs -o ro,size=1m none {tmp_path}"
    if unshare is None or subprocess.run([*command, "sh", "-c", mount], capture_output=True).returncode:
        pytest.skip("this machine lets nobody mount a tmpfs")
    program = (
        "import pathlib, sys\n"
        "from survey_service.problems import Problem\n"
        "from survey_service.store.tiny import TinyStore\n"
        "try: TinyStore(pathlib.Path(sys.argv[1]) / 'store')\n"
        "except Problem as problem: print(problem.code, problem)\n"
    )
    run = subprocess.run(
        [*command, "sh", "-c", f'{mount} && exec "$0" -c "$1" {tmp_path}', sys.executable, program],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.stdout.startswith("store.unusable"), run.stderr
    assert "Read-only file system" in run.stdout
