"""The blocks of a report, as plugins build them and as JSON: text, statement, figure, table, charts.

A text is a map from language tag to wording with named values, ``{"en": "%(share)s of those asked …"}``; ``values``
fill it. The service formats the values in the reader's language, so no number stands in a wording.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from survey_service.statistics.disclosure import Reason, Released

Text = Mapping[str, str]
"""Language tag → wording; ``*`` means the same wording in every language."""

Kind = Literal["integer", "persons", "decimal", "percent", "text", "date", "hidden"]
Base = Literal["answered", "asked"]


@dataclass(frozen=True)
class Value:
    """A named value or a cell. ``value`` is a number (``percent``: 0 to 1; ``persons``: a count of people), a Text, an
    ISO date, or for ``hidden`` the reason why it is not published."""

    kind: Kind
    value: int | float | str | Text


def integer(value: int) -> Value:
    """A count of things that are not people, such as offers."""
    return Value("integer", value)


def decimal(value: float) -> Value:
    """A number."""
    return Value("decimal", value)


def words(text: Text) -> Value:
    """A text, such as a label of the codebook."""
    return Value("text", text)


def date(day: dt.date) -> Value:
    """A day."""
    return Value("date", day.isoformat())


def hidden(reason: Reason) -> Value:
    """A value that is not published: shown as “•” with the reason."""
    return Value("hidden", reason.value)


def persons(count: int | None, reason: Reason | None) -> Value:
    """A count of people, or why it is not published."""
    return hidden(reason or Reason.BASE) if count is None else Value("persons", count)


def percent(share: float | None, reason: Reason | None) -> Value:
    """A share from 0 to 1, or why it is not published (an empty base has no share)."""
    return hidden(reason or Reason.BASE) if share is None else Value("percent", share)


def values_of(released: Released) -> dict[str, Value]:
    """Return the values ``count``, ``n``, ``share``, ``low`` and ``high`` of a share, to fill a statement's text."""
    reason = released.suppressed
    return {
        "count": persons(released.numerator, reason),
        "n": persons(released.base, reason),
        "share": percent(released.share, reason),
        "low": percent(released.low, reason),
        "high": percent(released.high, reason),
    }


@dataclass(frozen=True)
class TextBlock:
    """A heading, a paragraph, or a note (small print)."""

    text: Text
    role: Literal["heading", "paragraph", "note"] = "paragraph"
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Statement:
    """A concept input: one sentence, bound to its evidence.

    ``question`` is the name of the question it rests on and ``wording`` that question's text. ``base`` says whose share
    it is: of those who ``answered`` the question, or of all ``asked``. ``n`` is their number and ``count`` those the
    sentence holds for. ``offers`` counts the offers it sets against the need, None if it sets none.
    """

    id: str
    field: str
    question: str
    wording: Text
    text: Text
    values: Mapping[str, Value]
    base: Base
    count: int | None
    n: int | None
    share: float | None
    low: float | None
    high: float | None
    offers: int | None
    revisions: tuple[str, ...]
    suppressed: str | None

    @classmethod
    def of(
        cls,
        released: Released,
        *,
        id: str,
        field: str,
        question: str,
        wording: Text,
        text: Text,
        revisions: tuple[str, ...],
        base: Base = "answered",
        values: Mapping[str, Value] | None = None,
        offers: int | None = None,
    ) -> Statement:
        """Bind a sentence to a share; the text may use ``count n share low high`` and the further ``values``."""
        return cls(
            id=id,
            field=field,
            question=question,
            wording=wording,
            text=text,
            values={**values_of(released), **(values or {})},
            base=base,
            count=released.numerator,
            n=released.base,
            share=released.share,
            low=released.low,
            high=released.high,
            offers=offers,
            revisions=revisions,
            suppressed=released.suppressed,
        )


@dataclass(frozen=True)
class Figure:
    """An observation of an indicator in one period.

    ``source`` is ``survey`` (people: disclosure control applies), ``offers`` (the published register: it does not) or
    ``survey+offers`` (people). ``unit`` is ``percent``: the value is a share from 0 to 1. ``better`` is ``up``,
    ``down`` or ``neutral``.
    """

    indicator: str
    name: Text
    definition: Text
    definition_version: int
    period: str
    numerator: int | None
    denominator: int | None
    value: float | None
    low: float | None
    high: float | None
    unit: Literal["percent"]
    better: Literal["up", "down", "neutral"]
    preliminary: bool
    source: Literal["survey", "offers", "survey+offers"]
    suppressed: str | None


@dataclass(frozen=True)
class Counted:
    """How the numbers of a table or chart were counted: in words, and of how many people (None: not of people, or each
    number has its own base, which stands beside it)."""

    definition: Text
    n: int | None = None


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading and the kind of its cells (a cell may be hidden in any column)."""

    label: Text
    kind: Kind = "text"


@dataclass(frozen=True)
class Table:
    """A table. The first cell of each row is the row's heading."""

    id: str
    caption: Text
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    counted: Counted | None = None


@dataclass(frozen=True)
class Bar:
    """One bar of a chart: its label, its value, and the interval of a share."""

    label: Text
    value: Value
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Chart:
    """A chart of bars, in a few words. The service draws it and puts its figures beside it as a table."""

    id: str
    caption: Text
    unit: Literal["percent", "integer"]
    bars: tuple[Bar, ...]
    counted: Counted | None = None


@dataclass(frozen=True)
class Field:
    """A field of a Vega-Lite chart's data: the name that encodings use, its heading and the kind of its values."""

    name: str
    label: Text
    kind: Kind = "text"


@dataclass(frozen=True)
class VegaLite:
    """A chart in the words of Vega-Lite: its data inline, one value for each field in each row, and one to four layers
    ``{"mark": "bar", "encoding": {"x": {"field": "share"}, "y": {"field": "topic"}}}``.

    Marks are ``bar line point area rule``, channels ``x y x2 y2 color``; ``row`` and ``column`` name a field that
    divides it into small charts. Types, axes, colours, and number formats follow from the kinds of the fields. Nothing
    is drawn for a hidden value. The service draws it and puts its data beside it as a table.
    """

    id: str
    caption: Text
    fields: tuple[Field, ...]
    rows: tuple[tuple[Value, ...], ...]
    layers: tuple[Mapping[str, Any], ...]
    row: str | None = None
    column: str | None = None
    counted: Counted | None = None


Block = TextBlock | Statement | Figure | Table | Chart | VegaLite
TYPES: Mapping[type, str] = {
    TextBlock: "text",
    Statement: "statement",
    Figure: "figure",
    Table: "table",
    Chart: "chart",
    VegaLite: "vega_lite",
}


@dataclass(frozen=True)
class ReportOutput:
    """What a report plugin returns."""

    blocks: tuple[Block, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the output as JSON data; each block carries its ``type``."""
        return {"blocks": [{"type": TYPES[type(block)], **_plain(asdict(block))} for block in self.blocks]}


def _plain(value: Any) -> Any:
    """Return dataclass data as JSON data: tuples become lists, enumerations their values."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value.value if isinstance(value, Reason) else value
