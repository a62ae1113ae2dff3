"""Commands that move whole instances: back up, restore, copy to another kind of store."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

import click

from survey_service import clock, settings
from survey_service.cli.common import closing, on_instance, table
from survey_service.problems import Problem
from survey_service.responses.loading import waiting
from survey_service.settings import Settings
from survey_service.store import (
    UNFINISHED,
    archive,
    blobs,
    check_finished,
    copying,
    embedded_folder,
    mark,
    open_store,
    scheme_of,
)
from survey_service.store.archive import Archive, Manifest, Readable
from survey_service.store.base import Store
from survey_service.store.blobs import Blobs
from survey_service.store.sealing import Keys
from survey_service.watching import backups as records

_NAME, _ENDING = "survey-service-", ".backup"
_BY_TIME = "20??-??-??T??????Z"

_passphrase = click.option(
    "--passphrase-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File whose first line is the passphrase.",
)


@click.command()
@click.option("--to", "target", type=click.Path(path_type=Path), help="File to write, or a folder to put it in.")
@click.option(
    "--keep",
    type=click.IntRange(1),
    help="Afterwards keep only so many of the newest backups that were put into the folder by their time.",
)
@click.option("--recipient", "recipients", multiple=True, help="Encrypt to a key of age (age1…); can be repeated.")
@_passphrase
@on_instance
def backup(
    target: Path | None,
    keep: int | None,
    recipients: tuple[str, ...],
    passphrase_file: Path | None,
    instance: Path | None,
) -> None:
    """Write the whole instance into one file, while it is in use or not.

    The file holds all that was stored before the command began: documents, settings and secrets. Keep it as safe as
    the instance, or encrypt it. In a folder it is named after the moment.
    """
    if recipients and passphrase_file:
        raise click.UsageError("give --recipient or --passphrase-file, not both")
    into = target if target is not None and target.is_dir() else None
    if keep is not None and into is None:
        raise click.UsageError("--keep needs --to with a folder that is there")
    values = settings_of(instance)
    name = f"{_NAME}{clock.now():%Y-%m-%dT%H%M%SZ}{_ENDING}" if into else f"{_NAME}{clock.today().isoformat()}{_ENDING}"
    path = into / name if into else target or Path(name)
    manifest = write(values, path, Keys(passphrase=_first_line(passphrase_file), recipients=recipients))
    _report(manifest.collections)
    click.echo(f"{len(manifest.files)} files. Written: {path} ({path.stat().st_size} bytes).")
    if into is not None and keep is not None:
        for old in sorted(into.glob(f"{_NAME}{_BY_TIME}{_ENDING}"))[:-keep]:
            old.unlink()
            click.echo(f"Removed: {old}.")


def write(values: Settings, path: Path, keys: Keys) -> Manifest:
    """Write a backup and note it for the desk. Raises Problem file.unwritable, and those of the archive."""
    try:
        with copying.source(values.store, values.instance) as dumps:
            manifest = archive.write(path, clock.today().isoformat(), dumps, _files(values), keys)
        size, documents = path.stat().st_size, sum(manifest.collections.values())
    except OSError as error:
        raise Problem("file.unwritable", path=str(path), reason=error.strerror or str(error)) from None
    try:
        records.made(values, size=size, sealed=keys.sealed, documents=documents, files=len(manifest.files))
    except (OSError, Problem) as error:  # the backup is there, and that is what counts
        click.echo(f"The desk will not know of this backup: {error}", err=True)
    return manifest


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", "replacing", is_flag=True, help="Put what is there aside.")
@click.option(
    "--identity-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File with identities of age (AGE-SECRET-KEY-1…), one a line.",
)
@_passphrase
@on_instance
def restore(
    file: Path, replacing: bool, identity_file: Path | None, passphrase_file: Path | None, instance: Path | None
) -> None:
    """Put a backup in the place of a stopped instance: all of it, after it was verified, or nothing.

    An embedded store that is put aside stays beside the new one; a database's documents are replaced.
    """
    values = settings.load(instance)
    keys = Keys(passphrase=_first_line(passphrase_file), identities=tuple(_identities(identity_file)))
    verified = Archive(file, keys)
    values.instance.mkdir(parents=True, exist_ok=True, mode=0o700)
    _check_paths(verified, file)
    marker = values.instance / UNFINISHED
    begun_before = marker.exists()
    with verified.dumps() as dumps:
        copying.load(
            values.store, values.instance, dumps, replacing=replacing or begun_before,
            before=lambda: _write_file(marker, iter([file.name.encode()])),
        )  # fmt: skip
    _restore_files(values, verified)
    marker.unlink(missing_ok=True)
    counts, files = verified.manifest.collections, len(verified.manifest.files)
    records.restored(values, day=verified.manifest.day, documents=sum(counts.values()), files=files)
    _report(verified.manifest.collections)
    click.echo(f"{len(verified.manifest.files)} files. Restored: the backup of {verified.manifest.day}.")


def _restore_files(values: Settings, verified: Archive) -> None:
    """Write the files of a backup to where those of the instance are kept."""
    if values.files == blobs.INSTANCE:
        for name, parts in verified.files():
            _write_file(values.instance / name, parts)
        return
    with closing(open_store(values.store, values.instance, unfinished=True)) as opened:
        kept = blobs.open_at(values.instance, values.files, lambda: opened)
        for name, parts in verified.files():
            if blobs.is_kept(name):
                kept.put(name, b"".join(parts))
            else:
                _write_file(values.instance / name, parts)


def copy_store(target: str, instance: Path | None) -> None:
    """Copy all documents of an instance's store to the store at another address, and compare them."""
    values = settings_of(instance)
    if _same(target, values):
        raise Problem("store.occupied", place=scheme_of(target))
    with copying.source(values.store, values.instance) as dumps:
        counts = copying.load(target, values.instance, dumps)
    _report(counts)
    click.echo("Copied and compared. Set SURVEY_STORE to the new address to use it.")


def settings_of(instance: Path | None) -> Settings:
    """Return the settings of an instance that is whole. Raises Problem backup.unfinished."""
    values = settings.load(instance)
    check_finished(values.instance)
    return values


def _same(target: str, values: Settings) -> bool:
    folders = [embedded_folder(url, values.instance) for url in (target, values.store)]
    return target == values.store or (folders[0] is not None and folders[0] == folders[1])


@dataclass(frozen=True)
class _Elsewhere:
    """A file of the instance that is in a bucket."""

    kept: Blobs
    name: str

    def open(self, _mode: Literal["rb"]) -> BinaryIO:
        return io.BytesIO(self.kept.get(self.name))


def _files(values: Settings) -> dict[str, Readable]:
    """Return what an instance holds beside its store: settings, secrets, snapshots. Hidden things are passing ones.

    Of files that are kept elsewhere there may be copies in its folder, which are left out. Those in the store come with
    that, those in a bucket are read from there.
    """
    found = _lying(values)
    if values.files == blobs.INSTANCE:
        return found
    found = {name: path for name, path in found.items() if not _is_copy(name)}
    if values.files != blobs.STORE:
        kept = blobs.open_at(values.instance, values.files, _no_store)
        there = (blob.name for folder in blobs.FOLDERS if folder != waiting.FOLDER for blob in kept.find(f"{folder}/"))
        found |= {name: _Elsewhere(kept, name) for name in there}
    return found


def _is_copy(name: str) -> bool:
    """Tell whether a file in the folder is a copy, or was left behind when the files were moved."""
    return name.partition("/")[0] in blobs.FOLDERS and not name.startswith("outbox/bounces/")


def _no_store() -> Store:
    raise LookupError("a bucket needs no store")


def _lying(values: Settings) -> dict[str, Readable]:
    """Return the files in the folder of an instance."""
    found: dict[str, Readable] = {}
    for folder, below, names in os.walk(values.instance):
        here = Path(folder)
        below[:] = sorted(
            name for name in below if not name.startswith(".") and name != waiting.FOLDER and not _is_store(here / name)
        )
        for name in sorted(names):
            path = here / name
            if not name.startswith(".") and name != UNFINISHED and path.is_file() and not path.is_symlink():
                found[path.relative_to(values.instance).as_posix()] = path
    return {name: path for name, path in found.items() if not name.endswith(".backup")}


def _is_store(folder: Path) -> bool:
    """Return whether a folder is an embedded store: the one in use, one that was put aside, or one that is begun."""
    return (folder / mark.NAME).exists()


def _check_paths(verified: Archive, file: Path) -> None:
    """Raise Problem backup.damaged if a file would be written outside the instance."""
    for name in verified.manifest.files:
        parts = Path(name).parts
        if not parts or Path(name).is_absolute() or any(part.startswith(".") for part in parts):
            raise Problem("backup.damaged", path=str(file), reason=f"the name {name!r} is not usable")


def _write_file(path: Path, parts: Iterator[bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(f".{path.name}.restoring")
    with open(os.open(temporary, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as file:
        for part in parts:
            file.write(part)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)


def _first_line(path: Path | None) -> str:
    """Return the first line of a file, "" without one. Raises a usage error if that is empty."""
    if path is None:
        return ""
    line = path.read_text("utf-8").partition("\n")[0].strip()
    if not line:
        raise click.UsageError(f"the first line of {path} is empty")
    return line


def _identities(path: Path | None) -> list[str]:
    lines = path.read_text("utf-8").splitlines() if path else []
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def _report(counts: dict[str, int]) -> None:
    table([("COLLECTION", "DOCUMENTS"), *((name, str(count)) for name, count in sorted(counts.items()))])
