"""Reports in the making: begun, looked at, cancelled. The work is done by a thread beside the request."""

from __future__ import annotations

import contextlib
import threading

from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from survey_service.problems import Problem
from survey_service.reports import host, runs
from survey_service.reports.queue import Ticket
from survey_service.reports.runs import Run
from survey_service.web import wordings
from survey_service.web.context import Context, current
from survey_service.web.manage import desk
from survey_service.web.manage.desk import blueprint

LOOK_AGAIN = 3
"""Seconds after which the page of a run is loaded again, unless the reader has stopped that."""


@blueprint.post("/reports")
def run_report() -> BaseResponse:
    """Begin to make a report, and show how far it is. At most two run at once: a report never stops the survey."""
    name, context = request.form.get("plugin", ""), current()
    host.admit(host.find(name, host.available(context.store, context.settings)), context.settings)
    run, ticket = runs.begin(context.store, context.settings, name, desk.signed_in().account.name)
    threading.Thread(target=_work, args=(run, ticket, context), name=f"report run {run.id}", daemon=True).start()
    return redirect(url_for("manage.run", number=run.id), 303)


def _work(run: Run, ticket: Ticket, context: Context) -> None:
    with contextlib.suppress(Problem):  # it stands in the run's document
        runs.carry_out(run, ticket, context.store, context.publications, context.settings)


@blueprint.get("/reports/runs/<int:number>")
def run(number: int) -> BaseResponse:
    """Show how far a run is; of a finished one its report."""
    found = runs.load(current().store, current().settings, number)
    if found.report is not None:
        return redirect(url_for("manage.report", number=found.report), 303)
    if found.state == runs.FINISHED:
        return redirect(url_for("manage.plugin", name=found.plugin, _anchor="changes"), 303)
    message = wordings.problem_message(found.problem) if found.problem is not None else ""
    waits = not found.ended and "stay" not in request.args
    page = render_template("manage/run.html", run=found, title=_title(found.plugin), message=message, waits=waits)
    response = Response(page)
    if waits:
        response.headers["Refresh"] = str(LOOK_AGAIN)
    return response


@blueprint.post("/reports/runs/<int:number>/cancel")
def cancel_run(number: int) -> BaseResponse:
    """Have a run end; nothing of it is stored."""
    found = runs.cancel(current().store, current().settings, number)
    if not found.ended:
        desk.note("report.cancelled", found.plugin, run=number)
    return redirect(url_for("manage.run", number=number), 303)


def unfinished() -> list[tuple[Run, dict[str, str]]]:
    """Return the runs that wait or run, newest first, each with the title of its plugin."""
    found = runs.all_runs(current().store, current().settings)
    return [(each, _title(each.plugin)) for each in found if not each.ended]


def _title(plugin: str) -> dict[str, str]:
    titles = {entry.name: dict(entry.title) for entry in host.available(current().store, current().settings)}
    return titles.get(plugin, {"*": plugin})
