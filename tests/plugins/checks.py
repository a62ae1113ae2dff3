"""Comparing the tables of a report with expected values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pytest

from tests.plugins.recompute import Expected

Cell = int | float | str | None
"""A number, or the reason why there is none; None is not compared."""


def blocks_of(blocks: Iterable[Mapping[str, Any]], kind: str) -> dict[str, Mapping[str, Any]]:
    return {block["id"]: block for block in blocks if block["type"] == kind and "id" in block}


def words_of(cell: Mapping[str, Any], tag: str = "de") -> str:
    text = cell["value"]
    return str(text.get("*") or text[tag])


def same_row(cells: Sequence[Mapping[str, Any]], expected: Sequence[object]) -> None:
    """Compare the cells of a row: a text stands for the reason why a cell is hidden, unless the cell is a text."""
    assert len(cells) == len(expected)
    for cell, value in zip(cells, expected, strict=True):
        if isinstance(value, str):
            assert cell == {"kind": "hidden", "value": value}
        elif value is not None:
            assert cell["kind"] != "hidden", (cell, value)
            assert cell["value"] == pytest.approx(value, abs=1e-9)


def three(released: Expected) -> list[object]:
    """Share and interval, or three times why not."""
    if released.suppressed:
        return [released.suppressed] * 3
    return [released.share, released.low, released.high]


def four(released: Expected) -> list[object]:
    """Base, share and interval; the base stands even if the share does not."""
    return ["small_base" if released.n is None else released.n, *three(released)]


def one(released: Expected) -> object:
    return released.suppressed or released.share
