"""Commands for responses."""

from __future__ import annotations

from pathlib import Path

import click

from survey_service import clock
from survey_service.accounts import audit
from survey_service.accounts.audit import Detail
from survey_service.cli.common import STDOUT, actor, encoding, on_instance, opened, output
from survey_service.problems import Problem
from survey_service.responses import export as exporting


@click.group()
def responses() -> None:
    """Responses to the questionnaires."""


@responses.command()
@click.argument("name")
@click.option("--format", "form", type=click.Choice(["csv", "jsonl"]), default="csv", show_default=True)
@click.option("--output", "target", default=STDOUT, help="A file; without it, standard output.")
@on_instance
def export(name: str, form: str, target: str, instance: Path | None) -> None:
    """Export all responses to the questionnaire NAME; that is noted in the audit log.

    A CSV file begins with a byte order mark, so that spreadsheets read it as UTF-8; standard output doesn't.
    """
    with opened(instance) as context:
        known = [published.questionnaire.name for published in context.publications.all()]
        if name not in known:
            raise Problem("questionnaire.unknown", name=name, known=", ".join(known) or "–")
        with output(target, encoding(form, target)) as file:
            if form == "csv":
                count = exporting.write_csv(context.store, context.publications, name, file)
            else:
                count = exporting.write_jsonl(context.store, name, file)
            details: dict[str, Detail] = {"format": form, "count": count}
            audit.append(context.store, actor(), "responses.exported", name, details, now=clock.now())
    if target != STDOUT:
        click.echo(f"{count} responses written to {target}.", err=True)
