"""The process that reads one workbook: ``python -m survey_service.questionnaire.xlsform.worker``.

It reads a line of JSON (the options) and then the workbook from standard input, and writes the outcome as JSON. What it
may use is limited before anything is parsed, so that a hostile workbook costs little and reaches nothing.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Mapping
from typing import Any

from survey_service.problems import Said
from survey_service.questionnaire import definition
from survey_service.questionnaire.xlsform import importing
from survey_service.questionnaire.xlsform.importing import Import, Options
from survey_service.questionnaire.xlsform.notices import Notice
from survey_service.questionnaire.xlsform.report import Report

MEBIBYTE = 1024 * 1024


def main() -> None:
    """Serve one request."""
    request = json.loads(sys.stdin.buffer.readline())
    _limit(request["seconds"], request["mebibytes"])
    data = sys.stdin.buffer.read()
    found = importing.read(data, request["file"], Options(**request["options"]))
    sys.stdout.write(json.dumps(to_json(found)))


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


def to_json(found: Import) -> dict[str, Any]:
    """Return an outcome as JSON data; ``from_json`` gives an equal one back."""
    return {
        "definition": definition.to_json(found.questionnaire) if found.questionnaire is not None else None,
        "notices": [notice_to_json(notice) for notice in found.report.notices],
        "rows": [list(pair) for pair in found.report.rows.items()],
    }


def notice_to_json(notice: Notice) -> dict[str, Any]:
    """Return a notice as JSON data."""
    values = {name: _value_to_json(value) for name, value in notice.values.items()}
    return {**{key: getattr(notice, key) for key in ("kind", "code", "sheet", "row", "column")}, "values": values}


def notice_from_json(data: Mapping[str, Any]) -> Notice:
    """Build a notice from its JSON data."""
    return Notice(**{**data, "values": {name: _value_from_json(value) for name, value in data["values"].items()}})


def _value_to_json(value: object) -> Any:
    if isinstance(value, Said):
        return {"message": value.message, "values": {name: _value_to_json(one) for name, one in value.values.items()}}
    return value if isinstance(value, int) else str(value)


def _value_from_json(value: Any) -> object:
    if isinstance(value, dict):
        return Said(value["message"], {name: _value_from_json(one) for name, one in value["values"].items()})
    return value


def from_json(data: dict[str, Any]) -> Import:
    """Build an outcome from its JSON data."""
    content = data["definition"]
    report = Report([notice_from_json(notice) for notice in data["notices"]], dict(data["rows"]))
    return Import(definition.from_json(content) if content is not None else None, report)


if __name__ == "__main__":
    main()
