"""A stored answer as people read it: labels in the reader's language, and a word for each state without an answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from flask import url_for
from flask_babel import format_date, format_datetime, format_decimal, format_time
from markupsafe import Markup

from survey_service.questionnaire import uploads
from survey_service.questionnaire.judge import PNA, SKIPPED
from survey_service.questionnaire.model import Choice, Question, Questionnaire
from survey_service.questionnaire.plan import NOT_SHOWN
from survey_service.responses.export.layout import entries_of
from survey_service.web.i18n import gettext, ngettext
from survey_service.web.wordings import in_page


def cell(questionnaire: Questionnaire, name: str, holder: Mapping[str, Any], number: int) -> Markup:
    """Return what a response, or an entry of a repeat, says to a question or repeat of its own revision, for a cell.

    ``number`` is that of the response, whose files the names of files lead to.
    """
    if name in questionnaire.repeats:
        entries = entries_of(holder, name)
        return _entries(questionnaire, name, entries, number) if name in holder["states"] else Markup("")
    answer, state = holder["answers"].get(name), holder["states"].get(name, "")
    if answer is None:
        return _without_answer(state) if isinstance(state, str) else Markup("")
    if uploads.is_file(answer):
        address = url_for("manage.response_file", number=number, file=answer["file"])
        return Markup('<a href="{}"><bdi>{}</bdi></a>').format(address, answer["name"])
    return shown(questionnaire.questions.get(name), answer)


def _entries(questionnaire: Questionnaire, repeat: str, entries: list[Mapping[str, Any]], number: int) -> Markup:
    """Return the number of entries, which opens to what stands in each."""
    count = Markup("{}").format(ngettext("%(num)s entry", "%(num)s entries", len(entries)))
    if not entries:
        return count
    chain = (*questionnaire.repeats_of[repeat], repeat)
    items = Markup("").join(
        Markup("<li><dl>{}</dl></li>").format(_entry(questionnaire, questionnaire.columns[chain], entry, number))
        for entry in entries
    )
    return Markup("<details><summary>{}</summary><ol>{}</ol></details>").format(count, items)


def _entry(questionnaire: Questionnaire, names: tuple[str, ...], entry: Mapping[str, Any], number: int) -> Markup:
    found = ((name, cell(questionnaire, name, entry, number)) for name in names)
    return Markup("").join(
        Markup("<dt>{}</dt><dd>{}</dd>").format(_name(questionnaire, name), value) for name, value in found if value
    )


def _name(questionnaire: Questionnaire, name: str) -> Markup:
    labelled = questionnaire.questions.get(name) or questionnaire.repeats[name]
    return in_page(labelled.label) if labelled.label else Markup("{}").format(name)


def shown(question: Question | None, answer: Any) -> Markup:
    """Return an answer as HTML: text as it was typed, choices by their labels, dates and numbers as usual here.

    ``question`` is None if the response's revision doesn't ask it.
    """
    if question is None:
        return _as_typed(answer)
    if uploads.is_file(answer):
        return _as_typed(answer["name"])
    kind = question.type if question.calculation is None else "calculate"
    choices = {choice.name: choice for choice in question.choices}
    if kind in _MOMENTS and isinstance(answer, str):
        return Markup("{}").format(_MOMENTS[kind](answer))
    if kind == "geopoint":
        return Markup('<bdi dir="ltr">{}, {}</bdi>').format(*answer)
    if isinstance(answer, list):
        parts = [label(choices, name) for name in answer]
        return Markup("; ").join(parts) if question.type != "rank" else _ranked(parts)
    if choices:
        return label(choices, answer)
    if isinstance(answer, bool):
        return Markup("{}").format(gettext("yes") if answer else gettext("no"))
    if isinstance(answer, int | float):
        return Markup("<bdi>{}</bdi>").format(format_decimal(answer))
    return _as_typed(answer)


def _day(text: str) -> str:
    return str(format_date(dt.date.fromisoformat(text), "medium"))


def _typed_moment(text: str) -> str:
    return str(format_datetime(dt.datetime.fromisoformat(text), "short", rebase=False))


_MOMENTS: Mapping[str, Callable[[str], str]] = {
    "date": _day,
    "today": _day,
    "time": lambda text: str(format_time(dt.time.fromisoformat(text), "short", rebase=False)),
    "datetime": _typed_moment,
    "start": _typed_moment,
    "end": _typed_moment,
}


def _without_answer(state: str) -> Markup:
    words = {PNA: gettext("prefers not to say"), SKIPPED: gettext("left empty"), NOT_SHOWN: ""}
    word = words.get(state, "")
    return Markup('<span class="soft">{}</span>').format(word) if word else Markup("")


def label(choices: Mapping[str, Choice], name: Any) -> Markup:
    """Return the label of a choice; a name that is not among the choices stands for itself."""
    choice = choices.get(str(name))
    return in_page(choice.label) if choice is not None else _as_typed(name)


def _ranked(parts: list[Markup]) -> Markup:
    return Markup("; ").join(Markup("{}. {}").format(place, part) for place, part in enumerate(parts, 1))


def _as_typed(answer: Any) -> Markup:
    return Markup("<bdi>{}</bdi>").format(answer)
