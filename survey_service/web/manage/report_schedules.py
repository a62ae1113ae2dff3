"""Reports that are made by themselves, on the desk: which, when, and who is told by mail."""

from __future__ import annotations

from collections.abc import Mapping

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from survey_service import mail
from survey_service.problems import CATALOGUE, D_, Problem
from survey_service.reports import calendar, host, schedules
from survey_service.reports.schedules import Scheduled
from survey_service.web import wordings
from survey_service.web.context import current
from survey_service.web.i18n import gettext
from survey_service.web.manage import desk
from survey_service.web.manage.desk import blueprint

RHYTHMS: Mapping[str, str] = {
    calendar.MONTHLY: D_("Every month, when it is over"),
    calendar.QUARTERLY: D_("Every quarter, when it is over"),
    calendar.YEARLY: D_("Every year, when it is over"),
    calendar.WAVE: D_("When a questionnaire has closed"),
}


@blueprint.get("/reports/schedules")
def report_schedules() -> str:
    """Show which reports are made by themselves."""
    return _page({})


@blueprint.post("/reports/schedules")
def add_report_schedule() -> BaseResponse | tuple[str, int]:
    """Let a report be made by itself; that is noted in the audit log."""
    form, context = request.form, current()
    plugin, rhythm, wave = (form.get(name, "") for name in ("plugin", "rhythm", "questionnaire"))
    try:
        host.find(plugin, host.list_plugins())
        if rhythm == calendar.WAVE and not context.publications.history(wave):
            raise Problem("schedule.rhythm")
        with context.store.transaction():
            made = schedules.add(
                context.store,
                plugin,
                rhythm,
                questionnaire=wave if rhythm == calendar.WAVE else "",
                readers=form.get("readers", "").replace(",", " ").split(),
                language=desk.desk_language(form.get("language")) or "de",
            )
            desk.note("report.scheduled", plugin, schedule=made.id, rhythm=rhythm)
    except Problem as problem:
        if problem.status not in (404, 422):
            raise
        return _page(form, wordings.problem_message(problem)), 422
    return redirect(url_for(".report_schedules"), 303)


@blueprint.post("/reports/schedules/<int:number>/remove")
def remove_report_schedule(number: int) -> BaseResponse:
    """Let a report be made by hand only from now on; that is noted in the audit log."""
    with current().store.transaction():
        schedules.remove(current().store, number)
        desk.note("report.unscheduled", str(number))
    return redirect(url_for(".report_schedules"), 303)


def _page(given: Mapping[str, str], error: str = "") -> str:
    context = current()
    plugins = [entry for entry in host.list_plugins() if not entry.fault]
    return render_template(
        "manage/report_schedules.html",
        found=schedules.all_schedules(context.store),
        titles={entry.name: entry.title for entry in plugins},
        plugins=plugins,
        published=context.publications.all(),
        rhythms=RHYTHMS,
        rhythm_name=_rhythm_name,
        fault_name=lambda code: gettext(CATALOGUE[code].title) if code in CATALOGUE else code,
        unsent=mail.waiting(context.settings),
        given=given,
        error=error,
    )


def _rhythm_name(scheduled: Scheduled) -> str:
    return gettext(RHYTHMS[scheduled.rhythm])
