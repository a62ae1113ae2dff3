"""Definition data that knows where in a workbook it stands."""

from __future__ import annotations

from typing import Any

from survey_service.questionnaire.xlsform.report import Cell, Line

_COLUMNS = {"choices": "type", "choices_from": "type", "guidance": "guidance_hint", "count": "repeat_count"}


class Located(dict[str, Any]):
    """A block of definition data that was read from a row; ``cell`` tells where a key of it stands."""

    def __init__(self, content: dict[str, Any], line: Line) -> None:
        super().__init__(content)
        self.source = line

    def cell(self, key: str) -> Cell:
        return self.source.cell(_COLUMNS.get(key, key))
