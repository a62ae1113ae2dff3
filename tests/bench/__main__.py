"""``make bench``: what is measured side by side in one run, as ratios.

Absolute figures depend on the machine and are shown only to make the ratios readable.
"""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from pathlib import Path

import brotli

from tests.bench import load

CLIENTS = 8
EACH = 250
ROUNDS = 3
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
    for _ in range(200):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the server did not start")


def _submission() -> bytes:
    body = json.dumps({"id": str(uuid.uuid4()), "language": "de", "answers": ANSWERS}).encode()
    return load.post("/api/v1/questionnaires/needs/responses", body)


def _constant() -> bytes:
    return load.post("/constant", json.dumps({"id": str(uuid.uuid4()), "language": "de", "answers": ANSWERS}).encode())


def throughput(port: int) -> None:
    """Print submissions a second against the same server answering a constant page to the same POST."""
    print(f"\nSubmissions of `needs` ({len(ANSWERS)} answers, JSON API), {CLIENTS} clients, best of {ROUNDS} rounds")
    load.run(port, CLIENTS, 20, _constant, b"200")
    constant = max(
        (load.run(port, CLIENTS, EACH, _constant, b"200") for _ in range(ROUNDS)), key=lambda r: r.per_second
    )
    stored = max(
        (load.run(port, CLIENTS, EACH, _submission, b"201") for _ in range(ROUNDS)), key=lambda r: r.per_second
    )
    if constant.failed or stored.failed:
        raise SystemExit(f"{constant.failed + stored.failed} requests failed")
    print(f"  constant page   {constant.per_second:8.0f}/s  median {constant.median:6.2f} ms")
    print(f"  submissions     {stored.per_second:8.0f}/s  median {stored.median:6.2f} ms")
    print(f"  ratio           {stored.per_second / constant.per_second:8.2f}")


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
    port = _free_port()
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "tests.bench.server", str(Path(folder)), str(port)]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            _wait(port)
            weight(port)
            throughput(port)
        finally:
            server.terminate()
            server.wait(10)


if __name__ == "__main__":
    main()
