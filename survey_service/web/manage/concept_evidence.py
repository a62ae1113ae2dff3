"""A flagged statement on the desk: the old figures and the new, kept with the new ones or left for a reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from survey_service.concept import evidence, versions
from survey_service.concept.model import DRAFT, Concept
from survey_service.problems import Problem
from survey_service.web import rendering, security, wordings
from survey_service.web.context import current
from survey_service.web.manage import concept_items, concept_words, desk
from survey_service.web.manage.desk import blueprint

_MOST = 500
Given = Mapping[str, Any]


@blueprint.get("/concept/<int:number>/items/<key>/evidence")
def concept_evidence(number: int, key: str) -> str:
    """Show a flagged statement with the old and the new figures."""
    found = versions.load(current().store, number)
    return _figures(found, evidence.flag_of(current().store, found, key), {})


@blueprint.post("/concept/<int:number>/items/<key>/evidence")
def decide_concept_evidence(number: int, key: str) -> BaseResponse | tuple[str, int]:
    """Bind a statement to the new figures, or leave it as it is for a reason."""
    store, form, by = current().store, request.form, desk.signed_in().account.name
    found = versions.load(store, number)
    now = found.item(key).wording
    if form.get("what") == "renew" and found.state == DRAFT and concept_items.seen_in(form) != now.number:
        return concept_items.met(found, key, Problem("concept.conflict", by=now.by, number=now.number))
    flag = evidence.flag_of(store, found, key)
    if security.is_forged():
        return _figures(found, flag, form, rendering.expired()), 400
    what = form.get("what", "")
    if what not in ("renew", "leave"):
        raise Problem("request.bad")
    report = int(form["report"]) if form.get("report", "").isdecimal() else 0
    try:
        with store.transaction():
            if what == "renew":
                evidence.renew(
                    store,
                    found,
                    key,
                    report=report,
                    seen=concept_items.seen_in(form),
                    texts=concept_items.texts_of_form(form),
                    by=by,
                )
            else:
                evidence.leave(store, found, key, report=report, reason=form.get("reason", "")[:_MOST], by=by)
            desk.note("concept.evidence", key, report=report, act=what)
    except Problem as problem:
        if problem.status != 422:
            raise
        return _figures(found, flag, form, wordings.problem_message(problem)), 422
    return redirect(url_for(".concept_version", number=number, _anchor=key), 303)


def _figures(found: Concept, flag: evidence.Flag, given: Given, error: str = "") -> str:
    proposed = evidence.wording_after(flag, current().store)
    return render_template(
        "manage/concept_evidence.html",
        concept=found,
        flag=flag,
        basis=concept_words.basis,
        given=given or {f"text-{tag}": text for tag, text in proposed.items()},
        tags=tuple(proposed),
        error=error,
    )
