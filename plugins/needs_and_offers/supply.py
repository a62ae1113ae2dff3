"""The offers that count in the gap: active and confirmed; whom they serve, and in which languages.

Those past the last reminder are counted beside them, as not confirmed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl
import yaml

from survey_service.reports.plugin import (
    Group,
    Reason,
    ReportContext,
    Split,
    Value,
    answered,
    chose_any,
    hidden,
    integer,
    percent,
)

LANGUAGES = "B06"
"""The question that asks which languages somebody understands well."""
GERMAN = "de"
EVERYWHERE = ""
"""Stands for the whole county among the municipalities an offer serves."""
NO_LANGUAGE = ("other", "none", "pna")


@cache
def crosswalk() -> Mapping[str, list[str]]:
    """Return the types of offer that fit each need item."""
    fits: Mapping[str, list[str]] = yaml.safe_load(Path(__file__).with_name("crosswalk.yaml").read_text("utf-8"))
    return fits


def _one_of(column: str, names: Collection[str]) -> pl.Expr:
    wanted = pl.lit(sorted(names), dtype=pl.List(pl.String))
    return (pl.col(column).list.set_intersection(wanted).list.len() > 0).fill_null(False)


@dataclass(frozen=True)
class Supply:
    """The countable offers, those that are not confirmed, and by field who names it by language (``demand``)."""

    offers: pl.DataFrame
    unconfirmed: pl.DataFrame
    demand: Mapping[str, Split]

    @classmethod
    def of(cls, context: ReportContext, fields: Collection[str]) -> Supply:
        """Read the offers and the demand of a snapshot."""
        groups = {field: Group(chose_any("B08", field), answered("B08")) for field in fields}
        demand = context.split("needs", groups, LANGUAGES) if context.has("needs", LANGUAGES) else {}
        return cls(context.confirmed_offers(), context.unconfirmed_offers(), demand)

    def of_field(self, field: str) -> pl.DataFrame:
        """Return the offers of a field of action."""
        return self.offers.filter(pl.col("fields").list.contains(field))

    def fitting(self, item: str) -> pl.DataFrame | None:
        """Return the offers, of whichever field, whose type fits a need item; None if no type fits it."""
        types = crosswalk().get(item)
        return None if types is None else self.offers.filter(_one_of("types", types))

    def needed(self, field: str) -> tuple[str, ...]:
        """Return the languages other than German that people who name a field understand well, where published."""
        published = self.demand[field].published if field in self.demand else ()
        return tuple(each for each in published if each not in (GERMAN, *NO_LANGUAGE))

    def reach(self, field: str) -> Reach:
        """Return the offers of a field by the municipality they serve, and how many of them speak a needed language."""
        needed = self.needed(field)
        speaks = _one_of("languages", needed) | (pl.col("interpreter") != "none").fill_null(False)
        offers = self.of_field(field).select("whole_county", "municipalities", speaks.alias("speaks"))
        served: Counter[str] = Counter()
        speaking: Counter[str] = Counter()
        silent: Counter[str] = Counter()
        for whole, municipalities, understood in offers.iter_rows():
            for place in {EVERYWHERE} if whole else set(municipalities or ()):
                served[place] += 1
                speaking[place] += understood
        stale = self.unconfirmed.filter(pl.col("fields").list.contains(field)).select("whole_county", "municipalities")
        for whole, municipalities in stale.iter_rows():
            silent.update({EVERYWHERE} if whole else set(municipalities or ()))
        return Reach(
            offers.height, int(offers["speaks"].sum()), stale.height, served, speaking, silent, known=bool(needed)
        )


@dataclass(frozen=True)
class Reach:
    """Offers of one field: how many, how many of them in a needed language, how many more are not confirmed, and all
    three by municipality they serve.

    ``known`` is False if no language is known to be needed: then nothing is said of them.
    """

    offers: int
    speaking: int
    unconfirmed: int
    served: Mapping[str, int]
    spoken: Mapping[str, int]
    silent: Mapping[str, int]
    known: bool

    def cells(self, municipality: str | None = None) -> tuple[Value, Value, Value]:
        """Return the number of offers, all or those that serve a municipality, the share in a needed language, and how
        many more are not confirmed.
        """
        number, speaking, silent = self.offers, self.speaking, self.unconfirmed
        if municipality is not None:
            number = self.served.get(EVERYWHERE, 0) + self.served.get(municipality, 0)
            speaking = self.spoken.get(EVERYWHERE, 0) + self.spoken.get(municipality, 0)
            silent = self.silent.get(EVERYWHERE, 0) + self.silent.get(municipality, 0)
        share = percent(speaking / number, None) if number and self.known else hidden(Reason.BASE)
        return integer(number), share, integer(silent)


def easing(offers: pl.DataFrame) -> dict[str, int]:
    """Return how many of the offers lower each hurdle that an offer can lower."""
    eased = {
        "language": (pl.col("languages").list.set_difference(pl.lit([GERMAN], dtype=pl.List(pl.String))).list.len() > 0)
        | (pl.col("interpreter") != "none"),
        "time": pl.col("access").list.contains("evening"),
        "child_care": pl.col("access").list.contains("child_care"),
        "transport": pl.col("access").list.contains("transport") | pl.col("online"),
        "cost": pl.col("free"),
        "status": pl.col("no_status"),
    }
    row = offers.select(**{name: hit.fill_null(False).sum() for name, hit in eased.items()}).row(0, named=True)
    return {name: int(count) for name, count in row.items()}
