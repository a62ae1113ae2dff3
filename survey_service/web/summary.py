"""The answers as a person reads them, for the page that shows them all before they are sent."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for
from markupsafe import Markup

from survey_service.questionnaire import journey, places
from survey_service.questionnaire.journey import Stop
from survey_service.questionnaire.model import Question, Text
from survey_service.questionnaire.question_types import asks
from survey_service.questionnaire.values import Path
from survey_service.web import i18n, readable, wordings
from survey_service.web.filling import Filler
from survey_service.web.visit import Visit


@dataclass(frozen=True)
class Row:
    """One question: the answer as lines of HTML (none if it was left out) and the address to change it."""

    question: Question
    lines: tuple[Markup, ...]
    address: str


@dataclass(frozen=True)
class Section:
    """One page with its questions. ``entry`` says which entry of a repeat, or is empty; ``key`` is unique to it."""

    key: str
    label: Text
    entry: str
    rows: tuple[Row, ...]


def sections(visit: Visit) -> list[Section]:
    """Return all shown pages with the shown questions that a person answers."""
    return [
        Section(stop.address, title_of(visit, stop), entry_of(visit, stop.path), rows)
        for stop in journey.stops(visit.questionnaire, visit.judgement)
        if stop.page and (rows := tuple(_rows(visit, stop)))
    ]


def title_of(visit: Visit, stop: Stop) -> Text:
    """Return the title of a stop: that of its page, else of the group around it, else of the questionnaire."""
    questionnaire = visit.questionnaire
    filler = Filler(questionnaire, visit.judgement, stop.path)
    if stop.page is None:
        return filler.text(questionnaire.repeats[stop.repeat].label or questionnaire.label)
    around = [group.label for group in reversed(questionnaire.enclosing(stop.page.group))]
    labels = (stop.page.label, *around, questionnaire.label)
    return filler.text(next(label for label in labels if label))


def entry_of(visit: Visit, path: Path) -> str:
    """Return which entry of which repeat a page is for, innermost last; nothing outside repeats."""
    if not path:
        return ""
    names = []
    for depth, (repeat, index) in enumerate(path):
        count = visit.judgement.count(repeat, path[:depth])
        name = wordings.in_attribute(title_of(visit, Stop(None, path[:depth], repeat)))
        names.append(
            i18n.gettext("%(name)s: %(number)s of %(count)s", name=f"\u2068{name}\u2069", number=index + 1, count=count)
        )
    return " › ".join(names)


def _rows(visit: Visit, stop: Stop) -> list[Row]:
    address = url_for("respondent.page", questionnaire=visit.questionnaire.name, name=stop.address, _return="check")
    filler = Filler(visit.questionnaire, visit.judgement, stop.path)
    return [
        Row(
            filler.question(question),
            readable.lines_of(question, visit.judgement.value(question.name, stop.path)),
            f"{address}#{question.name}",
        )
        for question in (stop.page.questions if stop.page else ())
        if places.key(stop.path, question.name) in visit.judgement.shown and asks(question)
    ]


@dataclass(frozen=True)
class Entry:
    """One entry of a repeat in its overview: its number from 1, what it is known by, the address to change it."""

    number: int
    name: Markup
    address: str


def entries(visit: Visit, overview: Stop) -> list[Entry]:
    """Return the entries of a repeat, each known by its first answer."""
    stops = journey.stops(visit.questionnaire, visit.judgement)
    found = []
    for index in range(visit.judgement.count(overview.repeat, overview.path)):
        path = (*overview.path, (overview.repeat, index))
        pages = [stop for stop in stops if stop.path == path and stop.page]
        lines = [line for stop in pages for row in _rows(visit, stop) for line in row.lines]
        first = next((stop for stop in stops if stop.path[: len(path)] == path), overview)
        address = url_for("respondent.page", questionnaire=visit.questionnaire.name, name=first.address)
        found.append(Entry(index + 1, lines[0] if lines else Markup(""), address))
    return found
