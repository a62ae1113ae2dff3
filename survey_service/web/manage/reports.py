"""Reports on the desk: what can be run, read a report, take it away as JSON or CSV."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping

from flask import Response, render_template

from survey_service.problems import Problem
from survey_service.reports import host, sandbox
from survey_service.reports.render import csv_, html, json_
from survey_service.reports.render.views import ReportView
from survey_service.reports.report import Report, all_reports, load
from survey_service.web import i18n
from survey_service.web.context import current
from survey_service.web.manage import names, plugin_words, runs
from survey_service.web.manage.desk import blueprint


@blueprint.get("/reports")
def reports() -> str:
    """Show the report plugins and the finished reports."""
    return render_template(
        "manage/reports.html",
        plugins=host.available(current().store, current().settings),
        found=all_reports(current().store),
        runs=runs.unfinished(),
        off_words=plugin_words.off,
        lacking=sandbox.support().lacking,
    )


@blueprint.get("/reports/<int:number>")
def report(number: int) -> str:
    """Show a report as a page."""
    made = load(current().store, number)
    return render_template("manage/report.html", number=number, view=_view(made))


def document(made: Report) -> str:
    """Return a report as a page of its own, without the desk around it, in the language of the request."""
    return render_template("manage/document.html", view=_view(made), **names.HELPERS)


def _view(made: Report) -> ReportView:
    return html.view(made, i18n.language().tag, i18n.gettext)


def csv(made: Report, tag: str) -> str:
    """Return a report as CSV with texts in a language."""
    text = io.StringIO(newline="")
    csv_.write(made, tag, text)
    return text.getvalue()


_FORMATS: Mapping[str, tuple[str, Callable[[Report, str], bytes]]] = {
    "json": ("application/json", lambda made, _tag: json_.render(made).encode("utf-8")),
    "csv": ("text/csv", lambda made, tag: csv(made, tag).encode("utf-8-sig")),
}
"""Format → media type, and the function that writes it."""


@blueprint.get("/reports/<int:number>.<format_name>")
def download_report(number: int, format_name: str) -> Response:
    """Send a report as a file."""
    made = load(current().store, number)
    if format_name not in _FORMATS:
        raise Problem("page.missing")
    media_type, write = _FORMATS[format_name]
    response = Response(write(made, i18n.language().tag), mimetype=media_type)
    filename = f"{made.plugin}-{made.day.isoformat()}.{format_name}"
    response.headers.set("Content-Disposition", "attachment", filename=filename)
    return response
