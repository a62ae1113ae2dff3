"""Reports on the desk: what can be run, read a report, take it away as a file."""

from __future__ import annotations

from flask import Response, g, render_template, request, url_for
from markupsafe import Markup

from survey_service import languages
from survey_service.problems import Problem
from survey_service.reports import catalogue, host, sandbox
from survey_service.reports.render.pictures import pictures
from survey_service.reports.render.views import ChartView
from survey_service.reports.report import all_reports, load
from survey_service.web import i18n
from survey_service.web.context import current
from survey_service.web.manage import plugin_words, report_files, runs
from survey_service.web.manage.desk import blueprint
from survey_service.web.manage.report_files import FORMS, Charts


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
    """Show a report as a page; pictures that take long to draw come by themselves."""
    made = load(current().store, number)
    shown = report_files.seen(made, i18n.language().tag)
    g.pictures = any(chart.svg is None for chart in shown.charts)
    charts = Charts(lambda chart: _picture(number, chart), lambda chart: _links(number, chart))
    fault = catalogue.why_not_again(current().store, current().settings, made)
    return render_template(
        "manage/report.html",
        number=number,
        view=shown,
        charts=charts,
        formats=tuple(FORMS),
        not_again=fault.text(i18n.gettext) if fault is not None else "",
    )


def _picture(number: int, chart: ChartView) -> Markup:
    light, dark = (
        url_for("manage.report_chart", number=number, name=chart.id, form="svg", dark=dark) for dark in (None, "yes")
    )
    return Markup(render_template("manage/report_picture.html", chart=chart, light=light, dark=dark))  # noqa: S704


def _links(number: int, chart: ChartView) -> Markup:
    links = (
        Markup('<a class="button quiet" href="{}" aria-label="{}">{}</a>').format(
            url_for("manage.report_chart", number=number, name=chart.id, form=form, save="yes"),
            f"{chart.caption}: {form.upper()}",
            form.upper(),
        )
        for form in CHART_FORMS
    )
    return Markup('<p class="actions">{}</p>').format(Markup(" ").join(links))


@blueprint.get("/reports/<int:number>/file")
def report_file(number: int) -> Response:
    """Send a report as a file, in any language of the interface."""
    made = load(current().store, number)
    name, tag = request.args.get("format", ""), request.args.get("language", i18n.language().tag)
    if name not in FORMS or tag not in {entry.tag for entry in languages.offered()}:
        raise Problem("page.missing")
    form = FORMS[name]
    content = form.make(made, tag, current().settings.instance)
    return _sent(content, form.media_type, f"{made.plugin}-{made.day.isoformat()}-{tag}.{name}")


CHART_FORMS = {"svg": "image/svg+xml", "png": "image/png", "csv": "text/csv"}


@blueprint.get("/reports/<int:number>/charts/<name>.<form>")
def report_chart(number: int, name: str, form: str) -> Response:
    """Send one chart of a report in the language of the desk: its picture, or its figures as CSV."""
    made = load(current().store, number)
    found = [chart for chart in report_files.seen(made, i18n.language().tag).charts if chart.id == name]
    if not found or form not in CHART_FORMS:
        raise Problem("page.missing")
    if form == "csv":
        content: bytes | None = report_files.chart_table(found[0])
    else:
        dark = "dark" in request.args
        content = pictures(found, "png" if form == "png" else "svg", current().settings.instance, dark=dark)[name]
    if content is None:
        raise Problem("report.chart")
    saved = f"{made.plugin}-{made.day.isoformat()}-{name}.{form}" if "save" in request.args or form == "csv" else ""
    return _sent(content, CHART_FORMS[form], saved)


def _sent(content: bytes, media_type: str, filename: str) -> Response:
    """Return a file that nothing in it can act from; with a name it is to be saved."""
    response = Response(content, mimetype=media_type)
    if filename:
        response.headers.set("Content-Disposition", "attachment", filename=filename)
    g.sandboxed = True
    return response
