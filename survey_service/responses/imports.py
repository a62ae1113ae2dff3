"""Bringing an XLSForm workbook: it is read by a process of its own, within limits, and becomes a working copy."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from survey_service.problems import Problem
from survey_service.questionnaire.xlsform import workbook, worker
from survey_service.questionnaire.xlsform.importing import DEFAULTS, Import, Options
from survey_service.responses import definitions, media
from survey_service.responses.definitions import WorkingCopy
from survey_service.store.base import Store

_ROOT = Path(__file__).resolve().parents[2]
_START = (
    f"import sys; sys.path.insert(0, {str(_ROOT)!r}); "
    "from survey_service.questionnaire.xlsform.worker import main; main()"
)
SECONDS = 30
MEBIBYTES = 1_024


def read(data: bytes, file: str, options: Options = DEFAULTS) -> Import:
    """Read a workbook in a process of its own.

    Raises Problem import.failed if that process ends without an outcome, or needs more than SECONDS or MEBIBYTES.
    """
    if len(data) > workbook.MAX_BYTES:
        raise Problem("import.too_large", limit=workbook.MAX_BYTES // 1_000_000)
    request = {"file": file, "options": asdict(options), "seconds": SECONDS, "mebibytes": MEBIBYTES}
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-I", "-B", "-c", _START],
            input=json.dumps(request).encode() + b"\n" + data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1"},
            cwd="/",
            timeout=SECONDS * 2,
            check=True,
        )
        return worker.from_json(json.loads(done.stdout))
    except (subprocess.SubprocessError, json.JSONDecodeError, OSError):
        raise Problem("import.failed", seconds=SECONDS, mebibytes=MEBIBYTES) from None


def keep(store: Store, found: Import, data: bytes, file: str, day: str) -> WorkingCopy:
    """Keep what was read as the working copy of its questionnaire.

    An import that cannot be used changes nothing: it raises Problem import.refused with all notices as faults.
    """
    if found.questionnaire is None:
        raise refusal(found)
    return definitions.put(
        store,
        media.carried_over(store, found.questionnaire),
        day,
        source={"kind": "xlsform", "file": Path(file).name[:200], "sha256": hashlib.sha256(data).hexdigest()},
        notices=[worker.notice_to_json(notice) for notice in found.report.notices],
    )


def refusal(found: Import) -> Problem:
    """Return the Problem that says what stands against an import."""
    errors = found.report.errors
    return Problem(
        "import.refused",
        count=len(errors),
        listing="\n".join(f"  {error}" for error in errors[:20]),
        faults=tuple({"place": error.place, "code": error.code, "message": str(error)} for error in errors),
    )
