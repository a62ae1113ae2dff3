"""Commands for the store: look at it, mend it, make it small."""

from __future__ import annotations

from pathlib import Path

import click

from survey_service import settings
from survey_service.cli.backups import copy_store
from survey_service.cli.common import on_instance, table
from survey_service.problems import Problem
from survey_service.store import embedded_folder, repair, scheme_of
from survey_service.store.tiny import TinyStore


@click.group()
def store() -> None:
    """The document store of an instance."""


@store.command("check")
@click.option("--repair", "mend", is_flag=True, help="Keep what can still be read of a damaged store.")
@on_instance
def check_store(mend: bool, instance: Path | None) -> None:
    """Read the whole embedded store without changing it, and say what it holds; it must not be in use."""
    folder = _folder(instance)
    findings = repair.check(folder)
    table([("FILE", "BYTES"), *((name, str(size)) for name, size in findings.files.items())])
    table([("COLLECTION", "DOCUMENTS"), *((name, str(count)) for name, count in findings.documents.items())])
    if findings.torn:
        click.echo(f"{findings.torn} bytes of a change that was never acknowledged stand at the end; this is no fault.")
    if findings.fault is None:
        click.echo("No fault.")
    elif not mend:
        raise findings.fault
    else:
        _repair(folder)


def _repair(folder: Path) -> None:
    repaired = repair.repair(folder)
    if repaired is None:
        click.echo("No fault.")
        return
    for damage in repaired.damage:
        click.echo(f"Not readable: {damage.file}, {damage.size} bytes from byte {damage.offset}.")
    click.echo(f"Moments whose changes are lost: {repaired.missing}.")
    table([("KEPT IN", "DOCUMENTS"), *((name, str(count)) for name, count in repaired.documents.items())])
    click.echo(f"The files as they were: {', '.join(repaired.aside)}.")


@store.command("compact")
@on_instance
def compact_store(instance: Path | None) -> None:
    """Write the embedded store anew without what was replaced and deleted; it must not be in use."""
    folder = _folder(instance)
    before = sum(repair.check(folder).files.values())
    opened = TinyStore(folder)
    try:
        opened.compact()
    finally:
        opened.close()
    click.echo(f"{before} bytes before, {sum(repair.check(folder).files.values())} now.")


@store.command("copy")
@click.option("--to", "target", required=True, help="Address of the other store: tinydb:<folder> or postgresql://…")
@on_instance
def copy_to(target: str, instance: Path | None) -> None:
    """Copy the store to an empty one, embedded or PostgreSQL, and compare; the instance may be in use."""
    copy_store(target, instance)


def _folder(instance: Path | None) -> Path:
    """Return the folder of an instance's embedded store. Raises Problem store.embedded_only for another store."""
    values = settings.load(instance)
    folder = embedded_folder(values.store, values.instance)
    if folder is None:
        raise Problem("store.embedded_only", scheme=scheme_of(values.store))
    return folder
