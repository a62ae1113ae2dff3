"""Revisions on the desk: their history, what changed between any two, the verdicts on it, publishing with a note."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from survey_service import clock
from survey_service.problems import Problem
from survey_service.questionnaire.comparison import VERDICTS
from survey_service.questionnaire.model import Questionnaire
from survey_service.responses import definitions, media, revisions, standing, verdicts
from survey_service.responses.revisions import Entry
from survey_service.web import wordings
from survey_service.web.context import current
from survey_service.web.manage import desk
from survey_service.web.manage import revision_views as views
from survey_service.web.manage.desk import blueprint


@blueprint.get("/questionnaires/<name>/revisions", endpoint="revisions")
def history(name: str) -> str:
    """Show whether a questionnaire takes responses, and all its revisions, newest first."""
    context = current()
    published = context.publications.current(name)
    entries = context.publications.entries(name)
    return render_template(
        "manage/revisions.html",
        published=published,
        count=standing.counted(context.store, name),
        rows=[(entry, _before(entry), _tally(entry)) for entry in reversed(entries)],
        verdicts=VERDICTS,
        saved="saved" in request.args,
        has_copy=definitions.find(context.store, name) is not None,
        has_file=name in context.library.questionnaires,
    )


def _before(entry: Entry) -> str:
    """Return the revision before one, or ""."""
    return f"{entry.revision.rpartition('-')[0]}-{entry.number - 1}" if entry.number > 1 else ""


def _tally(entry: Entry) -> Counter[str]:
    """Count the verdicts that now hold on what a revision changed."""
    context = current()
    return Counter(judged.verdict for judged in verdicts.judged(context.store, context.publications, entry.revision))


@blueprint.get("/questionnaires/<name>/compare")
def compare(name: str) -> str:
    """Show what changed from one revision to another, question by question."""
    return _comparison(name, request.args.get("old", ""), request.args.get("new", ""))


def _comparison(name: str, old: str, new: str, **typed: Any) -> str:
    """Render a comparison; ``typed`` is what was sent for a verdict and refused. Raises Problem page.missing."""
    context = current()
    known = context.publications.history(name)
    if old not in known or new not in known:
        raise Problem("page.missing")
    entry = context.publications.entry(new)
    before, after = context.publications.questionnaire(old), context.publications.questionnaire(new)
    follows = _before(entry) == old
    judged = verdicts.judged(context.store, context.publications, new) if follows else views.between(before, after)
    return render_template(
        "manage/compare.html",
        name=name,
        title=views.title_of(after),
        old=old,
        new=new,
        entry=entry,
        follows=follows,
        known=known,
        counts=Counter(one.verdict for one in judged),
        changes=views.views(before, after, judged),
        general=views.general(before, after),
        unchanged=len(after.questions.keys() - {one.question for one in judged}),
        verdicts=VERDICTS,
        longest=verdicts.LONGEST_REASON,
        **{"wrong": "", "typed": {}, "error": "", **typed},
    )


@blueprint.post("/questionnaires/<name>/revisions/<revision>/verdict")
def decide(name: str, revision: str) -> BaseResponse | tuple[str, int]:
    """Put another verdict in the place of the one on a question, with a reason."""
    context, given = current(), request.form
    question, reason = given.get("question", ""), desk.lines("reason")
    if revision not in context.publications.history(name):
        raise Problem("page.missing")
    before = _before(context.publications.entry(revision))
    try:
        verdicts.override(
            context.store,
            context.publications,
            revision,
            question,
            given.get("verdict", ""),
            reason,
            by=desk.signed_in().account.name,
            now=clock.now(),
        )
    except Problem as problem:
        if problem.code != "verdict.reason":
            raise
        error = wordings.problem_message(problem)
        return _comparison(name, before, revision, wrong=question, typed=given, error=error), problem.status
    return redirect(url_for(".compare", name=name, old=before, new=revision, _anchor=f"q-{question}"), 303)


@blueprint.get("/drafts/<name>/publish")
def review_draft(name: str) -> str:
    """Show what publishing a working copy would change, and ask for a note."""
    return _review(definitions.get(current().store, name).questionnaire)


def _review(questionnaire: Questionnaire, problem: Problem | None = None) -> str:
    context = current()
    known = context.publications.history(questionnaire.name)
    before = context.publications.questionnaire(known[-1]) if known else None
    return render_template(
        "manage/review.html",
        name=questionnaire.name,
        title=views.title_of(questionnaire),
        newest=known[-1] if known else "",
        same=context.publications.is_published(questionnaire),
        review=views.review(before, questionnaire) if before is not None else None,
        longest=revisions.LONGEST_NOTE,
        note=desk.lines("note"),
        error=wordings.problem_message(problem) if problem is not None else "",
    )


@blueprint.post("/drafts/<name>/publish")
def publish_draft(name: str) -> BaseResponse | tuple[str, int]:
    """Publish a working copy as a new revision with a note; the copy is done with.

    Raises Problems publish.missing_texts and publish.missing_files.
    """
    context = current()
    copy = definitions.get(context.store, name)
    definitions.refuse_gaps(copy)
    media.refuse_missing(copy.questionnaire)
    try:
        with context.store.transaction():
            created = context.publications.publish(
                {name: copy.questionnaire}, note=desk.lines("note"), by=desk.signed_in().account.name
            )
            for revision in created:
                desk.note("questionnaire.published", revision)
            definitions.discard(context.store, name)
    except Problem as problem:
        if problem.code != "revision.note":
            raise
        return _review(copy.questionnaire, problem), problem.status
    return redirect(url_for(".home", _anchor=f"title-{name}"), 303)
