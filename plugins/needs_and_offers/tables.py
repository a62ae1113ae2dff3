"""The tables of the report."""

from __future__ import annotations

from survey_service.reports.plugin import (
    Column,
    Reason,
    Released,
    ReportContext,
    Table,
    Value,
    hidden,
    integer,
    percent,
    persons,
    words,
)

from . import texts
from .evidence import AWARENESS, Field, all_hurdles
from .gap import short, supply_cells
from .supply import Supply

_SHARE = (
    Column(texts.RESPONDENTS, "persons"),
    Column(texts.SHARE, "percent"),
    Column(texts.LOW, "percent"),
    Column(texts.HIGH, "percent"),
)


def _share(released: Released) -> tuple[Value, ...]:
    reason = released.suppressed
    bounds = (released.share, released.low, released.high)
    return (persons(released.numerator, reason), *(percent(bound, reason) for bound in bounds))


def fields_table(fields: tuple[Field, ...]) -> Table:
    """Field × respondents, share with interval, offers."""
    return Table(
        id="fields",
        caption=texts.FIELDS_CAPTION,
        columns=(Column(texts.FIELD), *_SHARE, Column(texts.OFFERS, "integer")),
        rows=tuple((words(field.label), *_share(field.chosen), integer(field.offers)) for field in fields),
    )


def gap_table(fields: tuple[Field, ...], supply: Supply) -> Table:
    """Need item × share with interval, offers of the field and their reach, fitting offers, experts who see too few."""
    cells = supply_cells(supply, fields)
    return Table(
        id="gap",
        caption=texts.GAP_CAPTION,
        columns=(
            Column(texts.NEED_HEAD),
            Column(texts.FIELD),
            *_SHARE,
            Column(texts.OFFERS, "integer"),
            Column(texts.REACHABLE, "percent"),
            Column(texts.UNCONFIRMED, "integer"),
            Column(texts.FITTING, "integer"),
            Column(texts.EXPERTS, "persons"),
        ),
        rows=tuple(
            (
                words(short(field.items[item])),
                words(short(field.label)),
                *_share(field.needs[item]),
                *cells[item],
                _mentions(field, item),
            )
            for field in fields
            for item in field.items
        ),
    )


def _mentions(field: Field, item: str) -> Value:
    released = field.mentions.get(item)
    return hidden(Reason.BASE) if released is None else persons(released.numerator, released.suppressed)


def awareness_table(fields: tuple[Field, ...]) -> Table:
    """Field × respondents and the shares who used, know, do not know an offer."""
    heads = (texts.USED_HEAD, texts.KNOWN_HEAD, texts.UNKNOWN_HEAD)
    return Table(
        id="awareness",
        caption=texts.AWARENESS_CAPTION,
        columns=(
            Column(texts.FIELD),
            Column(texts.BASE, "persons"),
            *(Column(head, "percent") for head in heads),
        ),
        rows=tuple(
            (
                words(field.label),
                persons(field.awareness["used"].base, None),
                *(percent(field.awareness[name].share, field.awareness[name].suppressed) for name in AWARENESS),
            )
            for field in fields
        ),
    )


def hurdles_table(context: ReportContext, fields: tuple[Field, ...]) -> Table:
    """Hurdle × people who name it in any field, with interval."""
    shares, labels = all_hurdles(context, fields)
    return Table(
        id="hurdles",
        caption=texts.HURDLES_CAPTION,
        columns=(Column(texts.HURDLE_HEAD), *_SHARE),
        rows=tuple((words(labels[name]), *_share(released)) for name, released in shares.items()),
    )
