"""When a questionnaire takes responses, on the desk: the switch, first and last day, a limit, a pause."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from survey_service.problems import D_, Problem
from survey_service.questionnaire.question_types import plain_digits
from survey_service.responses import schedule as schedules
from survey_service.responses import standing
from survey_service.responses.revisions import Published
from survey_service.responses.schedule import Schedule
from survey_service.web import wordings
from survey_service.web.context import current
from survey_service.web.i18n import gettext
from survey_service.web.manage import desk
from survey_service.web.manage.desk import blueprint

FAULTS: Mapping[str, str] = {
    "day": D_("Please write the day as year, month and day: 2026-12-01."),
    "order": D_("The last day is before the first."),
    "number": D_("Please write a whole number up to %(limit)s, or nothing."),
    "long": D_("Please use at most %(limit)s characters."),
}
_NO_NUMBER = -1
_MOST_DIGITS = 12


@blueprint.get("/questionnaires/<name>/schedule")
def schedule(name: str) -> str:
    """Show when a questionnaire takes responses."""
    published = current().publications.current(name)
    return _page(published, _fields(published.schedule))


@blueprint.post("/questionnaires/<name>/schedule")
def set_schedule(name: str) -> BaseResponse | tuple[str, int]:
    """Change when a questionnaire takes responses; that is noted in the audit log."""
    context = current()
    published = context.publications.current(name)
    wanted = _wanted(published)
    try:
        with context.store.transaction():
            context.publications.set_schedule(name, wanted)
            desk.note(
                "questionnaire.scheduled",
                name,
                opens=wanted.opens,
                closes=wanted.closes,
                limit=wanted.limit,
                paused=wanted.paused,
            )
            if wanted.is_open != published.schedule.is_open:
                desk.note("questionnaire.opened" if wanted.is_open else "questionnaire.closed", name)
    except Problem as problem:
        if problem.code != "schedule.invalid":
            raise
        return _page(published, request.form, problem), problem.status
    return redirect(url_for(".revisions", name=name, saved=""), 303)


def _wanted(published: Published) -> Schedule:
    form = request.form
    texts = {tag: desk.lines(f"message-{tag}") for tag in _tags(published)}
    return Schedule(
        is_open="open" in form,
        opens=form.get("opens", "").strip(),
        closes=form.get("closes", "").strip(),
        limit=_number(form.get("limit", "")),
        paused="paused" in form,
        message={tag: text for tag, text in texts.items() if text},
    )


def _number(text: str) -> int:
    """Return a number as it is typed anywhere, 0 for nothing, and one that is refused for what is none."""
    text = plain_digits(text).strip()
    if not text:
        return 0
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else _NO_NUMBER


def _tags(published: Published) -> tuple[str, ...]:
    return published.questionnaire.languages


def _fields(found: Schedule) -> dict[str, str]:
    """Return a schedule as its form holds it."""
    switches = {name: "yes" for name, on in (("open", found.is_open), ("paused", found.paused)) if on}
    texts = {f"message-{tag}": text for tag, text in found.message.items()}
    return {**switches, "opens": found.opens, "closes": found.closes, "limit": str(found.limit or ""), **texts}


def _page(published: Published, given: Mapping[str, Any], problem: Problem | None = None) -> str:
    faults = problem.faults if problem is not None else ()
    return render_template(
        "manage/schedule.html",
        published=published,
        given=given,
        tags=_tags(published),
        count=standing.counted(current().store, published.questionnaire.name),
        longest=schedules.LONGEST_MESSAGE,
        error=wordings.problem_message(problem) if problem is not None else "",
        errors={fault["field"]: _words(FAULTS[fault["fault"]], fault.get("limit", "")) for fault in faults},
    )


def _words(message: str, limit: object) -> str:
    return gettext(message, limit=limit)
