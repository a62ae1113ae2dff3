"""Commands for reports."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import click

from survey_service.app import create_app
from survey_service.cli.common import STDOUT, actor, encoding, on_instance, opened, output, table
from survey_service.questionnaire.model import wording
from survey_service.reports import host, runs
from survey_service.reports.render import json_
from survey_service.reports.report import Report, all_reports
from survey_service.reports.runs import Run
from survey_service.settings import Settings
from survey_service.store import MemoryStore
from survey_service.web import i18n
from survey_service.web.manage import desk, reports


def _page(made: Report, tag: str, settings: Settings) -> str:
    """Return a report as one HTML page, made by the same templates as the desk's."""
    with create_app(settings, MemoryStore()).test_request_context():
        i18n.use(tag, desk=True)
        return reports.document(made)


_FORMATS: Mapping[str, Callable[[Report, str, Settings], str]] = {
    "json": lambda made, _tag, _settings: json_.render(made),
    "csv": lambda made, tag, _settings: reports.csv(made, tag),
    "html": _page,
}


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
@click.option("--format", "form", type=click.Choice(list(_FORMATS)), default="json", show_default=True)
@click.option("--output", "target", default=STDOUT, help="A file; without it, standard output.")
@click.option(
    "--language",
    type=click.Choice([entry.tag for entry in desk.desk_languages()]),
    default=i18n.DEFAULT,
    show_default=True,
    help="Language of texts in CSV and HTML; JSON has all languages.",
)
@on_instance
def run(name: str, form: str, target: str, language: str, instance: Path | None) -> None:
    """Run the report plugin NAME over a fresh snapshot, store the report and print it.

    A CSV file begins with a byte order mark, so that spreadsheets read it as UTF-8; standard output doesn't.
    """
    with opened(instance) as context:
        host.admit(host.find(name, host.available(context.store, context.settings)), context.settings)
        begun, ticket = runs.begin(context.store, context.settings, name, actor())
        made = runs.carry_out(begun, ticket, context.store, context.publications, context.settings, seen=_show)
        text = _FORMATS[form](made, language, context.settings)
    with output(target, encoding(form, target)) as file:
        file.write(text)
    if target != STDOUT:
        click.echo(f"Report {made.id} written to {target}.", err=True)
