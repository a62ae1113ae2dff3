"""The sheet ``questionnaire``: what our questionnaires say that XLSForm has no place for. Other tools pass it over."""

from __future__ import annotations

from typing import Any

from survey_service.questionnaire.model import Questionnaire
from survey_service.questionnaire.xlsform import columns
from survey_service.questionnaire.xlsform.workbook import Sheet

SHEET = "questionnaire"
EVERYWHERE = "all languages"
_TEXTS = ("label", "hint")


def rows(questionnaire: Questionnaire, headers: dict[str, str]) -> list[list[str]]:
    """Return the rows of the sheet; ``headers`` are the names of the languages by tag, ``*`` for none."""
    tags = [*questionnaire.languages, "*"]
    found = [["what", "name", "value", *(headers[tag] for tag in tags)]]
    found.append(["audience", "", questionnaire.audience])
    found.append(["languages", "", " ".join(questionnaire.languages)])
    found.append(["minutes", "", " ".join(map(str, questionnaire.minutes))])
    if questionnaire.consent:
        found.append(["consent", "", questionnaire.consent])
    for key in _TEXTS:
        text = getattr(questionnaire, key)
        if text:
            found.append([key, "", "", *(text.get(tag, "") for tag in tags)])
    for end in questionnaire.screen_outs:
        found.append(["screen_out", end.name, end.when.text, *(end.label.get(tag, "") for tag in tags)])
        if end.hint:
            found.append(["screen_out_hint", end.name, "", *(end.hint.get(tag, "") for tag in tags)])
    return found


def read(sheet: Sheet | None) -> dict[str, Any]:
    """Return the questionnaire's own entries as definition data; nothing if there is no such sheet."""
    if sheet is None:
        return {}
    tags = {index: _tag(header) for index, header in sheet.headers.items() if index > 2}
    found: dict[str, Any] = {}
    ends: dict[str, dict[str, Any]] = {}
    for row in sheet.rows:
        what, name, value = (row.cells.get(index, "") for index in range(3))
        text = {tag: row.cells[index] for index, tag in tags.items() if tag and index in row.cells}
        if what in _TEXTS and text:
            found[what] = text
        elif what in ("audience", "consent"):
            found[what] = value
        elif what == "languages" and value:
            found[what] = value.split()
        elif what == "minutes" and all(part.isdigit() for part in value.split()):
            found[what] = [int(part) for part in value.split()]
        elif what == "screen_out":
            ends[name] = {"name": name, "when": value, "label": text}
        elif what == "screen_out_hint" and name in ends:
            ends[name]["hint"] = text
    if ends:
        found["screen_outs"] = list(ends.values())
    return found


def _tag(header: str) -> str:
    return "*" if header == EVERYWHERE else columns.tag_of(header)
