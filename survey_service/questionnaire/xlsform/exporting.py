"""A questionnaire → an XLSForm workbook that any XLSForm tool reads, and that comes back as the same questionnaire."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import xlsxwriter

from survey_service import languages
from survey_service.questionnaire import media
from survey_service.questionnaire.expression import Expression
from survey_service.questionnaire.model import Group, Page, Question, Questionnaire, Text, wording
from survey_service.questionnaire.question_types import TYPES
from survey_service.questionnaire.values import to_text
from survey_service.questionnaire.xlsform import beside, extras, formulas, limits

_BESIDE = tuple(f"media::{kind}" for kind in media.KINDS)
_TEXTS = ("label", "hint", "guidance_hint", "required_message", "constraint_message", *_BESIDE)
_PLAIN = (
    *("required", "relevant", "constraint", "calculation", "choice_filter", "default", "appearance", "parameters"),
    "read_only",
    *("repeat_count", "trigger", "autocomplete", "sensitive", "concept", "pictogram", "alphabetical"),
    *(*limits.COLUMNS, "everywhere"),
)
_SCALE = {"min": "start", "max": "end", "step": "step"}
Entry = dict[str, Any]
"""One row: column → text, or a Text for columns that have languages."""


def write(questionnaire: Questionnaire, version: str = "") -> bytes:
    """Return the workbook; ``version`` is the revision it was made of."""
    titles = {tag: languages.language(tag).title for tag in questionnaire.languages}
    survey = list(_survey(questionnaire))
    listed = [
        {"list_name": name, **_choice(choice)} for name, choices in questionnaire.lists.items() for choice in choices
    ]
    further = sorted({key for entry in listed for key in entry} - {"list_name", "name", "label", *_BESIDE})
    settings = {
        "form_title": wording(questionnaire.label, questionnaire.languages[0]),
        "form_id": questionnaire.name,
        "default_language": titles[questionnaire.languages[0]],
        "version": version,
    }
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, options) as book:
        used = [column for column in _PLAIN if any(column in entry for entry in survey)]
        shown = [column for column in _TEXTS if any(column in entry for entry in survey) or column == "label"]
        _sheet(book, "survey", ["type", "name"], shown, used, survey, titles)
        shown = ["label", *(column for column in _BESIDE if any(column in entry for entry in listed))]
        _sheet(book, "choices", ["list_name", "name"], shown, further, listed, titles)
        _rows(book, "settings", [list(settings), list(settings.values())])
        _rows(book, extras.SHEET, extras.rows(questionnaire, {**titles, "*": extras.EVERYWHERE}))
    return target.getvalue()


def _sheet(
    book: Any,
    name: str,
    first: Sequence[str],
    texts: Sequence[str],
    plain: Sequence[str],
    entries: Sequence[Entry],
    titles: Mapping[str, str],
) -> None:
    columns = [(text, tag) for text in texts for tag in titles]
    rows = [[*first, *(f"{text}::{titles[tag]}" for text, tag in columns), *plain]]
    for entry in entries:
        cells = [entry.get(column, "") for column in first]
        cells += [_in(entry.get(text, {}), tag) for text, tag in columns]
        rows.append([*cells, *(entry.get(column, "") for column in plain)])
    _rows(book, name, rows)


def _in(text: Text, tag: str) -> str:
    return text.get(tag, text.get("*", ""))


def _rows(book: Any, name: str, rows: Sequence[Sequence[str]]) -> None:
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    for number, row in enumerate(rows):
        for index, text in enumerate(row):
            if text:
                sheet.write_string(number, index, text)


# The survey sheet


def _survey(questionnaire: Questionnaire) -> Iterator[Entry]:
    """Yield the rows: groups begin and end where the chain of groups around pages changes."""
    opened: list[Group] = []
    for page in questionnaire.pages:
        around = questionnaire.enclosing(page.group)
        yield from _change(opened, around)
        if not page.implied:
            yield _begin(page)
        inner: list[Group] = []
        for question in page.questions:
            within = questionnaire.enclosing(question.group)[len(around) :] if question.group else ()
            yield from _change(inner, within)
            yield _question(question)
        yield from _change(inner, ())
        if not page.implied:
            yield {"type": "end_group"}
    yield from _change(opened, ())


def _change(opened: list[Group], wanted: Sequence[Group]) -> Iterator[Entry]:
    """Yield the ends and begins that lead from the open groups to the wanted ones."""
    common = 0
    while common < min(len(opened), len(wanted)) and opened[common] == wanted[common]:
        common += 1
    while len(opened) > common:
        yield {"type": "end_repeat" if opened.pop().repeat else "end_group"}
    for group in wanted[common:]:
        opened.append(group)
        entry = {"type": "begin_repeat" if group.repeat else "begin_group", "name": group.name}
        texts = _texts(label=group.label, hint=group.hint)
        facts = _present(relevant=group.relevant, repeat_count=group.count, appearance=group.appearance)
        yield {**entry, **texts, **facts}


def _begin(page: Page) -> Entry:
    texts = _texts(label=page.label, hint=page.hint)
    return {
        "type": "begin_group",
        "name": page.name,
        **texts,
        **_present(relevant=page.relevant, appearance="field-list"),
    }


def _question(question: Question) -> Entry:
    kind = TYPES[question.type].xlsform
    if question.choices_from:
        kind = f"{kind} ${{{question.choices_from}}}"
    elif question.list_name:
        kind = f"{kind} {question.list_name}"
    constraint = question.constraint.text if question.constraint else ""
    return {
        "type": kind,
        "name": question.name,
        **_texts(
            label=question.label,
            hint=question.hint,
            guidance_hint=question.guidance,
            required_message=question.required_message,
            constraint_message=question.constraint_message,
            **beside.columns(question.media),
        ),
        **_present(
            required=question.required,
            relevant=question.relevant,
            constraint=limits.joined(constraint, question.type, question.parameters),
            calculation=question.calculation,
            read_only=question.calculation is not None and TYPES[question.type].asks,
            choice_filter=question.choice_filter,
            default=_default(question),
            appearance=question.appearance,
            parameters=_parameters(question),
            trigger=f"${{{question.trigger}}}" if question.trigger else "",
            autocomplete=question.autocomplete,
            sensitive=question.sensitive,
            concept=question.concept,
            pictogram=question.pictogram,
            alphabetical=bool(question.parameters.get("alphabetical")),
        ),
        **limits.columns(question.type, question.parameters),
    }


def _texts(**texts: Text) -> Entry:
    """Return the texts that there are, and which of them are the same in every language."""
    entry: Entry = {column: text for column, text in texts.items() if text}
    everywhere = [column.removeprefix("media::") for column, text in entry.items() if "*" in text]
    return {**entry, "everywhere": " ".join(everywhere)} if everywhere else entry


def _present(**values: Any) -> Entry:
    entry: Entry = {}
    for column, value in values.items():
        if isinstance(value, Expression):
            entry[column] = value.text
        elif value is True:
            entry[column] = "yes"
        elif value:
            entry[column] = str(value)
    return entry


def _default(question: Question) -> str:
    default = question.default
    if isinstance(default, Expression):
        return default.text
    if isinstance(default, list):
        return " ".join(map(str, default))
    if isinstance(default, str) and formulas.is_dynamic(default):
        return formulas.quoted(default)  # else other tools would take it for an expression
    return "" if default is None else to_text(float(default)) if isinstance(default, int | float) else str(default)


def _parameters(question: Question) -> str:
    given = question.parameters
    parts = ["randomize=true"] if given.get("randomize") else []
    if question.type == "range":
        parts = [f"{name}={to_text(float(given[key]))}" for key, name in _SCALE.items() if key in given]
    return " ".join(parts)


def _choice(choice: Any) -> Entry:
    flags = {flag: "true" for flag in ("exclusive", "last") if getattr(choice, flag)}
    texts = _texts(label=choice.label, **beside.columns(choice.media))
    own = _present(pictogram=choice.pictogram)
    return {"name": choice.name, **texts, **choice.columns, **own, **flags}
