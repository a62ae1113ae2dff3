"""Reading what strangers send in a process of its own, within limits; see ``questionnaire.xlsform.confinement``."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from survey_service.problems import Problem

_ROOT = Path(__file__).resolve().parents[2]
_START = "import sys; sys.path.insert(0, {root!r}); from {module} import main; main()"
SECONDS = 30
MEBIBYTES = 1_024


def run(module: str, request: Mapping[str, Any], data: bytes) -> Any:
    """Return what the ``main`` of a module makes of a request and a file, as JSON data.

    Raises Problem import.failed if that process ends without an outcome, or needs more than SECONDS or MEBIBYTES.
    """
    line = json.dumps({**request, "seconds": SECONDS, "mebibytes": MEBIBYTES})
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-I", "-B", "-c", _START.format(root=str(_ROOT), module=module)],
            input=line.encode() + b"\n" + data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1"},
            cwd="/",
            timeout=SECONDS * 2,
            check=True,
        )
        return json.loads(done.stdout)
    except (subprocess.SubprocessError, json.JSONDecodeError, OSError):
        raise Problem("import.failed", seconds=SECONDS, mebibytes=MEBIBYTES) from None
