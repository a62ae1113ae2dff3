"""One text on the desk: read it, translate it, give it codes, go on with the next; decide where two differ."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from survey_service import clock, languages
from survey_service.coding import codebooks, codings, deciding, suggesting, translating, units
from survey_service.coding.codebooks import Codebook
from survey_service.coding.codings import Judgement
from survey_service.coding.suggesting import Suggestion
from survey_service.coding.tasks import Task
from survey_service.coding.units import Unit
from survey_service.problems import Problem
from survey_service.web import rendering, security, wordings
from survey_service.web.context import current
from survey_service.web.manage import coding_views as views
from survey_service.web.manage import desk
from survey_service.web.manage.coding import person, question_label, task_of
from survey_service.web.manage.desk import blueprint

_RESHOWN = (409, 422)


def scene(name: str) -> tuple[Unit, Task]:
    """Return a unit with its task, if the visitor may see it. Raises Problem coding.missing."""
    unit = units.find(current().store, name)
    return unit, task_of(unit.task)


@blueprint.get("/coding/texts/<unit>")
def code_text(unit: str) -> str:
    """Show a text with what the visitor gave it; that is noted in the audit log."""
    found, task = scene(unit)
    units.live_text(current().store, found)
    desk.note("coding.read", task.task, unit=unit)
    return _page(found, task, {})


@blueprint.post("/coding/texts/<unit>")
def save_codes(unit: str) -> BaseResponse | tuple[str, int]:
    """Keep the visitor's codes and lead on to the next text."""
    found, task = scene(unit)
    book = codebooks.find(current().store, task.codebook)

    def save() -> None:
        given = judgement(_suggested(found, task, book))
        codings.save(current().store, task, found, book, given, by=person(), now=clock.now())

    return _tried(found, task, save) or redirect(url_for(".next_text", task=task.task, after=found.number), 303)


@blueprint.post("/coding/texts/<unit>/translation")
def translate_text(unit: str) -> BaseResponse | tuple[str, int]:
    """Keep a translation as a draft, or mark another person's as reviewed."""
    found, task = scene(unit)
    store, form = current().store, request.form

    def save() -> None:
        if form.get("do") == "review":
            translating.review(store, task, found, by=person(), now=clock.now())
            return
        tag = form.get("language", "")
        if tag not in languages.registry():
            raise Problem("request.bad")
        translating.write(store, task, found, tag, desk.lines("translation"), by=person(), now=clock.now())

    return _tried(found, task, save) or redirect(url_for(".code_text", unit=unit), 303)


def judgement(suggested: Mapping[str, Suggestion]) -> Judgement:
    """Return what the form says; a suggested code that is ticked is thereby confirmed."""
    codes = tuple(dict.fromkeys(request.form.getlist("code")))
    confirmed = {code: suggested[code].kind for code in codes if code in suggested}
    return Judgement(codes, "not_codable" in request.form, desk.lines("memo"), confirmed)


def _suggested(unit: Unit, task: Task, book: Codebook) -> Mapping[str, Suggestion]:
    store = current().store
    return suggesting.suggest(store, task, book, unit, units.live_text(store, unit), person())


def _tried(unit: Unit, task: Task, save: Callable[[], None]) -> tuple[str, int] | None:
    """Save, or return the page again with what was typed and what is wrong."""
    if security.is_forged():
        return _page(unit, task, request.form, rendering.expired()), 400
    try:
        save()
    except Problem as problem:
        if problem.status not in _RESHOWN:
            raise
        return _page(unit, task, request.form, wordings.problem_message(problem)), problem.status
    return None


def _page(unit: Unit, task: Task, form: Mapping[str, Any], error: str = "") -> str:
    store, who = current().store, person()
    book = codebooks.find(store, task.codebook)
    own = codings.own(store, unit.unit, who)
    suggested = _suggested(unit, task, book) if task.codes(who) else {}
    given = own.judgement if own is not None else Judgement(())
    if "code" in form or "memo" in form:
        given = judgement(suggested)
    codes = sorted(book.active, key=lambda code: code.code not in suggested)
    total, done = codings.progress(store, task)
    return render_template(
        "manage/coding_text.html",
        unit=unit,
        task=task,
        me=who,
        text_here=units.live_text(store, unit),
        label=question_label(task, unit.question),
        codes=codes,
        given=given,
        is_coded=own is not None,
        reasons={code: views.reason(one) for code, one in suggested.items()},
        translation=_translation(unit, form),
        tags=tuple(languages.registry()),
        states=views.TRANSLATION_STATES,
        longest=codings.LONGEST_MEMO,
        left=total - done.get(who.id, 0),
        error=error,
    )


def _translation(unit: Unit, form: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the translation as stored, or as typed where it was refused; German is what it is made into at first."""
    empty = {"text": "", "language": "de", "state": "", "by": "", "by_id": 0, "reviewed_by": ""}
    stored = {**empty, **(unit.translation or {})}
    if "translation" in form:
        return {**stored, "text": form["translation"], "language": form.get("language", "de")}
    return stored


@blueprint.get("/coding/texts/<unit>/decision")
def decide_codes(unit: str) -> str:
    """Show what both gave a text, to decide."""
    found, task = scene(unit)
    desk.note("coding.read", task.task, unit=unit)
    return _decision(found, task, {})


@blueprint.post("/coding/texts/<unit>/decision")
def save_decision(unit: str) -> BaseResponse | tuple[str, int]:
    """Decide what a text counts as, and lead on to the next difference."""
    found, task = scene(unit)
    store = current().store
    book = codebooks.find(store, task.codebook)
    if security.is_forged():
        return _decision(found, task, request.form, rendering.expired()), 400
    try:
        deciding.decide(store, task, found, book, judgement({}), by=person(), now=clock.now())
    except Problem as problem:
        if problem.status != 422:
            raise
        return _decision(found, task, request.form, wordings.problem_message(problem)), 422
    for case in deciding.cases(store, task, book):
        if not case.agreed and case.decision is None:
            return redirect(url_for(".decide_codes", unit=case.unit.unit), 303)
    return redirect(url_for(".differences", task=task.task), 303)


def _decision(unit: Unit, task: Task, form: Mapping[str, Any], error: str = "") -> str:
    store = current().store
    book = codebooks.find(store, task.codebook)
    case = next((case for case in deciding.cases(store, task, book) if case.unit.unit == unit.unit), None)
    if case is None:
        raise Problem("coding.blind")
    first, second = (set(book.counted(coding.judgement.codes)) for coding in case.codings)
    given = Judgement(tuple(first & second))
    if case.decision is not None:
        given = Judgement(case.decision.codes, case.decision.not_codable)
    if form:
        given = judgement({})
    return render_template(
        "manage/coding_decision.html",
        case=case,
        unit=unit,
        task=task,
        label=question_label(task, unit.question),
        codes=sorted(book.active, key=lambda code: code.code not in first | second),
        given=given,
        by_code={code: [one.name for one in case.codings if code in one.judgement.codes] for code in book.codes},
        states=views.TRANSLATION_STATES,
        error=error,
    )
