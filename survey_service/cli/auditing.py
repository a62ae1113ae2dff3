"""Commands for the audit log: see whether it is whole, and take it out of the service."""

from __future__ import annotations

from pathlib import Path

import click

from survey_service import clock, settings
from survey_service.accounts import audit as log
from survey_service.accounts import exporting, looking
from survey_service.accounts.looking import Wanted
from survey_service.cli.common import STDOUT, actor, encoding, on_instance, opened, written
from survey_service.cli.looking import looking as looking_at
from survey_service.problems import Problem

_DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def audit() -> None:
    """The audit log: who did what when."""


@audit.command()
@click.option(
    "--file",
    "path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Verify a complete export as JSON lines in the place of the instance.",
)
@on_instance
def verify(path: Path | None, instance: Path | None) -> None:
    """Say whether the audit log is whole, also while the service runs; exit status 1 if it is not.

    Write the last hash down from time to time: whoever rewrites the whole log cannot come to the same hash.
    """
    if path is not None:
        count, newest, fault = exporting.verified(path)
        _say(str(path), count, newest, fault)
        return
    values = settings.load(instance)
    with looking_at(values, log.AUDIT, log.HEAD) as context:
        count, newest = log.newest(context.store)
        _say(str(values.instance), count, newest, log.first_fault(context.store))


def _say(place: str, count: int, newest: str, fault: int | None) -> None:
    if fault is not None:
        raise Problem("audit.broken", number=fault, place=place)
    click.echo(f"Whole: {count} entries. Hash of the newest one: {newest}")


@audit.command()
@click.option(
    "--format", "form", type=click.Choice(list(exporting.FORMATS)), default="jsonl", show_default=True, help="Format."
)
@click.option("--output", default=STDOUT, show_default=True, help="File to write; - is the standard output.")
@click.option("--since", type=_DAY, help="First day, as 2026-12-01.")
@click.option("--until", type=_DAY, help="Last day.")
@on_instance
def export(form: str, output: str, since: object, until: object, instance: Path | None) -> None:
    """Write the entries into a file, oldest first. That is noted in the log before, as its newest entry."""
    wanted = Wanted(since=_iso(since), until=_iso(until))
    with opened(instance) as context:
        store = context.store
        count = looking.page(store, wanted, number=1, size=0).total
        log.append(store, actor(), "audit.exported", "audit", {"format": form, "count": count}, now=clock.now())
        with written(output) as path:
            count = exporting.write(path, looking.every(store, wanted), form, encoding=encoding(form, output))
    click.echo(f"{count} entries.", err=True)


def _iso(moment: object) -> str:
    return str(moment)[:10] if moment is not None else ""
