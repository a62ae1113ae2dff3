"""What the embedded store keeps when it is closed and opened again, and who may open it."""

from __future__ import annotations

import os
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from survey_service.problems import Problem
from survey_service.store import open_store
from survey_service.store.base import Store, Stored
from tests.store.conftest import THINGS
from tests.store.test_contract import undone

Reopen = Callable[[], Store]


def test_everything_is_there_again(reopen: Reopen) -> None:
    things = reopen().collection(THINGS)
    for key in "abc":
        things.add({"key": key, "colour": "red", "text": "Grüße 🙂"})
    things.replace(2, {"key": "bb", "colour": "blue"}, version=1)
    things.delete(3)
    before = things.find()
    things = reopen().collection(THINGS)
    assert things.find() == before
    assert things.get(2) == Stored(2, 2, {"key": "bb", "colour": "blue"})
    assert [stored.id for stored in things.find(colour="red")] == [1]
    with pytest.raises(Problem, match="already a document"):
        things.add({"key": "bb"})


@pytest.mark.parametrize("name", ["snap-00000001", "wal-00000001"])
def test_files_of_a_later_format_are_refused(name: str, reopen: Reopen, tmp_path: Path) -> None:
    reopen().collection(THINGS).add({})
    path = tmp_path / "store" / name
    content = path.read_bytes()
    text = content[:86].replace(b"survey-store 1", b"survey-store 2")
    reopen().close()
    path.write_bytes(text + b"%08x" % zlib.crc32(text) + content[94:])
    with pytest.raises(Problem) as caught:
        reopen()
    assert (caught.value.code, caught.value.details["found"]) == ("store.newer", 2)


def test_ids_are_not_reused_after_reopening(reopen: Reopen) -> None:
    things = reopen().collection(THINGS)
    things.add({})
    things.add({})
    things.delete(2)
    assert reopen().collection(THINGS).add({}).id == 3
    things = reopen().collection(THINGS)
    things.delete(3)
    things.delete(1)
    assert reopen().collection(THINGS).add({}).id == 4


def test_an_undone_transaction_leaves_no_trace(reopen: Reopen) -> None:
    store = reopen()
    things = store.collection(THINGS)
    undone(store, lambda: things.add({"key": "a"}))
    things.add({"key": "b"})
    assert [stored.body for stored in reopen().collection(THINGS).find()] == [{"key": "b"}]


def test_a_second_opening_is_refused_with_the_way_out(tmp_path: Path) -> None:
    store = open_store("tinydb:", tmp_path)
    with pytest.raises(Problem) as caught:
        open_store("tinydb:", tmp_path)
    assert caught.value.code == "store.locked"
    assert caught.value.details["pid"] == str(os.getpid())
    assert "postgresql://" in caught.value.message()
    store.close()
    open_store("tinydb:", tmp_path).close()


def test_a_second_process_is_refused(tmp_path: Path) -> None:
    program = (
        "import sys, pathlib\n"
        "from survey_service.store import open_store\n"
        "from survey_service.problems import Problem\n"
        "try: open_store('tinydb:', pathlib.Path(sys.argv[1]))\n"
        "except Problem as problem: print(problem.code, problem.details['pid'])\n"
    )
    store = open_store("tinydb:", tmp_path)
    run = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, timeout=60)
    assert (run.stdout, run.stderr) == (f"store.locked {os.getpid()}\n", "")
    store.close()


@pytest.mark.parametrize("url", ["", "sqlite:x", "tinydb", "tinydb://host/x", "mongodb://x"])
def test_other_addresses_are_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(Problem) as caught:
        open_store(url, tmp_path)
    assert caught.value.code == "store.url"
    assert list(tmp_path.iterdir()) == []


def test_the_folder_can_be_chosen(tmp_path: Path) -> None:
    open_store("tinydb:elsewhere/deep", tmp_path).close()
    assert (tmp_path / "elsewhere" / "deep" / "LOCK").exists()
