"""What a process that reads a stranger's file may use: limited before anything is parsed, so that a hostile file costs
little and reaches nothing.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable, Mapping
from typing import Any

MEBIBYTE = 1024 * 1024


def serve(read: Callable[[bytes, Mapping[str, Any]], Any]) -> None:
    """Serve one request: a line of JSON and then the file on standard input, JSON data on standard output."""
    request = json.loads(sys.stdin.buffer.readline())
    _limit(request["seconds"], request["mebibytes"])
    sys.stdout.write(json.dumps(read(sys.stdin.buffer.read(), request)))


def _limit(seconds: int, mebibytes: int) -> None:
    for kind, wanted in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, mebibytes * MEBIBYTE),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        hardest = resource.getrlimit(kind)[1]
        value = wanted if hardest == resource.RLIM_INFINITY else min(wanted, hardest)
        resource.setrlimit(kind, (value, value))
