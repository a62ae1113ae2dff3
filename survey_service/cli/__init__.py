"""The command ``survey-service``: thin commands over the use cases. Exits 0, 1 on a Problem, 2 on wrong usage."""

from __future__ import annotations

import click

from survey_service import __version__
from survey_service.cli.auditing import audit
from survey_service.cli.backups import backup, restore
from survey_service.cli.checking import check
from survey_service.cli.common import Root
from survey_service.cli.demonstration import demo
from survey_service.cli.deploying import deployment
from survey_service.cli.forms import forms
from survey_service.cli.indicators import indicators
from survey_service.cli.offers import offers
from survey_service.cli.packages import packages
from survey_service.cli.plugins import plugins
from survey_service.cli.privacy import privacy
from survey_service.cli.reports import report
from survey_service.cli.responses import responses
from survey_service.cli.serving import serve
from survey_service.cli.storage import store
from survey_service.cli.translations import translations
from survey_service.cli.upgrading import upgrade
from survey_service.cli.users import users
from survey_service.cli.working import work

__all__ = ["cli", "main"]


@click.group(cls=Root, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, package_name="survey-service")
def cli() -> None:
    """Multilingual questionnaires, and the reports a county's integration manager makes of them."""


_COMMANDS = (
    *(serve, check, deployment, forms, responses, offers, report, indicators, packages, plugins),
    privacy,
    *(users, audit, store, backup, restore, upgrade, work, translations, demo),
)
for _command in _COMMANDS:
    cli.add_command(_command)


def main() -> None:
    """Run the command line; the console script."""
    cli(prog_name="survey-service")
