"""What every format is written from: a report in one language as plain data, its own words already translated.

All texts are plain; a text whose ``language`` differs from that of the report is to be marked as such. Only ``svg`` is
markup. A ``counted`` names the entry of ``ReportView.counted`` that says how a number was counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

CODE = "zxx"
"""The language of what is in none, such as a period or an id; it runs from the left."""


@dataclass(frozen=True)
class CellView:
    """A cell: its text, why it is hidden (or empty), and whether it holds a number.

    ``value`` is the exact number (``percent``: 0 to 1), or the ISO date, of a cell of that ``kind``; None for texts and
    for what is not published. ``language`` is empty where the text is in the language of its block; the note is always
    in that of the report.
    """

    text: str
    note: str = ""
    numeric: bool = False
    kind: str = "text"
    value: int | float | str | None = None
    language: str = ""


@dataclass(frozen=True)
class Fact:
    """A heading and what it says; an empty ``language`` of the cell is that of the report."""

    heading: str
    cell: CellView


@dataclass(frozen=True)
class CountedView:
    """How the numbers of a block were counted: definition, base, number of people, snapshot.

    ``number`` is what a reference shows, ``id`` where it leads.
    """

    number: int
    id: str
    title: str
    language: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class TextView:
    """A heading, paragraph or note (``role``)."""

    text: str
    role: str
    language: str
    kind: str = "text"


@dataclass(frozen=True)
class StatementView:
    """A statement; its evidence is what ``counted`` leads to."""

    id: str
    field: str
    text: str
    note: str
    language: str
    counted: CountedView
    kind: str = "statement"


@dataclass(frozen=True)
class TableView:
    """A table; the first cell of each row is the row's heading.

    ``counted`` belongs to the whole table, or ``rows_counted`` has one for each row. A ``wide`` one is for a page
    that stands across.
    """

    id: str
    caption: str
    head: tuple[CellView, ...]
    rows: tuple[tuple[CellView, ...], ...]
    language: str
    counted: CountedView | None = None
    rows_counted: tuple[CountedView, ...] = ()
    wide: bool = False
    kind: str = "table"


@dataclass(frozen=True)
class ChartView:
    """A chart: what it is drawn from, and the table with its figures.

    Either ``svg`` is the picture, or ``spec`` the Vega-Lite specification that a picture is drawn from elsewhere.
    """

    id: str
    caption: str
    table: TableView
    language: str
    svg: Markup | None = None
    spec: Mapping[str, Any] | None = None
    kind: str = "chart"


BlockView = TextView | StatementView | TableView | ChartView


@dataclass(frozen=True)
class Headings:
    """The words of a report that are neither the plugin's nor a number's."""

    contents: str
    counted: str
    figures: str
    notes: str
    not_drawn: str


@dataclass(frozen=True)
class ReportView:
    """A report in one language. ``notices`` are warnings that stand above all, ``facts`` what it rests on."""

    title: str
    title_language: str
    name: str
    facts: tuple[Fact, ...]
    notices: tuple[str, ...]
    language: str
    direction: str
    headings: Headings
    blocks: tuple[BlockView, ...]
    counted: tuple[CountedView, ...]

    @property
    def charts(self) -> tuple[ChartView, ...]:
        """The charts, in order."""
        return tuple(block for block in self.blocks if isinstance(block, ChartView))

    @property
    def landscape(self) -> bool:
        """True if all pages are to stand across, for a table that needs it."""
        return any(isinstance(block, TableView) and block.wide for block in self.blocks)
