"""Commands for the store: look at it, mend it, make it small."""

from __future__ import annotations

from pathlib import Path

import click

from survey_service import clock, settings
from survey_service.accounts import audit
from survey_service.cli.backups import copy_store
from survey_service.cli.common import actor, on_instance, opened, table
from survey_service.problems import Problem
from survey_service.store import blobs, embedded_folder, repair, scheme_of
from survey_service.store.tiny import TinyStore
from survey_service.store.vault import Vault


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


@store.command("files")
@click.option("--from", "source", required=True, help="Where they are: instance:, store: or s3://bucket/folder?…")
@on_instance
def copy_files(source: str, instance: Path | None) -> None:
    """Copy the files of an instance (uploads, media, snapshots, plugins, mail) to where SURVEY_FILES says.

    Those that are there already stay; nothing is removed at the source.
    """
    with opened(instance) as context:
        values = context.settings
        if settings.checked("files", source) == values.files:
            raise click.UsageError("that is where SURVEY_FILES says they are")
        kept = blobs.open_at(values.instance, source, lambda: context.store)
        click.echo(f"{blobs.copy_all(kept, blobs.of(values.instance))} files copied from {source.partition('?')[0]}.")
        click.echo("They are still there as well: remove them once all is well, or what people withdraw stays there.")


@store.command("seal")
@click.option(
    "--key-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="File whose first line is the new SURVEY_SECRET_KEY.",
)
@on_instance
def seal(key_file: Path, instance: Path | None) -> None:
    """Seal the secrets in the store with another SURVEY_SECRET_KEY, which is to be set from then on.

    Stop the service on all machines before, and set the new key on all of them afterwards.
    """
    key = key_file.read_text("utf-8").partition("\n")[0].strip()
    with opened(instance) as context:
        values = context.settings
        settings.load(values.instance, secret_key=key, secrets=blobs.STORE)  # raises settings.invalid
        count = Vault(values.secret_key, lambda: context.store).seal_anew(key)
        audit.append(context.store, actor(), "secrets.sealed", "instance", {"count": count}, now=clock.now())
    click.echo(f"{count} secrets are sealed with the new key. Set SURVEY_SECRET_KEY to it on all machines.")


def _folder(instance: Path | None) -> Path:
    """Return the folder of an instance's embedded store. Raises Problem store.embedded_only for another store."""
    values = settings.load(instance)
    folder = embedded_folder(values.store, values.instance)
    if folder is None:
        raise Problem("store.embedded_only", scheme=scheme_of(values.store))
    return folder
