"""What is done with a folder whose files are not as the journal left them: an earlier valid state, or a refusal."""

from __future__ import annotations

import errno
import logging
import random
import re
from collections.abc import Iterator

import pytest

from survey_service.problems import Problem
from survey_service.store import frames, mark
from survey_service.store.base import encode
from survey_service.store.engine import Engine
from tests.conftest import Count
from tests.store.disks import SimDisk
from tests.store.test_power_cut import State, state_of

pytestmark = pytest.mark.injected

SNAPSHOT, JOURNAL, MARK = "snap-00000002", "wal-00000002", "MARK"


def add(engine: Engine, number: int, text: str = "") -> None:
    encoded, copy = encode({"by": "test", "n": number, "text": text})
    with engine.writing():
        engine.insert("one", encoded, copy)


def replace(engine: Engine, id: int, number: int) -> None:
    encoded, copy = encode({"by": "test", "n": number})
    with engine.writing():
        engine.replace("one", id, encoded, copy, None)


def delete(engine: Engine, id: int) -> None:
    with engine.writing():
        engine.delete("one", id, None)


class History:
    """A store with a snapshot of three documents and a journal of six frames, and its state after each of them."""

    def __init__(self, *, closed: bool) -> None:
        self.disk = SimDisk()
        engine = Engine(self.disk)
        for number in range(3):
            add(engine, number)
        engine.compact()
        self.states = [state_of(engine)]
        self.ends = [frames.FILE_HEADER_SIZE]
        steps = [
            lambda: add(engine, 3, "Grüße\n"),
            lambda: replace(engine, 2, 22),
            lambda: delete(engine, 1),
            lambda: add(engine, 4, "x" * 90),
            lambda: replace(engine, 2, 222),
            lambda: add(engine, 5),
        ]
        for step in steps:
            step()
            self.states.append(state_of(engine))
            self.ends.append(engine._journal.end)
        self.sequence = engine._journal._sequence - len(steps)
        if closed:
            engine.close()
        else:  # some of the reserved room is enough
            self.disk.put(JOURNAL, self.content(JOURNAL)[: self.ends[-1] + 64])

    def content(self, name: str) -> bytes:
        return bytes(self.disk.files[name].content)

    def frames(self) -> list[bytes]:
        content = self.content(JOURNAL)
        return [content[begin:end] for begin, end in zip(self.ends, self.ends[1:], strict=False)]

    def header(self) -> bytes:
        return self.content(JOURNAL)[: frames.FILE_HEADER_SIZE]


@pytest.fixture(scope="module")
def killed() -> History:
    """A store whose process was killed after the last change was acknowledged."""
    return History(closed=False)


@pytest.fixture(scope="module")
def closed() -> History:
    return History(closed=True)


def with_file(history: History, name: str, content: bytes | None) -> SimDisk:
    """Return a copy of the disk with one file changed, or without it."""
    disk = history.disk.copy()
    if content is None:
        del disk.files[name]
    else:
        disk.put(name, content)
    return disk


def with_mark(disk: SimDisk, history: History, step: int) -> SimDisk:
    """Let the mark lag behind, as a power cut may."""
    disk.put(MARK, mark.encode(2, history.ends[step], history.sequence + step))
    return disk


def opened(disk: SimDisk) -> State | Problem:
    """Open a disk and return what it holds, or the refusal; which must have changed nothing."""
    before = {name: bytes(inode.content) for name, inode in disk.files.items()}
    try:
        return state_of(Engine(disk))
    except Problem as problem:
        refusal = problem
    assert refusal.code == "store.damaged"
    assert {name: bytes(inode.content) for name, inode in disk.files.items()} == before
    return refusal


def is_refused(disk: SimDisk) -> bool:
    return isinstance(opened(disk), Problem)


# --- the end is missing ---


def test_as_it_was(killed: History, closed: History) -> None:
    assert opened(killed.disk.copy()) == killed.states[-1]
    assert opened(closed.disk.copy()) == closed.states[-1]
    assert killed.states[-1]["one", 2] == {"version": 3, "by": "test", "n": 222}
    assert ("one", 1) not in killed.states[-1]
    assert len(killed.states[-1]) == 5


def test_cut_at_every_byte_what_was_acknowledged_is_missed(killed: History, closed: History, counted: Count) -> None:
    """The mark knows how far the journal had got."""
    for history in (killed, closed):
        content = history.content(JOURNAL)[: history.ends[-1]]
        for size in range(len(content)):
            assert is_refused(with_file(history, JOURNAL, content[:size])), size
    counted("cuts of a file at one byte", 2 * len(content))


def test_cut_at_every_byte_behind_the_mark_leaves_the_whole_frames(killed: History, counted: Count) -> None:
    """After a power cut the mark may lag behind: then the journal itself decides."""
    content = killed.content(JOURNAL)[: killed.ends[-1]]
    for size in range(frames.FILE_HEADER_SIZE, len(content)):
        whole = sum(end <= size for end in killed.ends) - 1
        disk = with_mark(with_file(killed, JOURNAL, content[:size]), killed, 0)
        assert opened(disk) == killed.states[whole], size
        with Opened(disk) as engine:  # and again, and it goes on
            add(engine, 99)
            assert len(state_of(engine)) == len(killed.states[whole]) + 1
    counted("cuts of a file at one byte", len(content) - frames.FILE_HEADER_SIZE)


def test_cut_at_every_byte_within_the_last_frame_and_the_mark_before_it(killed: History, counted: Count) -> None:
    content = killed.content(JOURNAL)[: killed.ends[-1]]
    for size in range(killed.ends[-2], len(content)):
        disk = with_mark(with_file(killed, JOURNAL, content[:size]), killed, 5)
        assert opened(disk) == killed.states[-2]
    counted("cuts of a file at one byte", len(content) - killed.ends[-2])


class Opened:
    """An engine that is closed at the end."""

    def __init__(self, disk: SimDisk) -> None:
        self.engine = Engine(disk)

    def __enter__(self) -> Engine:
        return self.engine

    def __exit__(self, *_: object) -> None:
        self.engine.close()


def test_a_torn_end_is_put_aside_with_a_warning(killed: History, caplog: pytest.LogCaptureFixture) -> None:
    content = killed.content(JOURNAL)[: killed.ends[-1] - 3]
    disk = with_mark(with_file(killed, JOURNAL, content), killed, 5)
    with caplog.at_level(logging.WARNING):
        Engine(disk)
    aside = f"torn-00000002-{killed.ends[-2]}"
    assert bytes(disk.files[aside].content) == content[killed.ends[-2] :]
    assert aside in caplog.text
    assert disk.size(JOURNAL) == killed.ends[-2]


def test_reserved_room_is_no_torn_end(killed: History, caplog: pytest.LogCaptureFixture) -> None:
    assert len(killed.content(JOURNAL)) > killed.ends[-1]
    disk = killed.disk.copy()
    with caplog.at_level(logging.WARNING):
        Engine(disk)
    assert caplog.text == ""
    assert not [name for name in disk.names() if name.startswith("torn")]


# --- bits and frames ---


def flips(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the content with each of its bits turned over."""
    for place in range(len(content) * 8):
        changed = bytearray(content)
        changed[place // 8] ^= 1 << place % 8
        yield place, bytes(changed)


def test_every_bit_of_the_journal(killed: History, counted: Count) -> None:
    content = killed.content(JOURNAL)[: killed.ends[-1]]
    for place, changed in flips(content):
        assert is_refused(with_file(killed, JOURNAL, changed)), place
    counted("bits turned over", 8 * len(content))


def test_every_bit_of_the_journal_when_the_mark_lags_behind(killed: History, counted: Count) -> None:
    """Never wrong data: the state before the damaged frame if that was the last, else a refusal."""
    content = killed.content(JOURNAL)[: killed.ends[-1]]
    for place, changed in flips(content):
        found = opened(with_mark(with_file(killed, JOURNAL, changed), killed, 0))
        assert found == killed.states[-2] if place // 8 >= killed.ends[-2] else isinstance(found, Problem), place
    counted("bits turned over", 8 * len(content))


def test_every_bit_of_the_snapshot(killed: History, counted: Count) -> None:
    for place, changed in flips(killed.content(SNAPSHOT)):
        assert is_refused(with_file(killed, SNAPSHOT, changed)), place
    counted("bits turned over", 8 * len(killed.content(SNAPSHOT)))


def test_every_bit_of_the_mark(killed: History, counted: Count) -> None:
    for place, changed in flips(killed.content(MARK)):
        assert is_refused(with_file(killed, MARK, changed)), place
    counted("bits turned over", 8 * len(killed.content(MARK)))


def test_the_snapshot_cut_at_every_byte(killed: History, counted: Count) -> None:
    content = killed.content(SNAPSHOT)
    for size in range(len(content)):
        assert is_refused(with_file(killed, SNAPSHOT, content[:size])), size
    counted("cuts of a file at one byte", len(content))


def test_a_frame_of_the_snapshot_dropped_doubled_or_swapped(killed: History) -> None:
    content = killed.content(SNAPSHOT)
    begins = [match.start() for match in re.finditer(rb"^#", content, re.MULTILINE)]
    whole = [content[begin:end] for begin, end in zip(begins, [*begins[1:], len(content)], strict=True)]
    assert len(whole) == 4  # catalogue, documents, highest ids, end
    for place in range(4):
        swapped = [*whole]
        swapped[place - 1], swapped[place] = whole[place], whole[place - 1]
        for variant in (whole[:place] + whole[place + 1 :], whole[: place + 1] + whole[place:], swapped):
            assert is_refused(with_file(killed, SNAPSHOT, content[: begins[0]] + b"".join(variant)))


@pytest.mark.parametrize("lagging", [False, True])
@pytest.mark.parametrize("place", range(6))
def test_a_frame_dropped_doubled_or_swapped(killed: History, place: int, lagging: bool) -> None:
    whole = killed.frames()
    swapped = [*whole]
    swapped[place - 1], swapped[place] = whole[place], whole[place - 1]
    variants = {
        "dropped": whole[:place] + whole[place + 1 :],
        "doubled": whole[: place + 1] + whole[place:],
        "swapped": swapped,
    }
    for name, variant in variants.items():
        disk = with_file(killed, JOURNAL, killed.header() + b"".join(variant))
        if lagging:
            with_mark(disk, killed, 0)
        last_dropped = name == "dropped" and place == 5 and lagging
        assert opened(disk) == killed.states[-2] if last_dropped else is_refused(disk), name


def test_a_frame_of_another_store_does_not_count(killed: History) -> None:
    other = History(closed=False)
    mixed = killed.header() + b"".join([*killed.frames()[:5], other.frames()[5]])
    assert is_refused(with_file(killed, JOURNAL, mixed))
    assert opened(with_mark(with_file(killed, JOURNAL, mixed), killed, 0)) == killed.states[-2]


def test_bytes_behind_a_clean_end(closed: History) -> None:
    for more in (b"\0", b"x", closed.frames()[0]):
        assert is_refused(with_file(closed, JOURNAL, closed.content(JOURNAL) + more))


@pytest.mark.parametrize("name", [SNAPSHOT, JOURNAL, MARK])
def test_a_missing_file(killed: History, name: str) -> None:
    assert is_refused(with_file(killed, name, None))


@pytest.mark.parametrize("name", [SNAPSHOT, JOURNAL, MARK])
def test_an_empty_file(killed: History, name: str) -> None:
    assert is_refused(with_file(killed, name, b""))


def test_files_of_two_stores(killed: History) -> None:
    other = History(closed=False)
    assert opened(with_file(killed, SNAPSHOT, other.content(SNAPSHOT))) == killed.states[-1], "the same documents"
    other = History(closed=False)
    add(engine := Engine(other.disk), 9)
    engine.compact()
    assert is_refused(with_file(killed, SNAPSHOT, other.disk.files["snap-00000003"].content))


def test_the_refusal_says_what_and_what_to_do(killed: History) -> None:
    content = bytearray(killed.content(JOURNAL))
    content[killed.ends[1] + 60] ^= 1
    problem = opened(with_file(killed, JOURNAL, bytes(content)))
    assert isinstance(problem, Problem)
    assert problem.details["file"] == JOURNAL
    assert problem.details["offset"] == killed.ends[1]
    assert "store check --repair" in problem.message()


# --- unfinished business ---


def test_an_unfinished_compaction_is_forgotten(killed: History) -> None:
    disk = killed.disk.copy()
    disk.put("snap.tmp", b"survey-store 1 snp half")
    disk.put("snap-00000001", b"old")
    disk.put("wal-00000001", b"old")
    assert opened(disk) == killed.states[-1]
    assert disk.names() == {SNAPSHOT, JOURNAL, MARK}


@pytest.mark.parametrize("zeros", [0, 40, 200])
@pytest.mark.parametrize("size", [0, 10, frames.FILE_HEADER_SIZE])
def test_a_journal_that_was_just_begun(killed: History, size: int, zeros: int) -> None:
    disk = killed.disk.copy()
    header = frames.FileHeader(frames.JOURNAL, 3, killed.sequence + 6, "0" * 32).encode()
    disk.put("wal-00000003", header[:size] + bytes(zeros))
    with Opened(disk) as engine:
        assert state_of(engine) == killed.states[-1]
        add(engine, 6)
    assert len(state_of(Engine(disk))) == len(killed.states[-1]) + 1


def test_a_journal_that_was_just_begun_by_somebody_else(killed: History) -> None:
    disk = killed.disk.copy()
    disk.put("wal-00000003", frames.FileHeader(frames.JOURNAL, 3, killed.sequence + 7, "0" * 32).encode())
    assert is_refused(disk)


def test_a_chain_of_journals_is_read_in_order(killed: History) -> None:
    disk = killed.disk.copy()
    with Opened(disk) as engine:
        commit = _rotate(engine)
        assert commit is not None
        add(engine, 6)
        expected = state_of(engine)
        assert {"wal-00000002", "wal-00000003", SNAPSHOT} <= disk.names()
    assert opened(disk.copy()) == expected
    shorter = disk.copy()
    content = bytes(shorter.files["wal-00000002"].content)
    shorter.put("wal-00000002", content[: killed.ends[-2]])
    shorter.put("wal-00000003", bytes(shorter.files["wal-00000003"].content)[: frames.FILE_HEADER_SIZE])
    assert is_refused(with_mark(shorter, killed, 0))
    without = disk.copy()
    del without.files["wal-00000002"]
    assert is_refused(without)
    torn = disk.copy()
    torn.put("wal-00000002", bytes(torn.files["wal-00000002"].content) + b"x")
    assert is_refused(torn)
    again = Engine(disk)
    again.compact()
    assert disk.names() == {"snap-00000004", "wal-00000004", MARK}
    assert state_of(again) == expected


def _rotate(engine: Engine) -> object:
    """Change the journal's file without writing a snapshot, as when the compaction is broken off."""
    with engine.lock:
        commit = engine._journal.append((), rotates=True)
    engine._journal.wait(commit)
    return commit.rotation


@pytest.mark.parametrize("cut", range(17))
def test_a_creation_that_was_cut_short_is_begun_again(cut: int) -> None:
    disk = SimDisk()
    disk.cut_after = cut
    try:
        Engine(disk)
        finished = True
    except OSError:
        finished = False
    for seed in range(20):
        left = disk.after_power_cut(random.Random(seed))
        engine = Engine(left)
        assert state_of(engine) == {}
        add(engine, 1)
        assert len(state_of(engine)) == 1
    assert finished == (cut >= 14)


def test_what_was_refused_for_lack_of_room_never_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("survey_service.store.journal.RESERVE", 0)
    for seed in range(60):
        disk = SimDisk()
        engine = Engine(disk)
        add(engine, 1)
        disk.room = sum(len(inode.content) for inode in disk.files.values()) + 300
        with pytest.raises(Problem, match="disk is full"):
            add(engine, 2, "x" * 5000)
        disk.room = None
        _rotate(engine)
        left = disk.after_power_cut(random.Random(seed))
        assert [body["n"] for body in state_of(Engine(left)).values()] == [1]


def test_ids_survive_a_compaction_of_nothing() -> None:
    disk = SimDisk()
    with Opened(disk) as engine:
        for number in range(5):
            add(engine, number)
        for id in range(1, 6):
            delete(engine, id)
        engine.compact()
    with Opened(disk) as engine:
        add(engine, 9)
        assert list(state_of(engine)) == [("one", 6)]


def test_an_error_while_opening_is_not_swallowed(killed: History) -> None:
    disk = killed.disk.copy()
    disk.fail_sync = 1
    with pytest.raises(OSError) as caught:
        Engine(disk)
    assert caught.value.errno == errno.EIO
