"""What the report knows of one field of action, computed from the snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from survey_service.reports.plugin import (
    ChoiceInfo,
    Group,
    Released,
    ReportContext,
    Text,
    answered,
    any_of,
    chose,
    chose_any,
)

AWARENESS = ("used", "known_not_used", "no")


@dataclass(frozen=True)
class Field:
    """A field of action: shares by need item and by hurdle, awareness in three parts, and its countable offers.

    ``reached`` are those who chose the field and understand a language that one of its offers speaks.
    """

    code: str
    label: Text
    chosen: Released
    needs: Mapping[str, Released]
    items: Mapping[str, Text]
    awareness: Mapping[str, Released]
    hurdles: Mapping[str, Released]
    hurdle_labels: Mapping[str, Text]
    reached: Released
    offers: int
    mentions: Mapping[str, Released]


def fields_of(context: ReportContext) -> tuple[Field, ...]:
    """Return all fields of action that the needs questionnaire asks about, in its order."""
    offers = context.confirmed_offers()
    return tuple(
        _field(context, choice, offers.filter(pl.col("fields").list.contains(choice.name)))
        for choice in context.choices("needs", "B08")
        if context.has("needs", f"B09_{choice.name}")
    )


def _field(context: ReportContext, choice: ChoiceInfo, offers: pl.DataFrame) -> Field:
    code = choice.name
    items = {row.name: row.label for row in context.choices("needs", f"B09_{code}") if row.columns.get("field") == code}
    hurdles = {row.name: row.label for row in context.choices("needs", f"B12_{code}") if row.name != "pna"}
    languages = offers["languages"].explode(empty_as_null=False, keep_nulls=False).unique().to_list()
    chosen = chose_any("B08", code)
    shares = context.shares(
        "needs",
        {
            "chosen": Group(chosen, answered("B08")),
            "reached": Group(chose_any("B06", *languages), chosen & answered("B06")),
            **{item: Group(chose_any(f"B09_{code}", item), answered(f"B09_{code}")) for item in items},
            **{f"hurdle {name}": Group(chose_any(f"B12_{code}", name), answered(f"B12_{code}")) for name in hurdles},
        },
    )
    return Field(
        code=code,
        label=choice.label,
        chosen=shares["chosen"],
        needs={item: shares[item] for item in items},
        items=items,
        awareness=context.parts(
            "needs", {name: chose(f"B11_{code}", name) for name in AWARENESS}, answered(f"B11_{code}")
        ),
        hurdles={name: shares[f"hurdle {name}"] for name in hurdles},
        hurdle_labels=hurdles,
        reached=shares["reached"],
        offers=offers.height,
        mentions=_mentions(context, code, tuple(items)),
    )


def _mentions(context: ReportContext, code: str, items: tuple[str, ...]) -> Mapping[str, Released]:
    """Return how many experts name each need item as under-served."""
    question = f"E08_{code}"
    if not context.has("experts", question):
        return {}
    return context.count("experts", {item: chose_any(question, item) for item in items})


def all_hurdles(context: ReportContext, fields: tuple[Field, ...]) -> tuple[Mapping[str, Released], Mapping[str, Text]]:
    """Return the share of people who name each hurdle in any field, among those who named any, and the labels."""
    labels = {name: label for field in fields for name, label in field.hurdle_labels.items()}
    questions = [f"B12_{field.code}" for field in fields]
    base = any_of([answered(question) for question in questions])
    groups = {name: Group(any_of([chose_any(question, name) for question in questions]), base) for name in labels}
    return context.shares("needs", groups), labels


def ranked(shares: Mapping[str, Released], most: int) -> list[str]:
    """Return the names with the largest shares that may be published, largest first, at most so many."""
    published = [name for name, released in shares.items() if released.share]
    return sorted(published, key=lambda name: -(shares[name].share or 0.0))[:most]
