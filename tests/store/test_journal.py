"""Group commit: one sync for all who wait, in order, whatever becomes of the threads."""

from __future__ import annotations

import functools
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from survey_service.problems import Problem
from survey_service.store import recovery
from survey_service.store.commit import Commit
from survey_service.store.journal import Journal
from tests.store.disks import SimDisk, SimFile
from tests.store.threads import in_threads


class Owner:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[list[Any]] = []
        self.refusals = 0

    def durable(self, commits: Sequence[Commit]) -> None:
        self.told.append([commit.changes for commit in commits if commit.lines])

    def refused(self) -> None:
        self.refusals += 1

    def capture(self) -> list[Any]:
        return [change for commits in self.told for change in commits]


class Lines:
    """Remembers what is replayed."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []

    def load(self, lines: Sequence[bytes]) -> None:
        pass

    def apply(self, lines: Sequence[bytes]) -> None:
        self.lines += lines


class SlowDisk(SimDisk):
    """A disk whose journal syncs only when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.let = threading.Event()
        self.let.set()
        self.waiting = threading.Event()
        self.fault: BaseException | None = None

    def open(self, name: str) -> SimFile:
        return _SlowFile(self, super().open(name))


class _SlowFile(SimFile):
    def __init__(self, disk: SlowDisk, file: SimFile) -> None:
        super().__init__(disk, file._inode)
        self._slow = disk

    def sync(self) -> None:
        self._slow.waiting.set()
        assert self._slow.let.wait(30)
        if self._slow.fault is not None:
            raise self._slow.fault
        super().sync()


@pytest.fixture
def disk() -> SlowDisk:
    return SlowDisk()


@pytest.fixture
def owner() -> Owner:
    return Owner()


@pytest.fixture
def journal(disk: SlowDisk, owner: Owner) -> Journal:
    return Journal(disk, owner, recovery.recover(disk, Lines()))


def store(journal: Journal, name: str) -> None:
    with journal.lock:
        commit = journal.append([name.encode()], name)
    journal.wait(commit)


def replayed(disk: SimDisk) -> list[bytes]:
    lines = Lines()
    recovery.recover(disk.copy(), lines)
    return lines.lines


def until(condition: Any) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "it does not happen"
        time.sleep(0.001)


@contextmanager
def stuck(disk: SlowDisk, journal: Journal, names: Sequence[str]) -> Iterator[list[threading.Thread]]:
    """Let one thread wait for the disk, and for each further name one behind it; at the end let them go."""
    disk.waiting.clear()
    disk.let.clear()
    threads = [threading.Thread(target=_quietly, args=(journal, name), daemon=True) for name in names]
    threads[0].start()
    assert disk.waiting.wait(30)
    for number, thread in enumerate(threads[1:], start=1):
        thread.start()
        until(lambda number=number: len([c for c in journal._queue if c.gate is not None]) == number)
    yield threads
    disk.let.set()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive(), "a thread hangs"


def _quietly(journal: Journal, name: str) -> None:
    with suppress(Problem):
        store(journal, name)


def test_one_sync_serves_all_who_came_meanwhile(disk: SlowDisk, journal: Journal, owner: Owner) -> None:
    before = disk.syncs
    with stuck(disk, journal, "abcdefgh"):
        assert owner.told == []
    assert disk.syncs - before == 2
    assert owner.told == [["a"], list("bcdefgh")]
    assert replayed(disk) == [b"a", b"b", b"c", b"d", b"e", b"f", b"g", b"h"]


def test_nobody_is_told_before_the_sync(disk: SlowDisk, journal: Journal, owner: Owner) -> None:
    with stuck(disk, journal, "a") as threads:
        time.sleep(0.05)
        assert threads[0].is_alive()
        assert owner.told == []
    assert owner.told == [["a"]]


def test_many_threads(disk: SlowDisk, journal: Journal, owner: Owner) -> None:
    def work(number: int) -> None:
        for turn in range(50):
            store(journal, f"{number} {turn}")

    in_threads([functools.partial(work, number) for number in range(16)])
    told = [name for names in owner.told for name in names]
    assert sorted(told) == sorted(f"{number} {turn}" for number in range(16) for turn in range(50))
    assert [line.decode() for line in replayed(disk)] == told
    for number in range(16):
        assert [name for name in told if name.split()[0] == str(number)] == [f"{number} {turn}" for turn in range(50)]


def test_a_barrier_waits_for_what_is_under_way(disk: SlowDisk, journal: Journal, owner: Owner) -> None:
    with journal.lock:
        assert journal.barrier() is None
    passed = threading.Event()

    def pass_barrier() -> None:
        with journal.lock:
            commit = journal.barrier()
        assert commit is not None
        journal.wait(commit)
        passed.set()

    with stuck(disk, journal, "ab"):
        waiting = threading.Thread(target=pass_barrier, daemon=True)
        waiting.start()
        assert not passed.wait(0.05)
    assert passed.wait(30)
    assert owner.told == [["a"], ["b"]]


def test_a_rotation_is_done_between_two_frames(disk: SlowDisk, journal: Journal, owner: Owner) -> None:
    store(journal, "a")
    with journal.lock:
        commit = journal.append([b"b"], "b", rotates=True)
    journal.wait(commit)
    store(journal, "c")
    assert commit.rotation is not None
    assert (commit.rotation.generation, commit.rotation.sequence, commit.rotation.capture) == (2, 2, ["a", "b"])
    assert replayed(disk) == [b"a", b"b", b"c"]
    assert disk.names() == {"snap-00000001", "wal-00000001", "wal-00000002", "MARK"}


class Interrupted(BaseException):
    """What a signal handler raises."""


@contextmanager
def interrupted_after(seconds: float) -> Iterator[None]:
    """Raise Interrupted in this thread, which is the main one, after a while."""

    def handler(*_: object) -> None:
        raise Interrupted

    before = signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("place", [1, 2, 3])
def test_a_thread_that_is_interrupted_while_it_waits_holds_nobody_up(
    disk: SlowDisk, journal: Journal, owner: Owner, place: int
) -> None:
    """It may be the one who would lead next, in the middle of the chain, or the last."""
    with stuck(disk, journal, "abcd"[:place]):
        with pytest.raises(Interrupted), interrupted_after(0.05):
            store(journal, "main")
        late = [threading.Thread(target=store, args=(journal, name), daemon=True) for name in "xyz"]
        for thread in late:
            thread.start()
        until(lambda: len(journal._queue) == place - 1 + 1 + 3)
    for thread in late:
        thread.join(30)
        assert not thread.is_alive(), "a thread hangs"
    assert sorted(name for names in owner.told for name in names) == sorted([*"abcd"[:place], "main", *"xyz"])
    store(journal, "end")
    journal.close()
    assert replayed(disk)[-1] == b"end"


def test_an_interrupted_leader_leaves_nobody_hanging(disk: SlowDisk, journal: Journal, owner: Owner) -> None:
    """What it was writing is uncertain, so nothing more is written."""
    disk.let.clear()
    codes: list[str] = []

    def follow() -> None:
        try:
            store(journal, "follower")
        except Problem as problem:
            codes.append(problem.code)

    follower = threading.Thread(target=follow, daemon=True)

    def start_follower(*_: object) -> None:
        follower.start()
        until(lambda: any(commit.gate for commit in journal._queue))
        raise Interrupted

    before = signal.signal(signal.SIGALRM, start_follower)
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    try:
        with pytest.raises(Interrupted):
            store(journal, "main")
    finally:
        signal.signal(signal.SIGALRM, before)
    follower.join(30)
    assert not follower.is_alive(), "a thread hangs"
    assert codes == ["store.failed"]
    assert owner.told == []
    disk.let.set()
    journal.close()


def test_lines_appended_by_a_thread_that_never_waited_are_stored_with_the_next(
    disk: SlowDisk, journal: Journal, owner: Owner
) -> None:
    with journal.lock:
        journal.append([b"lost"], "lost")
    store(journal, "next")
    assert owner.told == [["lost", "next"]]
    with journal.lock:
        journal.append([b"last"], "last")
    journal.close()
    assert replayed(disk) == [b"lost", b"next", b"last"]


def test_a_failed_sync_is_told_to_all_and_not_tried_again(disk: SlowDisk, journal: Journal, owner: Owner) -> None:
    store(journal, "a")
    codes: list[str] = []

    def work(name: str) -> None:
        try:
            store(journal, name)
        except Problem as problem:
            codes.append(problem.code)

    with stuck(disk, journal, "b"):
        threads = [threading.Thread(target=work, args=(name,), daemon=True) for name in "cde"]
        for thread in threads:
            thread.start()
        until(lambda: len(journal._queue) == 3)
        disk.fault = OSError(5, "Input/output error")
    for thread in threads:
        thread.join(30)
    disk.fault = None
    syncs = disk.syncs
    with pytest.raises(Problem, match="Input/output error"):
        store(journal, "f")
    assert codes == ["store.failed"] * 3
    assert owner.told == [["a"]]
    assert owner.refusals == 1
    assert journal.failed
    assert disk.syncs == syncs
    journal.close()
    assert disk.syncs == syncs


def test_after_closing_nothing_is_taken(disk: SlowDisk, journal: Journal) -> None:
    store(journal, "a")
    journal.close()
    with pytest.raises(Problem) as caught:
        store(journal, "b")
    assert caught.value.code == "store.closed"
    assert replayed(disk) == [b"a"]


def test_closing_waits_for_what_is_under_way(disk: SlowDisk, journal: Journal, owner: Owner) -> None:
    with stuck(disk, journal, "ab"):
        closing = threading.Thread(target=journal.close, daemon=True)
        closing.start()
        closing.join(0.05)
        assert closing.is_alive()
    closing.join(30)
    assert not closing.is_alive()
    assert owner.told == [["a"], ["b"]]
    assert replayed(disk) == [b"a", b"b"]


def test_a_line_with_a_line_end_is_a_fault_of_the_caller(journal: Journal) -> None:
    with pytest.raises(ValueError, match="line end"):
        store(journal, "a\nb")


def test_a_thread_that_nobody_wakes_looks_for_itself(
    disk: SlowDisk, journal: Journal, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if the one to wake it had been interrupted in that very moment."""
    monkeypatch.setattr("survey_service.store.journal.PATIENCE", 0.02)
    monkeypatch.setattr(journal, "_wake", lambda commit: None)
    with stuck(disk, journal, "abcd"):
        pass
    assert sorted(name for names in owner.told for name in names) == list("abcd")
    store(journal, "e")
    assert replayed(disk)[-1] == b"e"


def test_patience_ends_while_the_disk_is_slow(
    disk: SlowDisk, journal: Journal, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looking for oneself again and again changes nothing: still one leads, and each change is stored once."""
    monkeypatch.setattr("survey_service.store.journal.PATIENCE", 0.001)
    with stuck(disk, journal, "abcdefgh"):
        time.sleep(0.1)
    assert [names for names in owner.told if names] == [["a"], list("bcdefgh")]
    in_threads([functools.partial(store, journal, f"{number}") for number in range(50)])
    assert len(replayed(disk)) == 58
