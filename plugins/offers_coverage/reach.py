"""Whom the offers reach: languages, interpreting, online, free, without a residence status, and more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import polars as pl

from survey_service.reports.plugin import Column, ReportContext, Table, Text, Value, integer, words

from . import texts

GERMAN = "de"


def _has(access: str) -> pl.Expr:
    return pl.col("access").list.contains(access).fill_null(False)


def _other_language() -> pl.Expr:
    german = pl.lit([GERMAN], dtype=pl.List(pl.String))
    return (pl.col("languages").list.set_difference(german).list.len() > 0).fill_null(False)


def _open_access() -> pl.Expr:
    """Free, without a residence status, and in another language or with interpreting: indicator SYS2."""
    understood = _other_language() | (pl.col("interpreter") != "none").fill_null(False)
    return pl.col("free").fill_null(False) & pl.col("no_status").fill_null(False) & understood


WAYS: Mapping[str, tuple[Text, pl.Expr]] = {
    "language": (texts.OTHER_LANGUAGE, _other_language()),
    "interpreter": (texts.INTERPRETER, (pl.col("interpreter") != "none").fill_null(False)),
    "online": (texts.ONLINE, pl.col("online").fill_null(False)),
    "free": (texts.FREE, pl.col("free").fill_null(False)),
    "no_status": (texts.NO_STATUS, pl.col("no_status").fill_null(False)),
    "child_care": (texts.CHILD_CARE, _has("child_care")),
    "transport": (texts.TRANSPORT, _has("transport")),
    "evening": (texts.EVENING, _has("evening")),
    "open": (texts.OPEN_ACCESS, _open_access()),
}


def reach_table(context: ReportContext) -> Table:
    """Field × active offers, and how many of them each way of access holds for."""
    offers = context.active_offers()
    rows = []
    for choice in context.choices("offers", "A05_fields"):
        inside = offers.filter(pl.col("fields").list.contains(choice.name))
        rows.append((words(choice.label), *_counts(inside)))
    rows.append((words(texts.ALL), *_counts(offers)))
    heads = tuple(Column(label, "integer") for label, _ in WAYS.values())
    columns = (Column(texts.FIELD), Column(texts.OFFERS, "integer"), *heads)
    return Table("reach", texts.REACH_CAPTION, columns, tuple(rows))


def _counts(offers: pl.DataFrame) -> tuple[Value, ...]:
    counts = offers.select(pl.len(), **{name: way.sum() for name, (_, way) in WAYS.items()}).row(0)
    return tuple(integer(int(count)) for count in counts)


def languages_table(context: ReportContext) -> Table:
    """Language × field: active offers that speak it. Languages that no offer speaks are left out."""
    fields = context.choices("offers", "A05_fields")
    pairs = (
        context.active_offers()
        .select("languages", "fields")
        .explode("languages", empty_as_null=False, keep_nulls=False)
        .explode("fields", empty_as_null=False, keep_nulls=False)
    )
    counts = {
        (language, field): count for language, field, count in pairs.group_by("languages", "fields").len().iter_rows()
    }
    spoken = {language for language, _ in counts}
    return Table(
        id="languages",
        caption=texts.LANGUAGES_CAPTION,
        columns=(Column(texts.LANGUAGE), *(Column(field.label, "integer") for field in fields)),
        rows=tuple(
            (words(choice.label), *(integer(counts.get((choice.name, field.name), 0)) for field in fields))
            for choice in context.choices("offers", "A09")
            if choice.name in spoken
        ),
    )


def place_languages_table(context: ReportContext) -> Table:
    """Municipality × language: active offers that serve it, those with interpreting, those that speak each language.

    German, which nearly all speak, and languages that no offer speaks are left out.
    """
    counts: Counter[tuple[str, str]] = Counter()
    columns = ("whole_county", "municipalities", "languages", "interpreter")
    for whole, places, languages, interpreter in context.active_offers().select(*columns).iter_rows():
        for place in {""} if whole else set(places or ()):
            counts[place, ""] += 1
            counts[place, "*"] += interpreter != "none"
            counts.update((place, language) for language in set(languages or ()))
    spoken = {language for _, language in counts} - {"", "*", GERMAN}
    shown = [choice for choice in context.choices("offers", "A09") if choice.name in spoken]
    codes = ("", "*", *(choice.name for choice in shown))
    return Table(
        id="languages.place",
        caption=texts.PLACE_LANGUAGES_CAPTION,
        columns=(
            Column(texts.MUNICIPALITY),
            Column(texts.OFFERS, "integer"),
            Column(texts.INTERPRETER, "integer"),
            *(Column(choice.label, "integer") for choice in shown),
        ),
        rows=tuple(
            (words(place.label), *(integer(counts["", code] + counts[place.name, code]) for code in codes))
            for place in context.choices("offers", "A17")
            if place.name != "other"
        ),
    )
