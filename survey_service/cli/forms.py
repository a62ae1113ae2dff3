"""Commands for the questionnaire files."""

from __future__ import annotations

from pathlib import Path

import click

from survey_service import settings
from survey_service.cli.common import on_instance, table
from survey_service.questionnaire.model import wording
from survey_service.web.context import Context


@click.group()
def forms() -> None:
    """Questionnaires as files."""


@forms.command(name="list")
@on_instance
def list_(instance: Path | None) -> None:
    """List the questionnaires of the folder that `serve` publishes."""
    library = Context(settings.load(instance)).library
    rows = [("NAME", "AUDIENCE", "PAGES", "QUESTIONS", "LANGUAGES", "TITLE")]
    for entry in library.questionnaires.values():
        counts = (str(len(entry.pages)), str(len(entry.questions)))
        rows.append((entry.name, entry.audience, *counts, " ".join(entry.languages), wording(entry.label, "en")))
    table(rows)
