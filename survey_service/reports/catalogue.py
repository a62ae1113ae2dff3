"""What report plugins there are: bundled ones, packages beside the service, installed ones, and a folder on offer."""

from __future__ import annotations

import hashlib
import logging
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from survey_service.problems import D_, Problem, Said, said
from survey_service.reports import finding, installed, plugin_files, reproduce, wheels
from survey_service.reports.finding import PluginEntry
from survey_service.reports.installed import Plugin, Version
from survey_service.reports.report import Report
from survey_service.reports.reproduce import Obstacle
from survey_service.reports.wheels import Wheel
from survey_service.settings import Settings
from survey_service.store import blobs
from survey_service.store.base import Store

INDEX = "index.toml"
_MOST_OFFERED = 200
_log = logging.getLogger(__name__)


def available(store: Store, settings: Settings) -> list[PluginEntry]:
    """Return the plugins that could be run, with what was set for each and why it may not be run.

    Nothing that is wrong with one of them keeps the others from the list; no plugin is imported.
    """
    known = {plugin.name: plugin for plugin in installed.all_plugins(store)}
    found = {entry.name: _with_state(entry, known.get(entry.name), settings) for entry in finding.list_plugins()}
    for plugin in known.values():
        if plugin.active and plugin.name in found:
            _log.warning(
                "the installed report plugin %s is ignored: one of this name came with the service", plugin.name
            )
        elif plugin.active:
            entry = entry_of(settings.instance, plugin, plugin.of(plugin.active))
            found[plugin.name] = _with_state(entry, plugin, settings)
    return list(found.values())


def entry_of(instance: Path, plugin: Plugin, version: Version) -> PluginEntry:
    """Return the entry of one version of an installed plugin."""
    folder = plugin_files.bring(instance, plugin.name, version.key, version.digest, version.filename)
    return PluginEntry(
        name=plugin.name,
        version=version.version,
        title=version.info["title"],
        source="installed",
        module=version.module,
        folder=folder,
        fault="" if folder.is_dir() else "its files are missing",
        info=version.info,
        files=version.hashes,
        digest=version.digest,
        parameters=plugin.values,
    )


def _with_state(entry: PluginEntry, plugin: Plugin | None, settings: Settings) -> PluginEntry:
    if plugin is not None:
        entry = replace(entry, off=plugin.off, parameters=plugin.values)
    return in_state(entry, settings)


def in_state(entry: PluginEntry, settings: Settings) -> PluginEntry:
    """Return the entry, off if the service runs in safe mode and it did not come with it."""
    return replace(entry, off=installed.SAFE_MODE) if settings.safe_mode and not entry.bundled else entry


def why_not_again(store: Store, settings: Settings, report: Report) -> Said | None:
    """Return why a report can't be computed again from its snapshot, or None if it can."""
    obstacle = reproduce.snapshot_obstacle(report, settings.instance / "snapshots", blobs.of(settings.instance))
    if obstacle is not None:
        return said(_NOT_AGAIN[obstacle])
    if maker(store, settings, report) is not None:
        return None
    gone = D_("Version %(version)s of the plugin was removed.")
    replaced = D_("Version %(version)s of the plugin is not there any more.")
    return said(gone if report.digest else replaced, version=report.version)


_NOT_AGAIN: Mapping[Obstacle, str] = {
    Obstacle.WITHDRAWN: D_("Answers in it were withdrawn since."),
    Obstacle.GONE: D_("Its snapshot is gone."),
    Obstacle.DAMAGED: D_("Its snapshot is damaged."),
    Obstacle.FORMAT: D_("Its snapshot was written by another version of the service."),
}


def maker(store: Store, settings: Settings, report: Report) -> PluginEntry | None:
    """Return the plugin in the very version that made a report, or None if it is not there any more."""
    if report.digest:
        plugin = installed.known(store, report.plugin)
        for version in plugin.versions:
            if version.digest == report.digest and version.state == installed.APPROVED:
                return in_state(entry_of(settings.instance, plugin, version), settings)
        return None
    for entry in finding.list_plugins():
        if (entry.name, entry.version) == (report.plugin, report.version):
            return in_state(entry, settings)
    return None


@dataclass(frozen=True)
class Offer:
    """A wheel in the folder that the administrator has set: its file, and what is in it or why it can't be used."""

    path: Path
    wheel: Wheel | None
    problem: Problem | None = None


def offers(settings: Settings) -> list[Offer]:
    """Return the wheels of the folder on offer, by file name. Raises Problem plugin.index."""
    return [_offer(path, digest) for path, digest in _listed(settings.plugin_index)]


def offered(settings: Settings, name: str) -> Offer:
    """Return the newest usable wheel of a plugin. Raises Problems plugin.index and plugin.not_indexed."""
    usable = [(offer.wheel, offer) for offer in offers(settings) if offer.wheel is not None]
    found = [(wheels.number(wheel), offer) for wheel, offer in usable if wheel.name == name]
    if not found:
        names = sorted({wheel.name for wheel, _ in usable})
        raise Problem("plugin.not_indexed", name=name, known=", ".join(names) or "–")
    return max(found, key=lambda pair: pair[0])[1]


def _offer(path: Path, digest: str) -> Offer:
    try:
        with path.open("rb") as file:
            data = file.read(wheels.MOST_BYTES + 1)
        if digest and hashlib.sha256(data).hexdigest() != digest.lower():
            raise Problem("plugin.index", path=str(path), reason="the hash in index.toml is another one")
        return Offer(path, wheels.read(data, path.name))
    except OSError as error:
        return Offer(path, None, Problem("plugin.index", path=str(path), reason=error.strerror or str(error)))
    except Problem as problem:
        return Offer(path, None, problem)


def _listed(place: str) -> Iterator[tuple[Path, str]]:
    """Yield path and hash (or an empty text) of each wheel: all of the folder, or those that its index names."""
    if not place:
        return
    path = Path(place)
    index = path if path.suffix == ".toml" else path / INDEX
    try:
        if index.exists():
            yield from _indexed(index)
        else:
            yield from ((wheel, "") for wheel in sorted(path.iterdir())[:_MOST_OFFERED] if wheel.suffix == ".whl")
    except OSError as error:
        raise Problem("plugin.index", path=place, reason=error.strerror or str(error)) from None


def _indexed(index: Path) -> Iterator[tuple[Path, str]]:
    try:
        rows: Any = tomllib.loads(index.read_text("utf-8")).get("plugin", [])
    except ValueError as error:
        raise Problem("plugin.index", path=str(index), reason=str(error)) from None
    for row in rows if isinstance(rows, list) else [rows]:
        if not _is_row(row):
            raise Problem("plugin.index", path=str(index), reason="write [[plugin]] with file and sha256")
        yield index.parent / row["file"], row.get("sha256", "")


def _is_row(row: Any) -> bool:
    """Tell whether a row names a wheel in the folder itself, with or without its hash."""
    if not isinstance(row, Mapping) or not set(row) <= {"file", "sha256"}:
        return False
    file, digest = row.get("file"), row.get("sha256", "")
    return isinstance(file, str) and isinstance(digest, str) and Path(file).name == file and file.endswith(".whl")
