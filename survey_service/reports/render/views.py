"""What templates are given: a report in one language as plain data. All is text to be escaped, except ``svg``."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup


@dataclass(frozen=True)
class CellView:
    """A cell: its text, why it is hidden (or empty), and whether it holds a number."""

    text: str
    note: str = ""
    numeric: bool = False


@dataclass(frozen=True)
class TextView:
    """A heading, paragraph or note (``role``)."""

    text: str
    role: str
    language: str
    kind: str = "text"


@dataclass(frozen=True)
class StatementView:
    """A statement and its evidence as (heading, cell) pairs."""

    id: str
    field: str
    text: str
    note: str
    evidence: tuple[tuple[str, CellView], ...]
    language: str
    kind: str = "statement"


@dataclass(frozen=True)
class TableView:
    """A table; the first cell of each row is the row's heading."""

    id: str
    caption: str
    head: tuple[CellView, ...]
    rows: tuple[tuple[CellView, ...], ...]
    language: str
    kind: str = "table"


@dataclass(frozen=True)
class ChartView:
    """A chart: the picture, and the table with its figures."""

    id: str
    caption: str
    svg: Markup
    table: TableView
    language: str
    kind: str = "chart"


@dataclass(frozen=True)
class ReportView:
    """A report in one language. ``counts`` are (questionnaire, state, number) rows of what it rests on."""

    title: str
    plugin: str
    version: str
    snapshot: str
    day: str
    period: str
    synthetic: bool
    withdrawn: bool
    counts: tuple[tuple[str, str, str], ...]
    language: str
    direction: str
    blocks: tuple[TextView | StatementView | TableView | ChartView, ...]
