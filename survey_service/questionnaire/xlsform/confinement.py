"""What a process that reads a stranger's file may use: limited before anything is parsed, so that a hostile file costs
little and reaches nothing.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable, Mapping
from typing import Any

from survey_service.limits import limit

MEBIBYTE = 1024 * 1024


def serve(read: Callable[[bytes, Mapping[str, Any]], Any]) -> None:
    """Serve one request: a line of JSON and then the file on standard input, JSON data on standard output."""
    request = json.loads(sys.stdin.buffer.readline())
    limit(
        {
            resource.RLIMIT_CPU: request["seconds"],
            resource.RLIMIT_AS: request["mebibytes"] * MEBIBYTE,
            resource.RLIMIT_FSIZE: 0,
            resource.RLIMIT_CORE: 0,
            resource.RLIMIT_NOFILE: 64,
        }
    )
    sys.stdout.write(json.dumps(read(sys.stdin.buffer.read(), request)))
