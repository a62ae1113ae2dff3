"""The gap matrix, one table an axis: municipality, language, hurdle. Its components stand side by side; no score."""

from __future__ import annotations

from collections.abc import Iterator

from survey_service.reports.plugin import (
    Column,
    Group,
    Reason,
    Released,
    ReportContext,
    Table,
    Text,
    Value,
    answered,
    chose_any,
    hidden,
    integer,
    percent,
    persons,
    words,
)

from . import texts
from .evidence import Field
from .supply import LANGUAGES, NO_LANGUAGE, Supply, easing

MUNICIPALITY = "B04"
MOST_ITEMS = 500
"""A report has at most 1 MB, so the table of needs by municipality ends after so many rows."""
NOBODY = Released(None, None, None, None, None, Reason.BASE)
_INTERVAL = (
    Column(texts.BASE, "persons"),
    Column(texts.SHARE, "percent"),
    Column(texts.LOW, "percent"),
    Column(texts.HIGH, "percent"),
)
_OFFERS = (Column(texts.OFFERS, "integer"), Column(texts.REACHABLE, "percent"), Column(texts.UNCONFIRMED, "integer"))


def _share(released: Released) -> tuple[Value, ...]:
    reason = released.suppressed
    bounds = (released.share, released.low, released.high)
    return (persons(released.base, reason), *(percent(bound, reason) for bound in bounds))


def short(label: Text) -> Text:
    """Return a label in German and English only: tables with many rows would be too large with all languages."""
    kept = {tag: label[tag] for tag in ("de", "en") if tag in label}
    return kept if len(kept) == 2 else label


def place_tables(context: ReportContext, fields: tuple[Field, ...], supply: Supply) -> Iterator[Table]:
    """Field by field: municipality × share that names the field, offers that serve it, and their reach."""
    if not context.has("needs", MUNICIPALITY):
        return
    groups = {field.code: Group(chose_any("B08", field.code), answered("B08")) for field in fields}
    splits = context.split("needs", groups, MUNICIPALITY)
    for field in fields:
        parts, reach = splits[field.code].parts, supply.reach(field.code)
        rows = []
        for place in context.choices("needs", MUNICIPALITY):
            if place.name != "other":
                share = _share(parts.get(place.name, NOBODY))
                rows.append((words(place.label), *share, *reach.cells(place.name)))
        caption = {tag: texts.PLACE_CAPTION[tag] % field.label[tag] for tag in texts.PLACE_CAPTION}
        columns = (Column(texts.MUNICIPALITY), *_INTERVAL, *_OFFERS)
        yield Table(f"gap.place.{field.code}", caption, columns, tuple(rows))


def item_place_table(context: ReportContext, fields: tuple[Field, ...], supply: Supply) -> Iterator[Table]:
    """Need item × municipality, only where the share may be published, the largest share first."""
    if not context.has("needs", MUNICIPALITY):
        return
    groups = {
        item: Group(chose_any(f"B09_{field.code}", item), answered(f"B09_{field.code}"))
        for field in fields
        for item in field.items
    }
    splits = context.split("needs", groups, MUNICIPALITY)
    labels = {choice.name: choice.label for choice in context.choices("needs", MUNICIPALITY)}
    rows = []
    for field in fields:
        reach = supply.reach(field.code)
        for item, label in field.items.items():
            for place in splits[item].published:
                if place in labels and place != "other":
                    part = splits[item].parts[place]
                    head = (words(short(label)), words(short(field.label)), words(short(labels[place])))
                    rows.append((part.share or 0.0, (*head, *_share(part), *reach.cells(place))))
    if rows:
        rows.sort(key=lambda row: -row[0])
        columns = (
            Column(texts.NEED_HEAD),
            Column(texts.FIELD),
            Column(texts.MUNICIPALITY),
            *_INTERVAL,
            *_OFFERS,
        )
        yield Table("gap.items", texts.ITEMS_CAPTION, columns, tuple(row for _, row in rows[:MOST_ITEMS]))


def language_table(context: ReportContext, fields: tuple[Field, ...], supply: Supply) -> Iterator[Table]:
    """Field × language understood: share of its speakers that names the field, and the offers that speak it."""
    if not supply.demand:
        return
    labels = {choice.name: choice.label for choice in context.choices("needs", LANGUAGES)}
    rows = []
    for field in fields:
        split, offers = supply.demand[field.code], supply.of_field(field.code)
        interpreted = offers.filter(offers["interpreter"] != "none").height
        for code in split.published:
            if code not in NO_LANGUAGE and code in labels:
                speaking = offers.filter(offers["languages"].list.contains(code)).height
                counts = (integer(offers.height), integer(speaking), integer(interpreted))
                rows.append(
                    (words(short(field.label)), words(short(labels[code])), *_share(split.parts[code]), *counts)
                )
    if rows:
        heads = (texts.OFFERS, texts.SPEAKING, texts.INTERPRETED)
        columns = (
            Column(texts.FIELD),
            Column(texts.LANGUAGE),
            *_INTERVAL,
            *(Column(head, "integer") for head in heads),
        )
        yield Table("gap.language", texts.LANGUAGE_CAPTION, columns, tuple(rows))


def hurdle_tables(fields: tuple[Field, ...], supply: Supply) -> Iterator[Table]:
    """Field × hurdle: share of those who know but do not use; and how many offers lower each hurdle."""
    rows = tuple(
        (words(short(field.label)), words(short(field.hurdle_labels[name])), *_share(released))
        for field in fields
        for name, released in field.hurdles.items()
    )
    yield Table("gap.hurdle", texts.HURDLE_CAPTION, (Column(texts.FIELD), Column(texts.HURDLE_HEAD), *_INTERVAL), rows)
    labels = {name: label for field in fields for name, label in field.hurdle_labels.items()}
    counts = {field.code: easing(supply.of_field(field.code)) for field in fields}
    eased = [name for name in easing(supply.offers) if name in labels]
    yield Table(
        id="gap.easing",
        caption=texts.EASING_CAPTION,
        columns=(
            Column(texts.FIELD),
            Column(texts.OFFERS, "integer"),
            *(Column(labels[name], "integer") for name in eased),
        ),
        rows=tuple(
            (words(short(field.label)), integer(field.offers), *(integer(counts[field.code][name]) for name in eased))
            for field in fields
        ),
    )


def supply_cells(supply: Supply, fields: tuple[Field, ...]) -> dict[str, tuple[Value, ...]]:
    """Return by need item: offers of its field, the share of them in a needed language, how many more are not
    confirmed, offers of a fitting type.
    """
    cells: dict[str, tuple[Value, ...]] = {}
    for field in fields:
        reach = supply.reach(field.code).cells()
        for item in field.items:
            fitting = supply.fitting(item)
            cells[item] = (*reach, hidden(Reason.BASE) if fitting is None else integer(fitting.height))
    return cells
