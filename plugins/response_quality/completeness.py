"""How completely pages and questions are answered, and where answering ends."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from survey_service.reports.plugin import (
    Column,
    Group,
    QuestionInfo,
    Released,
    ReportContext,
    Table,
    Value,
    answered,
    any_of,
    asked,
    everyone,
    percent,
    persons,
    words,
)

from . import texts

STATES = ("answered", "pna", "skipped", "not_shown")


def _by_page(questions: Sequence[QuestionInfo]) -> dict[str, list[str]]:
    pages: dict[str, list[str]] = {}
    for info in questions:
        pages.setdefault(info.page, []).append(info.name)
    return pages


def pages_table(context: ReportContext, questionnaire: str, questions: Sequence[QuestionInfo]) -> Table:
    """Page × people asked there, and the share of their questions with fixed answers that have an answer."""
    labels, rows = context.pages(questionnaire), []
    pages = _by_page(questions)
    people = context.count(
        questionnaire, {page: any_of([asked(name) for name in names]) for page, names in pages.items()}
    )
    for page, names in pages.items():
        given = context.pooled(questionnaire, [Group(answered(name), asked(name)) for name in names])
        bounds = (percent(value, given.suppressed) for value in (given.share, given.low, given.high))
        asked_there = persons(people[page].numerator, people[page].suppressed)
        rows.append((words(labels[page]), asked_there, *bounds))
    heads = (Column(texts.ANSWERED, "percent"), Column(texts.LOW, "percent"), Column(texts.HIGH, "percent"))
    columns = (Column(texts.PAGE), Column(texts.ASKED, "persons"), *heads)
    return Table("pages", texts.PAGES_CAPTION, columns, tuple(rows))


def last_page_table(context: ReportContext, questionnaire: str) -> Table:
    """Page × people whose last answer stands on it: a whole in parts. Free texts count here too."""
    labels = context.pages(questionnaire)
    pages = _by_page(context.questions(questionnaire))
    order = [page for page in labels if page in pages]
    reached = [any_of([answered(name) for name in pages[page]]) for page in order]
    last = pl.max_horizontal([pl.lit(-1), *(pl.when(hit).then(place) for place, hit in enumerate(reached))])
    parts = {page: last == place for place, page in enumerate(order)}
    shares = context.parts(questionnaire, {**parts, "": last == -1}, everyone())
    rows = [(words(labels[page]), *_counted(shares[page])) for page in order]
    rows.append((words(texts.NOWHERE), *_counted(shares[""])))
    columns = (Column(texts.PAGE), Column(texts.PEOPLE, "persons"), Column(texts.SHARE, "percent"))
    return Table("last_page", texts.LAST_PAGE_CAPTION, columns, tuple(rows))


def _counted(released: Released) -> tuple[Value, Value]:
    return persons(released.numerator, released.suppressed), percent(released.share, released.suppressed)


def questions_table(context: ReportContext, questionnaire: str) -> Table:
    """Question × share of each state. A state nobody can have is 0 %."""
    questions = context.questions(questionnaire)
    found = context.states(questionnaire, [info.name for info in questions])
    rows = []
    for info in questions:
        shares = found[info.name]
        base = next(iter(shares.values())).base
        cells = [
            percent(shares[state].share, shares[state].suppressed) if state in shares else percent(0.0, None)
            for state in STATES
        ]
        rows.append((words(info.label), words({"*": info.name}), persons(base, None), *cells))
    heads = (texts.ANSWERED, texts.PNA, texts.SKIPPED, texts.NOT_SHOWN)
    columns = (
        Column(texts.QUESTION),
        Column(texts.NAME),
        Column(texts.PEOPLE, "persons"),
        *(Column(head, "percent") for head in heads),
    )
    return Table("questions", texts.QUESTIONS_CAPTION, columns, tuple(rows))
