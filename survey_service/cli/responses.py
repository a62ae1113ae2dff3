"""Commands for responses."""

from __future__ import annotations

from pathlib import Path

import click

from survey_service import clock, languages
from survey_service.accounts import audit
from survey_service.accounts.audit import Detail
from survey_service.cli.common import STDOUT, actor, on_instance, opened, written
from survey_service.problems import Problem
from survey_service.responses.export import FORMATS, Options, codebook, documents


@click.group()
def responses() -> None:
    """Responses to the questionnaires."""


@responses.command()
@click.argument("name")
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="csv", show_default=True)
@click.option("--output", "target", default=STDOUT, help="A file; without it, standard output.")
@click.option("--language", default="de", show_default=True, help="Language of labels.")
@click.option("--labels", is_flag=True, help="Labels in place of the stored names of questions and choices.")
@click.option("--columns", is_flag=True, help="A column for each choice of questions with several choices.")
@on_instance
def export(
    name: str, form: str, target: str, language: str, labels: bool, columns: bool, instance: Path | None
) -> None:
    """Export all responses to the questionnaire NAME; that is noted in the audit log.

    A CSV file begins with a byte order mark, so that spreadsheets read it as UTF-8; standard output doesn't. SPSS files
    always have numbers with value labels, and a column for each choice.
    """
    if language not in languages.registry():
        raise click.UsageError(f"the language {language!r} is unknown; known: {', '.join(languages.registry())}")
    with opened(instance) as context:
        known = [published.questionnaire.name for published in context.publications.all()]
        if name not in known:
            raise Problem("questionnaire.unknown", name=name, known=", ".join(known) or "–")
        book = codebook.of(context.publications, name)
        options = Options(language, labels=labels, columns=columns, mark=target != STDOUT)
        with written(target) as path:
            count = FORMATS[form].write(path, documents(context.store, name), book, options)
            details: dict[str, Detail] = {"format": form, "count": count}
            audit.append(context.store, actor(), "responses.exported", name, details, now=clock.now())
    if target != STDOUT:
        click.echo(f"{count} responses written to {target}.", err=True)
