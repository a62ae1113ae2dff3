"""The indicators of the register: indicator code → numerator and denominator now, or None."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping

import polars as pl

from survey_service.reports.plugin import ReportContext

FIELDS_OF_A_COVERED_MUNICIPALITY = 4
FRESH_DAYS = 180
Count = tuple[int, int]


def _among(context: ReportContext, hit: pl.Expr, base: pl.Expr | None = None) -> Count:
    offers = context.active_offers()
    offers = offers if base is None else offers.filter(base)
    return offers.filter(hit).height, offers.height


def _covered_municipalities(context: ReportContext) -> Count | None:
    """An offer for the whole county serves each of its municipalities. None if there is no list of these."""
    if not context.has("offers", "A17"):
        return None
    municipalities = {choice.name for choice in context.choices("offers", "A17") if choice.name != "other"}
    fields: defaultdict[str, set[str]] = defaultdict(set)
    for whole, places, codes in context.active_offers().select("whole_county", "municipalities", "fields").iter_rows():
        for place in municipalities if whole else municipalities.intersection(places):
            fields[place].update(codes)
    covered = [place for place in municipalities if len(fields[place]) >= FIELDS_OF_A_COVERED_MUNICIPALITY]
    return len(covered), len(municipalities)


def _interpreted_health(context: ReportContext) -> Count:
    return _among(context, pl.col("interpreter") != "none", pl.col("fields").list.contains("GES"))


def _fresh(context: ReportContext) -> Count:
    return context.active_offers(confirmed_within=FRESH_DAYS).height, context.active_offers().height


def _open_access(context: ReportContext) -> Count:
    other_language = pl.col("languages").list.set_difference(pl.lit(["de"], dtype=pl.List(pl.String))).list.len() > 0
    speaks = other_language | (pl.col("interpreter") != "none")
    return _among(context, pl.col("free") & pl.col("no_status") & speaks)


OFFERS: Mapping[str, Callable[[ReportContext], Count | None]] = {
    "INF1": _covered_municipalities,
    "INF3": lambda context: _among(context, pl.col("online")),
    "GES2": _interpreted_health,
    "SYS1": _fresh,
    "SYS2": _open_access,
}
