"""A page's questions as a WTForms form: it parses what a browser sends and renders it again; the judge decides.

The form is a BaseForm over a dict of fields, because a question may be called ``validate`` or ``data``. Fields carry no
validators: what is wrong with an answer is said in one place, the judge, and shown at the field as its errors. The data
of a field is the input as the judge takes it, so nothing typed is lost on the way through a draft.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import get_template_attribute
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from wtforms.fields import Field
from wtforms.form import BaseForm
from wtforms.meta import DefaultMeta

from survey_service.questionnaire.judge import Judgement
from survey_service.questionnaire.model import Choice, Page, Question
from survey_service.questionnaire.question_types import TYPES, storable
from survey_service.web import i18n, wordings

SHOWN_FIELD = "_shown"
_MACROS = "macros/questions.html"
_LOOKALIKE_HYPHEN = "\u2010"
_DATE_PARTS = ("year", "month", "day")


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

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = valuelist[0] if valuelist else ""

    @property
    def is_required(self) -> bool:
        """Whether an answer is required whatever else is answered."""
        return self.question.required is True

    @property
    def most(self) -> int:
        """How many choices may be made at most; 0 where nothing needs to be said about it."""
        return 0

    @property
    def described_by(self) -> str:
        """The value of ``aria-describedby``: the ids of hint, limit and error, as far as they are there."""
        there = {"hint": self.question.hint, "limit": self.most, "error": self.errors}
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


class DateField(QuestionField):
    """Day, month and year in three fields; the input is ``year-month-day`` as typed.

    A hyphen typed inside a part is kept as its typographic double, so that the parts can be told apart again.
    """

    widget = MacroWidget("date_question")

    @property
    def parts(self) -> Mapping[str, str]:
        """What was typed as ``year``, ``month`` and ``day``."""
        typed = (self.data or "").split("-") if isinstance(self.data, str) else []
        return dict(
            zip(_DATE_PARTS, (part.replace(_LOOKALIKE_HYPHEN, "-") for part in [*typed, "", "", ""]), strict=False)
        )

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        super().process(None, data, extra_filters)
        if formdata is not None:
            sent = [str(formdata.get(f"{self.name}:{part}", "")) for part in _DATE_PARTS]
            typed = [part.replace("-", _LOOKALIKE_HYPHEN) for part in sent]
            self.data = "-".join(typed) if any(part.strip() for part in typed) else ""


FIELDS: Mapping[tuple[str, str], type[QuestionField]] = {
    ("select_one", "minimal"): SelectField,
    ("select_one", ""): ChoiceField,
    ("select_multiple", ""): MultipleField,
    ("rank", ""): RankField,
    ("date", ""): DateField,
    ("acknowledge", ""): AcknowledgeField,
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
    """What a browser sent for one page: an input for each question that was on the form, and their names."""

    inputs: Mapping[str, Any]
    shown: tuple[str, ...]

    @property
    def storable(self) -> Mapping[str, Any]:
        """The inputs that every store can keep; a text with NUL is refused by the judge and not saved."""
        return {name: value for name, value in self.inputs.items() if _is_storable(value)}


def _is_storable(value: Any) -> bool:
    return all(storable(part) for part in (value if isinstance(value, list) else [value]))


def read(page: Page, form: MultiDict[str, str], expected: frozenset[str]) -> Posted:
    """Read one page's answers from what a browser sent.

    The form says which questions were on it (an empty answer to one of them counts, the others are left alone); if it
    does not say, ``expected`` are taken to have been.
    """
    named = frozenset(form[SHOWN_FIELD].split()) if SHOWN_FIELD in form else expected
    questions = [question for question in page.questions if question.name in named and TYPES[question.type].asks]
    fields = BaseForm({question.name: _field(question, question.choices) for question in questions}, meta=_Meta())
    fields.process(form)
    shown = tuple(question.name for question in page.questions if question.name in named)
    return Posted({question.name: fields[question.name].data for question in questions}, shown)


@dataclass(frozen=True)
class Item:
    """One thing on a page: a question with its field, or a note (no field)."""

    question: Question
    field: Field | None


def build(
    page: Page, judgement: Judgement, inputs: Mapping[str, Any], seed: int, today: dt.date, flagged: Sequence[str]
) -> list[Item]:
    """Return what a page shows now: its shown questions filled with ``inputs``, in order.

    The refusals of the questions named in ``flagged`` become the errors of their fields.
    """
    shown = [
        question
        for question in page.questions
        if question.name in judgement.shown and (TYPES[question.type].asks or question.type == "note")
    ]
    asked = [question for question in shown if TYPES[question.type].asks]
    fields = {
        question.name: _field(question, question.shown_choices(judgement.scope, seed, today)) for question in asked
    }
    form = BaseForm(fields, meta=_Meta())
    form.process(data={question.name: inputs.get(question.name, question.default) for question in asked})
    for name in flagged:
        if name in form and name in judgement.refusals:
            form[name].errors = [wordings.message_of(judgement.refusals[name])]
    bound = {field.name: field for field in form}
    return [Item(question, bound.get(question.name)) for question in shown]
