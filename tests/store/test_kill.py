"""The process is killed at any moment, with eight writers and a compaction under way."""

from __future__ import annotations

import json
import os
import random
import signal
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import pytest

from survey_service.store.base import CollectionSpec
from survey_service.store.tiny import TinyStore
from tests.conftest import Count

pytestmark = pytest.mark.injected

ONE = CollectionSpec("one", indexes=("by",), unique=("key",))
TWO = CollectionSpec("two", indexes=("by",))
WRITERS = 8
COMPACT_AT = 10_000
Kept = dict[str, tuple[str, int, int]]
"""Documents by key: collection, id and value."""


def child(folder: Path, seed: int, pipe: int) -> NoReturn:
    """Change things until killed, telling the parent before and after each change."""
    try:
        store = TinyStore(folder, compact_at=COMPACT_AT)
        for number in range(WRITERS):
            threading.Thread(target=_write, args=(store, f"{seed} {number}", pipe), daemon=True).start()
        time.sleep(60)
    finally:
        os._exit(1)


def _write(store: TinyStore, name: str, pipe: int) -> None:
    chance = random.Random(name)
    collections = {spec.name: store.collection(spec) for spec in (ONE, TWO)}
    mine: dict[str, tuple[str, int, int]] = {}
    turn = 0
    while True:
        turn += 1
        plan: list[tuple[str, str, str, int]] = []
        for part in range(chance.choice((1, 1, 2, 3))):
            free = [key for key in mine if key not in {key for _, key, _, _ in plan}]
            kind = chance.choice(("add", "add", "replace", "delete")) if free else "add"
            key = f"{name} {turn} {part}" if kind == "add" else chance.choice(free)
            where = chance.choice(("one", "two")) if kind == "add" else mine[key][0]
            plan.append((kind, key, where, chance.randrange(10**6)))
        _tell(pipe, {"by": name, "plan": plan})
        ids: list[int] = []
        with store.transaction():
            for kind, key, where, value in plan:
                body = {"key": key, "by": name, "value": value, "text": "x" * (value % 700)}
                if kind == "add":
                    ids.append(collections[where].add(body).id)
                elif kind == "replace":
                    _, id, version = mine[key]
                    ids.append(collections[where].replace(id, body, version=version).id)
                else:
                    ids.append(mine[key][1])
                    collections[where].delete(mine[key][1])
        for (kind, key, where, _), id in zip(plan, ids, strict=True):
            if kind == "delete":
                del mine[key]
            else:
                mine[key] = (where, id, mine[key][2] + 1 if kind == "replace" else 1)
        _tell(pipe, {"by": name, "ids": ids})


def _tell(pipe: int, what: dict[str, Any]) -> None:
    os.write(pipe, json.dumps(what).encode() + b"\n")


@dataclass
class Account:
    """What one writer said: what it was told is stored, and what it was doing when it was killed."""

    sure: Kept = field(default_factory=dict)
    plan: list[tuple[str, str, str, int]] | None = None

    def hear(self, said: dict[str, Any]) -> None:
        if "plan" in said:
            self.plan = said["plan"]
        else:
            assert self.plan is not None
            self.sure, self.plan = self.after(said["ids"]), None

    def after(self, ids: list[int]) -> Kept:
        kept = dict(self.sure)
        for (kind, key, where, value), id in zip(self.plan or [], ids, strict=True):
            if kind == "delete":
                del kept[key]
            else:
                kept[key] = (where, id, value)
        return kept

    def agrees(self, found: Kept) -> bool:
        """Return whether what was found is what was stored, perhaps with all of what was under way."""
        if found == self.sure:
            return True
        ids = [found.get(key, self.sure.get(key, ("", 0, 0)))[1] for _, key, _, _ in self.plan or []]
        return self.plan is not None and found == self.after(ids)


class Rounds:
    """Kills one child after the other in the same folder, and counts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.acknowledged = 0
        self.torn = 0
        self.unfinished = 0
        self.high = {"one": 0, "two": 0}

    def round(self, seed: int) -> None:
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            child(self.folder, seed, writing)
        os.close(writing)
        threading.Timer(random.Random(seed).uniform(0.0, 0.15), os.kill, (pid, signal.SIGKILL)).start()
        with open(reading, "rb") as pipe:
            said = pipe.read()
        os.waitpid(pid, 0)
        self.check(said.decode().split("\n")[:-1])

    def check(self, said: list[str]) -> None:
        accounts: dict[str, Account] = {}
        for line in said:
            heard = json.loads(line)
            accounts.setdefault(heard["by"], Account()).hear(heard)
            self.acknowledged += "ids" in heard
        self.unfinished += len(list(self.folder.glob("wal-*"))) > 1
        store = TinyStore(self.folder, compact_at=COMPACT_AT)
        found: dict[str, Kept] = {}
        for where in self.high:
            for stored in store.collection({"one": ONE, "two": TWO}[where]).iterate():
                body = stored.body
                assert body["text"] == "x" * (body["value"] % 700)
                assert stored.id > self.high[where], "an id was given twice"
                found.setdefault(body["by"], {})[body["key"]] = (where, stored.id, body["value"])
        assert found.keys() <= accounts.keys(), "a document from nowhere"
        for name, account in accounts.items():
            assert account.agrees(found.get(name, {})), f"{name}: {account}, found {found.get(name, {})}"
        self._clear(store)
        self.torn += len(list(self.folder.glob("torn-*")))
        for path in self.folder.glob("torn-*"):
            path.unlink()
        store.close()

    def _clear(self, store: TinyStore) -> None:
        """Remove all documents, so that rounds stay short; ids go on."""
        with store.transaction():
            for spec in (ONE, TWO):
                things = store.collection(spec)
                for stored in things.find():
                    things.delete(stored.id)
                    self.high[spec.name] = max(self.high[spec.name], stored.id)


@pytest.fixture
def rounds(tmp_path: Path) -> Rounds:
    return Rounds(tmp_path / "store")


def test_twenty_kills(rounds: Rounds, counted: Count) -> None:
    for seed in range(20):
        rounds.round(seed)
    assert rounds.acknowledged > 500
    counted("kill -9 under 8 writers and compaction", 20)
    counted("changes acknowledged under kills", rounds.acknowledged)


@pytest.mark.faults
@pytest.mark.timeout(3000)
def test_a_thousand_kills(rounds: Rounds, counted: Count) -> None:
    for seed in range(1000, 2000):
        rounds.round(seed)
    assert rounds.acknowledged > 25_000
    assert rounds.unfinished > 0
    counted("kill -9 under 8 writers and compaction", 1000)
    counted("changes acknowledged under kills", rounds.acknowledged)
    counted("torn ends cut off after kills", rounds.torn)
    counted("compactions broken off by kills", rounds.unfinished)
