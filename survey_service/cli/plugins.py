"""Commands for report plugins."""

from __future__ import annotations

import click

from survey_service.cli.common import table
from survey_service.questionnaire.model import wording
from survey_service.reports import host


@click.group()
def plugins() -> None:
    """Report plugins."""


@plugins.command(name="list")
def list_() -> None:
    """List the report plugins, bundled and installed; none of them is run."""
    rows = [("NAME", "VERSION", "SOURCE", "STATE", "TITLE")]
    for entry in host.list_plugins():
        rows.append((entry.name, entry.version, entry.source, entry.fault or "usable", wording(entry.title, "en")))
    table(rows)
