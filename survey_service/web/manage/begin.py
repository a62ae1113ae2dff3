"""Beginning a working copy on the desk: from what is published, from a bundled questionnaire, or empty."""

from __future__ import annotations

from collections.abc import Mapping

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from survey_service import clock, languages
from survey_service.problems import D_, Problem
from survey_service.questionnaire import bank, definition, editing
from survey_service.questionnaire.builder import AUDIENCES
from survey_service.questionnaire.editing import Definition
from survey_service.responses import definitions, media
from survey_service.web import rendering, security, wordings
from survey_service.web.context import current
from survey_service.web.i18n import gettext
from survey_service.web.manage import desk, text_fields
from survey_service.web.manage.desk import blueprint
from survey_service.web.manage.text_fields import Errors

EMPTY = ""
_TAGS = ("de", "en")
_NAME = D_("Please use letters, digits and hyphens, a letter first, at most 60.")
START = {"de": "Bevor Sie beginnen", "en": "Before you start"}
AGREE = {
    "de": "Die Teilnahme ist freiwillig. Sind Sie einverstanden, dass wir Ihre Antworten speichern und auswerten?",
    "en": "Taking part is voluntary. Do you agree that we store and evaluate your answers?",
}
ANSWERS = (
    {"name": "yes", "label": {"de": "Ja, ich stimme zu", "en": "Yes, I agree"}},
    {"name": "no", "label": {"de": "Nein, ich stimme nicht zu", "en": "No, I do not agree"}},
)
THANKS = {"de": "Danke für Ihren Besuch", "en": "Thank you for your visit"}
"""What an empty questionnaire begins with, to be edited: texts of a questionnaire, not of the interface."""


@blueprint.get("/questionnaires/new")
def begin_draft() -> str:
    """Ask for a name, a title and what to begin with."""
    return _page({}, {})


@blueprint.post("/questionnaires/new")
def make_draft() -> ResponseReturnValue:
    """Begin a working copy from a bundled questionnaire under another name, or empty."""
    given, errors = request.form.to_dict(), Errors()
    if security.is_forged():
        return _page(given, {}, rendering.expired()), 400
    name = given.get("name", "").strip()
    made = _made(given, name, errors)
    if made is None or errors:
        return _page(given, errors), 422
    try:
        _keep(made, {"template": given.get("template", "")})
    except Problem as problem:
        if problem.code != "editing.exists":
            raise
        return _page(given, {"name": wordings.problem_message(problem)}), 422
    return redirect(url_for(".edit_draft", name=name), 303)


def _made(given: Mapping[str, str], name: str, errors: Errors) -> Definition | None:
    if not name.replace("-", "a").isalnum() or not name.isascii() or not name[:1].isalpha() or len(name) > 60:
        errors["name"] = gettext(_NAME)
    template = given.get("template", EMPTY)
    label = text_fields.read(given, "label", {}, _TAGS, errors, required=template == EMPTY)
    if errors:
        return None
    if template != EMPTY:
        found = current().workbench.library().questionnaires.get(template)
        if found is None:
            raise Problem("questionnaire.missing")
        media.take_along(current().settings.instance, current().forms / media.FOLDER, found)
        made = bank.from_template(found, name)
        return {**made, "label": label} if label else made
    audience = given.get("audience", "")
    tags = [tag for tag in languages.registry() if tag in request.form.getlist("language") or tag in label]
    return empty(name, audience if audience in AUDIENCES else AUDIENCES[0], [*_TAGS, *tags], label)


def empty(name: str, audience: str, tags: list[str], label: Mapping[str, str]) -> Definition:
    """Return a questionnaire that asks for consent and nothing else."""
    consent = {"type": "select_one", "name": "consent", "choices": "consent", "required": True, "label": AGREE}
    return editing.sound(
        {
            "questionnaire": name,
            "audience": audience,
            "languages": list(dict.fromkeys(tags)),
            "label": dict(label),
            "minutes": [1, 5],
            "consent": "consent",
            "choices": {"consent": [dict(answer) for answer in ANSWERS]},
            "pages": [{"name": "start", "label": START, "questions": [consent]}],
            "screen_outs": [{"name": "no_consent", "when": "${consent} = 'no'", "label": THANKS}],
        }
    )


def _keep(made: Definition, source: Mapping[str, str]) -> None:
    """Keep a new working copy. Raises Problem editing.exists if a questionnaire has that name."""
    context, name = current(), str(made["questionnaire"])
    with context.store.transaction():
        if context.publications.find(name) is not None or definitions.find(context.store, name) is not None:
            raise Problem("editing.exists", name=name)
        definitions.put(context.store, made, clock.today().isoformat(), source=source)
        desk.note("questionnaire.begun", name)


@blueprint.post("/questionnaires/<name>/change")
def change_questionnaire(name: str) -> BaseResponse:
    """Begin a working copy of what is published, or go on with the one there is."""
    context = current()
    with context.store.transaction():
        if definitions.find(context.store, name) is None:
            published = context.publications.current(name)
            content = definition.to_json(published.questionnaire)
            source = {"revision": published.revision}
            definitions.put(context.store, content, clock.today().isoformat(), source=source)
            desk.note("questionnaire.begun", name)
    return redirect(url_for(".edit_draft", name=name), 303)


def _page(given: Mapping[str, str], errors: Mapping[str, str], message: str = "") -> str:
    library = current().workbench.library()
    return render_template(
        "manage/begin.html",
        given=given,
        errors=errors,
        message=message,
        templates=list(library.questionnaires.values()),
        audiences=AUDIENCES,
        tags=_TAGS,
        others=[entry.tag for entry in languages.offered() if entry.tag not in _TAGS],
        chosen=request.form.getlist("language"),
    )
