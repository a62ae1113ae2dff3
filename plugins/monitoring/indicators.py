"""The definitions of the indicators, read from ``indicators.yaml``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import yaml

from survey_service.reports.plugin import Column, Figure, Released, Table, Text, words

from . import texts


@dataclass(frozen=True)
class Indicator:
    """One definition; see the file for the meaning of its entries."""

    code: str
    version: int
    name: Text
    definition: Text
    better: Literal["up", "down", "neutral"]
    unit: Literal["percent"]
    source: Literal["survey", "offers", "survey+offers"]

    def of_people(self, share: Released, *, period: str, current: str) -> Figure:
        """Return an observation of people. While its period lasts it is preliminary: responses may still come."""
        return Figure(
            indicator=self.code,
            name=self.name,
            definition=self.definition,
            definition_version=self.version,
            period=period,
            numerator=share.numerator,
            denominator=share.base,
            value=share.share,
            low=share.low,
            high=share.high,
            unit=self.unit,
            better=self.better,
            preliminary=period == current,
            source=self.source,
            suppressed=share.suppressed,
        )

    def of_offers(self, numerator: int, denominator: int, *, period: str) -> Figure:
        """Return an observation of the register now: a full count, so it has no interval; preliminary until the
        period ends."""
        return Figure(
            indicator=self.code,
            name=self.name,
            definition=self.definition,
            definition_version=self.version,
            period=period,
            numerator=numerator,
            denominator=denominator,
            value=numerator / denominator if denominator else None,
            low=None,
            high=None,
            unit=self.unit,
            better=self.better,
            preliminary=True,
            source=self.source,
            suppressed=None,
        )


def definitions() -> tuple[Indicator, ...]:
    """Return all definitions in the order of the file."""
    rows = yaml.safe_load(Path(__file__).with_name("indicators.yaml").read_text("utf-8"))
    return tuple(Indicator(**row) for row in rows)


def elsewhere() -> Table:
    """Return the indicators of the set that this report can't yield: who has them, and how often."""
    rows = yaml.safe_load(Path(__file__).with_name("elsewhere.yaml").read_text("utf-8"))
    return Table(
        id="elsewhere",
        caption=texts.ELSEWHERE_CAPTION,
        columns=(Column(texts.CODE), Column(texts.INDICATOR), Column(texts.SOURCE), Column(texts.PERIOD)),
        rows=tuple(
            (
                words({"*": row["code"]}),
                words(row["name"]),
                words(texts.SOURCES[row["source"]]),
                words(texts.PERIODS[row["period"]]),
            )
            for row in rows
        ),
    )
