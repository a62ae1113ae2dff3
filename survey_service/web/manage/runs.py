"""Reports in the making: begun, looked at, cancelled. The work is done by a thread beside the request."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable

from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from survey_service.problems import Problem
from survey_service.reports import host, runs
from survey_service.reports.queue import Ticket
from survey_service.reports.runs import Run
from survey_service.responses.revisions import Publications
from survey_service.settings import Settings
from survey_service.store.base import Store
from survey_service.web import wordings
from survey_service.web.context import current
from survey_service.web.manage import desk
from survey_service.web.manage.desk import blueprint

LOOK_AGAIN = 3
"""Seconds after which the page of a run is loaded again, unless the reader has stopped that."""


@blueprint.post("/reports")
def run_report() -> BaseResponse:
    """Begin to make a report, and show how far it is. At most two run at once: a report never stops the survey."""
    name, context = request.form.get("plugin", ""), current()
    host.admit(host.find(name, host.available(context.store, context.settings)), context.settings)
    return begun(name, runs.REPORT, runs.carry_out)


def begun(
    plugin: str, kind: str, carry_out: Callable[[Run, Ticket, Store, Publications, Settings], object]
) -> BaseResponse:
    """Begin a run that a thread carries out beside the requests, and lead to its page."""
    context = current()
    run, ticket = runs.begin(context.store, context.settings, plugin, desk.signed_in().account.name, kind=kind)

    def work() -> None:
        with contextlib.suppress(Problem):  # it stands in the run's document
            carry_out(run, ticket, context.store, context.publications, context.settings)

    threading.Thread(target=work, name=f"{kind} {run.id}", daemon=True).start()
    return redirect(url_for("manage.run", number=run.id), 303)


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
    title = _titles().get(found.plugin, {"*": found.plugin})
    page = render_template("manage/run.html", run=found, title=title, message=message, waits=waits)
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
    found = [each for each in runs.all_runs(current().store, current().settings) if not each.ended]
    titles = _titles() if found else {}
    return [(each, titles.get(each.plugin, {"*": each.plugin})) for each in found]


def _titles() -> dict[str, dict[str, str]]:
    return {entry.name: dict(entry.title) for entry in host.available(current().store, current().settings)}
