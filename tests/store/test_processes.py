"""Several processes of the real service over one PostgreSQL, which is restarted under their clients."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from survey_service.responses.submissions import RESPONSES
from survey_service.store import open_store
from tests.store.postgres_server import Server, running

ANSWERS = {"B00": "yes", "B01": "self", "B02": "27-44", "B08": ["ARB"], "B09_ARB": ["ARB.job"]}


@pytest.fixture
def database() -> Iterator[Server]:
    with running(Path(tempfile.mkdtemp(prefix="survey-pg-"))) as started:
        yield started
    shutil.rmtree(started.folder)


class Client(threading.Thread):
    """Somebody who sends one response after another, each with its key until it is acknowledged."""

    def __init__(self, port: int, stop: threading.Event) -> None:
        super().__init__()
        self.port, self.stop = port, stop
        self.acknowledged: dict[str, str] = {}
        self.seen: Counter[str] = Counter()

    def run(self) -> None:
        connection: http.client.HTTPConnection | None = None
        key, tries = str(uuid.uuid4()), 0
        while tries < 600 and not (self.stop.is_set() and tries == 0):
            connection = connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            body = json.dumps({"id": key, "language": "de", "answers": ANSWERS})
            try:
                connection.request(
                    "POST", "/api/v1/questionnaires/needs/responses", body, {"Content-Type": "application/json"}
                )
                answer = connection.getresponse()
                content = answer.read()
            except (OSError, http.client.HTTPException):
                self.seen["connection"] += 1
                connection.close()
                connection = None
                status = 0
            else:
                status = answer.status
                self.seen[str(status)] += 1
            if status in (200, 201):
                self.acknowledged[key] = json.loads(content)["receipt"]
                key, tries = str(uuid.uuid4()), 0
            else:
                tries += 1
                time.sleep(0.1)
        if connection is not None:
            connection.close()


def serve(url: str, instance: Path, processes: int) -> tuple[subprocess.Popen[str], int]:
    environment = {**os.environ, "SURVEY_STORE": url, "SURVEY_PROCESSES": str(processes)}
    command = [sys.executable, "-m", "survey_service.cli", "serve", "--port", "0", "--instance", str(instance)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.match(r"Serving http://127\.0\.0\.1:(\d+)/", line):
            return process, int(found[1])
    raise AssertionError("the service did not start")


def children(process: subprocess.Popen[str]) -> int:
    """Return how many processes of the service serve."""
    found = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    commands = [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in found]
    return sum(b"spawn_main" in command for command in commands)


@pytest.mark.parametrize(
    ("processes", "clients", "seconds"),
    [(2, 12, 2.0), pytest.param(4, 64, 12.0, marks=pytest.mark.faults)],
)
def test_nothing_is_lost_while_the_database_is_restarted(
    processes: int, clients: int, seconds: float, database: Server, tmp_path: Path
) -> None:
    process, port = serve(database.url, tmp_path, processes)
    try:
        assert children(process) == processes
        stop = threading.Event()
        crowd = [Client(port, stop) for _ in range(clients)]
        for client in crowd:
            client.start()
        for _ in range(2):
            time.sleep(seconds / 3)
            database.stop("immediate")
            database.start()
        time.sleep(seconds / 3)
        stop.set()
        for client in crowd:
            client.join(90)
        assert not any(client.is_alive() for client in crowd), "no client hangs"
        assert process.poll() is None
    finally:
        process.terminate()
        process.wait(20)
        assert process.stdout is not None
        process.stdout.close()
    acknowledged = {key: receipt for client in crowd for key, receipt in client.acknowledged.items()}
    seen = sum((client.seen for client in crowd), Counter())
    store = open_store(database.url, tmp_path)
    kept = Counter(stored.body["key"] for stored in store.collection(RESPONSES).iterate())
    store.close()
    print(f"{processes} processes, {clients} clients: {len(acknowledged)} acknowledged, answers {dict(seen)}")
    assert len(acknowledged) >= clients
    assert all(client.acknowledged for client in crowd)
    assert set(acknowledged) - set(kept) == set(), "nothing acknowledged is lost"
    assert set(kept.values()) == {1}, "nothing is stored twice"
    assert set(seen) <= {"200", "201", "503", "connection"}
    assert seen["503"] > 0


def test_several_processes_need_postgresql(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "survey_service.cli", "serve", "--port", "0", "--instance", str(tmp_path)]
    environment = {**os.environ, "SURVEY_PROCESSES": "2"}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert "postgresql://" in ended.stderr
    assert not (tmp_path / "store").exists()
