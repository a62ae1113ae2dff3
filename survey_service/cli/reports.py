"""Commands for reports."""

from __future__ import annotations

import codecs
from pathlib import Path

import click

from survey_service import clock, languages
from survey_service.accounts import audit
from survey_service.app import create_app
from survey_service.cli.common import STDOUT, actor, on_instance, opened, table, written
from survey_service.cli.making import make_due
from survey_service.questionnaire.model import wording
from survey_service.reports import host
from survey_service.reports.report import Report, all_reports
from survey_service.settings import Settings
from survey_service.store import MemoryStore
from survey_service.web import i18n
from survey_service.web.manage.report_files import FORMS


def _written(made: Report, form: str, tag: str, settings: Settings) -> bytes:
    """Return a report in a format, made by the same code and templates as the desk's."""
    with create_app(settings, MemoryStore()).test_request_context():
        i18n.use(tag, desk=True)
        return FORMS[form].make(made, tag, settings.instance)


@click.group()
def report() -> None:
    """Reports made by plugins."""


@report.command(name="list")
@on_instance
def list_(instance: Path | None) -> None:
    """List the finished reports, newest first; `plugins list` shows what can be run."""
    with opened(instance) as context:
        found = all_reports(context.store)
    rows = [("NUMBER", "PLUGIN", "VERSION", "PERIOD", "DAY", "TITLE")]
    for entry in found:
        title = wording(entry.title, "en")
        rows.append((str(entry.id), entry.plugin, entry.version, entry.period, entry.day.isoformat(), title))
    table(rows)


@report.command()
@click.argument("name")
@click.option("--format", "form", type=click.Choice(list(FORMS)), default="json", show_default=True)
@click.option("--output", "target", default=STDOUT, help="A file; without it, standard output.")
@click.option(
    "--language",
    type=click.Choice([entry.tag for entry in languages.offered()]),
    default=i18n.DEFAULT,
    show_default=True,
    help="Language of the report; JSON has all languages.",
)
@on_instance
def run(name: str, form: str, target: str, language: str, instance: Path | None) -> None:
    """Run the report plugin NAME over a fresh snapshot, store the report and print it.

    A CSV file begins with a byte order mark, so that spreadsheets read it as UTF-8; standard output doesn't. An SVG
    file has all charts of the report.
    """
    with opened(instance) as context:
        made = host.run(name, context.store, context.publications, context.settings)
        audit.append(context.store, actor(), "report.run", name, {"report": made.id}, now=clock.now())
        content = _written(made, form, language, context.settings)
    with written(target) as path:
        path.write_bytes(content.removeprefix(codecs.BOM_UTF8) if target == STDOUT else content)
    if target != STDOUT:
        click.echo(f"Report {made.id} written to {target}.", err=True)


@report.command()
@on_instance
def due(instance: Path | None) -> None:
    """Make the reports that are due by their schedules and send waiting mail, once; for a timer.

    The running service does the same by itself. Exits 1 if a report could not be made.
    """
    with opened(instance) as context:
        done = make_due(context)
    for found in done:
        if found.report is not None:
            click.echo(f"Report {found.report.id} made: {found.scheduled.plugin}, {found.scheduled.covers}.")
    for found in done:
        if found.problem is not None:
            raise found.problem
