"""The answers as a person reads them, for the page that shows them all before they are sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from babel.dates import format_date
from babel.numbers import format_decimal
from flask import url_for
from markupsafe import Markup, escape

from survey_service.questionnaire import journey
from survey_service.questionnaire.model import Answer, Page, Question
from survey_service.questionnaire.question_types import TYPES
from survey_service.web import i18n, wordings
from survey_service.web.visit import Visit


@dataclass(frozen=True)
class Row:
    """One question: the answer as lines of HTML (none if it was left out) and the address to change it."""

    question: Question
    lines: tuple[Markup, ...]
    address: str


@dataclass(frozen=True)
class Section:
    """One page with its questions."""

    page: Page
    rows: tuple[Row, ...]


def sections(visit: Visit) -> list[Section]:
    """Return all shown pages with the shown questions that a person answers."""
    return [
        Section(page, rows)
        for page in journey.shown_pages(visit.questionnaire, visit.judgement)
        if (rows := tuple(_rows(visit, page)))
    ]


def _rows(visit: Visit, page: Page) -> list[Row]:
    address = url_for("respondent.page", questionnaire=visit.questionnaire.name, name=page.name, _return="check")
    return [
        Row(question, lines_of(question, visit.judgement.scope.get(question.name)), f"{address}#{question.name}")
        for question in page.questions
        if question.name in visit.judgement.shown and TYPES[question.type].asks
    ]


def lines_of(question: Question, value: Answer) -> tuple[Markup, ...]:
    """Return an accepted answer as lines of HTML in the present language."""
    return () if value is None else tuple(_READERS[question.type](question, value))


def _choices(question: Question, value: Answer) -> list[Markup]:
    labels = {choice.name: choice.label for choice in question.choices}
    names = value if isinstance(value, list) else [str(value)]
    return [wordings.in_page(labels[name]) for name in names]


def _ranks(question: Question, value: Answer) -> list[Markup]:
    return [Markup("{}. {}").format(place, label) for place, label in enumerate(_choices(question, value), 1)]


def _text(_question: Question, value: Answer) -> list[Markup]:
    return [Markup("<bdi>{}</bdi>").format(line) for line in str(value).split("\n")]


def _number(_question: Question, value: Answer) -> list[Markup]:
    return [escape(format_decimal(str(value), locale=i18n.language().locale))]


def _date(_question: Question, value: Answer) -> list[Markup]:
    return [escape(format_date(dt.date.fromisoformat(str(value)), "long", locale=i18n.language().locale))]


def _acknowledged(_question: Question, _value: Answer) -> list[Markup]:
    return [escape(i18n.gettext("Yes"))]


_READERS: Mapping[str, Callable[[Question, Answer], list[Markup]]] = {
    "text": _text,
    "integer": _number,
    "decimal": _number,
    "select_one": _choices,
    "select_multiple": _choices,
    "rank": _ranks,
    "date": _date,
    "acknowledge": _acknowledged,
}
