"""Submissions over HTTP, beside a constant page of the same server, and the weight of the first page."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import brotli

from tests.bench import load
from tests.store.postgres_server import running

ROUNDS = 3
REQUESTS = 2_000
"""Requests of one round, shared by the clients."""
FIRST_FLIGHT = 14 * 1024
ANSWERS = {
    "B00": "yes",
    "B01": "self",
    "B02": "27-44",
    "B03": "w",
    "B04": "16066042",
    "B05": "2-5_years",
    "B06": ["de", "ar"],
    "B07": "3",
    "C2": "yes",
    "B08": ["ARB", "WOH"],
    "B09_ARB": ["ARB.job", "ARB.recog"],
    "B10_ARB": "2",
    "B11_ARB": "known_not_used",
    "B12_ARB": ["language"],
    "B09_WOH": ["WOH.find"],
    "B13": "yes",
    "B14": ["3-5"],
    "B15": "course",
    "B16": "own",
    "B17": "4",
}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the server did not start")


def _body() -> bytes:
    return json.dumps({"id": str(uuid.uuid4()), "language": "de", "answers": ANSWERS}).encode()


def _submission() -> bytes:
    return load.post("/api/v1/questionnaires/needs/responses", _body())


def _constant() -> bytes:
    return load.post("/constant", _body())


@contextmanager
def _served(store: str, processes: int) -> Iterator[int]:
    port = _free_port()
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "SURVEY_STORE": store, "SURVEY_PROCESSES": str(processes)}
        command = [sys.executable, "-m", "tests.bench.server", folder, str(port)]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment)
        try:
            _wait(port)
            yield port
        finally:
            server.terminate()
            server.wait(20)


def throughput(port: int) -> None:
    """Print submissions a second at 1 to 64 clients, each beside the constant page in the same round."""
    load.run(port, 8, 50, _constant, b"200")
    load.run(port, 8, 50, _submission, b"201")
    print(f"  {'clients':>8}{'constant/s':>12}{'stored/s':>10}{'ratio':>8}{'p50 ms':>9}{'p99 ms':>9}")
    for clients in (1, 8, 32, 64):
        constants, stored, latencies = [], [], []
        for _ in range(ROUNDS):
            constant = load.run(port, clients, REQUESTS // clients, _constant, b"200")
            result = load.run(port, clients, REQUESTS // clients, _submission, b"201")
            if constant.failed or result.failed:
                raise SystemExit(f"{constant.failed + result.failed} requests failed")
            constants.append(constant.per_second)
            stored.append(result.per_second)
            latencies += result.latencies
        base, speed = statistics.median(constants), statistics.median(stored)
        p50, p99 = statistics.median(latencies), statistics.quantiles(latencies, n=100)[98]
        print(f"  {clients:>8}{base:>12,.0f}{speed:>10,.0f}{speed / base:>8.2f}{p50:>9.2f}{p99:>9.2f}", flush=True)


def weight(port: int) -> None:
    """Print the weight of the first page of `needs` against the 14 KB of a first TCP flight."""
    print("\nFirst page of `needs`, brotli, against the 14 KB of a first TCP flight")
    for tag in ("de", "ar", "uk"):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/{tag}/q/needs") as answer:
            page = answer.read()
        others = re.findall(rb'<(?:script|link|img)[^>]+(?:src|href)="(?!#)', page)
        packed = len(brotli.compress(page, quality=5))
        print(
            f"  {tag:9} {len(page):6} bytes, brotli {packed:5} = {packed / FIRST_FLIGHT:.2f} of the flight, "
            f"{len(others)} further requests"
        )


def main() -> None:
    title = f"\nSubmissions of `needs` ({len(ANSWERS)} answers, JSON API); median of {ROUNDS} rounds"
    with _served("tinydb:", 1) as port:
        weight(port)
        print(f"{title}, embedded store, one process")
        throughput(port)
    folder = Path(tempfile.mkdtemp(prefix="survey-pg-"))
    try:
        with running(folder) as database, _served(database.url, os.cpu_count() or 1) as port:
            print(f"{title}, PostgreSQL, {os.cpu_count()} processes")
            throughput(port)
    finally:
        shutil.rmtree(folder)
