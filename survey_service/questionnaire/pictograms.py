"""The bundled pictograms, by the name that a question or choice gives in its column ``pictogram``."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

_FILE = Path(__file__).with_name("pictograms.yaml")


@dataclass(frozen=True)
class Pictogram:
    """One drawing on a grid of 48 by 48: SVG path data of its line and of what is filled; ``shows`` says it in words.

    ``turns`` if it points somewhere, so that it is mirrored where one reads from right to left.
    """

    shows: str
    line: str
    fill: str = ""
    turns: bool = False


@functools.cache
def pictogram_sets() -> Mapping[str, Mapping[str, Pictogram]]:
    """Return the pictograms by set and name, in the order of the file. A name stands in one set only."""
    sets = yaml.safe_load(_FILE.read_text("utf-8"))
    return {title: {name: Pictogram(**row) for name, row in rows.items()} for title, rows in sets.items()}


@functools.cache
def all_pictograms() -> Mapping[str, Pictogram]:
    """Return the pictograms of all sets by name."""
    return {name: pictogram for rows in pictogram_sets().values() for name, pictogram in rows.items()}
