"""One table of question types: how an answer is read, what JSON value it has, how it is summarised, its XLSForm name.

A reader takes what a person typed (text) or a program sent (JSON) and returns the accepted value, or raises Unreadable
with the code and the values of the message. Empty input never reaches a reader.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from survey_service.problems import N_
from survey_service.questionnaire import uploads
from survey_service.questionnaire.file_kinds import ACCEPTED
from survey_service.questionnaire.model import Choice, Question
from survey_service.questionnaire.values import Answer

MESSAGES: Mapping[str, str] = {
    "required": N_("Please answer this question."),
    "unknown": N_("There is no question of this name in the questionnaire."),
    "type": N_("This is not the kind of answer the question takes."),
    "characters": N_("This text has characters that cannot be stored. Please type it again."),
    "too_long": N_("Please use at most %(limit)s characters. You have %(length)s."),
    "not_a_whole_number": N_("Please write a whole number, for example 12."),
    "not_a_number": N_("Please write a number, for example 12.5."),
    "too_small": N_("Please write %(limit)s or more."),
    "too_large": N_("Please write %(limit)s or less."),
    "not_a_choice": N_("Please choose one of the answers in the list."),
    "one_only": N_("Please choose only one answer."),
    "too_few": N_("Please choose at least %(limit)s."),
    "too_many": N_("Please choose at most %(limit)s."),
    "exclusive": N_("“%(choice)s” cannot be combined with other answers."),
    "twice": N_("Please give each answer only one place."),
    "not_a_date": N_("This date does not exist. Please check day, month and year."),
    "date_range": N_("Please write a year from 1900 to 2100."),
    "not_a_month": N_("This month does not exist. Please write a number from 1 to 12 and the year."),
    "not_a_time": N_("This time does not exist. Please write hours and minutes, for example 14:30."),
    "not_a_place": N_("Please write latitude and longitude, for example 50.57, 10.41."),
    "no_upload": N_(
        "This file is not with us. A file can only be chosen on the page of the questionnaire, in a browser."
    ),
    "upload_kind_image": N_("We cannot take this file. Please choose a picture: JPEG, PNG, WebP or GIF."),
    "upload_kind_audio": N_("We cannot take this file. Please choose a sound recording: MP3, M4A, OGG, WebM or WAV."),
    "upload_kind_file": N_(
        "We cannot take this file. Please choose a picture, a sound recording, a film, a PDF or an office document."
    ),
    "upload_broken": N_("This file is damaged. Please choose it again or choose another one."),
    "upload_empty": N_("This file is empty. Please choose another one."),
    "upload_size": N_("This file is too large. It may have at most %(limit)s MB."),
    "upload_count": N_("You can send at most %(limit)s files. Please remove one first."),
    "upload_full": N_("There is no room for more files just now. Please go on without a file, or try again later."),
    "steps": N_("Please choose one of the numbers of the scale."),
    "too_many_entries": N_("There can be at most %(limit)s entries here."),
    "stop": N_("You cannot go on like this. Please read this and change your answers before it."),
    "calendar": N_(
        "Is this year from another calendar? Please write the year of the European calendar, for example %(example)s."
    ),
    "constraint": N_("This answer does not fit. Please check it."),
}
"""All messages of the judge, by code; English source texts for gettext."""


class Unreadable(ValueError):
    """An input that cannot be accepted: ``code`` of MESSAGES and the values of its message.

    A value that is a Choice stands for its label in the respondent's language.
    """

    def __init__(self, code: str, **values: Any) -> None:
        self.code, self.values = code, values
        super().__init__(code)


N = TypeVar("N", int, float)
Reader = Callable[[Question, Any, tuple[Choice, ...], dt.date], Answer]

_DIGITS = {ord(digit): str(value) for zero in "٠۰" for value in range(10) for digit in chr(ord(zero) + value)}
_WHOLE = re.compile(r"[+-]?[0-9]{1,15}")
_DECIMAL = re.compile(r"[+-]?([0-9]{1,15}([.][0-9]{0,15})?|[.][0-9]{1,15})")
_TIME = re.compile(r"([0-9]{1,2})[:.]([0-9]{2})(?::[0-9]{2}(?:[.][0-9]*)?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?")
_ISO_DATE = re.compile(r"([0-9]{1,4})-([0-9]{1,2})-([0-9]{1,2})")
DEFAULT_LENGTH = 2000
"""How many characters a text may have where nothing is said."""


def plain_digits(text: str) -> str:
    """Return the text with Arabic and Persian digits and signs as ASCII, without blanks and direction marks."""
    text = text.translate(_DIGITS).replace("٬", "").replace("٫", ".").replace("−", "-")
    return re.sub(r"[\s\u200e\u200f\u061c\u2066-\u2069]", "", text)


def storable(text: str) -> bool:
    """Tell whether every store can keep the text: no NUL, no lone surrogates."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def _text(question: Question, raw: Any, _choices: tuple[Choice, ...], _today: dt.date) -> Answer:
    if not isinstance(raw, str):
        raise Unreadable("type")
    if not storable(raw):
        raise Unreadable("characters")
    text = raw.replace("\r\n", "\n").replace("\r", "\n").strip()
    limit = question.parameters.get("max_length", DEFAULT_LENGTH)
    if len(text) > limit:
        raise Unreadable("too_long", limit=limit, length=len(text))
    return text


def _in_range(question: Question, number: N) -> N:
    low, high = question.parameters.get("min"), question.parameters.get("max")
    if low is not None and number < low:
        raise Unreadable("too_small", limit=low)
    if high is not None and number > high:
        raise Unreadable("too_large", limit=high)
    return number


def _integer(question: Question, raw: Any, _choices: tuple[Choice, ...], _today: dt.date) -> Answer:
    if isinstance(raw, str):
        text = plain_digits(raw)
        if not _WHOLE.fullmatch(text):
            raise Unreadable("not_a_whole_number")
        return _in_range(question, int(text))
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise Unreadable("type")
    if not abs(raw) < 10**15 or raw != int(raw):  # NaN compares false
        raise Unreadable("not_a_whole_number")
    return _in_range(question, int(raw))


def _decimal(question: Question, raw: Any, _choices: tuple[Choice, ...], _today: dt.date) -> Answer:
    if isinstance(raw, str):
        text = plain_digits(raw)
        if text.count(",") == 1 and "." not in text:
            text = text.replace(",", ".")
        if not _DECIMAL.fullmatch(text):
            raise Unreadable("not_a_number")
        return _in_range(question, float(text))
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise Unreadable("type")
    if not abs(raw) < 10**15:  # NaN compares false
        raise Unreadable("not_a_number")
    return _in_range(question, float(raw))


def _names(raw: Any) -> list[str]:
    """Return the choice names in an input: a name, or a sequence of names; empty ones are dropped."""
    if isinstance(raw, str):
        return [raw] if raw else []
    if not isinstance(raw, (list, Sequence)):  # most are lists, and that is told at once
        raise Unreadable("type")
    for name in raw:
        if not isinstance(name, str):
            raise Unreadable("type")
    return [name for name in raw if name]


def _range(question: Question, raw: Any, choices: tuple[Choice, ...], today: dt.date) -> Answer:
    number = Decimal(str(_decimal(question, raw, choices, today)))
    low, _, step = scale_of(question)
    if (number - low) % step:
        raise Unreadable("steps")
    return int(number) if low == int(low) and step == int(step) else float(number)


def scale_of(question: Question) -> tuple[Decimal, Decimal, Decimal]:
    """Return (least, greatest, step) of a question of type range; 1 to 10 by 1 where nothing is said."""
    given = question.parameters
    return tuple(Decimal(str(given.get(key, usual))) for key, usual in (("min", 1), ("max", 10), ("step", 1)))  # type: ignore[return-value]


def _known(question: Question, names: Collection[str], choices: tuple[Choice, ...]) -> None:
    known = question.choice_names if choices is question.choices else {choice.name for choice in choices}
    if not known.issuperset(names):
        raise Unreadable("not_a_choice")


def _select_one(question: Question, raw: Any, choices: tuple[Choice, ...], _today: dt.date) -> Answer:
    names = _names(raw)
    if len(names) != 1:
        raise Unreadable("one_only")
    _known(question, names, choices)
    return names[0]


def _within_limits(question: Question, count: int) -> None:
    low, high = question.parameters.get("min_selected"), question.parameters.get("max_selected")
    if low is not None and count < low:
        raise Unreadable("too_few", limit=low)
    if high is not None and count > high:
        raise Unreadable("too_many", limit=high)


def _select_multiple(question: Question, raw: Any, choices: tuple[Choice, ...], _today: dt.date) -> Answer:
    names = set(_names(raw))
    _known(question, names, choices)
    chosen = [choice for choice in choices if choice.name in names]
    alone = next((choice for choice in chosen if choice.exclusive), None)
    if alone is not None:
        if len(chosen) > 1:
            raise Unreadable("exclusive", choice=alone)
        return [alone.name]
    _within_limits(question, len(chosen))
    return [choice.name for choice in chosen]


def _rank(question: Question, raw: Any, choices: tuple[Choice, ...], _today: dt.date) -> Answer:
    names = _names(raw)
    _known(question, names, choices)
    if len(set(names)) < len(names):
        raise Unreadable("twice")
    _within_limits(question, len(names))
    return list(names)


def _date(question: Question, raw: Any, _choices: tuple[Choice, ...], today: dt.date) -> Answer:
    if not isinstance(raw, str):
        raise Unreadable("type")
    partly = DATE_PARTS_ASKED.get(question.appearance)
    fault = "not_a_month" if partly else "not_a_date"
    match = _ISO_DATE.fullmatch(plain_digits(raw))
    if match is None:
        raise Unreadable(fault)
    year, month, day = (int(part) for part in match.groups())
    if 1300 <= year <= 1500:  # Hijri or Solar Hijri: ask, never convert silently
        raise Unreadable("calendar", example=today.year)
    if not 1900 <= year <= 2100:
        raise Unreadable("date_range")
    try:
        return dt.date(year, 1 if partly == ("year",) else month, 1 if partly else day).isoformat()
    except ValueError:
        raise Unreadable(fault) from None


DATE_PARTS_ASKED: Mapping[str, tuple[str, ...]] = {"month-year": ("year", "month"), "year": ("year",)}
"""Appearance of a date → the parts that are asked; the others are stored as 1."""


def _time(_question: Question, raw: Any, _choices: tuple[Choice, ...], _today: dt.date) -> Answer:
    if not isinstance(raw, str):
        raise Unreadable("type")
    match = _TIME.fullmatch(plain_digits(raw))
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:
        raise Unreadable("not_a_time")
    return f"{int(match[1]):02}:{int(match[2]):02}"


def _datetime(question: Question, raw: Any, choices: tuple[Choice, ...], today: dt.date) -> Answer:
    if not isinstance(raw, str):
        raise Unreadable("type")
    day, _, time = raw.strip().replace(" ", "T", 1).partition("T")
    return f"{_date(question, day, choices, today)}T{_time(question, time, choices, today)}"


def _geopoint(_question: Question, raw: Any, _choices: tuple[Choice, ...], _today: dt.date) -> Answer:
    parts: list[Any] = raw if isinstance(raw, list) else []
    if isinstance(raw, str):
        text = raw.translate(_DIGITS).replace("٫", ".").replace("−", "-")
        parts = [part for part in re.split(r"[\s,;،؛]+", text.strip(" \u200e\u200f")) if part]
        if not all(_DECIMAL.fullmatch(part) for part in parts):
            raise Unreadable("not_a_place")
    elif not all(isinstance(part, int | float) and not isinstance(part, bool) for part in parts):
        raise Unreadable("type")
    if not 2 <= len(parts) <= 4:  # XForms has height and accuracy too; they are not kept
        raise Unreadable("not_a_place")
    latitude, longitude = float(parts[0]), float(parts[1])
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):  # NaN compares false
        raise Unreadable("not_a_place")
    return [latitude, longitude]


def _acknowledge(_question: Question, raw: Any, _choices: tuple[Choice, ...], _today: dt.date) -> Answer:
    if raw is True or raw in (["yes"], "yes", "true", "OK"):
        return True
    raise Unreadable("type")


def _file(question: Question, raw: Any, _choices: tuple[Choice, ...], _today: dt.date) -> Answer:
    if isinstance(raw, uploads.Refused):
        raise Unreadable(raw.code, **raw.values)
    if not uploads.is_file(raw):
        raise Unreadable("no_upload")
    if raw["type"] and raw["type"] not in ACCEPTED[question.type]:
        raise Unreadable(f"upload_kind_{question.type}")
    return dict(raw)


def _none(_question: Question, _raw: Any, _choices: tuple[Choice, ...], _today: dt.date) -> Answer:
    raise Unreadable("type")


Computed = Callable[[Any, dt.date, dt.datetime | None], Answer]


def _given(given: Any, _today: dt.date, _now: dt.datetime | None) -> Answer:
    return given if isinstance(given, str | int | float) and (not isinstance(given, str) or storable(given)) else None


def _today_of(_given: Any, today: dt.date, _now: dt.datetime | None) -> Answer:
    return today.isoformat()


def _moment(_given: Any, today: dt.date, now: dt.datetime | None) -> Answer:
    moment = now or dt.datetime.combine(today, dt.time(), dt.UTC)
    return moment.isoformat(timespec="minutes")  # to the minute: enough for a duration, too little for a trace


@dataclass(frozen=True)
class QuestionType:
    """One row: ``summary`` is none, text, number, shares or ranks; ``asks`` whether a person answers it.

    ``computed`` gives the value of a question that nobody is asked, of (what was put in or the default, today, now).
    """

    name: str
    xlsform: str
    summary: str
    read: Reader
    asks: bool = True
    needs_choices: bool = False
    computed: Computed | None = None


TYPES: Mapping[str, QuestionType] = {
    row.name: row
    for row in (
        QuestionType("text", "text", "text", _text),
        QuestionType("integer", "integer", "number", _integer),
        QuestionType("decimal", "decimal", "number", _decimal),
        QuestionType("range", "range", "number", _range),
        QuestionType("select_one", "select_one", "shares", _select_one, needs_choices=True),
        QuestionType("select_multiple", "select_multiple", "shares", _select_multiple, needs_choices=True),
        QuestionType("rank", "rank", "ranks", _rank, needs_choices=True),
        QuestionType("date", "date", "none", _date),
        QuestionType("time", "time", "none", _time),
        QuestionType("datetime", "dateTime", "none", _datetime),
        QuestionType("geopoint", "geopoint", "none", _geopoint),
        QuestionType("acknowledge", "acknowledge", "shares", _acknowledge),
        QuestionType("image", "image", "none", _file),
        QuestionType("audio", "audio", "none", _file),
        QuestionType("file", "file", "none", _file),
        QuestionType("note", "note", "none", _none, asks=False),
        QuestionType("calculate", "calculate", "none", _none, asks=False),
        QuestionType("hidden", "hidden", "none", _none, asks=False, computed=_given),
        QuestionType("start", "start", "none", _none, asks=False, computed=_moment),
        QuestionType("end", "end", "none", _none, asks=False, computed=_moment),
        QuestionType("today", "today", "none", _none, asks=False, computed=_today_of),
    )
}


def asks(question: Question) -> bool:
    """Tell whether a person answers the question: its type asks, nothing calculates it, and it is no mere heading."""
    return TYPES[question.type].asks and question.calculation is None and question.appearance != "label"


def is_visible(question: Question) -> bool:
    """Tell whether a page shows something of the question: a field, a text, or a calculated value with its label."""
    return asks(question) or bool(question.label and (question.type == "note" or TYPES[question.type].asks))
