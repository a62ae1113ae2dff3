"""The limits of our questions and the constraints that say the same in any XLSForm tool.

Our columns (``COLUMNS``) travel beside a constraint that other tools understand; when it comes back it is taken out
again, so that the question is the same as before.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from survey_service.questionnaire.builder import PARAMETERS
from survey_service.questionnaire.values import to_text
from survey_service.questionnaire.xlsform.report import Line

_PATTERNS: Mapping[str, str] = {
    "min": ". >= {}",
    "max": ". <= {}",
    "max_length": "string-length(.) <= {}",
    "min_selected": "count-selected(.) >= {}",
    "max_selected": "count-selected(.) <= {}",
}
COLUMNS = tuple(_PATTERNS)


def number(text: str) -> int | float | None:
    """Return a number as a person types it, None if it is none."""
    try:
        value = float(text)
    except ValueError:
        return None
    if not math.isfinite(value):
        return None
    return int(value) if value.is_integer() and abs(value) < 10**15 else value


def read(line: Line, kind: str) -> dict[str, Any]:
    """Return the limits in a row's own columns that the type of question has."""
    given = {name: number(line.get(name, "")) for name in COLUMNS if kind in PARAMETERS[name]}
    return {name: value for name, value in given.items() if value is not None}


def constraint(kind: str, parameters: Mapping[str, Any]) -> str:
    """Return the constraint that says the same as a question's limits, ``""`` if it has none."""
    named = [name for name in COLUMNS if name in parameters and kind in PARAMETERS[name] and kind != "range"]
    return " and ".join(_PATTERNS[name].format(to_text(float(parameters[name]))) for name in named)


def joined(own: str, kind: str, parameters: Mapping[str, Any]) -> str:
    """Return a question's own constraint together with that of its limits."""
    limit = constraint(kind, parameters)
    return f"({own}) and {limit}" if own and limit else own or limit


def columns(kind: str, parameters: Mapping[str, Any]) -> dict[str, str]:
    """Return a question's limits as texts for their own columns."""
    named = [name for name in COLUMNS if name in parameters and kind in PARAMETERS[name] and kind != "range"]
    return {name: to_text(float(parameters[name])) for name in named}


def take_out(raw: dict[str, Any]) -> None:
    """Take the constraint of the limits out of definition data that came back."""
    limit = constraint(raw["type"], raw.get("parameters") or {})
    whole = raw.get("constraint") or ""
    if not limit or not whole.endswith(limit):
        return
    own = whole[: -len(limit)].strip()
    if not own:
        raw["constraint"] = None
        raw["constraint_message"] = {}
    elif own.startswith("(") and own.endswith(") and"):
        raw["constraint"] = own[1:-5]
