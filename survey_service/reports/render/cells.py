"""Cells: a number or a text as it is shown, with the exact number beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from survey_service.reports.render import formats, words
from survey_service.reports.render.views import CellView
from survey_service.reports.render.words import Translate

NUMERIC = ("integer", "persons", "decimal", "percent")
NOTHING = "–"


def note_of(reason: str | None, translate: Translate) -> str:
    """Return why a value is not published, nothing if it is."""
    return "" if reason is None else translate(words.REASONS[reason])


def number_cell(
    value: float | None, kind: str, reason: str | None, language: str, tag: str, translate: Translate
) -> CellView:
    """Return a number in a language; None is “•” with the reason, or “–” if there is none."""
    own = "" if language == tag else language
    if value is None:
        text = formats.HIDDEN if reason else NOTHING
        return CellView(text, note_of(reason, translate), numeric=True, kind="hidden", language=own)
    text = formats.value({"kind": kind, "value": value}, language)
    return CellView(text, numeric=True, kind=kind, value=value)


def cell(item: Mapping[str, Any], language: str, translate: Translate) -> CellView:
    """Return a value of a block as a cell in the language of its block."""
    if item["kind"] == "hidden":
        return CellView(formats.HIDDEN, note_of(item["value"], translate), numeric=True, kind="hidden")
    value = None if item["kind"] == "text" else item["value"]
    return CellView(formats.value(item, language), numeric=item["kind"] in NUMERIC, kind=item["kind"], value=value)
