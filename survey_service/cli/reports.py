"""Commands for reports."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import click

from survey_service import clock
from survey_service.accounts import audit
from survey_service.cli.common import STDOUT, actor, on_instance, opened, output, table
from survey_service.questionnaire.model import wording
from survey_service.reports import host
from survey_service.reports.report import Report, all_reports


def _json(report: Report) -> str:
    return json.dumps(report.to_json(), ensure_ascii=False, indent=2) + "\n"


_FORMATS: Mapping[str, Callable[[Report], str]] = {"json": _json}


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
@on_instance
def run(name: str, form: str, target: str, instance: Path | None) -> None:
    """Run the report plugin NAME over a fresh snapshot, store the report and print it."""
    with opened(instance) as context:
        made = host.run(name, context.store, context.publications, context.settings)
        audit.append(context.store, actor(), "report.run", name, {"report": made.id}, now=clock.now())
    with output(target) as file:
        file.write(_FORMATS[form](made))
    if target != STDOUT:
        click.echo(f"Report {made.id} written to {target}.", err=True)
