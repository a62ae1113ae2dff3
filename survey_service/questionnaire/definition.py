"""Model ⇄ JSON: a revision is stored as its own definition, expanded, with all texts in place."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from survey_service.questionnaire.builder import Builder
from survey_service.questionnaire.expression import Expression
from survey_service.questionnaire.faults import Faults
from survey_service.questionnaire.model import Choice, Group, Media, MediaFile, Page, Question, Questionnaire, ScreenOut

JSON = dict[str, Any]


def _present(**values: Any) -> JSON:
    """Return the entries that say something: no empty texts, lists, False or None."""
    return {
        key: value
        for key, value in values.items()
        if value is not None and value is not False and value not in ("", {}, [], ())
    }


def _source(expression: Expression | bool | None) -> str | bool | None:
    return expression.text if isinstance(expression, Expression) else expression


def choice_json(choice: Choice) -> JSON:
    """Return the definition of a choice as JSON data."""
    facts = _present(
        name=choice.name,
        label=dict(choice.label),
        exclusive=choice.exclusive,
        last=choice.last,
        media=_media(choice.media),
    )
    return {**facts, **choice.columns, **_present(pictogram=choice.pictogram)}


def question_json(question: Question) -> JSON:
    """Return the definition of a question as JSON data."""
    return _present(
        type=question.type,
        name=question.name,
        label=dict(question.label),
        hint=dict(question.hint),
        guidance=dict(question.guidance),
        required=_source(question.required),
        required_message=dict(question.required_message),
        relevant=_source(question.relevant),
        constraint=_source(question.constraint),
        constraint_message=dict(question.constraint_message),
        choices=question.list_name,
        choices_from=question.choices_from,
        choice_filter=_source(question.choice_filter),
        calculation=_source(question.calculation),
        trigger=question.trigger,
        default=_default(question),
        appearance=question.appearance,
        parameters=dict(question.parameters),
        autocomplete=question.autocomplete,
        sensitive=question.sensitive,
        group=question.group,
        concept=question.concept,
        pictogram=question.pictogram,
        media=_media(question.media),
    )


def _media(media: Media) -> JSON:
    return {kind: dict(names) for kind, names in media.items()}


def file_json(file: MediaFile) -> JSON:
    """Return what is known of a file as JSON data."""
    return {key: value for key, value in vars(file).items() if value or key == "size"}


def _default(question: Question) -> Any:
    default = question.default
    return {"expression": default.text} if isinstance(default, Expression) else default


def _group(group: Group) -> JSON:
    return _present(
        name=group.name,
        label=dict(group.label),
        hint=dict(group.hint),
        relevant=_source(group.relevant),
        parent=group.parent,
        repeat=group.repeat,
        count=_source(group.count),
        appearance=group.appearance,
    )


def _page(page: Page) -> JSON:
    return _present(
        name=page.name,
        label=dict(page.label),
        hint=dict(page.hint),
        relevant=_source(page.relevant),
        group=page.group,
        implied=page.implied,
        questions=[question_json(question) for question in page.questions],
    )


def _screen_out(end: ScreenOut) -> JSON:
    return _present(name=end.name, when=_source(end.when), label=dict(end.label), hint=dict(end.hint))


def to_json(questionnaire: Questionnaire) -> JSON:
    """Return the definition of a questionnaire as JSON data; ``from_json`` gives an equal questionnaire back."""
    return _present(
        questionnaire=questionnaire.name,
        audience=questionnaire.audience,
        languages=list(questionnaire.languages),
        label=dict(questionnaire.label),
        hint=dict(questionnaire.hint),
        minutes=list(questionnaire.minutes),
        consent=questionnaire.consent,
        choices={name: [choice_json(choice) for choice in choices] for name, choices in questionnaire.lists.items()},
        groups=[_group(group) for group in questionnaire.groups],
        pages=[_page(page) for page in questionnaire.pages],
        screen_outs=[_screen_out(end) for end in questionnaire.screen_outs],
        files={name: file_json(file) for name, file in sorted(questionnaire.files.items())},
    )


def from_json(definition: Mapping[str, Any]) -> Questionnaire:
    """Build a questionnaire from its JSON definition. Raises Problem questionnaire.faulty if it is not one."""
    faults = Faults()
    questionnaire = Builder(str(definition.get("questionnaire", "")), faults, {}).questionnaire(definition)
    faults.raise_if_any()
    return questionnaire


def fingerprint(definition: Mapping[str, Any]) -> str:
    """Return the SHA-256 (hex) of a definition: equal content, equal fingerprint."""
    text = json.dumps(definition, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
