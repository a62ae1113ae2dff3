"""The indicators of people: indicator code → the questions it needs, and its share in one period."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from survey_service.reports.plugin import (
    Group,
    Released,
    ReportContext,
    answered,
    any_of,
    asked,
    chose,
    chose_any,
)


@dataclass(frozen=True)
class Observation:
    """How an indicator is observed in one period, and the questions without which it can't be."""

    questions: tuple[str, ...]
    observe: Callable[[ReportContext, str], Released]


def _valid_need(field: str) -> pl.Expr:
    """Those whose need in a field is known: they named their topics and, if the field is one of them, its needs."""
    return answered("B08") & (~chose_any("B08", field) | answered(f"B09_{field}"))


def _fields(context: ReportContext) -> list[str]:
    return [choice.name for choice in context.choices("needs", "B08") if context.has("needs", f"B09_{choice.name}")]


def _share(hit: pl.Expr, base: pl.Expr) -> Callable[[ReportContext, str], Released]:
    return lambda context, period: context.share("needs", hit, base, period=period)


def _need(field: str, item: str) -> Observation:
    hit = chose_any(f"B09_{field}", f"{field}.{item}")
    return Observation(("B08", f"B09_{field}"), _share(hit, _valid_need(field)))


def _any_need(field: str) -> Observation:
    """Any answer but “none” is a need, “something else” too."""
    question = f"B09_{field}"
    hit = answered(question) & ~chose_any(question, "none")
    return Observation(("B08", question), _share(hit, _valid_need(field)))


def _choice(question: str, *choices: str) -> Observation:
    return Observation((question,), _share(chose(question, *choices), answered(question)))


def _hurdle(name: str) -> Observation:
    """People who name the hurdle in any field, among those asked for hurdles in any field."""

    def observe(context: ReportContext, period: str) -> Released:
        questions = [f"B12_{field}" for field in _fields(context)]
        hit = any_of([chose_any(question, name) for question in questions])
        return context.share("needs", hit, any_of([asked(question) for question in questions]), period=period)

    return Observation(("B08",), observe)


def _language_cover(context: ReportContext, period: str) -> Released:
    offers = context.active_offers()
    served = []
    for field in _fields(context):
        spoken = offers.filter(pl.col("fields").list.contains(field))["languages"]
        languages = spoken.explode(empty_as_null=False, keep_nulls=False).unique().to_list()
        served.append(chose_any("B08", field) & chose_any("B06", *languages))
    return context.share("needs", any_of(served), answered("B06") & answered("B08"), period=period)


def _unmet_health_need() -> Observation:
    need = chose_any("B09_GES", "GES.doctor", "GES.dental")
    known = ~need | answered("B11_GES")
    base = chose("C2", "yes") & _valid_need("GES") & known
    return Observation(("C2", "B08", "B09_GES", "B11_GES"), _share(need & ~chose("B11_GES", "used"), base))


def _awareness(context: ReportContext, period: str) -> Released:
    questions = [f"B11_{field}" for field in _fields(context)]
    groups = [Group(~chose(question, "no"), answered(question)) for question in questions]
    return context.pooled("needs", groups, period=period)


SURVEY: Mapping[str, Observation] = {
    "ARB4": _need("ARB", "recog"),
    "WOH2": _any_need("WOH"),
    "INT3": _choice("B07", "4", "5"),
    "INT4": _choice("B18", "yes"),
    "INT5": _choice("B17", "4", "5"),
    "INT6": Observation(("B06", "B08"), _language_cover),
    "INF2": _hurdle("transport"),
    "GES1": _unmet_health_need(),
    "BIL2": _need("BIL", "literacy"),
    "KIF3": _hurdle("child_care"),
    "SYS3": Observation(("B08",), _awareness),
}
