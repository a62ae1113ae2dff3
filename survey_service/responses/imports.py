"""Bringing an XLSForm workbook: it is read by a process of its own, within limits, and becomes a working copy."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from pathlib import Path

from survey_service.problems import Problem
from survey_service.questionnaire.xlsform import workbook, worker
from survey_service.questionnaire.xlsform.importing import DEFAULTS, Import, Options
from survey_service.responses import confined, definitions, media
from survey_service.responses.definitions import WorkingCopy
from survey_service.store.base import Store

_WORKER = "survey_service.questionnaire.xlsform.worker"


def read(data: bytes, file: str, options: Options = DEFAULTS) -> Import:
    """Read a workbook in a process of its own.

    Raises Problem import.failed if that process ends without an outcome, or needs more than SECONDS or MEBIBYTES.
    """
    if len(data) > workbook.MAX_BYTES:
        raise Problem("import.too_large", limit=workbook.MAX_BYTES // 1_000_000)
    return worker.from_json(confined.run(_WORKER, {"file": file, "options": asdict(options)}, data))


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
        listing=tuple(error.said_at for error in errors[:20]),
        faults=tuple({"place": error.place, "code": error.code, "message": error.said} for error in errors),
    )
