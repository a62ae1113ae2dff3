"""The power goes at any moment, and the disk keeps any part of what was not synced."""

from __future__ import annotations

import contextlib
import functools
import random
from dataclasses import dataclass, field
from typing import Any

import pytest

from survey_service.problems import Problem
from survey_service.store.base import encode
from survey_service.store.engine import Engine
from survey_service.store.tables import body_of, from_entry
from tests.conftest import Count
from tests.store.disks import PowerCut, SimDisk
from tests.store.threads import in_threads

pytestmark = pytest.mark.injected

State = dict[tuple[str, int], dict[str, Any]]


def state_of(engine: Engine) -> State:
    """Return all documents by table and id, with their versions, as a reader sees them."""
    found: State = {}
    for name in ("one", "two"):
        with engine.lock:
            rows = engine.table(name).rows(engine.newest())
        for id, entry in rows:
            found[name, id] = {"version": from_entry(entry)[0], **body_of(entry)}
    return found


@dataclass
class Client:
    """Makes random changes and keeps account of what it was told: ``sure`` was acknowledged, ``open`` is under way.

    ``adding`` is a document that is being added on its own, whose id is not known yet. ``high`` is the highest id that
    it was ever given, by table.
    """

    chance: random.Random
    name: str
    sure: State = field(default_factory=dict)
    open: State | None = None
    adding: dict[str, Any] | None = None
    high: dict[str, int] = field(default_factory=lambda: {"one": 0, "two": 0})

    def change(self, engine: Engine) -> None:
        """Make one to three changes in a transaction. Where the disk is full, none of them has happened."""
        after = dict(self.sure)
        given: list[tuple[str, int]] = []
        self.open = after
        try:
            if self.chance.random() < 0.3:
                self._add_alone(engine, after, given)
            else:
                with engine.writing():
                    for _ in range(self.chance.choice((1, 1, 1, 2, 3))):
                        self._one(engine, after, given)
        except Problem as problem:
            if problem.code != "store.full":
                raise
            after, given = self.sure, []
        self.sure, self.open, self.adding = after, None, None
        for table, id in given:
            self.high[table] = max(self.high[table], id)

    def _one(self, engine: Engine, after: State, given: list[tuple[str, int]]) -> None:
        table = self.chance.choice(("one", "two"))
        mine = [id for name, id in after if name == table]
        kind = self.chance.choice(("add", "add", "replace", "delete"))
        if kind == "add" or not mine:
            self._add(engine, after, given)
        elif kind == "replace":
            body = self._body()
            encoded, copy = encode(body)
            id = self.chance.choice(mine)
            version = engine.replace(table, id, encoded, copy, after[table, id]["version"])
            after[table, id] = {"version": version, **body}
        else:
            id = self.chance.choice(mine)
            engine.delete(table, id, None)
            del after[table, id]

    def _add(self, engine: Engine, after: State, given: list[tuple[str, int]]) -> None:
        table, body = self.chance.choice(("one", "two")), self._body()
        id = engine.insert(table, *encode(body))
        given.append((table, id))
        after[table, id] = {"version": 1, **body}

    def _add_alone(self, engine: Engine, after: State, given: list[tuple[str, int]]) -> None:
        table, body = self.chance.choice(("one", "two")), self._body()
        self.adding = {"version": 1, **body}
        id = engine.add(table, *encode(body))
        given.append((table, id))
        after[table, id] = self.adding

    def _body(self) -> dict[str, Any]:
        text = "x" * self.chance.choice((0, 40, 900))
        return {"by": self.name, "n": self.chance.randrange(10**9), "text": text}

    def check(self, found: State) -> None:
        """Assert that what was found is what was acknowledged, or that and all of what was under way."""
        mine = {key: body for key, body in found.items() if body["by"] == self.name}
        if self.adding is not None:
            new = [body for key, body in mine.items() if key not in self.sure]
            assert new in ([], [self.adding])
            mine = {key: body for key, body in mine.items() if key in self.sure}
        assert mine == self.sure or (self.open is not None and mine == self.open)


def run_until_cut(disk: SimDisk, seed: int, threads: int, turns: int) -> list[Client]:
    """Let clients work, with compactions between, until the power goes or all turns are done."""
    chance = random.Random(seed)
    clients = [Client(random.Random(chance.random()), f"client {number}") for number in range(threads)]

    def work(client: Client, engine: Engine) -> None:
        with contextlib.suppress(Problem):
            for _ in range(turns):
                client.change(engine)
                if client.chance.random() < 0.05:
                    engine.compact()

    for _ in range(3):
        if chance.random() < 0.3:
            disk.room = sum(len(inode.content) for inode in disk.files.values()) + chance.randrange(20_000)
        try:
            engine = Engine(disk, compact_at=4000)
        except PowerCut:
            break
        except OSError:  # no room even to begin
            disk.room = None
            continue
        in_threads([functools.partial(work, client, engine) for client in clients])
        engine.close()
        disk.room = None
    return clients


def survive(seed: int, *, honest: bool = True, threads: int = 1) -> None:
    """Cut the power at a random moment, open what is left, and check it; twice in a row."""
    chance = random.Random(seed)
    disk = SimDisk(honest=honest)
    disk.cut_after = chance.choice((chance.randrange(12), chance.randrange(300), chance.randrange(3000)))
    clients = run_until_cut(disk, seed, threads, turns=20)
    disk.cut_after = 0
    for _ in range(2):
        disk = disk.after_power_cut(chance)
        disk.honest = honest
        if chance.random() < 0.5:  # it goes again while the store is being opened
            disk.cut_after = chance.randrange(12)
            with contextlib.suppress(PowerCut):
                Engine(disk)
            disk = disk.after_power_cut(chance)
        engine = Engine(disk)
        found = state_of(engine)
        for client in clients:
            client.check(found)
            for table in ("one", "two"):
                with engine.lock:
                    assert engine.table(table).high >= client.high[table], "an id could be given twice"
        assert {body["by"] for body in found.values()} <= {client.name for client in clients}
        for client in clients:  # what was found is durable: a further cut doesn't change it
            client.sure = {key: body for key, body in found.items() if body["by"] == client.name}
            client.open = client.adding = None


@pytest.mark.parametrize("batch", range(8))
def test_a_power_cut_loses_nothing_acknowledged(batch: int, counted: Count) -> None:
    for seed in range(batch * 40, batch * 40 + 40):
        survive(seed)
    counted("power cuts", 40)


@pytest.mark.parametrize("batch", range(4))
def test_nor_with_several_threads(batch: int, counted: Count) -> None:
    for seed in range(batch * 10, batch * 10 + 10):
        survive(seed, threads=4)
    counted("power cuts", 10)


def test_without_syncs_it_would(counted: Count) -> None:
    lost = 0
    for seed in range(40):
        try:
            survive(seed, honest=False)
        except (AssertionError, Problem):
            lost += 1
    assert lost > 20
    counted("of 40 power cuts on a disk whose syncs do nothing: found out", lost)


@pytest.mark.faults
@pytest.mark.parametrize("batch", range(50))
def test_many_power_cuts(batch: int, counted: Count) -> None:
    for seed in range(10_000 + batch * 200, 10_000 + batch * 200 + 200):
        survive(seed, threads=1 + seed % 4)
    counted("power cuts", 200)
