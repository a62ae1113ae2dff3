"""The publish gate on the desk: what is missing in which language, and publishing."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from survey_service import clock, languages
from survey_service.problems import Problem
from survey_service.questionnaire.model import Questionnaire
from survey_service.responses.revisions import LONGEST_NOTE, Published
from survey_service.translating import gate
from survey_service.translating.gate import Gaps
from survey_service.web import wordings
from survey_service.web.context import current
from survey_service.web.manage import desk, names
from survey_service.web.manage import revision_views as views
from survey_service.web.manage.desk import blueprint
from survey_service.web.manage.revision_views import Review

MOST_NAMED = 20


@blueprint.get("/questionnaires/<name>/publish")
def publication(name: str) -> str:
    """Show for each language of a questionnaire whether it can be offered, with a link to each missing text."""
    return _page(name, None)


@blueprint.post("/questionnaires/<name>/publish")
def publish(name: str) -> BaseResponse | tuple[str, int]:
    """Publish a questionnaire with its present texts, in all languages that lack nothing.

    A language that lacks something must be left out on purpose, or nothing is published.
    """
    context, without = current(), request.form.getlist("without")
    by, note = desk.signed_in().account.name, desk.lines("note")
    try:
        revision = gate.publish(
            context.workbench,
            context.publications,
            name,
            without,
            by=by,
            now=clock.now(),
            note=note,
            instance=context.settings.instance,
        )
    except Problem as problem:
        if problem.code not in ("translation.incomplete", "translation.no_language", "revision.note"):
            raise
        return _page(name, problem), problem.status
    return redirect(url_for(".publication", name=name, done=revision or "same"), 303)


def _page(name: str, problem: Problem | None) -> str:
    context = current()
    library = context.workbench.library()
    if name not in library.questionnaires:
        raise Problem("questionnaire.missing")
    questionnaire = library.questionnaires[name]
    found = gate.gaps(context.workbench, library, questionnaire)
    published = _published(name)
    return render_template(
        "manage/publish.html",
        questionnaire=questionnaire,
        published=published,
        review=_review(published, questionnaire, found),
        longest=LONGEST_NOTE,
        note_error=wordings.problem_message(problem) if problem is not None and problem.code == "revision.note" else "",
        note=desk.lines("note"),
        rows=[(languages.language(tag), lacking) for tag, lacking in found.items()],
        most=MOST_NAMED,
        problem=_message(problem, questionnaire) if problem is not None else "",
        done=request.args.get("done", "") if problem is None else "",
    )


def _review(published: Published | None, questionnaire: Questionnaire, found: Gaps) -> Review | None:
    """Return what publishing would change, once the languages that lack something are left out."""
    if published is None or not any(not lacking for lacking in found.values()):
        return None
    return views.review(published.questionnaire, gate.offered_part(questionnaire, found))


def _message(problem: Problem, questionnaire: Questionnaire) -> str:
    """Return what a Problem of the gate says, with titles and names of languages in place of codes."""
    tags = dict.fromkeys(str(fault["tag"]) for fault in problem.faults)
    details = {**problem.details, "name": wordings.in_attribute(questionnaire.label)}
    if tags:
        details["languages"] = ", ".join(map(names.language_name, tags))
    return wordings.problem_message(Problem(problem.code, **details))


def _published(name: str) -> Published | None:
    try:
        return current().publications.current(name)
    except Problem:
        return None
