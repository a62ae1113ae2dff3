"""The HTTP server: ends gracefully, with every request in flight answered or refused."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

SCRIPT = """
import functools, sys
from pathlib import Path
from survey_service import settings
from survey_service.web import server
from tests.web import served_app

if __name__ == "__main__":
    done = Path(sys.argv[1])
    values = settings.load(done, threads=4, processes=int(sys.argv[3]))
    server.GRACE = int(sys.argv[2])
    load = functools.partial(served_app.make, done) if len(sys.argv) < 5 else served_app.refuse
    code = server.run(load, values, "127.0.0.1", 0, announce=lambda address: print(address, flush=True))
    print("stopped", flush=True)
    sys.exit(code)
"""


LONG = 60
"""Seconds that no test takes: what would last so long must have been cut off."""
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}


def command_for(done: Path, *arguments: str) -> list[str]:
    """Return the command that runs SCRIPT, which is written into the folder."""
    script = done / "script.py"
    script.write_text(SCRIPT)
    return [sys.executable, str(script), str(done), *arguments]


class Served:
    """A server in a process of its own."""

    def __init__(self, done: Path, grace: int, processes: int = 1) -> None:
        self.done = done
        command = command_for(done, str(grace), str(processes))
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT)
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()
        self.port = int(re.search(r":(\d+)/", self.address)[1])  # type: ignore[index]

    def get(self, path: str) -> int:
        """Return the length of the whole body, or -1 if the request was refused or cut off."""
        try:
            with urllib.request.urlopen(f"{self.address}{path}", timeout=20) as response:
                body = response.read()
                return len(body) if len(body) == int(response.headers["Content-Length"]) else -1
        except (urllib.error.URLError, http.client.HTTPException, OSError):
            return -1

    def refuses(self) -> bool:
        """Say whether nobody listens. It only knocks: a request taken in the moment of the end may wait for its cut."""
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=20).close()
        except ConnectionRefusedError:
            return True
        return False

    def wait_until(self, holds: Callable[[], bool]) -> None:
        """Wait until something is so, for as long as a busy machine may need."""
        deadline = time.monotonic() + 30
        while not holds():
            assert time.monotonic() < deadline, "it does not happen"
            time.sleep(0.02)

    def end(self, number: int = signal.SIGTERM) -> None:
        """Send a signal and wait for the end: that must come long before what the tests give it to wait for."""
        os.kill(self.process.pid, number)
        assert self.process.wait(timeout=30) == 0


@pytest.fixture
def served(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Served]:
    server = Served(tmp_path, getattr(request, "param", 8))
    yield server
    server.process.kill()
    server.process.wait()
    assert server.process.stdout is not None
    server.process.stdout.close()


@pytest.mark.parametrize("served", [LONG], indirect=True)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_idle_server_ends_at_once_in_spite_of_open_connections(served: Served, number: int) -> None:
    assert served.get("") == 4
    with socket.create_connection(("127.0.0.1", served.port)) as idle:
        idle.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")  # kept alive, nothing asked since
        assert idle.recv(4_000)
        served.end(number)
    assert served.process.stdout is not None
    assert served.process.stdout.read() == "stopped\n"


def test_twenty_requests_in_flight_are_each_answered_whole_or_refused(served: Served) -> None:
    """Four threads, twenty requests of 0.3 s: those the server took all end in time, with their whole body."""
    with ThreadPoolExecutor(20) as pool:
        answers = [pool.submit(served.get, f"slow/{number}/0.3") for number in range(20)]
        served.wait_until(lambda: len(list(served.done.glob("*.begun"))) >= 4)
        served.end()
        lengths = [answer.result() for answer in answers]
    done = {int(path.name) for path in served.done.iterdir() if path.name.isdigit()}
    assert {number for number, length in enumerate(lengths) if length == 300_000} == done
    assert set(lengths) <= {300_000, -1}
    assert len(done) >= 4


@pytest.mark.parametrize("served", [1], indirect=True)
def test_a_request_that_takes_too_long_is_cut_off_and_not_acknowledged(served: Served) -> None:
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(served.get, f"slow/1/{LONG}")
        served.wait_until(served.done.joinpath("1.begun").exists)
        served.end()
        assert answer.result() == -1
    assert not served.done.joinpath("1").exists()


def test_new_connections_are_refused_while_it_ends(served: Served) -> None:
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(served.get, "slow/1/5")
        served.wait_until(served.done.joinpath("1.begun").exists)
        os.kill(served.process.pid, signal.SIGTERM)
        served.wait_until(served.refuses)
        assert not answer.done()
        assert served.get("") == -1
        assert answer.result() == 300_000


@pytest.mark.parametrize("served", [LONG], indirect=True)
def test_a_second_signal_ends_at_once(served: Served) -> None:
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(served.get, f"slow/1/{LONG}")
        served.wait_until(served.done.joinpath("1.begun").exists)
        os.kill(served.process.pid, signal.SIGTERM)
        time.sleep(0.2)
        served.end()
        assert answer.result() == -1


def test_several_processes_share_the_port(tmp_path: Path) -> None:
    server = Served(tmp_path, 8, processes=2)
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(server.get, [""] * 40)) == {4}
    server.end()
    assert server.process.stdout is not None
    server.process.stdout.close()


def test_an_application_that_cannot_be_loaded_says_why(tmp_path: Path) -> None:
    command = command_for(tmp_path, "8", "1", "refuse")
    ended = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT, timeout=30, check=False)
    assert ended.returncode == 1
    assert ended.stdout == "stopped\n"
    assert "4711" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_no_process_lives_on_when_the_first_is_killed(served: Served) -> None:
    assert served.get("") == 4
    served.process.kill()
    served.process.wait()
    served.wait_until(lambda: served.get("") == -1)
