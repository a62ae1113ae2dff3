"""The command ``upgrade``: bring an instance to this version of the service, with a backup before and a look after."""

from __future__ import annotations

import contextlib
import importlib
import pkgutil
import shlex
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path

import click

import survey_service
from survey_service import __version__, clock
from survey_service.accounts import audit
from survey_service.app import create_app
from survey_service.cli import backups
from survey_service.cli.common import closing, on_instance
from survey_service.problems import Problem
from survey_service.settings import Settings
from survey_service.store import copying, hosts, is_postgres, open_store
from survey_service.store.archive import Archive
from survey_service.store.base import CollectionSpec, Store
from survey_service.store.sealing import Keys
from survey_service.store.transfer import Facts
from survey_service.web.context import Context

VERSION = "version"
"""Name of the file in an instance that says by which version of the service it was used last."""
UNKNOWN = "unknown"
FOLDER = "backups"
Found = dict[str, tuple[Facts, int]]
"""Collection → its facts and the number of its documents."""


@click.command()
@click.option(
    "--backup-to", "target", type=click.Path(file_okay=False, path_type=Path), help="Folder for the backup before it."
)
@click.option("--recipient", "recipients", multiple=True, help="Encrypt it to a key of age (age1…); can be repeated.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@on_instance
def upgrade(target: Path | None, recipients: tuple[str, ...], dry_run: bool, instance: Path | None) -> None:
    """Bring a stopped instance to this version: check it, back it up, migrate its documents, look at all of it.

    With PostgreSQL stop the service on all machines. What goes wrong is told with the way back; before the backup is
    whole nothing is changed.
    """
    values = backups.settings_of(instance)
    before = noted(values.instance)
    click.echo(f"Version {before} → {__version__}.")
    _ = Context(values).library  # faulty files would stop the service later
    with closing(open_store(values.store, values.instance)) as store:
        if is_postgres(values.store) and not dry_run:
            _check_alone(store)
        found = _read(values)
        steps = _steps(found)
        for spec, version in steps:
            click.echo(f"To migrate: {spec.name}, {found[spec.name][1]} documents, {version} → {spec.version}.")
        if not steps:
            click.echo("No collection has to be migrated.")
        if dry_run:
            return
        path = _back_up(values, target, before, Keys(recipients=recipients))
        with _or_back(path, before, values, recipients):
            _migrate(store, steps)
            _verify(values, store, found)
    note(values.instance)
    click.echo("All documents, the audit log and the pages were looked at: no fault. Start the service.")
    click.echo(f"The way back, which loses what is stored from now on:\n{_way_back(path, before, values, recipients)}")


def noted(instance: Path) -> str:
    """Return by which version of the service an instance was used last, or UNKNOWN."""
    try:
        return (instance / VERSION).read_text("utf-8").strip()[:50] or UNKNOWN
    except OSError:
        return UNKNOWN


def note(instance: Path) -> None:
    """Note that an instance is used by this version. A disk that is full keeps nobody from using it."""
    with contextlib.suppress(OSError):
        if noted(instance) != __version__:
            instance.mkdir(parents=True, exist_ok=True, mode=0o700)
            (instance / VERSION).write_text(f"{__version__}\n", "utf-8")


def declared() -> dict[str, CollectionSpec]:
    """Return the collections that the program declares, by name: those of its modules and of objects in them."""
    found: dict[str, CollectionSpec] = {}
    for entry in pkgutil.walk_packages(survey_service.__path__, "survey_service."):
        if not entry.name.endswith(("__main__", "survey_service.testing")):
            with contextlib.suppress(ImportError):  # what belongs to an extra that is not installed
                for value in list(vars(importlib.import_module(entry.name)).values()):
                    found.update((spec.name, spec) for spec in _specs(value))
    return found


def _specs(value: object) -> Iterator[CollectionSpec]:
    if isinstance(value, CollectionSpec):
        yield value
    elif is_dataclass(value) and not isinstance(value, type):
        parts = (getattr(value, field.name, None) for field in fields(value))
        yield from (part for part in parts if isinstance(part, CollectionSpec))
    elif isinstance(value, tuple):
        for part in value:
            if not isinstance(part, tuple):
                yield from _specs(part)


def _check_alone(store: Store) -> None:
    """Raise Problem upgrade.running if a machine has said lately that it serves; the embedded store has a lock."""
    now = clock.now().timestamp()
    names = [host.name for host in hosts.seen(store, now) if not host.away(now)]
    if names:
        raise Problem("upgrade.running", seconds=round(hosts.AWAY), names=", ".join(names))


def _read(values: Settings) -> Found:
    """Read the whole store once, which finds damage too, and return what it holds."""
    found = {}
    with copying.source(values.store, values.instance) as dumps:
        for dump in dumps:
            count = 0
            for _ in dump.rows:
                count += 1
            found[dump.facts.name] = dump.facts, count
    return found


def _steps(found: Found) -> list[tuple[CollectionSpec, int]]:
    """Return the collections to be migrated, each with its present version. Raises Problem store.newer."""
    steps = []
    for name, spec in declared().items():
        version = found[name][0].schema.version if name in found else spec.version
        if version > spec.version:
            raise Problem("store.newer", collection=name, found=version, known=spec.version)
        if version < spec.version:
            steps.append((spec, version))
    return steps


def _back_up(values: Settings, target: Path | None, before: str, keys: Keys) -> Path:
    """Write the backup and, unless only the holder of a key could, read it once more. Raises the Problems of both."""
    folder = target or values.instance / FOLDER
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = (folder / f"before-{__version__}-{clock.now():%Y-%m-%dT%H%M%SZ}.backup").resolve()
    manifest = backups.write(values, path, keys)
    read = "it can only be read with its key" if keys.sealed else "read once more and whole"
    if not keys.sealed:
        Archive(path, Keys())
    count = sum(manifest.collections.values())
    click.echo(f"Backup of version {before}: {path}, {count} documents, {len(manifest.files)} files, {read}.")
    return path


def _migrate(store: Store, steps: list[tuple[CollectionSpec, int]]) -> None:
    for spec, _ in steps:
        store.collection(spec)
        click.echo(f"Migrated: {spec.name}.")


def _verify(values: Settings, store: Store, before: Found) -> None:
    """Look at everything: versions, numbers, the chain of the audit log, and whether pages come.

    Raises Problem upgrade.unsound.
    """
    after = _read(values)
    for name, spec in declared().items():
        if name in after and after[name][0].schema.version != spec.version:
            raise Problem("upgrade.unsound", reason=f"{name} is not of version {spec.version}")
    for name, (_, count) in before.items():
        now = after[name][1] if name in after else 0
        if now > count:
            raise Problem("upgrade.unsound", reason=f"{name} has {now} documents in the place of {count}")
        if now < count:
            click.echo(f"{name}: {count - now} of {count} documents are not needed any more and were removed.")
    number = audit.first_fault(store)
    if number is not None:
        raise Problem("upgrade.unsound", reason=f"the audit log is broken at entry {number}")
    client = create_app(values, store).test_client()
    for address in ("/healthz", "/"):
        status = client.get(address, headers={"Host": "localhost"}).status_code
        if status >= 400:
            raise Problem("upgrade.unsound", reason=f"{address} answers with {status}")


@contextlib.contextmanager
def _or_back(path: Path, before: str, values: Settings, recipients: tuple[str, ...]) -> Iterator[None]:
    """Tell the way back of whatever goes wrong in the block. Raises Problem upgrade.failed."""
    try:
        yield
    except Exception as error:
        reason = error.message() if isinstance(error, Problem) else type(error).__name__
        back = _way_back(path, before, values, recipients)
        raise Problem("upgrade.failed", reason=reason, listing=back) from error


def _way_back(path: Path, before: str, values: Settings, recipients: tuple[str, ...]) -> str:
    version = "the version before" if before == UNKNOWN else f"version {before}"
    key = " --identity-file KEY" if recipients else ""
    file, folder = (shlex.quote(str(place)) for place in (path, values.instance))
    words = f"survey-service restore {file} --replace{key} --instance {folder}"
    return f"  1. stop the service\n  2. install {version} of the service\n  3. {words}\n  4. start the service"
