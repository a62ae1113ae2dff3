"""``plugin.toml``: what a report plugin says of itself, readable without running any of its code.

It stands beside the plugin's ``__init__.py``, also in a wheel. What ``report_info`` returns must agree with it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from survey_service.reports.parameters import Parameter, declared_fault

FILE = "plugin.toml"
NEEDED = ("name", "module", "version", "title")
_ABSENT: Mapping[str, Any] = {
    "author": "",
    "description": {},
    "questionnaires": [],
    "offers": False,
    "permissions": ["aggregates"],
    "parameters": [],
}
_TAGS = ("de", "en")
_PARAMETER: Mapping[str, Any] = {"choices": [], "low": None, "high": None}


class Faulty(ValueError):
    """The file can't be used; the message says what is wrong."""


@dataclass(frozen=True)
class Manifest:
    """The module to import, and what the plugin is, in the form of ``ReportInfo.to_json``."""

    module: str
    info: Mapping[str, Any]


def read(folder: Path) -> Manifest:
    """Return what stands in the ``plugin.toml`` of a folder. Raises Faulty."""
    return parse(_bytes(folder))


def read_light(folder: Path) -> Mapping[str, Any]:
    """Return what `read` would, not checked against the schema: for a worker, which must start fast. Raises Faulty."""
    return _content(_bytes(folder))[1]


def _bytes(folder: Path) -> bytes:
    try:
        return (folder / FILE).read_bytes()
    except OSError as error:
        raise Faulty(f"{FILE}: {error.strerror or error}") from None


def parse(data: bytes) -> Manifest:
    """Return what stands in a ``plugin.toml``. Raises Faulty."""
    from survey_service.reports import output

    module, content = _content(data)
    try:
        info = output.check_info(content)
    except output.Unusable as error:
        raise Faulty(f"{FILE}: {error}") from None
    fault = declared_fault(Parameter.from_json(row) for row in info["parameters"])
    if fault:
        raise Faulty(f"{FILE}: {fault}")
    return Manifest(module, info)


def _content(data: bytes) -> tuple[str, dict[str, Any]]:
    """Return the module and the rest, with what is not said filled in."""
    try:
        content = tomllib.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise Faulty(f"{FILE}: {error}") from None
    for key in NEEDED:
        if key not in content:
            raise Faulty(f"{FILE}: the key “{key}” is missing")
    for key in content:
        if key not in NEEDED and key not in _ABSENT:
            raise Faulty(f"{FILE}: the key “{key}” is unknown")
    if not isinstance(content["title"], dict) or not all(isinstance(content["title"].get(tag), str) for tag in _TAGS):
        raise Faulty(f"{FILE}: title needs texts in “de” and “en”")
    module = content.pop("module")
    if not isinstance(module, str) or not module.isidentifier() or not module.isascii():
        raise Faulty(f"{FILE}: module is not the name of a package")
    content = {**_ABSENT, **content}
    rows = content["parameters"]
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Faulty(f"{FILE}: write each parameter as [[parameters]]")
    content["parameters"] = [{**_PARAMETER, **row, "choices": _choices(row)} for row in rows]
    return module, content


def _choices(row: Mapping[str, Any]) -> list[Any]:
    choices = row.get("choices", [])
    if not isinstance(choices, list):
        raise Faulty(f"{FILE}: choices is a list")
    return [{"name": choice, "label": {"*": choice}} if isinstance(choice, str) else choice for choice in choices]
