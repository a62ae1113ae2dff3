"""Indicators on the desk: the list, one with its figures and goal, figures entered, imported or taken from a report."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from survey_service.monitoring import definitions, goals, importing, observations, periods, taking
from survey_service.monitoring.definitions import Indicator
from survey_service.monitoring.observations import COUNTY, Observation, Recorded
from survey_service.problems import D_, Problem
from survey_service.questionnaire.model import Text
from survey_service.questionnaire.xlsform.workbook import MAX_BYTES
from survey_service.reports import report as reports
from survey_service.responses.loading import files
from survey_service.web import incoming, wordings
from survey_service.web.context import current
from survey_service.web.i18n import gettext
from survey_service.web.manage import desk
from survey_service.web.manage.desk import blueprint
from survey_service.web.trend import trend

BETTER: Mapping[str, str] = {
    "up": D_("More is better"),
    "down": D_("Less is better"),
    "neutral": D_("Neither: rises with better outreach"),
}
SOURCES: Mapping[str, str] = {
    "official": D_("Official statistics"),
    "county": D_("County administration"),
    "concept": D_("Measures of the concept"),
    "survey": D_("Survey"),
    "offers": D_("Register of offers"),
    "survey+offers": D_("Survey and register of offers"),
}
PROGRESS: Mapping[str, str] = {
    goals.REACHED: D_("Target reached"),
    goals.ON_THE_WAY: D_("Better than the baseline"),
    goals.OPEN: D_("As the baseline"),
    goals.AWAY: D_("Worse than the baseline"),
}
_REPORTS_SHOWN = 5


@blueprint.get("/indicators")
def indicators() -> str:
    """List the indicators by field of action, each with its newest figure, how that stands to the goal."""
    context = current()
    rows: dict[str, list[tuple[Indicator, Recorded | None, goals.Goal | None]]] = {}
    for indicator in context.indicators.values():
        series = observations.series(observations.of_indicator(context.store, indicator.code))
        newest = series[-1][-1] if series else None
        goal = goals.of_indicator(context.store, indicator.code)
        rows.setdefault(indicator.field, []).append((indicator, newest, goal))
    found = reports.with_blocks(context.store, "figure")
    return render_template(
        "manage/indicators.html",
        rows=rows,
        fields=current().library.labels("fields_of_action"),
        progress=progress,
        reports=list(itertools.islice(found, _REPORTS_SHOWN)),
        taken=request.args.get("taken", ""),
        imported=request.args.get("imported", ""),
    )


@blueprint.get("/indicators/<code>")
def indicator(code: str) -> str:
    """Show an indicator: what it counts, its figures with their origin and corrections, its goal; enter more."""
    return _page(definitions.find(current().indicators, code), {})


@blueprint.post("/indicators/<code>")
def keep_indicator(code: str) -> BaseResponse | tuple[str, int]:
    """Record a figure, set a goal or take it away; each is noted in the audit log."""
    found = definitions.find(current().indicators, code)
    act = next((act for name, act in _ACTS.items() if name in request.form), None)
    if act is None:
        raise Problem("request.bad")
    try:
        with current().store.transaction():
            act(found, request.form)
    except Problem as problem:
        if problem.status != 422:
            raise
        return _page(found, request.form, problem), 422
    return redirect(url_for(".indicator", code=code), 303)


def _record(indicator: Indicator, form: Mapping[str, str]) -> None:
    """Record the figure of a form, read as a row of a table is."""
    counted = {name: form.get(name, "").strip() for name in ("numerator", "denominator", "percent")}
    area = form.get("area", COUNTY)
    if area != COUNTY and area not in current().municipalities:
        raise Problem("observation.area", area=area[:20])
    row = {**counted, "source": form.get("source", "").strip(), "note": form.get("note", "").strip()[:500]}
    value, numerator, denominator = importing.figure_of(row)
    observation = Observation(
        indicator=indicator.code,
        version=indicator.current.version,
        period=periods.read(form.get("period", "")),
        value=value,
        numerator=numerator,
        denominator=denominator,
        area=area,
        preliminary="preliminary" in form,
        source=row["source"][:500],
        note=row["note"],
    )
    by = desk.signed_in().account.name
    state = observations.record(current().store, indicator, observation, by, reason=form.get("reason", "")[:500])
    desk.note("indicator.recorded", indicator.code, period=observation.period, state=state)


def _set_goal(indicator: Indicator, form: Mapping[str, str]) -> None:
    target, _, _ = importing.figure_of({"percent": form.get("target", "").strip()})
    goal = goals.set_goal(
        current().store,
        indicator,
        baseline_period=form.get("baseline_period", ""),
        target_period=periods.read(form.get("target_period", "")),
        target=target,
        by=desk.signed_in().account.name,
        decided=form.get("decided", "")[:500],
    )
    desk.note("indicator.goal", indicator.code, period=goal.target_period)


def _remove_goal(indicator: Indicator, _: Mapping[str, str]) -> None:
    goals.remove(current().store, indicator.code)
    desk.note("indicator.goal", indicator.code, period="")


_ACTS = {"_record": _record, "_goal": _set_goal, "_remove_goal": _remove_goal}


def _page(found: Indicator, given: Mapping[str, str], problem: Problem | None = None) -> str:
    store = current().store
    recorded = observations.of_indicator(store, found.code)
    runs, goal = observations.series(recorded), goals.of_indicator(store, found.code)
    newest = runs[-1][-1] if runs else None
    return render_template(
        "manage/indicator.html",
        indicator=found,
        recorded=list(reversed(recorded)),
        before={each.observation.key: observations.history(store, each.observation.key) for each in recorded},
        drawing=trend(runs, goal, gettext("Course of %(indicator)s, as the table says", indicator=found.code))
        if runs
        else Markup(""),
        broken=len(runs) > 1,
        goal=goal,
        goals_before=goals.history(store, found.code),
        standing=progress(found, newest, goal),
        baselines=[each.observation.period for run in runs[-1:] for each in run if each.observation.value is not None],
        areas=areas(),
        better=BETTER,
        sources=SOURCES,
        given=given,
        error=wordings.problem_message(problem) if problem is not None else "",
    )


@blueprint.route("/indicators/import", methods=["GET", "POST"])
def import_indicators() -> Any:
    """Record official figures from a file: all of them, or none and every fault with its cell."""
    if request.method == "GET":
        return _form(), 200
    try:
        file, data = incoming.brought(100)
        sheets = files.read_confined(data, file)
        plan = importing.read(list(sheets.values()), current().indicators, current().municipalities)
        by, reason = desk.signed_in().account.name, request.form.get("reason", "")
        with current().store.transaction():
            counts = importing.keep(current().store, current().indicators, plan, by, reason=reason)
            desk.note("indicators.imported", file, count=sum(counts.values()))
    except Problem as problem:
        if not problem.code.startswith(("import.", "loading.", "observation.")):
            raise
        return _form(problem), problem.status
    return redirect(url_for(".indicators", imported=sum(counts.values())), 303)


def _form(problem: Problem | None = None) -> str:
    return render_template(
        "manage/indicators_import.html",
        columns=importing.COLUMNS,
        needed=importing.NEEDED,
        megabytes=MAX_BYTES // 1_000_000,
        title=gettext(problem.kind.title) if problem is not None else "",
        problem=wordings.problem_message(problem) if problem is not None else "",
    )


@blueprint.post("/indicators/take")
def take_figures() -> BaseResponse:
    """Take the figures of a report over; that is noted in the audit log."""
    number = request.form.get("report", "")
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise Problem("report.missing")
    context = current()
    found = reports.load(context.store, int(number))
    with context.store.transaction():
        taken = taking.take(context.store, context.indicators, found, desk.signed_in().account.name)
        count = sum(taken.counts.values())
        desk.note("indicators.taken", found.plugin, report=found.id, count=count)
    return redirect(url_for(".indicators", taken=count), 303)


def progress(indicator: Indicator, newest: Recorded | None, goal: goals.Goal | None) -> str:
    """Return in words how the newest figure stands to the goal, "" if that cannot be said."""
    if goal is None or newest is None or newest.observation.value is None:
        return ""
    if newest.observation.version != goal.version:
        return gettext("The definition has changed since the goal was set")
    return gettext(PROGRESS[goals.progress(indicator, goal, newest.observation.value)])


def areas() -> dict[str, Text]:
    """Return the names of the county's municipalities by key."""
    keys = current().municipalities
    return {key: label for key, label in current().library.labels("municipalities").items() if key in keys}
