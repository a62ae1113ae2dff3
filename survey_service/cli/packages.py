"""Commands for packages between counties: published figures, questionnaires, report plugins; never answers."""

from __future__ import annotations

from pathlib import Path

import click

from survey_service import clock
from survey_service.cli.common import STDOUT, actor, on_instance, opened, table, written
from survey_service.packages import exporting, importing, kept, keys, own, senders, zipped
from survey_service.packages.importing import Here
from survey_service.packages.manifest import INDICATORS, KINDS, PLUGIN, QUESTIONNAIRE, Manifest
from survey_service.packages.sealed import Package, file_name
from survey_service.problems import Problem
from survey_service.web.context import Context

FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.group()
def packages() -> None:
    """Packages that counties give each other: published figures, questionnaires, report plugins."""


@packages.command()
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("name", default="")
@click.option("--output", "target", default="", help="A file, or - for standard output; without it, a file here.")
@on_instance
def export(kind: str, name: str, target: str, instance: Path | None) -> None:
    """Make a signed package: of the published figures, of the questionnaire NAME, or of the report plugin NAME."""
    if (kind == INDICATORS) == bool(name):
        raise click.UsageError("Name the questionnaire or plugin; figures have no name.")
    with opened(instance) as context:
        made, data = _made(context, kind, name)
        with written(target or file_name(made)) as path:
            path.write_bytes(data)
            exporting.noted(context.store, made, actor(), clock.now())
    if target != STDOUT:
        click.echo(f"Written: {target or file_name(made)} ({len(data)} bytes)")
        click.echo(f"Fingerprint of our key: {keys.fingerprint(made.key)}")


def _made(context: Context, kind: str, name: str) -> tuple[Manifest, bytes]:
    sender, now = own.sender(context.settings, context.municipalities), clock.now()
    if kind == QUESTIONNAIRE:
        return exporting.questionnaire(sender, context.publications, name, now)
    if kind == PLUGIN:
        return exporting.plugin(sender, context.store, name, now)
    return exporting.indicators(sender, context.batches, context.library.labels("municipalities"), now)


@packages.command(name="import")
@FILE
@click.option("--trust", "heard", default="", help="Trust the sender, whose key has this fingerprint, from now on.")
@on_instance
def import_(file: Path, heard: str, instance: Path | None) -> None:
    """Take the package FILE of another county: all of it, or nothing and the reason.

    Figures can be compared, a questionnaire becomes a working copy, a plugin waits for approval. A county that isn't
    trusted yet is trusted with --trust, with the fingerprint that it has read out by telephone.
    """
    data = _read(file)
    with opened(instance) as context, context.store.transaction():
        if heard:
            about = importing.look(data).manifest
            senders.trust(context.store, about.county, about.key, heard, actor(), clock.now())
        county = own.county(context.settings, context.municipalities).key
        here = Here(context.store, context.settings.instance, county, context.indicators)
        taken = importing.take(here, data, file.name, actor(), clock.now())
    for line in _facts(taken.package):
        click.echo(line)
    for notice in taken.notices:
        click.echo(f"  {notice}")
    click.echo(f"Taken: {taken.state}.")


@packages.command(name="list")
@on_instance
def list_(instance: Path | None) -> None:
    """List our own key, the counties that are trusted, and the packages that came."""
    with opened(instance) as context:
        ours = own.county(context.settings, context.municipalities)
        public = keys.public(context.settings.instance)
        trusted, came = senders.all_trusted(context.store), kept.all_kept(context.store)
    click.echo(f"Our county: {ours.name or '–'} ({ours.key or '–'})")
    click.echo(f"Fingerprint of our key: {keys.fingerprint(public)}")
    click.echo()
    table([("COUNTY", "NAME", "FINGERPRINT"), *((each.county, each.name, each.fingerprint) for each in trusted)])
    click.echo()
    rows = [(each.county, each.kind, each.subject, each.made, each.digest[:16]) for each in came]
    table([("COUNTY", "KIND", "SUBJECT", "MADE", "PACKAGE"), *rows])


@packages.command()
@FILE
@on_instance
def check(file: Path, instance: Path | None) -> None:
    """Look at the package FILE from all sides and say whose it is; nothing is changed."""
    package = importing.look(_read(file))
    for line in _facts(package):
        click.echo(line)
    with opened(instance) as context:
        senders.check(context.store, package)
    click.echo("The sender is trusted.")


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened_file:
            return opened_file.read(zipped.MOST_BYTES + 1)
    except OSError as error:
        raise Problem("plugin.unreadable", path=str(file), reason=error.strerror or str(error)) from None


def _facts(package: Package) -> list[str]:
    about = package.manifest
    return [
        f"Of: {about.county.name} ({about.county.key}), fingerprint {package.fingerprint}",
        f"Holds: {about.kind} {about.subject}, made {about.made}, {len(package.files)} files",
        f"Licence: {about.licence.get('name', '–')} {about.licence.get('attribution', '')}".rstrip(),
    ]
