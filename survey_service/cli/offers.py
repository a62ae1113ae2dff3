"""Commands for offers: export what is published, import from other registers."""

from __future__ import annotations

from pathlib import Path

import click

from survey_service import clock
from survey_service.cli.common import STDOUT, on_instance, opened, written
from survey_service.offers.hsds import whole
from survey_service.offers.hsds.formats import FORMATS
from survey_service.offers.open_data import About
from survey_service.settings import Settings


@click.group()
def offers() -> None:
    """Offers: the county's inventory."""


@offers.command()
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="hsds-json", show_default=True)
@click.option("--output", "target", default=STDOUT, help="A file; without it, standard output.")
@on_instance
def export(form: str, target: str, instance: Path | None) -> None:
    """Export the published offers whose providers agreed; what looks wrong in them is said on standard error.

    It holds only what is public, so nothing is noted in the audit log.
    """
    with opened(instance) as context:
        published = context.publications.current("offers")
        found = whole.export(context.store, published.questionnaire, clock.today())
        content = FORMATS[form].write(found, _about(context.settings))
    with written(target) as path:
        path.write_bytes(content)
    for warned in found.warnings:
        click.echo(f"{warned.offer}: {warned.reason}", err=True)
    if target != STDOUT:
        count = f"{len(found.services)} services, {len(found.organizations)} organizations"
        click.echo(f"{count} written to {target}.", err=True)


def _about(settings: Settings) -> About:
    return About(
        settings.operator, settings.operator_email, settings.public_url.rstrip("/"), settings.open_data_license
    )
