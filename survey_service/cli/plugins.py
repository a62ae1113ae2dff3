"""Commands for report plugins. The operator who installs one on the command line approves it by doing so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from babel.numbers import format_percent

from survey_service import clock, settings
from survey_service.cli.common import actor, on_instance, opened, table
from survey_service.cli.looking import looking
from survey_service.problems import Problem
from survey_service.questionnaire.model import wording
from survey_service.reports import catalogue, installed, runs, starting, wheels
from survey_service.reports.comparing import Change, Item
from survey_service.reports.finding import PluginEntry
from survey_service.reports.installed import PLUGINS, Plugin, Version, Who
from survey_service.reports.render import formats
from survey_service.web.context import Context

NAME = click.argument("name")
_SHOWN = ("value", "share")


@click.group()
def plugins() -> None:
    """Report plugins."""


def _who() -> Who:
    return Who(actor(), clock.now())


@plugins.command(name="list")
@on_instance
def list_(instance: Path | None) -> None:
    """List the report plugins: bundled, installed, waiting for approval, on offer. None of them is run."""
    values = settings.load(instance)
    rows = [("NAME", "VERSION", "SOURCE", "STATE", "TITLE")]
    with looking(values, PLUGINS) as context:
        known = installed.all_plugins(context.store)
        for entry in catalogue.available(context.store, values):
            rows.append((entry.name, entry.version, entry.source, _state(entry), wording(entry.title, "en")))
    for plugin in known:
        rows += [_row(plugin, version, "requested") for version in plugin.waiting]
        rows += [_row(plugin, plugin.of(plugin.candidate), "candidate")] if plugin.candidate else []
    for offer in catalogue.offers(values):
        if offer.wheel is not None:
            wheel = offer.wheel
            rows.append((wheel.name, wheel.version, "on offer", "usable", wording(wheel.info["title"], "en")))
        elif offer.problem is not None:
            rows.append((offer.path.name, "", "on offer", offer.problem.message(), ""))
    table(rows)


def _state(entry: PluginEntry) -> str:
    return entry.fault or entry.off.replace("_", " ") or "usable"


def _row(plugin: Plugin, version: Version, state: str) -> tuple[str, str, str, str, str]:
    return plugin.name, version.version, "installed", state, wording(version.info["title"], "en")


@plugins.command()
@NAME
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="Where the new folder is made. Default: here.",
)
@click.option("--author", default="", help="Who writes the plugin; shown to those who decide on it.")
def new(name: str, folder: Path, author: str) -> None:
    """Write a package with a report plugin NAME that works, and a test for it."""
    made = starting.create(name, folder, author or actor())
    click.echo(f"Written: {made}. Go there and run: python -m pytest")


@plugins.command()
@click.argument("wheel")
@on_instance
def install(wheel: str, instance: Path | None) -> None:
    """Install a plugin from a file (WHEEL ends in .whl), or by its name from the folder on offer.

    The first version becomes active at once; of a plugin that is there already it becomes the candidate.
    """
    with opened(instance) as context:
        version = _bring(context, wheel)
        plugin = installed.known(context.store, version.info["name"])
    click.echo(f"Installed: {plugin.name} {version.version}, SHA-256 {version.digest}")
    click.echo(f"It may see: {', '.join(version.info['permissions'])} of {', '.join(version.info['questionnaires'])}")
    if plugin.candidate == version.key:
        click.echo(f"Another version is active. Compare and activate: survey-service plugins upgrade {plugin.name}")


def _bring(context: Context, wheel: str) -> Version:
    """Request and approve a wheel from a file, or from the folder on offer."""
    path = Path(wheel) if wheel.endswith(".whl") else catalogue.offered(context.settings, wheel).path
    try:
        with path.open("rb") as file:
            data = file.read(wheels.MOST_BYTES + 1)
    except OSError as error:
        raise Problem("plugin.unreadable", path=str(path), reason=error.strerror or str(error)) from None
    version = installed.request(context.store, context.settings.instance, data, path.name, _who())
    installed.approve(context.store, context.settings.instance, version.info["name"], version.key, _who())
    return version


@contextmanager
def _on(instance: Path | None, name: str) -> Iterator[Context]:
    """Open an instance for a step with a plugin. Raises Problem plugin.missing."""
    with opened(instance) as context:
        names = [entry.name for entry in catalogue.available(context.store, context.settings)]
        if name not in names and not installed.known(context.store, name).versions:
            raise Problem("plugin.missing", name=name, known=", ".join(names) or "–")
        yield context


def _simple(name: str, instance: Path | None, act: Callable[[Context], Plugin], done: str) -> None:
    with _on(instance, name) as context:
        plugin = act(context)
        version = plugin.of(plugin.active).version if plugin.active else ""
    click.echo(done % {"name": name, "version": version})


@plugins.command()
@NAME
@on_instance
def approve(name: str, instance: Path | None) -> None:
    """Approve the newest version of NAME that waits for it at the desk."""
    with _on(instance, name) as context:
        waiting = installed.known(context.store, name).waiting
        if not waiting:
            raise Problem("plugin.not_waiting", name=name)
        installed.approve(context.store, context.settings.instance, name, waiting[-1].key, _who())
    click.echo(f"Approved: {name} {waiting[-1].version}, SHA-256 {waiting[-1].digest}")


@plugins.command()
@NAME
@on_instance
def enable(name: str, instance: Path | None) -> None:
    """Let a plugin be run again, also one that was disabled after failures."""
    _simple(name, instance, lambda here: installed.enable(here.store, name, _who()), "Enabled: %(name)s")


@plugins.command()
@NAME
@on_instance
def disable(name: str, instance: Path | None) -> None:
    """Let a plugin not be run; its reports can be read."""
    _simple(name, instance, lambda here: installed.disable(here.store, name, _who()), "Disabled: %(name)s")


@plugins.command()
@NAME
@click.option("--wheel", default="", help="A file with the newer version; without it, an approved one or one on offer.")
@click.option("--activate", is_flag=True, help="Put the newer version in the place of the active one.")
@on_instance
def upgrade(name: str, wheel: str, activate: bool, instance: Path | None) -> None:
    """Show exactly what a newer version of NAME would change in the last report; --activate uses it."""
    with _on(instance, name) as context:
        if wheel and _bring(context, wheel).info["name"] != name:
            raise Problem("plugin.other", name=name, path=wheel)
        if not wheel and not installed.known(context.store, name).candidate:
            _bring(context, name)
        run, ticket = runs.begin(context.store, context.settings, name, actor(), kind=runs.COMPARISON)
        found = runs.compare(run, ticket, context.store, context.publications, context.settings)
        if activate:
            installed.activate(context.store, name, _who())
        plugin = installed.known(context.store, name)
    _print(found.changes, found.total)
    version = plugin.of(found.candidate).version
    if activate:
        click.echo(f"Active from now on: {name} {version}. To go back: survey-service plugins rollback {name}")
    else:
        click.echo(f"Not active yet: {name} {version}. To use it: survey-service plugins upgrade {name} --activate")


def _print(changes: tuple[Change, ...], total: int) -> None:
    """Print what would change, a line for each value."""
    rows = [("CHANGE", "WHAT", "VALUE", "OLD", "NEW")]
    for change in changes:
        what = f"{change.kind} {' · '.join(wording(text, 'en') for text in change.where)}"
        parts = change.parts if change.state == "changed" else [part for part in change.parts if part.name in _SHOWN]
        for part in parts:
            rows.append((change.state, what, part.name, _said(part.old), _said(part.new)))
        if not parts:
            rows.append((change.state, what, "", "", ""))
    if len(rows) > 1:
        table(rows)
    click.echo(f"{total} things would change." if total else "Nothing would change.")


def _said(item: Item | None) -> str:
    if item is None:
        return "–"
    if item["kind"] == "percent":
        return str(format_percent(item["value"], format="#,##0.0##%", locale="en"))
    return formats.value(item, "en")


@plugins.command()
@NAME
@on_instance
def rollback(name: str, instance: Path | None) -> None:
    """Go back to the version of NAME that was active before."""
    act: Callable[[Context], Plugin] = lambda here: installed.roll_back(here.store, name, _who())  # noqa: E731
    _simple(name, instance, act, "Active again: %(name)s %(version)s")


@plugins.command()
@NAME
@on_instance
def remove(name: str, instance: Path | None) -> None:
    """Erase an installed plugin; its reports and its history stay."""
    _simple(
        name,
        instance,
        lambda here: installed.remove(here.store, here.settings.instance, name, _who()),
        "Removed: %(name)s. Its reports can be read.",
    )
