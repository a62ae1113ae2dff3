"""Commands for reports."""

from __future__ import annotations

import codecs
import sys
from pathlib import Path

import click

from survey_service import languages
from survey_service.app import create_app
from survey_service.cli import developing
from survey_service.cli.common import STDOUT, actor, on_instance, opened, table, written
from survey_service.cli.making import make_due
from survey_service.questionnaire.model import wording
from survey_service.reports import host, runs
from survey_service.reports.repeating import repeat
from survey_service.reports.report import Report, all_reports, load
from survey_service.reports.runs import Run
from survey_service.settings import Settings
from survey_service.store import MemoryStore
from survey_service.translating import catalogs
from survey_service.web import i18n
from survey_service.web.manage.report_files import FORMS


def _written(made: Report, form: str, tag: str, settings: Settings) -> bytes:
    """Return a report in a format, made by the same code and templates as the desk's."""
    with create_app(settings, MemoryStore()).test_request_context():
        i18n.use(tag, catalogs.DESK)
        return FORMS[form].make(made, tag, settings.instance)


def _show(run: Run) -> None:
    """Say on a terminal how far a report is."""
    if sys.stderr.isatty() and run.total:
        click.echo(f"\r{run.done} of {run.total} ", nl=run.done == run.total, err=True)


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
@click.option("--format", "form", type=click.Choice(list(FORMS)), default="json", show_default=True, help="Format.")
@click.option("--output", "target", default=STDOUT, help="A file; without it, standard output.")
@click.option(
    "--language",
    type=click.Choice([entry.tag for entry in languages.offered()]),
    default=i18n.DEFAULT,
    show_default=True,
    help="Language of the report; JSON has all languages.",
)
@click.option("--reload", "reloading", is_flag=True, help="Of a folder: again whenever a file changes.")
@on_instance
def run(name: str, form: str, target: str, language: str, reloading: bool, instance: Path | None) -> None:
    """Run the report plugin NAME over a fresh snapshot, store the report and print it.

    NAME may be the folder of a plugin that is being written, such as ./my_plugin: then nothing is stored.

    A CSV file begins with a byte order mark, so that spreadsheets read it as UTF-8; standard output doesn't. An SVG
    file has all charts of the report.
    """
    if reloading and not developing.is_folder(name):
        raise click.UsageError("--reload needs the folder of a plugin, such as ./my_plugin")
    with opened(instance) as context:
        if developing.is_folder(name):

            def again() -> None:
                made = developing.run(name, context)
                _put(_written(made, form, language, context.settings), target, "Report, not stored,")

            developing.again_and_again(name, again) if reloading else again()
            return
        host.admit(host.find(name, host.available(context.store, context.settings)), context.settings)
        begun, ticket = runs.begin(context.store, context.settings, name, actor())
        made = runs.carry_out(begun, ticket, context.store, context.publications, context.settings, seen=_show)
        content = _written(made, form, language, context.settings)
    _put(content, target, f"Report {made.id}")


def _put(content: bytes, target: str, what: str) -> None:
    with written(target) as path:
        path.write_bytes(content.removeprefix(codecs.BOM_UTF8) if target == STDOUT else content)
    if target != STDOUT:
        click.echo(f"{what} written to {target}.", err=True)


@report.command()
@on_instance
def due(instance: Path | None) -> None:
    """Make the reports that are due by their schedules, remind providers and send waiting mail, once; for a timer.

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


@report.command()
@click.argument("number", type=int)
@on_instance
def again(number: int, instance: Path | None) -> None:
    """Compute the finished report NUMBER again, on the snapshot and with the version that made it; store nothing.

    Exits 0 if it says the same, 1 if anything differs or if it cannot be computed again.
    """
    with opened(instance) as context:
        made = load(context.store, number)
        differing = repeat(context.store, context.settings, made)
    if differing:
        raise click.ClickException(f"Report {number} differs now: {', '.join(differing)}.")
    click.echo(f"Report {number} says the same: {made.plugin} {made.version} on snapshot {made.snapshot}.")
