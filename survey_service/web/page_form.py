"""A page's questions as a WTForms form: it parses what a browser sends and renders it again; the judge decides.

The form is a BaseForm over a dict of fields, because a question may be called ``validate`` or ``data``. Fields carry no
validators: what is wrong with an answer is said in one place, the judge, and shown at the field as its errors. The data
of a field is the input as the judge takes it, so nothing typed is lost on the way through a draft.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import get_template_attribute
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from wtforms.fields import Field
from wtforms.form import BaseForm
from wtforms.meta import DefaultMeta

from survey_service.questionnaire import offline, places, uploads
from survey_service.questionnaire.expression import Expression, Scope
from survey_service.questionnaire.file_kinds import ACCEPTED, KINDS
from survey_service.questionnaire.journey import Stop
from survey_service.questionnaire.judge import Judgement
from survey_service.questionnaire.model import Choice, MediaFile, Page, Question, Questionnaire
from survey_service.questionnaire.question_types import DATE_PARTS_ASKED, asks, is_visible, scale_of, storable
from survey_service.questionnaire.values import Path, to_text
from survey_service.responses.files import Incoming
from survey_service.web import i18n, readable, wordings
from survey_service.web.context import current
from survey_service.web.filling import Filler

SHOWN_FIELD = "_shown"
_MACROS = "macros/questions.html"
_LOOKALIKE_HYPHEN = "\u2010"
_DATE_PARTS = ("year", "month", "day")
_MOST_STEPS = 11


class _Meta(DefaultMeta):
    def get_translations(self, _form: Any) -> Any:
        return i18n.FormTranslations()


class MacroWidget:
    """Renders a field by the macro of that name in ``macros/questions.html``."""

    def __init__(self, macro: str) -> None:
        self.macro = macro

    def __call__(self, field: Field, **_options: Any) -> Markup:
        markup: Markup = get_template_attribute(_MACROS, self.macro)(field)
        return markup


class QuestionField(Field):
    """A question as a field. ``choices`` are those offered now, in the order shown; ``data`` is the judge's input."""

    def __init__(self, question: Question, choices: tuple[Choice, ...] = (), **options: Any) -> None:
        super().__init__("", **options)
        self.question, self.choices = question, choices
        self.files: Mapping[str, MediaFile] = {}

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = valuelist[0] if valuelist else ""

    @property
    def limits(self) -> tuple[str, str] | None:
        """The least and the greatest number, where a scale has them."""
        return None

    @property
    def value(self) -> str:
        """What stands in a field of one line: a place in its two numbers, everything else as it was typed."""
        if isinstance(self.data, list):
            return ", ".join(str(part) for part in self.data)
        return "" if self.data is None else str(self.data)

    @property
    def is_required(self) -> bool:
        """Whether an answer is required whatever else is answered."""
        return self.question.required is True

    @property
    def most(self) -> int:
        """How many choices may be made at most; 0 where nothing needs to be said about it."""
        return 0

    @property
    def megabytes(self) -> str:
        """How large a file may be at most; "" where none is asked for."""
        return ""

    @property
    def described_by(self) -> str:
        """The value of ``aria-describedby``: the ids of hint, limit and error, as far as they are there."""
        there = {"hint": self.question.hint, "limit": self.most or self.megabytes, "error": self.errors}
        return " ".join(f"{self.name}:{part}" for part, content in there.items() if content)


class TextField(QuestionField):
    """A line of text, or several, or a number: what was typed, as it was typed."""

    widget = MacroWidget("text_question")


class ChoiceField(QuestionField):
    """One choice by name. Two values stay a list, which the judge refuses."""

    widget = MacroWidget("choice_question")

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = valuelist if len(valuelist) > 1 else "".join(valuelist)

    def is_chosen(self, name: str) -> bool:
        """Tell whether the choice is among what was sent."""
        return name == self.data or (isinstance(self.data, list) and name in self.data)


class SelectField(ChoiceField):
    """One choice out of a long list, as a select box."""

    widget = MacroWidget("select_question")


class MultipleField(ChoiceField):
    """Several choices by name."""

    widget = MacroWidget("choice_question")

    @property
    def most(self) -> int:
        return int(self.question.parameters.get("max_selected", 0))

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = list(valuelist)


class AcknowledgeField(ChoiceField):
    """One box to tick; ``yes`` or nothing."""

    widget = MacroWidget("acknowledge_question")


class RankField(QuestionField):
    """Choice names by place, best first; a place left open is an empty name."""

    widget = MacroWidget("rank_question")

    @property
    def places(self) -> list[tuple[int, str, str]]:
        """(number from 1, name of the form field, chosen name or "") for each place."""
        count = min(self.question.parameters.get("max_selected", len(self.choices)), len(self.choices))
        chosen = [*(self.data or []), *[""] * count][:count]
        return [(number, f"{self.name}:{number}", name) for number, name in enumerate(chosen, 1)]

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        super().process(None, data, extra_filters)
        if formdata is not None:  # a browser sends several fields instead of one
            self.data = [str(formdata.get(f"{self.name}:{place}", "")) for place in range(1, len(self.choices) + 1)]


class RangeField(TextField):
    """A number of a scale: radio buttons if it has few steps, else a field for the number."""

    @property
    def steps(self) -> list[str]:
        """The numbers of the scale, none if they are too many to choose from."""
        low, high, step = scale_of(self.question)
        count = int((high - low) / step) + 1
        return [f"{low + step * number:f}" for number in range(count)] if count <= _MOST_STEPS else []

    @property
    def limits(self) -> tuple[str, str] | None:
        if self.steps:
            return None
        low, high, _ = scale_of(self.question)
        return f"{low:f}", f"{high:f}"

    def is_chosen(self, step: str) -> bool:
        """Tell whether the number of the scale is what was typed."""
        return str(self.data) == step

    widget = MacroWidget("range_question")


class PartsField(QuestionField):
    """Several form fields, ``name:part``, that make one text, with a mark between.

    A mark typed inside a part is kept as its double, so that the parts can be told apart again.
    """

    all_parts: tuple[str, ...] = ()
    mark, double = "-", _LOOKALIKE_HYPHEN

    @property
    def asked(self) -> tuple[str, ...]:
        return self.all_parts

    @property
    def parts(self) -> Mapping[str, str]:
        """What was typed as each part."""
        typed = self.data.split(self.mark) if self.data and isinstance(self.data, str) else []
        whole = (part.replace(self.double, self.mark) for part in [*typed, *[""] * len(self.all_parts)])
        return dict(zip(self.all_parts, whole, strict=False))

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        super().process(None, data, extra_filters)
        if formdata is not None:
            sent = {part: str(formdata.get(f"{self.name}:{part}", "")) for part in self.asked}
            typed = {part: value.replace(self.mark, self.double) for part, value in sent.items()}
            filled = [typed.get(part, "1") for part in self.all_parts]
            self.data = self.mark.join(filled) if any(part.strip() for part in typed.values()) else ""


class DateField(PartsField):
    """Day, month and year in three fields, or fewer; the input is ``year-month-day`` as typed."""

    widget = MacroWidget("date_question")
    all_parts = _DATE_PARTS

    @property
    def asked(self) -> tuple[str, ...]:
        return DATE_PARTS_ASKED.get(self.question.appearance, self.all_parts)


class DatetimeField(PartsField):
    """Day, month, year and time; the input is ``year-month-dayThour:minute`` as typed."""

    widget = MacroWidget("date_question")
    all_parts = (*_DATE_PARTS, "time")

    @property
    def parts(self) -> Mapping[str, str]:
        day, _, time = (self.data if isinstance(self.data, str) else "").partition("T")
        kept, self.data = self.data, day
        try:
            return {**super().parts, "time": time}
        finally:
            self.data = kept

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        super().process(formdata, data, extra_filters)
        if formdata is not None and self.data:
            self.data = "T".join(self.data.rsplit(self.mark, 1))


class FileField(QuestionField):
    """A file to choose. ``data`` is the file there is, "" if it is to be removed, or why a new one was not taken.

    A browser never sends back what was chosen before, so nothing chosen means that nothing changes: UNCHANGED.
    """

    widget = MacroWidget("file_question")
    UNCHANGED = object()

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        super().process(None, data, extra_filters)
        if formdata is not None:
            self.data = "" if formdata.get(f"{self.name}:remove") == "yes" else self.UNCHANGED

    @property
    def present(self) -> Mapping[str, Any] | None:
        """The file that the question has as its answer."""
        found = self.data.before if isinstance(self.data, uploads.Refused) else self.data
        return found if uploads.is_file(found) else None

    @property
    def megabytes(self) -> str:
        return readable.decimal(current().settings.upload_bytes / 1_000_000)

    @property
    def size(self) -> str:
        """How large the present file is, in words."""
        return readable.size(self.present["size"]) if self.present is not None else ""

    @property
    def accept(self) -> str:
        """What the browser offers to choose: MIME types and endings."""
        kinds = [KINDS[mime] for mime in ACCEPTED[self.question.type]]
        return ",".join([*(kind.mime for kind in kinds), *(ending for kind in kinds for ending in kind.endings)])


FIELDS: Mapping[tuple[str, str], type[QuestionField]] = {
    ("select_one", "minimal"): SelectField,
    ("select_one", ""): ChoiceField,
    ("select_multiple", ""): MultipleField,
    ("rank", ""): RankField,
    ("date", ""): DateField,
    ("time", ""): TextField,
    ("datetime", ""): DatetimeField,
    ("geopoint", ""): TextField,
    ("range", ""): RangeField,
    ("acknowledge", ""): AcknowledgeField,
    ("image", ""): FileField,
    ("audio", ""): FileField,
    ("file", ""): FileField,
    ("text", ""): TextField,
    ("integer", ""): TextField,
    ("decimal", ""): TextField,
}
"""Question type and appearance → field; an appearance that is not listed uses the type's plain one."""


def _field(question: Question, choices: tuple[Choice, ...]) -> Any:
    kind = FIELDS.get((question.type, question.appearance)) or FIELDS[question.type, ""]
    return kind(question, choices)


@dataclass(frozen=True)
class Posted:
    """What a browser sent for one page: an input for each question that was on the form, and their names.

    ``path`` is the entry of a repeat that the page was asked for. ``files`` came with the page and aren't kept yet.
    """

    path: Path
    inputs: Mapping[str, Any]
    shown: tuple[str, ...]
    files: tuple[Incoming, ...] = ()

    @property
    def storable(self) -> Mapping[str, Any]:
        """The inputs that every store can keep; a text with NUL is refused by the judge and not saved."""
        return {name: value for name, value in self.inputs.items() if _is_storable(value)}


def _is_storable(value: Any) -> bool:
    if isinstance(value, uploads.Refused):
        return False
    return all(storable(part) for part in (value if isinstance(value, list) else [value]))


def read(stop: Stop, form: MultiDict[str, str], expected: frozenset[str]) -> Posted:
    """Read one page's answers from what a browser sent.

    The form says which questions were on it (an empty answer to one of them counts, the others are left alone); if it
    does not say, ``expected`` are taken to have been.
    """
    page_questions = stop.page.questions if stop.page else ()
    named = frozenset(form[SHOWN_FIELD].split()) if SHOWN_FIELD in form else expected
    questions = [question for question in page_questions if question.name in named and asks(question)]
    fields = BaseForm({question.name: _field(question, question.choices) for question in questions}, meta=_Meta())
    fields.process(form)
    shown = tuple(question.name for question in page_questions if question.name in named)
    inputs = {question.name: fields[question.name].data for question in questions}
    changed = {name: value for name, value in inputs.items() if value is not FileField.UNCHANGED}
    return Posted(stop.path, changed, shown)


@dataclass(frozen=True)
class Item:
    """One thing on a page: a question with its field, a note, or a value that was calculated (``lines``)."""

    question: Question
    field: Field | None
    files: Mapping[str, MediaFile]
    lines: tuple[Markup, ...] = ()
    errors: tuple[str, ...] = ()
    """Why one cannot go on: those of the field, or that of a note which lets nobody pass."""

    @property
    def takes_file(self) -> bool:
        """Whether its form must be able to send a file."""
        return isinstance(self.field, FileField)


def build(
    stop: Stop,
    questionnaire: Questionnaire,
    judgement: Judgement,
    inputs: Mapping[str, Any],
    seed: int,
    flagged: Sequence[str],
) -> list[Item]:
    """Return what a page shows now: its shown questions filled with ``inputs``, in order.

    The refusals of the questions named in ``flagged`` become the errors of their fields.
    """
    here, typed = Filler(questionnaire, judgement, stop.path), places.at(inputs, stop.path)
    keys = (
        {question.name: key for question, key in zip(stop.page.questions, stop.keys, strict=True)} if stop.page else {}
    )
    shown = [
        here.question(question)
        for question in (stop.page.questions if stop.page else ())
        if keys[question.name] in judgement.shown and is_visible(question)
    ]
    scope, tag = judgement.scope_at(stop.path), i18n.language().tag
    asked = [question for question in shown if asks(question)]
    choices = {question.name: here.choices(question.shown_choices(scope, seed, tag)) for question in asked}
    form = BaseForm({question.name: _field(question, choices[question.name]) for question in asked}, meta=_Meta())
    form.process(data={question.name: typed.get(question.name, _default(question, scope)) for question in asked})
    errors: dict[str, tuple[str, ...]] = {}
    for name in flagged:
        refusal = judgement.refusals.get(keys[name]) if name in keys else None
        if refusal is not None:
            errors[name] = (wordings.refused(replace(refusal, text=here.text(refusal.text))),)
            if name in form:
                form[name].errors = errors[name]
    bound: dict[str, Any] = {field.name: field for field in form}
    for field in bound.values():
        field.files = questionnaire.files
    return [
        Item(
            question,
            bound.get(question.name),
            questionnaire.files,
            () if asks(question) else readable.lines_of(question, judgement.value(question.name, stop.path)),
            errors.get(question.name, ()),
        )
        for question in shown
    ]


def blank(page: Page) -> list[Item]:
    """Return all that a page can show, with nothing filled in: the phone decides what of it is shown."""
    shown = [question for question in page.questions if is_visible(question)]
    asked = [question for question in shown if asks(question)]
    tag = i18n.language().tag
    offered = {question.name: question.in_order(offline.offered(question), tag) for question in asked}
    form = BaseForm({question.name: _field(question, offered[question.name]) for question in asked}, meta=_Meta())
    form.process()
    bound = {field.name: field for field in form}
    return [Item(question, bound.get(question.name), {}) for question in shown]


def _default(question: Question, scope: Scope) -> Any:
    default = question.default
    return to_text(default.evaluate(scope)) if isinstance(default, Expression) else default
