"""The settings of a report plugin: a form made of the parameters that it declares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse
from wtforms.fields import BooleanField, SelectField, StringField
from wtforms.form import BaseForm
from wtforms.validators import ValidationError

from survey_service.problems import Problem
from survey_service.questionnaire.model import wording
from survey_service.questionnaire.question_types import plain_digits
from survey_service.reports import installed
from survey_service.reports.parameters import Parameter, complete, fault_of, plain
from survey_service.web import i18n
from survey_service.web.context import current
from survey_service.web.i18n import gettext
from survey_service.web.manage.desk import blueprint
from survey_service.web.manage.plugins import load, who

PREFIX = "set-"


class NumberField(StringField):
    """A number as people type it: digits of any script, a comma or a point; its data is a number or what was typed."""

    data: Any

    def __init__(self, *arguments: Any, whole: bool, **named: Any) -> None:
        self.whole = whole
        super().__init__(*arguments, **named)

    def process_formdata(self, valuelist: list[str]) -> None:
        text = plain_digits(valuelist[0]).strip().replace(",", ".") if valuelist else ""
        try:
            self.data = int(text) if self.whole else float(text)
        except ValueError:
            self.data = text

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return plain(self.data)


def form_for(parameters: tuple[Parameter, ...]) -> BaseForm:
    """Return a form with a field for each parameter."""
    return BaseForm({parameter.name: _field(parameter) for parameter in parameters}, prefix=PREFIX)


def _field(parameter: Parameter) -> Any:
    tag = i18n.language().tag
    label = wording(parameter.label, tag)

    def judge(_form: BaseForm, field: Any) -> None:
        fault = fault_of(parameter, field.data)
        if fault is not None:
            raise ValidationError(fault.text(gettext))

    named: dict[str, Any] = {"validators": [judge], "description": _hint(parameter)}
    if parameter.kind in ("integer", "decimal"):
        return NumberField(label, whole=parameter.kind == "integer", **named)
    if parameter.kind == "choice":
        choices = [(name, wording(text, tag)) for name, text in parameter.labels.items()]
        return SelectField(label, choices=choices, validate_choice=False, **named)
    return BooleanField(label, **named) if parameter.kind == "flag" else StringField(label, **named)


def _hint(parameter: Parameter) -> str:
    low, high = parameter.low, parameter.high
    if parameter.kind not in ("integer", "decimal"):
        return ""
    if low is not None and high is not None:
        return gettext("From %(low)s to %(high)s.", low=plain(low), high=plain(high))
    if low is not None:
        return gettext("At least %(low)s.", low=plain(low))
    return gettext("At most %(high)s.", high=plain(high)) if high is not None else ""


def _parameters(name: str) -> tuple[Mapping[str, str], tuple[Parameter, ...]]:
    """Return title and parameters of a plugin. Raises Problem plugin.missing if it has none."""
    _, entry = load(name)
    rows = entry.info.get("parameters", ()) if entry is not None else ()
    if entry is None or not rows:
        raise Problem("page.missing")
    return entry.title, tuple(map(Parameter.from_json, rows))


@blueprint.get("/plugins/<name>/settings")
def plugin_settings(name: str) -> str:
    """Show the settings of a plugin."""
    _, parameters = _parameters(name)
    form = form_for(parameters)
    form.process(data=complete(parameters, installed.known(current().store, name).values))
    return _page(name, form)


@blueprint.post("/plugins/<name>/settings")
def set_plugin(name: str) -> BaseResponse | tuple[str, int]:
    """Keep the settings of a plugin; every report from now on is made with them, and says so."""
    _, parameters = _parameters(name)
    form = form_for(parameters)
    form.process(request.form)
    if not form.validate():
        return _page(name, form), 422
    installed.set_values(current().store, name, form.data, who())
    return redirect(url_for(".plugin", name=name), 303)


def _page(name: str, form: BaseForm) -> str:
    title, _ = _parameters(name)
    known = installed.known(current().store, name)
    return render_template("manage/plugin_settings.html", name=name, title=dict(title), form=form, known=known)
