"""A damaged store: what is found, what is kept, and that nothing is thrown away."""

from __future__ import annotations

import contextlib
import random
from pathlib import Path

import pytest

from survey_service.problems import Problem
from survey_service.store import frames
from survey_service.store.engine import Engine
from survey_service.store.repair import ID_GAP, Damage, check, examine, mend, repair
from survey_service.store.tiny import TinyStore
from tests.store.conftest import THINGS
from tests.store.disks import PowerCut, SimDisk
from tests.store.test_power_cut import state_of
from tests.store.test_recovery import JOURNAL, MARK, SNAPSHOT, History, add, with_file


@pytest.fixture(scope="module")
def killed() -> History:
    return History(closed=False)


def numbers(disk: SimDisk) -> dict[int, int]:
    """Return the content of the documents by id."""
    return {id: body["n"] for (_, id), body in state_of(Engine(disk)).items()}


def damaged_at(history: History, name: str, place: int) -> SimDisk:
    content = bytearray(history.content(name))
    content[place] ^= 4
    return with_file(history, name, bytes(content))


def test_a_whole_store(killed: History) -> None:
    findings = examine(killed.disk)
    assert findings.fault is None
    assert findings.documents == {"one": 5}
    assert set(findings.files) == {SNAPSHOT, JOURNAL, MARK}
    assert findings.torn == 0


def test_looking_changes_nothing(killed: History) -> None:
    disk = damaged_at(killed, JOURNAL, killed.ends[1] + 60)
    before = {name: bytes(inode.content) for name, inode in disk.files.items()}
    findings = examine(disk)
    assert findings.fault is not None
    assert findings.fault.details["offset"] == killed.ends[1]
    assert {name: bytes(inode.content) for name, inode in disk.files.items()} == before


def test_a_torn_end_is_no_fault(killed: History) -> None:
    content = killed.content(JOURNAL)[: killed.ends[-1]] + b"#half a frame"
    findings = examine(with_file(killed, JOURNAL, content))
    assert findings.fault is None
    assert findings.torn == len(b"#half a frame")


def test_a_damaged_frame_costs_that_frame_only(killed: History) -> None:
    """Frame 5 replaced document 2 for the second time: it comes back as it was after the first."""
    disk = damaged_at(killed, JOURNAL, killed.ends[4] + 60)
    before = {name: bytes(inode.content) for name, inode in disk.files.items()}
    done = mend(disk)
    assert done.damage == (Damage(JOURNAL, killed.ends[4], killed.ends[5] - killed.ends[4]),)
    assert done.missing == 1
    assert done.documents == {"one": 5}
    assert numbers(disk.copy()) == {2: 22, 3: 2, 4: 3, 5: 4, 6: 5}
    for name, content in before.items():
        assert bytes(disk.files[f"damaged-0001-{name}"].content) == content
    assert set(done.aside) == {f"damaged-0001-{name}" for name in before}


def test_what_was_deleted_in_a_lost_frame_comes_back(killed: History) -> None:
    disk = damaged_at(killed, JOURNAL, killed.ends[2] + 20)
    assert mend(disk).missing == 1
    assert numbers(disk)[1] == 0


def test_ids_go_on_far_above(killed: History) -> None:
    disk = damaged_at(killed, JOURNAL, killed.ends[5] + 60)
    mend(disk)
    engine = Engine(disk)
    add(engine, 99)
    assert max(numbers(disk.copy())) == 5 + ID_GAP + 1


def test_the_names_of_tables_survive_the_loss_of_the_catalogue(killed: History) -> None:
    disk = damaged_at(killed, SNAPSHOT, frames.FILE_HEADER_SIZE + 60)
    done = mend(disk)
    assert done.damage[0].file == SNAPSHOT
    assert done.documents == {"one": 5}
    assert numbers(disk) == {2: 222, 3: 2, 4: 3, 5: 4, 6: 5}


def test_documents_of_a_damaged_snapshot_are_lost_but_not_what_came_later(killed: History) -> None:
    place = killed.content(SNAPSHOT).index(b'"by":"test"')
    disk = damaged_at(killed, SNAPSHOT, place)
    mend(disk)
    assert numbers(disk) == {2: 222, 4: 3, 5: 4, 6: 5}


@pytest.mark.parametrize("place", [0, 20, frames.FILE_HEADER_SIZE - 5])
@pytest.mark.parametrize("name", [SNAPSHOT, JOURNAL])
def test_a_damaged_header_costs_nothing_while_the_salt_can_be_read(killed: History, name: str, place: int) -> None:
    disk = damaged_at(killed, name, place)
    done = mend(disk)
    assert done.missing == 0
    assert numbers(disk) == {2: 222, 3: 2, 4: 3, 5: 4, 6: 5}


@pytest.mark.parametrize(
    ("name", "left", "missing"),
    [(JOURNAL, {1: 0, 2: 1, 3: 2}, 6), (MARK, {2: 222, 3: 2, 4: 3, 5: 4, 6: 5}, 0)],
)
@pytest.mark.parametrize("content", [None, b""])
def test_a_file_is_missing(
    killed: History, name: str, left: dict[int, int], missing: int, content: bytes | None
) -> None:
    disk = with_file(killed, name, content)
    assert mend(disk).missing == missing
    assert numbers(disk) == left


@pytest.mark.parametrize("content", [None, b""])
def test_without_a_snapshot_the_journal_is_kept(killed: History, content: bytes | None) -> None:
    """The names of the tables stood in the snapshot."""
    assert mend(with_file(killed, SNAPSHOT, content)).documents == {"table_1": 4}


def test_a_table_whose_name_is_lost_gets_one() -> None:
    disk = SimDisk()
    engine = Engine(disk)
    add(engine, 1)
    begin = engine._journal.end
    add(engine, 2)
    content = bytearray(disk.files["wal-00000001"].content)
    content[begin - 5] ^= 1
    disk.put("wal-00000001", bytes(content[: engine._journal.end]))
    done = mend(disk)
    assert done.documents == {"table_1": 1}


@pytest.mark.parametrize("seed", range(60))
def test_a_repair_that_is_cut_short_can_be_done_again(killed: History, seed: int) -> None:
    chance = random.Random(seed)
    disk = damaged_at(killed, JOURNAL, killed.ends[4] + 60)
    disk.cut_after = chance.randrange(30)
    with contextlib.suppress(PowerCut):
        mend(disk)
    disk = disk.after_power_cut(chance)
    if examine(disk).fault is not None:
        mend(disk)
    assert numbers(disk) == {2: 22, 3: 2, 4: 3, 5: 4, 6: 5}


@pytest.mark.parametrize("seed", range(150))
def test_random_damage_never_gives_wrong_data(killed: History, seed: int) -> None:
    chance = random.Random(seed)
    disk = killed.disk.copy()
    for _ in range(chance.randrange(1, 6)):
        name = chance.choice([SNAPSHOT, JOURNAL, MARK])
        content = bytearray(disk.files[name].content)
        place = chance.randrange(len(content) or 1)
        content[place : place + chance.randrange(1, 200)] = chance.randbytes(chance.randrange(200))
        disk.put(name, bytes(content))
    if examine(disk).fault is not None:
        mend(disk)
    written = {
        key: {repr(state[key]) for state in killed.states if key in state} for state in killed.states for key in state
    }
    for (name, id), body in state_of(Engine(disk)).items():
        assert repr(body) in written["one", id], name


def test_through_folders(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    with pytest.raises(Problem, match="no such folder"):
        check(folder)
    store = TinyStore(folder)
    store.collection(THINGS).add({"key": "a"})
    for call in (check, repair):
        with pytest.raises(Problem) as caught:
            call(folder)
        assert caught.value.code == "store.locked"
    store.close()
    assert check(folder).documents == {"things": 1}
    assert repair(folder) is None
    (folder / "MARK").write_bytes(b"nonsense")
    assert check(folder).fault is not None
    done = repair(folder)
    assert done is not None
    assert done.documents == {"things": 1}
    assert check(folder).fault is None
    store = TinyStore(folder)
    assert store.collection(THINGS).find(key="a")[0].id == 1
    store.close()


def test_an_empty_folder_holds_nothing(tmp_path: Path) -> None:
    findings = check(tmp_path)
    assert (findings.documents, findings.files, findings.fault) == ({}, {}, None)
