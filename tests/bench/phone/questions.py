"""Twenty questions of the needs questionnaire, without conditions, for our service and for its peers."""

from __future__ import annotations

import html
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from survey_service.paths import bundled
from survey_service.questionnaire.loader import load_folder
from survey_service.questionnaire.model import Question, wording

COUNT, PER_PAGE = 20, 5
TAG = "de"
NAME = "twenty"
_KINDS = ("select_one", "select_multiple", "text")


@dataclass(frozen=True)
class Asked:
    """A question as any tool asks it: its choices are pairs of name and label, none for a text."""

    name: str
    kind: str
    label: str
    choices: tuple[tuple[str, str], ...]


def twenty() -> list[Asked]:
    """Return the questions, those with few choices first come first as in the questionnaire."""
    form = load_folder(bundled("forms")).questionnaires["needs"]
    return [_asked(question) for question in form.questions.values() if question.type in _KINDS][:COUNT]


def _asked(question: Question) -> Asked:
    choices = tuple((choice.name, wording(choice.label, TAG)) for choice in question.choices)
    return Asked(question.name, question.type, wording(question.label, TAG), choices)


def pages(asked: list[Asked]) -> list[list[Asked]]:
    return [asked[at : at + PER_PAGE] for at in range(0, len(asked), PER_PAGE)]


def write_ours(asked: list[Asked], folder: Path) -> None:
    """Write a questionnaire of ours: JSON is YAML too."""
    definition = {
        "questionnaire": NAME,
        "audience": "newcomers",
        "languages": [TAG],
        "label": {TAG: "Was brauchen Sie?"},
        "minutes": [5, 7],
        "choices": {
            each.name: [{"name": name, "label": {TAG: label}} for name, label in each.choices]
            for each in asked
            if each.choices
        },
        "pages": [
            {"name": f"page{number}", "label": {TAG: f"Teil {number}"}, "questions": [_ours(each) for each in some]}
            for number, some in enumerate(pages(asked), 1)
        ],
    }
    folder.mkdir(parents=True)
    (folder / f"{NAME}.yaml").write_text(json.dumps(definition, ensure_ascii=False, indent=1), "utf-8")


def _ours(each: Asked) -> dict[str, Any]:
    found: dict[str, Any] = {"type": each.kind, "name": each.name, "label": {TAG: each.label}}
    return {**found, "choices": each.name} if each.choices else found


def surveyjs(asked: list[Asked]) -> dict[str, Any]:
    """Return SurveyJS's definition."""
    kinds = {"select_one": "radiogroup", "select_multiple": "checkbox", "text": "text"}
    return {
        "showProgressBar": True,
        "pages": [
            {
                "name": f"page{number}",
                "elements": [
                    {
                        "type": kinds[each.kind],
                        "name": each.name,
                        "title": each.label,
                        **({"choices": [{"value": n, "text": t} for n, t in each.choices]} if each.choices else {}),
                    }
                    for each in some
                ],
            }
            for number, some in enumerate(pages(asked), 1)
        ],
    }


def enketo(asked: list[Asked]) -> tuple[str, str]:
    """Return the form's HTML and its model, as enketo-transformer makes them of an XForm with pages."""
    sections = "".join(
        f'<section class="or-group or-appearance-field-list" name="/data/page{number}">'
        f'<h4><span lang="" class="question-label active">Teil {number}</span></h4>'
        f"{''.join(_enketo(each, number) for each in some)}</section>"
        for number, some in enumerate(pages(asked), 1)
    )
    form = (
        f'<form class="or clearfix pages" dir="ltr" data-form-id="{NAME}"><section class="form-logo"></section>'
        f'<h3 dir="auto" id="form-title">Was brauchen Sie?</h3>{sections}</form>'
    )
    fields = "".join(
        f"<page{number}>{''.join(f'<{each.name}/>' for each in some)}</page{number}>"
        for number, some in enumerate(pages(asked), 1)
    )
    model = f'<model><instance><data id="{NAME}">{fields}<meta><instanceID/></meta></data></instance></model>'
    return form, model


def _enketo(each: Asked, number: int) -> str:
    path = f"/data/page{number}/{each.name}"
    label = f'<span lang="" class="question-label active">{html.escape(each.label)}</span>'
    if not each.choices:
        box = f'<input type="text" name="{path}" data-type-xml="string">'
        return f'<label class="question non-select">{label}{box}</label>'
    kind = "radio" if each.kind == "select_one" else "checkbox"
    data = f'data-name="{path}" data-type-xml="select1"' if kind == "radio" else 'data-type-xml="select"'
    choices = "".join(
        f'<label><input type="{kind}" name="{path}" {data} value="{name}">'
        f'<span lang="" class="option-label active">{html.escape(text)}</span></label>'
        for name, text in each.choices
    )
    return (
        f'<fieldset class="question simple-select"><fieldset><legend>{label}</legend>'
        f'<div class="option-wrapper">{choices}</div></fieldset></fieldset>'
    )
