"""The controls of the filters, as HTML: each value in words, with how many offers it would leave."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from markupsafe import Markup, escape

from survey_service.offers.entry import COUNTY, DAY, FIELD, FLAG, FLAGS, KIND, LANGUAGE, PLACE, Mark
from survey_service.web.directory.asked import ARGUMENTS
from survey_service.web.directory.naming import Names

_OPTION = '<option value="{}"{}>\u2068{}\u2069 ({})'
_BOX = '<label><input type="checkbox" name="{}" value="{}"{}><span>{} ({})</span></label>'


def options(kind: str, chosen: Collection[str], counts: Mapping[Mark, int], names: Names) -> Markup:
    """Return the options of a list of which one is chosen; those that would leave nothing are left out."""
    rows = [
        _OPTION.format(escape(value), " selected" if value in chosen else "", escape(names.plain[kind, value]), count)
        for value, count in _values(kind, chosen, counts, names)
    ]
    return Markup("".join(rows))  # noqa: S704 - what is not ours in it is escaped


def boxes(kind: str, chosen: Collection[str], counts: Mapping[Mark, int], names: Names) -> Markup:
    """Return boxes of which several are chosen; those that would leave nothing are left out."""
    argument = ARGUMENTS[kind]
    rows = [
        _BOX.format(argument, escape(value), " checked" if value in chosen else "", names.shown[kind, value], count)
        for value, count in _values(kind, chosen, counts, names)
    ]
    return Markup("".join(rows))  # noqa: S704 - what is not ours in it is escaped


def _values(kind: str, chosen: Collection[str], counts: Mapping[Mark, int], names: Names) -> Iterable[tuple[str, int]]:
    for value in _ORDERS.get(kind) or names.ordered(kind):
        count = counts.get((kind, value), 0)
        if (count or value in chosen) and (kind, value) in names.plain:
            yield value, count


_ORDERS: Mapping[str, tuple[str, ...]] = {FLAG: FLAGS}
BOXES = (FLAG, FIELD, DAY, KIND)
"""Kinds of code that are chosen by boxes, in the order of the page; COUNTY stands first among the places."""
LISTS = (PLACE, LANGUAGE)
__all__ = ["BOXES", "COUNTY", "LISTS", "boxes", "options"]
