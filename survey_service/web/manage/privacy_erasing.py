"""Erasing a response on request: find it by the four words or by a name or address in it, say why, erase it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date

from survey_service import clock
from survey_service.privacy import erasing
from survey_service.privacy.erasing import Found
from survey_service.problems import Problem
from survey_service.store.base import Stored
from survey_service.web import copies, wordings
from survey_service.web.context import current
from survey_service.web.manage import desk
from survey_service.web.manage.desk import blueprint

_SHOWN = ("erasure.short", "erasure.reason")


@blueprint.get("/privacy/erase")
def privacy_erasing() -> str:
    """Ask for the four words, or for a name or address; after an erasure say what is gone and what stays."""
    return _page()


@blueprint.post("/privacy/erase")
def find_to_erase() -> ResponseReturnValue:
    """Show what was found, without answers."""
    store, who = current().store, desk.signed_in().account.name
    words, typed = request.form.get("words", "").strip(), request.form.get("text", "").strip()
    try:
        if words:
            return _page(words=words, found=(erasing.by_words(store, words, who, now=clock.now()),))
        found = erasing.by_text(store, typed)
        desk.note("responses.read", "search for an erasure", count=found.count)
    except Problem as problem:
        if not problem.code.startswith("receipt.") and problem.code not in _SHOWN:
            raise
        return _page(words=words, typed=typed, error=wordings.problem_message(problem)), problem.status
    return _page(typed=typed, found=found.responses, all_found=found)


@blueprint.post("/privacy/erase/<int:number>")
def erase_response(number: int) -> ResponseReturnValue:
    """Erase a response and all that was made of it; reason and number are noted in the audit log."""
    reason = request.form.get("reason", "")
    try:
        erasing.erase(copies.instance(current()), number, reason, by=desk.signed_in().account.name, now=clock.now())
    except Problem as problem:
        if problem.code not in (*_SHOWN, "receipt.missing"):
            raise
        return _page(error=wordings.problem_message(problem)), problem.status
    return redirect(url_for("manage.privacy_erasing", done=number), 303)


def _page(
    *,
    words: str = "",
    typed: str = "",
    found: Sequence[Stored] | None = None,
    all_found: Found | None = None,
    error: str = "",
) -> str:
    context = current()
    last = clock.today() + dt.timedelta(days=context.settings.backup_kept_days)
    return render_template(
        "manage/privacy_erasing.html",
        words=words,
        typed=typed,
        found=[(stored, context.publications.questionnaire(stored.body["revision"]).label) for stored in found or ()],
        sought=found is not None,
        count=all_found.count if all_found is not None else len(found or ()),
        elsewhere=all_found.elsewhere if all_found is not None else (),
        reasons=erasing.REASONS,
        error=error,
        done=request.args.get("done", ""),
        backups=str(format_date(last, "long")),
        anew=erasing.to_make_anew(context.store),
    )
