"""A forked child may not use the store, and can't take it away from its parent."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from survey_service.problems import Problem
from survey_service.store import open_store
from tests.store.conftest import THINGS


def in_child(work: Callable[[], str]) -> str:
    """Return what a function returns in a forked child, or the code of its Problem."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            answer = work()
        except Problem as problem:
            answer = f"{problem.code} {problem.details['pid']} {problem.details['owner']}"
        except BaseException as error:
            answer = repr(error)
        os.write(writing, answer.encode())
        os._exit(0)
    os.close(writing)
    with open(reading, encoding="utf-8") as pipe:
        answer = pipe.read()
    os.waitpid(pid, 0)
    return answer.replace(str(pid), "child")


def test_a_forked_child_is_refused(tmp_path: Path) -> None:
    store = open_store("tinydb:", tmp_path)
    things = store.collection(THINGS)
    things.add({"key": "a"})
    calls: list[Callable[[], object]] = [
        lambda: things.add({"key": "b"}),
        lambda: things.get(1),
        lambda: things.find(key="a"),
        lambda: things.count(),
        lambda: list(things.iterate()),
        lambda: things.replace(1, {}, version=1),
        lambda: things.delete(1),
        lambda: store.collection(THINGS),
        lambda: store.transaction().__enter__(),
    ]
    for call in calls:
        assert in_child(lambda call=call: str(call())) == f"store.forked child {os.getpid()}"
    assert in_child(lambda: str(store.healthy())) == "False"
    things.add({"key": "b"})
    assert things.count() == 2
    store.close()


def test_a_child_that_closes_takes_nothing_away(tmp_path: Path) -> None:
    store = open_store("tinydb:", tmp_path)
    things = store.collection(THINGS)
    things.add({"key": "a"})
    assert in_child(lambda: str(store.close())) == "None"
    things.add({"key": "b"})
    with pytest.raises(Problem, match=str(os.getpid())):
        open_store("tinydb:", tmp_path)
    store.close()
    again = open_store("tinydb:", tmp_path)
    assert again.collection(THINGS).count() == 2
    again.close()


def test_a_living_child_keeps_the_lock(tmp_path: Path) -> None:
    """The parent has gone, its child could still hold on to the files: opening is refused until that has gone too."""
    program = (
        "import os, pathlib, sys, time\n"
        "from survey_service.store import open_store\n"
        "store = open_store('tinydb:', pathlib.Path(sys.argv[1]))\n"
        "if (pid := os.fork()) == 0:\n"
        "    sys.stdin.read()\n"
        "else:\n"
        "    print(pid, flush=True)\n"
        "os._exit(0)\n"
    )
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    parent = subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], text=True, **pipes)
    assert parent.stdin is not None
    assert parent.stdout is not None
    child = parent.stdout.readline().strip()
    assert parent.wait(60) == 0
    with pytest.raises(Problem) as caught:
        open_store("tinydb:", tmp_path)
    assert caught.value.details["pid"] == child
    parent.stdin.close()
    parent.stdout.close()
    for _ in range(1000):
        try:
            open_store("tinydb:", tmp_path).close()
            break
        except Problem:
            os.sched_yield()
    else:
        pytest.fail("the lock was not given free")


def test_a_program_that_is_started_does_not_keep_the_lock(tmp_path: Path) -> None:
    store = open_store("tinydb:", tmp_path)
    other = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    store.close()
    open_store("tinydb:", tmp_path).close()
    other.communicate(timeout=60)
