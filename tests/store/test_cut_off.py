"""Two machines over a primary and its synchronous standby: one machine and then the primary are cut off.

A long run with namespaces of the network: it needs root, and is part of ``make test-faults``.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from survey_service.responses import receipts
from survey_service.responses.submissions import RESPONSES
from survey_service.store import hosts, open_store
from tests.conftest import Count
from tests.store.lan import Cluster, Lan
from tests.store.test_processes import ANSWERS

pytestmark = [pytest.mark.faults, pytest.mark.timeout(900)]

PORT = 8000
PATIENCE = 180.0
MACHINES = ("a", "b")


class Person(threading.Thread):
    """Sends one response after another; each goes to the next machine until one acknowledges it."""

    def __init__(self, addresses: dict[str, str], stop: threading.Event, first: int) -> None:
        super().__init__(daemon=True)
        self.addresses, self.stop, self.turn = addresses, stop, first
        self.acknowledged: dict[str, set[str]] = {}
        self.by: Counter[str] = Counter()
        self.seen: Counter[str] = Counter()

    def run(self) -> None:
        key, started = str(uuid.uuid4()), False
        while started or not self.stop.is_set():
            name = MACHINES[self.turn % len(MACHINES)]
            receipt = self._send(name, key)
            started = receipt is None
            if receipt is None:
                self.turn += 1
                time.sleep(0.1)
                continue
            self.acknowledged.setdefault(key, set()).add(receipt)
            self.by[name] += 1
            if self.by[name] % 5 == 0:  # the other machine gives the same receipt for the same key
                again = self._send(MACHINES[(self.turn + 1) % len(MACHINES)], key)
                self.acknowledged[key] |= {again} if again is not None else set()
            if self.by[name] % 10 == 0:
                self.turn += 1  # so that a machine that is back is found
            key = str(uuid.uuid4())

    def _send(self, name: str, key: str) -> str | None:
        body = json.dumps({"id": key, "language": "de", "answers": ANSWERS})
        connection = http.client.HTTPConnection(self.addresses[name], PORT, timeout=20)
        try:
            kind = {"Content-Type": "application/json"}
            connection.request("POST", "/api/v1/questionnaires/needs/responses", body, kind)
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException):
            self.seen["connection"] += 1
            return None
        finally:
            connection.close()
        self.seen[str(answer.status)] += 1
        return str(json.loads(content)["receipt"]) if answer.status in (200, 201) else None


@contextmanager
def serving(lan: Lan, name: str, url: str, instance: Path) -> Iterator[None]:
    """The service on a machine, which shares nothing with the other but the database and the settings."""
    given = {
        "STORE": url,
        "FILES": "store:",
        "SECRETS": "store:",
        "SECRET_KEY": "the same on both machines, long enough",
        "PUBLIC_URL": f"http://{lan.addresses[name]}:{PORT}",
        "INSTANCE": str(instance),
    }
    environment = {**os.environ, **{f"SURVEY_{setting}": value for setting, value in given.items()}}
    program = (sys.executable, "-m", "survey_service.cli", "serve", "--host", "0.0.0.0", "--port", str(PORT))
    with (instance.parent / f"{name}.log").open("w") as log:
        process = subprocess.Popen(
            lan.command(name, *program), env=environment, stdout=subprocess.PIPE, stderr=log, text=True
        )
        try:
            assert process.stdout is not None
            assert any(line.startswith("Serving ") for line in process.stdout), "the service did not start"
            yield
        finally:
            process.terminate()
            process.wait(60)
            process.stdout.close()


def until(what: str, done: Counter[str], name: str, more: int) -> None:
    """Wait until a machine has acknowledged so many more."""
    wanted, deadline = done[name] + more, time.monotonic() + PATIENCE
    while done[name] < wanted:
        assert time.monotonic() < deadline, f"{what}: machine {name} acknowledges nothing"
        time.sleep(0.1)


def total(people: list[Person]) -> Counter[str]:
    return sum((person.by for person in people), Counter())


class Watched(Counter[str]):
    """The counts of all people as they are now."""

    def __init__(self, people: list[Person]) -> None:
        super().__init__()
        self.people = people

    def __getitem__(self, name: str) -> int:
        return sum(person.by[name] for person in self.people)


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="survey-lan-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


def test_nothing_acknowledged_is_lost_when_a_machine_and_then_the_primary_are_cut_off(
    folder: Path, counted: Count
) -> None:
    if os.geteuid() != 0:
        pytest.fail("this run lays a network of namespaces, which only root may do: sudo make test-faults")
    stop = threading.Event()
    with ExitStack() as stack:
        lan = stack.enter_context(Lan(("people", *MACHINES, "primary", "standby")))
        cluster = stack.enter_context(Cluster(lan, folder / "postgres"))
        for name in MACHINES:
            (folder / name).mkdir()
            stack.enter_context(serving(lan, name, cluster.url, folder / name / "instance"))
        with lan.inside("people"):
            people = [Person(lan.addresses, stop, number) for number in range(12)]
            for person in people:
                person.start()
        done = Watched(people)
        for name in MACHINES:
            until("at first", done, name, 30)
        lan.cable("a", "down")
        until("without the other machine", done, "b", 40)
        lan.cable("primary", "down")
        time.sleep(2)
        cluster.promote()
        until("after the standby took over", done, "b", 40)
        lan.cable("a", "up")
        until("when it is back", done, "a", 30)
        stop.set()
        for person in people:
            person.join(PATIENCE)
        assert not any(person.is_alive() for person in people), "nobody hangs"
        with lan.inside("people"):
            store = open_store(cluster.url, folder)
            kept = {stored.id: stored.body for stored in store.collection(RESPONSES).iterate()}
            machines = [host.name for host in hosts.seen(store, time.time())]
            store.close()
    acknowledged = {key: given for person in people for key, given in person.acknowledged.items()}
    stored = Counter(body["key"] for body in kept.values())
    hashes = {body["key"]: body["receipt_hash"] for body in kept.values()}
    seen = sum((person.seen for person in people), Counter())
    print(dict(seen), dict(total(people)), len(acknowledged), len(stored))
    assert set(acknowledged) - set(stored) == set(), "nothing acknowledged is lost"
    assert set(stored.values()) == {1}, "nothing is stored twice"
    assert {len(given) for given in acknowledged.values()} == {1}, "each machine gives the same receipt"
    assert all(hashes[key] == receipts.hash_of(given) for key, (given,) in acknowledged.items())
    assert set(seen) <= {"200", "201", "503", "connection"}
    assert machines == list(MACHINES)
    counted("machines and primaries cut off under clients", 2)
    counted("responses acknowledged over HTTP meanwhile", len(acknowledged))
