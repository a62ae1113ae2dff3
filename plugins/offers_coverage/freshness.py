"""When offers were last confirmed, and which funding ends soon."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

import polars as pl

from survey_service.reports.plugin import (
    Bar,
    Block,
    Chart,
    Column,
    Reason,
    ReportContext,
    Table,
    Text,
    TextBlock,
    Value,
    date,
    hidden,
    integer,
    percent,
    words,
)

from . import texts

FRESH_DAYS = 180
YEAR_DAYS = 365
AHEAD_DAYS = 365
MOST_ENDS = 500
_REFUSED = re.compile(
    r"[<>&%\x00-\x1f\x7f\u202a-\u202e\ud800-\udfff]|[a-z][a-z0-9+.-]*://|\bwww\.|(?<=\bjavascript):|(?<=\bdata):"
    r"|(?<=\bmailto):|(?<=\bvbscript):",
    re.IGNORECASE,
)
"""What no report may carry: markup, addresses, control characters. A provider may have typed it into a name."""


def _ages(today: dt.date) -> dict[str, pl.Expr]:
    """Return the four parts of the offers by the age of their confirmation; each offer is in exactly one."""
    age = (pl.lit(today) - pl.col("confirmed")).dt.total_days()
    return {
        "fresh": (age <= FRESH_DAYS).fill_null(False),
        "year": age.is_between(FRESH_DAYS + 1, YEAR_DAYS).fill_null(False),
        "older": (age > YEAR_DAYS).fill_null(False),
        "never": pl.col("confirmed").is_null(),
    }


def freshness_blocks(context: ReportContext) -> Iterator[Block]:
    """Field × age of confirmation, kind × age of confirmation, and a chart of the fresh ones by field."""
    offers, ages = context.active_offers(), _ages(context.today)

    def row(label: Text, among: pl.DataFrame) -> tuple[Value, ...]:
        counts = [among.filter(age).height for age in ages.values()]
        share = percent(counts[0] / among.height, None) if among.height else hidden(Reason.BASE)
        return (words(label), integer(among.height), *map(integer, counts), share)

    fields = context.choices("offers", "A05_fields")
    by_field = tuple(row(each.label, offers.filter(pl.col("fields").list.contains(each.name))) for each in fields)
    kinds = context.choices("offers", "A01")
    by_kind = tuple(row(each.label, offers.filter(pl.col("kind") == each.name)) for each in kinds)
    heads = (texts.OFFERS, texts.FRESH, texts.YEAR, texts.OLDER, texts.NEVER)
    counted = (*(Column(head, "integer") for head in heads), Column(texts.FRESH_SHARE, "percent"))
    every = row(texts.ALL, offers)
    yield Table("freshness.field", texts.BY_FIELD, (Column(texts.FIELD), *counted), (*by_field, every))
    yield Table("freshness.kind", texts.BY_KIND, (Column(texts.KIND), *counted), (*by_kind, every))
    yield TextBlock(texts.FRESHNESS_NOTE, "note", values={"days": integer(context.confirmed_days)})
    bars = tuple(Bar(choice.label, cells[2]) for choice, cells in zip(fields, by_field, strict=True))
    yield Chart("chart.fresh", texts.CHART_FRESH, "integer", bars)


def ends_blocks(context: ReportContext) -> Iterator[Block]:
    """The active entries whose funding ends within a year, the next first; or that there are none."""
    last = context.today + dt.timedelta(days=AHEAD_DAYS)
    ending = context.active_offers().filter(pl.col("ends") <= last).sort("ends", "name", "organisation")
    if ending.is_empty():
        yield TextBlock(texts.NO_ENDS)
        return
    labels = {each.name: each.label for each in context.choices("offers", "A05_fields")}
    columns = (
        Column(texts.NAME),
        Column(texts.ORGANISATION),
        Column(texts.FIELDS),
        Column(texts.ENDS, "date"),
        Column(texts.DAYS, "integer"),
    )
    rows = tuple(
        (
            words({"*": plain(name)}),
            words({"*": plain(organisation)}),
            words(_joined([labels[code] for code in codes if code in labels])),
            date(ends),
            integer((ends - context.today).days),
        )
        for name, organisation, codes, ends in ending.select("name", "organisation", "fields", "ends")
        .head(MOST_ENDS)
        .iter_rows()
    )
    yield Table("ends", texts.ENDS_CAPTION, columns, rows)
    yield TextBlock(texts.ENDS_NOTE, "note")


def _joined(labels: list[Text]) -> Text:
    if not labels:
        return {"*": "–"}
    tags = set(labels[0]).intersection(*labels[1:])
    return {tag: ", ".join(label[tag] for label in labels) for tag in sorted(tags)}


def plain(typed: str | None) -> str:
    """Return what a provider typed as a report may carry it: without markup and addresses; never empty."""
    return " ".join(_REFUSED.sub(" ", typed or "").split())[:200] or "–"
