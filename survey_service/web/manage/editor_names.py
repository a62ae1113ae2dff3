"""What templates of the editor may use: names of kinds, appearances and limits, and what stands in the address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import request

from survey_service.problems import D_
from survey_service.web import wordings
from survey_service.web.i18n import gettext
from survey_service.web.manage.desk import blueprint
from survey_service.web.manage.names import language_name
from survey_service.web.manage.sheets import field_name

APPEARANCE_NAMES: Mapping[str, str] = {
    "multiline": D_("several lines"),
    "likert": D_("answers side by side"),
    "minimal": D_("select box"),
    "quick": D_("short list"),
    "label": D_("only the text, as a heading"),
    "list-nolabel": D_("list without its text"),
    "numbers": D_("digits"),
    "email": D_("e-mail address"),
    "url": D_("web address"),
    "tel": D_("phone number"),
    "month-year": D_("month and year"),
    "year": D_("year only"),
}
PARAMETER_NAMES: Mapping[str, str] = {
    "max_length": D_("Longest text (characters)"),
    "min": D_("Least number"),
    "max": D_("Greatest number"),
    "step": D_("Step of the scale"),
    "min_selected": D_("Least number of answers"),
    "max_selected": D_("Greatest number of answers"),
}
_MORE = frozenset(
    {"required", "constraint", "choice_filter", "calculation", "default", "default_expression", "appearance"}
)
_SOME = 3


def language_names(tags: Sequence[str]) -> str:
    """Return the names of languages as one text."""
    return ", ".join(language_name(tag) for tag in tags)


def first_labels(choices: Sequence[Mapping[str, Any]]) -> str:
    """Return the labels of a list's first choices, enough to know it by."""
    labels = [one["label"] if isinstance(one["label"], Mapping) else {"*": one["label"]} for one in choices[:_SOME]]
    return ", ".join(wordings.in_attribute(label) for label in labels) + (" …" if len(choices) > _SOME else "")


def appearance_name(appearance: str) -> str:
    """Return what an appearance is called."""
    return gettext(APPEARANCE_NAMES[appearance]) if appearance in APPEARANCE_NAMES else appearance


def parameter_name(name: str) -> str:
    """Return what a limit is called."""
    return gettext(PARAMETER_NAMES[name])


def more_open(given: Mapping[str, str], errors: Mapping[str, str]) -> bool:
    """Tell whether the rarer settings of a question must be in sight: one is set, or has an error."""
    rare = {key for key in errors if key in _MORE or key.startswith(("parameter-", "constraint_m", "required_m"))}
    return bool(rare) or given.get("must") == "if" or any(given.get(key) for key in _MORE)


def chosen_pages() -> list[str]:
    """Return the pages ticked in the form that was sent."""
    return request.form.getlist("pages")


def left_out() -> str:
    """Return what a copy from the bank had to leave out, by name."""
    return ", ".join(field_name(key) for key in request.args.get("left", "").split() if field_name(key) != key)


@blueprint.context_processor
def _names() -> dict[str, object]:
    return {
        "language_names": language_names,
        "first_labels": first_labels,
        "appearance_name": appearance_name,
        "parameter_name": parameter_name,
        "more_open": more_open,
        "chosen_pages": chosen_pages,
        "left_out": left_out,
    }
