"""A stored answer as people read it: labels in the reader's language, and a word for each state without an answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from flask_babel import format_date, format_decimal
from markupsafe import Markup

from survey_service.questionnaire.judge import PNA, SKIPPED
from survey_service.questionnaire.model import Choice, Question
from survey_service.questionnaire.plan import NOT_SHOWN
from survey_service.web.i18n import gettext
from survey_service.web.wordings import in_page


def cell(question: Question | None, answer: Any, state: str) -> Markup:
    """Return an answer for a cell; ``question`` is None if the response's revision doesn't ask it."""
    if answer is None:
        return _without_answer(state)
    return shown(question, answer)


def shown(question: Question | None, answer: Any) -> Markup:
    """Return an answer as HTML: text as it was typed, choices by their labels, dates and numbers as usual here."""
    if question is None:
        return _as_typed(answer)
    choices = {choice.name: choice for choice in question.choices}
    if isinstance(answer, list):
        parts = [label(choices, name) for name in answer]
        return Markup("; ").join(parts) if question.type != "rank" else _ranked(parts)
    if choices:
        return label(choices, answer)
    if question.type == "date" and isinstance(answer, str):
        return Markup("{}").format(format_date(dt.date.fromisoformat(answer), "medium"))
    if isinstance(answer, bool):
        return Markup("{}").format(gettext("yes") if answer else gettext("no"))
    if isinstance(answer, int | float):
        return Markup("<bdi>{}</bdi>").format(format_decimal(answer))
    return _as_typed(answer)


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
