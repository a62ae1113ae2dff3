"""What comes of two codings on the desk: agreement, decisions, quotes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from survey_service import clock
from survey_service.coding import codebooks, deciding, measuring, quotes, translating, units
from survey_service.coding.naming import Warning
from survey_service.coding.tasks import Task
from survey_service.coding.units import Unit
from survey_service.problems import Problem
from survey_service.web import rendering, security, wordings
from survey_service.web.context import current
from survey_service.web.manage import coding_views as views
from survey_service.web.manage import desk
from survey_service.web.manage.coding import person, question_label, task_of
from survey_service.web.manage.coding_text import scene
from survey_service.web.manage.desk import blueprint

_RESHOWN = (403, 409, 422)


@blueprint.get("/coding/tasks/<task>/agreement")
def agreement(task: str) -> str:
    """Show how far the two coders agree, code by code."""
    found = task_of(task)
    book = codebooks.find(current().store, found.codebook)
    measured = measuring.measure(current().store, found, book)
    return render_template("manage/coding_agreement.html", task=found, book=book, measured=measured)


@blueprint.get("/coding/tasks/<task>/decisions")
def differences(task: str) -> str:
    """List the compared texts with what both gave and what was decided."""
    found = task_of(task)
    book = codebooks.find(current().store, found.codebook)
    cases = deciding.cases(current().store, found, book)
    desk.note("coding.read", found.task, count=len(cases))
    return render_template(
        "manage/coding_decisions.html",
        task=found,
        book=book,
        cases=sorted(cases, key=lambda case: (case.decision is not None, case.agreed, case.unit.number)),
        agreed=sum(case.agreed and case.decision is None for case in cases),
        differing=[case for case in cases if not case.agreed and case.decision is None],
    )


@blueprint.post("/coding/tasks/<task>/decisions")
def accept_agreed(task: str) -> BaseResponse:
    """Take over what both gave alike."""
    deciding.accept_agreed(current().store, task_of(task), by=person(), now=clock.now())
    return redirect(url_for(".differences", task=task), 303)


@blueprint.get("/coding/tasks/<task>/quotes")
def quotes_page(task: str) -> str:
    """List the released quotes, and the texts whose respondents allow to be quoted."""
    context, found = current(), task_of(task)
    shown = quotes.released(context.store, context.publications, found.task)
    asked = False
    allowed = []
    for unit in units.of_task(context.store, found.task):
        reading = units.read(context.store, unit)
        if reading.text is None:
            continue
        consent = quotes.consent(context.store, context.publications, unit)
        asked = asked or consent.asked
        if consent.kind:
            allowed.append((unit, reading.text, consent))
    desk.note("coding.read", found.task, count=len(allowed))
    return render_template(
        "manage/coding_quotes.html", task=found, quotes=shown, allowed=allowed, asked=asked, me=person()
    )


@blueprint.post("/coding/tasks/<task>/quotes")
def take_back_quote(task: str) -> BaseResponse:
    """Take a quote back."""
    quotes.take_back(current().store, task_of(task), request.form.get("quote", ""), by=person(), now=clock.now())
    return redirect(url_for(".quotes_page", task=task), 303)


@blueprint.get("/coding/texts/<unit>/quote")
def quote_text(unit: str) -> str:
    """Show a text, to choose the words that are quoted."""
    found, task = scene(unit)
    text = units.live_text(current().store, found)
    desk.note("coding.read", task.task, unit=unit)
    return _page(found, task, {"of": "original", "quote": text})


@blueprint.post("/coding/texts/<unit>/quote")
def release_quote(unit: str) -> BaseResponse | tuple[str, int]:
    """Release a quote. The signs of a name that the reviewer confirms to have read are those of the words sent."""
    found, task = scene(unit)
    context, form = current(), request.form
    if security.is_forged():
        return _page(found, task, form, rendering.expired()), 400
    of = "translation" if form.get("of") == "translation" else "original"
    seen = form.get("seen", "") == _mark(_signs(found, desk.lines("quote"), of))
    try:
        quotes.release(
            context.store,
            context.publications,
            task,
            found,
            desk.lines("quote"),
            of=of,
            checked=seen and "checked" in form,
            by=person(),
            now=clock.now(),
        )
    except Problem as problem:
        if problem.status not in _RESHOWN:
            raise
        return _page(found, task, form, wordings.problem_message(problem)), problem.status
    return redirect(url_for(".quotes_page", task=task.task), 303)


def _signs(unit: Unit, words: str, of: str) -> tuple[Warning, ...]:
    language = unit.translation["language"] if of == "translation" and unit.translation else unit.language
    return quotes.signs(current().store, current().publications, unit, words, language)


def _mark(signs: tuple[Warning, ...]) -> str:
    return hashlib.sha256(repr(signs).encode()).hexdigest()[:16]


def _page(unit: Unit, task: Task, form: Mapping[str, Any], error: str = "") -> str:
    context = current()
    of = form.get("of", "original")
    signs = _signs(unit, form.get("quote", ""), of)
    reviewed = bool(unit.translation and unit.translation["state"] == translating.REVIEWED)
    return render_template(
        "manage/coding_quote.html",
        unit=unit,
        task=task,
        text_here=units.live_text(context.store, unit),
        label=question_label(task, unit.question),
        consent=quotes.consent(context.store, context.publications, unit),
        reviewed=reviewed,
        of=of,
        typed=form.get("quote", ""),
        signs=signs,
        seen=_mark(signs),
        sign_names=views.SIGNS,
        error=error,
    )
