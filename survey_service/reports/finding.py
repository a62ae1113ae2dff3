"""Finds report plugins without importing them: those of a folder, and those installed beside the service."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

from survey_service.paths import bundled
from survey_service.problems import Problem
from survey_service.reports import manifest

GROUP = "survey_service.reports"
NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
Source = Literal["bundled", "folder", "package", "installed"]
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PluginEntry:
    """A plugin that could be run.

    ``source`` says where it comes from: ``bundled`` with the service, a ``folder`` of its author, a ``package`` beside
    the service, or ``installed`` at the desk. ``folder`` is None for a package. ``fault`` says why it can't be run;
    ``off`` names the reason why it may not: ``disabled``, ``failing`` or ``safe_mode``. ``info`` is what its
    ``plugin.toml`` says; ``files`` are the hashes of an installed one, by path, and ``digest`` that of its wheel.
    ``parameters`` are the values set for it.
    """

    name: str
    version: str
    title: Mapping[str, str]
    source: Source
    module: str
    folder: Path | None = None
    fault: str = ""
    info: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""
    off: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def bundled(self) -> bool:
        """Tell whether the plugin is part of this package."""
        return self.folder is not None and self.folder.resolve().parent == bundled("plugins").resolve()


def list_plugins(folder: Path | None = None) -> list[PluginEntry]:
    """Return the plugins of a folder (the bundled one by default), then the packages beside the service, each by name.

    A package can't take the name of a bundled plugin. No plugin is imported.
    """
    found = {entry.name: entry for entry in _folder_plugins(folder or bundled("plugins"))}
    for entry in _packages(metadata.entry_points(group=GROUP)):
        if entry.name in found:
            _log.warning("the installed report plugin %s is ignored: there is one of this name", entry.name)
        else:
            found[entry.name] = entry
    return list(found.values())


def _folder_plugins(folder: Path) -> list[PluginEntry]:
    return [read_entry(path.parent) for path in sorted(folder.glob(f"*/{manifest.FILE}"))]


def read_entry(folder: Path) -> PluginEntry:
    """Return the plugin in a folder, described by its ``plugin.toml``; what is wrong with it stands in ``fault``."""
    source: Source = "bundled" if folder.resolve().parent == bundled("plugins").resolve() else "folder"
    try:
        found = manifest.read(folder)
        if found.info["name"] != folder.name:
            raise manifest.Faulty(f"{manifest.FILE}: the name is not that of the folder")
        if not (folder / "__init__.py").is_file():
            raise manifest.Faulty("there is no __init__.py")
    except manifest.Faulty as error:
        return PluginEntry(folder.name, "", {"*": folder.name}, source, "", folder, str(error))
    return described(found, source, folder)


def described(found: manifest.Manifest, source: Source, folder: Path | None, fault: str = "") -> PluginEntry:
    """Return the entry of a plugin that its ``plugin.toml`` describes."""
    info = found.info
    return PluginEntry(info["name"], info["version"], info["title"], source, found.module, folder, fault, info)


def _packages(points: Iterable[metadata.EntryPoint]) -> list[PluginEntry]:
    return [_package(point) for point in sorted(points, key=lambda point: point.name)]


def _package(point: metadata.EntryPoint) -> PluginEntry:
    """Return the plugin of an entry point; its module is looked up, not imported."""
    version = point.dist.version if point.dist is not None else ""
    entry = PluginEntry(point.name, version, {"*": point.name}, "package", point.module)
    if not NAME.fullmatch(point.name):
        return _with_fault(entry, "the name has other than small letters, digits and “_”")
    try:
        found = manifest.read(_folder_of(point))
    except manifest.Faulty as error:
        return _with_fault(entry, str(error))
    if (found.info["name"], found.module) != (point.name, point.module):
        return _with_fault(entry, f"{manifest.FILE}: name or module is not that of the entry point")
    return described(found, "package", None)


def _with_fault(entry: PluginEntry, fault: str) -> PluginEntry:
    return PluginEntry(entry.name, entry.version, entry.title, entry.source, entry.module, None, fault)


def _folder_of(point: metadata.EntryPoint) -> Path:
    """Return where the module of an entry point should be, also of one that is installed as editable."""
    path = Path(*point.module.split("."))
    known = [] if point.dist is None else [Path(str(point.dist.locate_file(path)))]
    return next((folder for folder in known if folder.is_dir()), path)


def find(name: str, entries: Iterable[PluginEntry]) -> PluginEntry:
    """Return the plugin of that name. Raises Problems plugin.missing and plugin.faulty."""
    known = {entry.name: entry for entry in entries}
    if name not in known:
        raise Problem("plugin.missing", name=name, known=", ".join(known) or "–")
    if known[name].fault:
        raise Problem("plugin.faulty", name=name, reason=known[name].fault)
    return known[name]
