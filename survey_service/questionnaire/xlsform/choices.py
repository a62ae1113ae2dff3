"""The sheet ``choices``: choice lists with their labels and further columns."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

from survey_service.questionnaire.reading import CHOICE_NAME
from survey_service.questionnaire.xlsform import beside
from survey_service.questionnaire.xlsform.located import Located
from survey_service.questionnaire.xlsform.notices import CHANGED, ERROR, LOST, NOTE
from survey_service.questionnaire.xlsform.report import Line, Report

COLUMNS = ("list_name", "name", "everywhere")
OTHER = {
    "de": "Etwas anderes",
    "de-simple": "Etwas anderes",
    "en": "Other",
    "uk": "Інше",
    "ru": "Другое",
    "ar": "غير ذلك",
    "fa-AF": "چیز دیگر",
    "pl": "Coś innego",
    "ro": "Altceva",
    "es": "Otra cosa",
    "fr": "Autre chose",
    "tr": "Başka",
    "ti": "ካልእ",
    "am": "ሌላ",
}
SPECIFY = {
    "de": "Was genau?",
    "de-simple": "Was genau?",
    "en": "What exactly?",
    "uk": "Що саме?",
    "ru": "Что именно?",
    "ar": "ما هو بالتحديد؟",
    "fa-AF": "دقیقاً چه؟",
    "pl": "Co dokładnie?",
    "ro": "Ce anume?",
    "es": "¿Qué exactamente?",
    "fr": "Quoi exactement ?",
    "tr": "Tam olarak ne?",
    "ti": "ብልክዕ እንታይ?",
    "am": "በትክክል ምን?",
}
"""What ``or_other`` adds, by language; machine drafts."""
_FLAGS = ("exclusive", "last")

Lists = dict[str, list[dict[str, Any]]]


def read(lines: Iterable[Line], report: Report, *, allow_twice: bool, tags: tuple[str, ...] = ()) -> Lists:
    """Return the choice lists as definition data; of choices that stand twice the first is kept if that is allowed.

    ``tags`` are the languages of the form.
    """
    lists: Lists = {}
    rows: dict[tuple[str, str], int] = {}
    for line in lines:
        list_name, name = line.pop("list_name", ""), line.pop("name", "")
        if not list_name:
            if name or line.texts:
                report.add(NOTE, "no_list", line.cell(), list="")
            continue
        if not CHOICE_NAME.fullmatch(name):
            report.add(ERROR, "choice_name", line.cell("name"), name=name)
            continue
        where = {"name": name, "list": list_name}
        if (list_name, name) in rows:
            if allow_twice:
                report.add(LOST, "choice_twice_left", line.cell("name"), **where)
            else:
                report.add(ERROR, "choice_twice", line.cell("name"), **where, row=rows[list_name, name])
            continue
        rows[list_name, name] = line.number
        lists.setdefault(list_name, []).append(_choice(line, name, report, tags))
    return lists


def _choice(line: Line, name: str, report: Report, tags: tuple[str, ...]) -> dict[str, Any]:
    label = line.text("label")
    if not label:
        report.add(CHANGED, "choice_label", line.cell("name"))
    flags = {flag: True for flag in _FLAGS if line.pop(flag, "").lower() in ("true", "yes", "1")}
    shown = beside.read(line, report, tags)
    return Located(
        {**line, "name": name, "label": label or {"*": name}, **flags, **({"media": shown} if shown else {})}, line
    )


def with_other(choices: list[dict[str, Any]], tags: Iterable[str]) -> list[dict[str, Any]]:
    """Return a list with a choice ``other`` at its end, unless it has one."""
    if any(choice["name"] == "other" for choice in choices):
        return choices
    return [*choices, {"name": "other", "label": in_languages(OTHER, tags), "last": True}]


def in_languages(text: dict[str, str], tags: Iterable[str]) -> dict[str, str]:
    """Return a text in those of the languages that it exists in, at least in English."""
    return {tag: text[tag] for tag in tags if tag in text} or {"en": text["en"]}


def missing(list_name: str, lists: Lists, line: Line, report: Report) -> None:
    """Say that there is no such list."""
    near = difflib.get_close_matches(list_name, lists, 1)
    values = {"list": list_name, **({"near": near[0]} if near else {})}
    report.add(ERROR, "no_list_near" if near else "no_list", line.cell("type"), **values)
