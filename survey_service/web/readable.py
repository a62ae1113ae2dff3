"""An accepted answer as a person reads it, in the language of the page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

from babel.dates import format_date, format_time
from babel.numbers import format_decimal
from markupsafe import Markup, escape

from survey_service.questionnaire.model import Question
from survey_service.questionnaire.values import Answer, to_text, value_of
from survey_service.web import i18n, wordings


def lines_of(question: Question, value: Answer) -> tuple[Markup, ...]:
    """Return an accepted answer as lines of HTML in the present language.

    What is calculated may be anything: if it is no answer to its question, it is shown as a text.
    """
    if value is None:
        return ()
    try:
        return tuple(_READERS.get(question.type, _text)(question, value))
    except (ValueError, TypeError, ArithmeticError):
        return tuple(_text(question, value))


def _choices(question: Question, value: Answer) -> list[Markup]:
    labels = {choice.name: choice.label for choice in question.choices}
    names = value if isinstance(value, list) else _names(question, str(value))
    return [wordings.in_page(labels.get(name, {"*": name})) for name in names]


def _names(question: Question, text: str) -> list[str]:
    return [text] if question.type == "select_one" else text.split()


def _ranks(question: Question, value: Answer) -> list[Markup]:
    return [Markup("{}. {}").format(place, label) for place, label in enumerate(_choices(question, value), 1)]


def _text(_question: Question, value: Answer) -> list[Markup]:
    return [Markup("<bdi>{}</bdi>").format(line) for line in to_text(value_of(value)).split("\n")]


def _number(_question: Question, value: Answer) -> list[Markup]:
    return [escape(format_decimal(str(value), locale=i18n.language().locale))]


def _date(_question: Question, value: Answer) -> list[Markup]:
    return [escape(format_date(dt.date.fromisoformat(str(value)), "long", locale=i18n.language().locale))]


def _time_of(value: str) -> Markup:
    return escape(format_time(dt.time.fromisoformat(value), "short", locale=i18n.language().locale))


def _time(_question: Question, value: Answer) -> list[Markup]:
    return [_time_of(str(value))]


def _datetime(question: Question, value: Answer) -> list[Markup]:
    day, _, time = str(value).partition("T")
    return [*_date(question, day), _time_of(time)]


def _place(_question: Question, value: Answer) -> list[Markup]:
    latitude, longitude = value.split()[:2] if isinstance(value, str) else value
    return [Markup('<bdi dir="ltr">{}, {}</bdi>').format(latitude, longitude)]


def decimal(number: float) -> str:
    """Return a number with at most one digit behind the point."""
    return str(format_decimal(round(number, 1), locale=i18n.language().locale))


def size(count: int) -> str:
    """Return a number of bytes in words."""
    if count >= 1_000_000:
        return i18n.gettext("%(size)s MB", size=decimal(count / 1_000_000))
    return i18n.gettext("%(size)s kB", size=decimal(max(1, round(count / 1_000))))


def _acknowledged(_question: Question, _value: Answer) -> list[Markup]:
    return [escape(i18n.gettext("Yes"))]


_READERS: Mapping[str, Callable[[Question, Answer], list[Markup]]] = {
    "text": _text,
    "integer": _number,
    "decimal": _number,
    "select_one": _choices,
    "select_multiple": _choices,
    "rank": _ranks,
    "range": _number,
    "date": _date,
    "time": _time,
    "datetime": _datetime,
    "geopoint": _place,
    "acknowledge": _acknowledged,
}
