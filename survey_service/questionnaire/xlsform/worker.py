"""The process that reads one workbook: ``python -m survey_service.questionnaire.xlsform.worker``.

It takes the options and the workbook from ``confinement.serve`` and gives the outcome as JSON data.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from survey_service.problems import Said
from survey_service.questionnaire import definition
from survey_service.questionnaire.xlsform import confinement, importing
from survey_service.questionnaire.xlsform.importing import Import, Options
from survey_service.questionnaire.xlsform.notices import Notice
from survey_service.questionnaire.xlsform.report import Report


def main() -> None:
    """Serve one request."""
    confinement.serve(
        lambda data, request: to_json(importing.read(data, request["file"], Options(**request["options"])))
    )


def to_json(found: Import) -> dict[str, Any]:
    """Return an outcome as JSON data; ``from_json`` gives an equal one back."""
    return {
        "definition": definition.to_json(found.questionnaire) if found.questionnaire is not None else None,
        "notices": [notice_to_json(notice) for notice in found.report.notices],
        "rows": [list(pair) for pair in found.report.rows.items()],
    }


def notice_to_json(notice: Notice) -> dict[str, Any]:
    """Return a notice as JSON data."""
    values = {name: value_to_json(value) for name, value in notice.values.items()}
    return {**{key: getattr(notice, key) for key in ("kind", "code", "sheet", "row", "column")}, "values": values}


def notice_from_json(data: Mapping[str, Any]) -> Notice:
    """Build a notice from its JSON data."""
    return Notice(**{**data, "values": {name: value_from_json(value) for name, value in data["values"].items()}})


def value_to_json(value: object) -> Any:
    """Return a value of a notice as JSON data."""
    if isinstance(value, Said):
        return {"message": value.message, "values": {name: value_to_json(one) for name, one in value.values.items()}}
    return value if isinstance(value, int) else str(value)


def value_from_json(value: Any) -> object:
    """Build a value of a notice from its JSON data."""
    if isinstance(value, dict):
        return Said(value["message"], {name: value_from_json(one) for name, one in value["values"].items()})
    return value


def from_json(data: dict[str, Any]) -> Import:
    """Build an outcome from its JSON data."""
    content = data["definition"]
    report = Report([notice_from_json(notice) for notice in data["notices"]], dict(data["rows"]))
    return Import(definition.from_json(content) if content is not None else None, report)


if __name__ == "__main__":
    main()
