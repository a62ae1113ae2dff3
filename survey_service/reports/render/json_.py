"""A report as JSON: its document with exact numbers."""

from __future__ import annotations

import json

from survey_service.reports.report import Report


def render(report: Report) -> str:
    """Return the report as indented JSON text that ends with a line break. Numbers are exact, nothing is rounded."""
    return json.dumps(report.to_json(), ensure_ascii=False, indent=2, allow_nan=False) + "\n"
