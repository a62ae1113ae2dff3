"""The command ``demo``, and what ``serve --demo`` does before it serves."""

from __future__ import annotations

import secrets
from pathlib import Path

import click

from survey_service import clock
from survey_service import demo as wave
from survey_service.accounts import accounts
from survey_service.accounts.access import MANAGER
from survey_service.cli.common import actor, on_instance, opened
from survey_service.cli.publishing import publish
from survey_service.demo import concept, figures
from survey_service.problems import Problem
from survey_service.web.context import Context

NAME = "demo"
_PASSWORD_BYTES = 12


@click.command()
@on_instance
def demo(instance: Path | None) -> None:
    """Fill the instance once with an invented wave of responses, labelled as such, and an account to look at it."""
    with opened(instance) as context:
        publish(context)
        prepare(context)


def prepare(context: Context) -> None:
    """Fill a store with the invented wave, and create the account ``demo``; what is there already stays."""
    click.echo("Preparing the demonstration …")
    added = wave.fill(context.store, context.publications, today=clock.today())
    click.echo(f"{added} invented responses added, labelled as a demonstration.")
    recorded = figures.fill(context.store, context.indicators, today=clock.today())
    click.echo(f"{recorded} invented figures of indicators recorded, none published.")
    if concept.fill(context.store, context.library, today=clock.today()):
        click.echo("An invented concept added: bodies, a version adopted, its revision, a consultation prepared.")
    try:
        accounts.find(context.store, NAME)
    except Problem:
        password = secrets.token_urlsafe(_PASSWORD_BYTES)
        accounts.add(context.store, NAME, (MANAGER,), password, actor=actor(), now=clock.now(), exempt=True)
        click.echo(f"Sign in at /manage/ as “{NAME}” with the password {password} (shown only now).")
    else:
        click.echo(f"The account “{NAME}” is there; for a new password: survey-service users reset {NAME}")
