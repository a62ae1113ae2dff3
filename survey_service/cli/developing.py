"""Running a plugin from the folder of its author: not stored, and again whenever a file changes."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import click

from survey_service.problems import Problem
from survey_service.reports import host, report
from survey_service.reports.report import Report
from survey_service.web.context import Context

_PAUSE = 0.5
"""Seconds between two looks at the files."""


def is_folder(name: str) -> bool:
    """Tell whether somebody names a folder rather than a plugin."""
    return "/" in name or name in (".", "..")


def plugin_folder(name: str) -> Path:
    """Return the folder with the plugin: the named one, or the one package in it. Raises Problem plugin.faulty."""
    folder = Path(name).resolve()
    found = [folder] if (folder / "plugin.toml").is_file() else [path.parent for path in folder.glob("*/plugin.toml")]
    if len(found) != 1:
        raise Problem("plugin.faulty", name=name, reason=f"{len(found)} folders with a plugin.toml were found there")
    return found[0]


def run(name: str, context: Context) -> Report:
    """Run the plugin in a folder over a fresh snapshot and return its report, which is not stored.

    Raises the Problems of `host.run`.
    """
    folder = plugin_folder(name)
    entry = host.find(folder.name, [host.read_entry(folder)])
    host.admit(entry, context.settings)
    made = host.attempt(
        entry,
        context.settings,
        lambda info: host.freeze(entry, info, context.store, context.publications, context.settings),
    )
    return report.compose(entry.name, made.info, made.snapshot, made.blocks, made.day, parameters=made.parameters)


def again_and_again(name: str, make: Callable[[], None], wait: Callable[[float], None] = time.sleep) -> None:
    """Make the report, and again whenever a file of the plugin changes, until the author interrupts.

    A Problem is said, and the next change waited for.
    """
    try:
        while True:
            seen = _stamp(plugin_folder(name))
            try:
                make()
            except Problem as problem:
                click.echo(problem.message(), err=True)
            click.echo("Waiting for a change (Ctrl-C ends) …", err=True)
            while _stamp(plugin_folder(name)) == seen:
                wait(_PAUSE)
    except KeyboardInterrupt:
        click.echo("", err=True)


def _stamp(folder: Path) -> dict[str, tuple[int, int]]:
    """Return what tells one state of the files from another."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            state = path.stat()
            found[str(path)] = (state.st_mtime_ns, state.st_size)
    return found
