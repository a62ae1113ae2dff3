"""Which municipality is served in which field of action, and where offers are missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from survey_service.reports.plugin import (
    Bar,
    Block,
    Chart,
    ChoiceInfo,
    Column,
    Figure,
    ReportContext,
    Table,
    Text,
    TextBlock,
    integer,
    words,
)

from . import texts

FIELDS_OF_A_COVERED_MUNICIPALITY = 4


@dataclass(frozen=True)
class Coverage:
    """Active offers by municipality and field: those for the whole county, and those that name the municipality."""

    fields: tuple[ChoiceInfo, ...]
    municipalities: tuple[ChoiceInfo, ...]
    whole: Mapping[str, int]
    local: Mapping[tuple[str, str], int]
    unconfirmed: Mapping[str, int]
    """How many of the offers that serve a municipality are not confirmed; "" for those of the whole county."""

    @classmethod
    def of(cls, context: ReportContext) -> Coverage:
        """Count the active offers of the snapshot; one offer counts in each of its fields and municipalities."""
        offers = context.active_offers().select("whole_county", "municipalities", "fields")
        pairs = offers.explode("fields", empty_as_null=False, keep_nulls=False)
        whole = pairs.filter(pl.col("whole_county")).group_by("fields").len()
        named = pairs.filter(~pl.col("whole_county")).explode("municipalities", empty_as_null=False, keep_nulls=False)
        local = named.group_by("municipalities", "fields").len()
        return cls(
            fields=context.choices("offers", "A05_fields"),
            municipalities=tuple(each for each in context.choices("offers", "A17") if each.name != "other"),
            whole=dict(whole.iter_rows()),
            local={(place, field): count for place, field, count in local.iter_rows()},
            unconfirmed=_unconfirmed(context),
        )

    def serving(self, place: str, field: str) -> int:
        """Return how many offers of a field serve a municipality: its own and those for the whole county."""
        return self.whole.get(field, 0) + self.local.get((place, field), 0)

    def silent(self, place: str) -> int:
        """Return how many of the offers that serve a municipality are not confirmed."""
        return self.unconfirmed.get("", 0) + self.unconfirmed.get(place, 0)

    def covered(self, place: str) -> int:
        """Return in how many fields a municipality is served."""
        return sum(self.serving(place, field.name) > 0 for field in self.fields)


def _unconfirmed(context: ReportContext) -> Mapping[str, int]:
    counts: Counter[str] = Counter()
    for whole, places in context.unconfirmed_offers().select("whole_county", "municipalities").iter_rows():
        counts.update({""} if whole else set(places or ()))
    return counts


def coverage_blocks(coverage: Coverage) -> Iterator[Block]:
    """Municipality × field: offers that serve it, and offers of its own; a chart of the fields covered."""
    heads = tuple(Column(field.label, "integer") for field in coverage.fields)
    whole = [integer(coverage.whole.get(field.name, 0)) for field in coverage.fields]
    reached = sum(coverage.whole.get(field.name, 0) > 0 for field in coverage.fields)
    yield Table(
        id="coverage",
        caption=texts.COVERAGE_CAPTION,
        columns=(
            Column(texts.MUNICIPALITY),
            *heads,
            Column(texts.FIELDS_COVERED, "integer"),
            Column(texts.UNCONFIRMED, "integer"),
        ),
        rows=(
            (words(texts.WHOLE_COUNTY), *whole, integer(reached), integer(coverage.unconfirmed.get("", 0))),
            *(
                (
                    words(place.label),
                    *(integer(coverage.serving(place.name, field.name)) for field in coverage.fields),
                    integer(coverage.covered(place.name)),
                    integer(coverage.silent(place.name)),
                )
                for place in coverage.municipalities
            ),
        ),
    )
    yield Table(
        id="coverage.local",
        caption=texts.LOCAL_CAPTION,
        columns=(Column(texts.MUNICIPALITY), *heads),
        rows=tuple(
            (
                words(place.label),
                *(integer(coverage.local.get((place.name, field.name), 0)) for field in coverage.fields),
            )
            for place in coverage.municipalities
        ),
    )
    yield TextBlock(texts.COVERAGE_NOTE, "note")
    bars = tuple(Bar(place.label, integer(coverage.covered(place.name))) for place in coverage.municipalities)
    yield Chart("chart.covered", texts.CHART_COVERED, "integer", bars)


def missing_blocks(context: ReportContext, coverage: Coverage) -> Iterator[Block]:
    """What is missing: municipalities served in few fields, fields without offer or interpreter; indicator INF1."""
    yield TextBlock(texts.MISSING, "heading")
    few = [
        place for place in coverage.municipalities if coverage.covered(place.name) < FIELDS_OF_A_COVERED_MUNICIPALITY
    ]
    enough, every = len(coverage.municipalities) - len(few), len(coverage.municipalities)
    yield Figure(
        indicator="INF1",
        name=texts.INF1,
        definition=texts.INF1_DEFINITION,
        definition_version=1,
        period=context.period,
        numerator=enough,
        denominator=every,
        value=enough / every if every else None,
        low=None,
        high=None,
        unit="percent",
        better="up",
        preliminary=True,
        source="offers",
        suppressed=None,
    )
    if few:
        columns = (Column(texts.MUNICIPALITY), Column(texts.FIELDS_COVERED, "integer"), Column(texts.FIELDS_MISSING))
        rows = tuple(
            (words(place.label), integer(coverage.covered(place.name)), words(_missing(coverage, place.name)))
            for place in few
        )
        yield Table("missing.municipalities", texts.FEW_CAPTION, columns, rows)
    else:
        yield TextBlock(texts.NO_FEW)
    yield from _fields_without(context, coverage)


def _missing(coverage: Coverage, place: str) -> Text:
    labels = [field.label for field in coverage.fields if not coverage.serving(place, field.name)]
    tags = set(labels[0]).intersection(*labels[1:])
    return {tag: ", ".join(label[tag] for label in labels) for tag in sorted(tags)}


def _fields_without(context: ReportContext, coverage: Coverage) -> Iterator[Block]:
    """Say for each field without any active offer, or without one that has interpreting, what to do."""
    offers = context.active_offers()
    for field in coverage.fields:
        inside = offers.filter(pl.col("fields").list.contains(field.name))
        interpreted = inside.filter(pl.col("interpreter") != "none").height
        values = {"field": words(field.label), "offers": integer(inside.height)}
        if inside.is_empty():
            yield TextBlock(texts.NO_OFFER, values=values)
        elif not interpreted:
            yield TextBlock(texts.NO_INTERPRETER, values=values)
