"""The controls of the filters, as HTML: each value in words, with how many offers it would leave."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from markupsafe import Markup

from survey_service.offers.entry import COUNTY, DAY, FIELD, FLAG, KIND, LANGUAGE, PLACE, Mark
from survey_service.web.directory.asked import ARGUMENTS
from survey_service.web.directory.naming import Names

LISTS = (PLACE, LANGUAGE)
"""Kinds of code of which one is chosen from a list."""
BOXES = (FLAG, FIELD, DAY, KIND)
"""Kinds of code that are chosen by boxes, in the order of the page."""


def options(kind: str, chosen: Collection[str], counts: Mapping[Mark, int], names: Names) -> Markup:
    """Return the options of a list of which one is chosen; those that would leave nothing are left out."""
    rows = [
        f'<option value="{value}"{" selected" if value in chosen else ""}{names.options[kind, value]} ({count})'
        for value, count in _values(kind, chosen, counts, names)
    ]
    return Markup("".join(rows))  # noqa: S704 - labels are escaped, codes are names


def boxes(kind: str, chosen: Collection[str], counts: Mapping[Mark, int], names: Names) -> Markup:
    """Return boxes of which several are chosen; those that would leave nothing are left out."""
    argument = ARGUMENTS[kind]
    rows = [
        f'<label><input type="checkbox" name="{argument}" value="{value}"{" checked" if value in chosen else ""}>'
        f"<span>{names.shown[kind, value]} ({count})</span></label>"
        for value, count in _values(kind, chosen, counts, names)
    ]
    return Markup("".join(rows))  # noqa: S704 - labels are escaped, codes are names


def _values(kind: str, chosen: Collection[str], counts: Mapping[Mark, int], names: Names) -> Iterator[tuple[str, int]]:
    least = counts.get((PLACE, COUNTY), 0) if kind == PLACE else 0  # what the whole county has, each place has
    for value in names.orders.get(kind, ()):
        count = counts.get((kind, value), least)
        if count or value in chosen:
            yield value, count
