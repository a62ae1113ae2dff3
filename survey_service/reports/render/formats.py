"""Values and texts of a report in the reader's language; Babel writes the numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

from survey_service import languages
from survey_service.problems import D_
from survey_service.questionnaire.model import Text, wording
from survey_service.reports.output import PLACEHOLDER

HIDDEN = "•"
REASONS: Mapping[str, str] = {
    "small_base": D_("Not given: fewer than five people answered."),
    "small_group": D_("Not given: fewer than five people gave this answer, or fewer than five did not."),
    "derivable": D_("Not given: another figure that is not given could be computed from it."),
}
"""Why a value is not published, by reason; English source texts for gettext."""


def language_of(text: Text, tag: str) -> str:
    """Return the language a text appears in for a reader of ``tag``: that tag, or the first fallback that has one."""
    if "*" in text:
        return tag
    return next((each for each in languages.chain(tag) if each in text), tag)


def _locale(tag: str) -> str:
    known = languages.registry().get(tag)
    return known.locale if known is not None else "en"


def number(value: float, tag: str) -> str:
    """Return a number with the digits and separators of a language, with at most one decimal."""
    return format_decimal(value, format="#,##0.#", locale=_locale(tag))


def decimal_number(value: float, tag: str) -> str:
    """Return a number with the digits and separators of a language, with at most two decimals."""
    return format_decimal(value, format="#,##0.##", locale=_locale(tag))


def percentage(value: float, tag: str) -> str:
    """Return a share from 0 to 1 in whole percent: what a survey of this size can tell."""
    return format_percent(value, format=None, locale=_locale(tag))


def day(value: dt.date, tag: str) -> str:
    """Return a day in words, such as “23 November 2026”."""
    return format_date(value, "long", locale=_locale(tag))


_FORMATS: Mapping[str, Callable[[Any, str], str]] = {
    "integer": number,
    "persons": number,
    "decimal": decimal_number,
    "percent": percentage,
    "text": wording,
    "date": lambda value, tag: day(dt.date.fromisoformat(value), tag),
    "hidden": lambda _value, _tag: HIDDEN,
}


def value(item: Mapping[str, Any], tag: str) -> str:
    """Return a value of a block (``{"kind": …, "value": …}``) as text; a hidden one as “•”."""
    return _FORMATS[item["kind"]](item["value"], tag)


def fill(text: Text, values: Mapping[str, Any], tag: str) -> tuple[str, str]:
    """Return a text with its values filled in, and the language it is in; labels and numbers follow that language."""
    language = language_of(text, tag)

    def put(match: Any) -> str:
        return value(values[match["name"]], language) if match["name"] else "%"

    return PLACEHOLDER.sub(put, wording(text, tag)), language
