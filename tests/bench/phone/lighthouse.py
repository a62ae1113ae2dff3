"""Lighthouse on each page, as a phone on slow 4G and on 3G (simulated throttling, CPU 4x slower); medians of runs."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.phone.peers import CACHE

RUNS = 3
NETWORKS: Mapping[str, tuple[int, float]] = {"slow 4G": (150, 1638.4), "3G": (300, 700.0)}
"""Round trip in milliseconds and throughput in kbit/s, as Lighthouse's own presets have them."""
_CPU = 4


@dataclass(frozen=True)
class Seen:
    """Largest contentful paint and total blocking time in milliseconds, layout shift, and bytes received."""

    lcp: float
    tbt: float
    cls: float
    bytes: float


def measure(url: str, network: str) -> Seen:
    runs = [_run(url, *NETWORKS[network]) for _ in range(RUNS)]
    return Seen(*(statistics.median(column) for column in zip(*runs, strict=True)))


def _run(url: str, rtt: int, kilobits: float) -> tuple[float, float, float, float]:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [
            "node", str(CACHE / "node_modules/lighthouse/cli/index.js"), url, "--output=json",
            f"--output-path={report}",
            "--only-categories=performance", "--form-factor=mobile", "--quiet", "--throttling-method=simulate",
            f"--throttling.rttMs={rtt}", f"--throttling.throughputKbps={kilobits}",
            f"--throttling.cpuSlowdownMultiplier={_CPU}",
            "--chrome-flags=--headless=new --no-sandbox --disable-dev-shm-usage",
        ]  # fmt: skip
        environment = {**os.environ, "CHROME_PATH": shutil.which("chromium") or "/usr/bin/chromium"}
        subprocess.run(command, check=True, env=environment, cwd=CACHE, stdout=subprocess.DEVNULL, timeout=300)
        audits: Mapping[str, Any] = json.loads(report.read_text("utf-8"))["audits"]
    names = ("largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift", "total-byte-weight")
    lcp, tbt, cls, size = (float(audits[name]["numericValue"]) for name in names)
    return lcp, tbt, cls, size
