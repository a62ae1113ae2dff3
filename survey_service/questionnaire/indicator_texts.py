"""The texts of ``indicators.yaml``, which stands beside the questionnaires: their addresses, and what catalogs add.

What the indicators are, and what is wrong with the file, says `monitoring.definitions`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from survey_service.questionnaire import yaml_source
from survey_service.questionnaire.faults import Faults
from survey_service.questionnaire.model import Text
from survey_service.questionnaire.texts import Catalogs, merge
from survey_service.questionnaire.translating import INDICATORS

FILE = "indicators.yaml"


def name_address(code: str) -> str:
    """Return the address of an indicator's name."""
    return f"{INDICATORS}/{code}/name"


def definition_address(code: str, version: int) -> str:
    """Return the address of what a version of an indicator counts."""
    return f"{INDICATORS}/{code}/{version}/definition"


def read(folder: Path, catalogs: Catalogs) -> dict[str, Text]:
    """Return the texts of a folder's indicators by address, with those of the catalogs; none without a readable file.

    What is not written as it should be is left out.
    """
    path = folder / FILE
    raw = yaml_source.read(path, Faults()) if path.exists() else None
    return {address: merge(address, text, catalogs) for address, text in _written(raw)} if raw is not None else {}


def _written(raw: Mapping[str, Any]) -> Iterator[tuple[str, Text]]:
    for row in _mappings(raw.get("indicators")):
        code = str(row.get("code"))
        yield from _text(name_address(code), row.get("name"))
        for version in _mappings(row.get("versions")):
            yield from _text(definition_address(code, version.get("version", 0)), version.get("definition"))


def _mappings(rows: Any) -> Iterator[Mapping[str, Any]]:
    return (row for row in rows if isinstance(row, Mapping)) if isinstance(rows, list) else iter(())


def _text(address: str, value: Any) -> Iterator[tuple[str, Text]]:
    if isinstance(value, Mapping):
        yield address, {str(tag): part.strip() for tag, part in value.items() if isinstance(part, str)}
