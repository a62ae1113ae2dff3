"""Finds report plugins without importing them, and runs one in a worker process over a fresh snapshot."""

from __future__ import annotations

import datetime as dt
import logging
import re
import shutil
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from survey_service import clock
from survey_service.paths import bundled
from survey_service.problems import Problem
from survey_service.reports import output, snapshot
from survey_service.reports.process import Ended, Flooded, Late, Worker
from survey_service.reports.report import Report, save
from survey_service.responses.revisions import Publications
from survey_service.settings import Settings
from survey_service.store.base import Store

GROUP = "survey_service.reports"
KEYS = ("name", "module", "version", "title")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PluginEntry:
    """A plugin that could be run. ``folder`` is None for an installed package; ``fault`` says why it can't be run."""

    name: str
    version: str
    title: Mapping[str, str]
    source: str
    module: str
    folder: Path | None = None
    fault: str = ""


def list_plugins(folder: Path | None = None) -> list[PluginEntry]:
    """Return the plugins of a folder (the bundled one by default), then the installed packages, each by name.

    An installed package can't take the name of a bundled plugin. No plugin is imported.
    """
    found = {entry.name: entry for entry in _folder_plugins(folder or bundled("plugins"))}
    for entry in _installed_plugins(metadata.entry_points(group=GROUP)):
        if entry.name in found:
            _log.warning("the installed report plugin %s is ignored: there is one of this name", entry.name)
        else:
            found[entry.name] = entry
    return list(found.values())


def _folder_plugins(folder: Path) -> list[PluginEntry]:
    return [read_entry(path.parent) for path in sorted(folder.glob("*/plugin.toml"))]


def read_entry(folder: Path) -> PluginEntry:
    """Return the plugin in a folder, described by its ``plugin.toml``; what is wrong with it stands in ``fault``."""
    try:
        content = tomllib.loads((folder / "plugin.toml").read_text("utf-8"))
    except (OSError, ValueError) as error:
        return _faulty(folder, f"plugin.toml: {error}")
    for key in KEYS:
        if key not in content:
            return _faulty(folder, f"plugin.toml: the key “{key}” is missing")
    for key in content:
        if key not in KEYS:
            return _faulty(folder, f"plugin.toml: the key “{key}” is unknown")
    title = content["title"]
    if not isinstance(title, dict) or not all(isinstance(title.get(tag), str) for tag in ("de", "en")):
        return _faulty(folder, "plugin.toml: title needs texts in “de” and “en”")
    if content["name"] != folder.name or not _NAME.fullmatch(folder.name):
        return _faulty(folder, "plugin.toml: the name is not that of the folder (small letters, digits and “_”)")
    if not (folder / "__init__.py").is_file():
        return _faulty(folder, "there is no __init__.py")
    return PluginEntry(folder.name, str(content["version"]), title, "folder", str(content["module"]), folder)


def _faulty(folder: Path, fault: str) -> PluginEntry:
    return PluginEntry(folder.name, "", {"*": folder.name}, "folder", "", folder, fault)


def _installed_plugins(points: Iterable[metadata.EntryPoint]) -> list[PluginEntry]:
    entries = []
    for point in sorted(points, key=lambda point: point.name):
        distribution = point.dist
        version = distribution.version if distribution is not None else ""
        described = distribution is not None and "Summary" in distribution.metadata
        summary = distribution.metadata["Summary"] if distribution is not None and described else point.name
        fault = "" if _NAME.fullmatch(point.name) else "the name has other than small letters, digits and “_”"
        entries.append(PluginEntry(point.name, version, {"*": summary}, "package", point.module, None, fault))
    return entries


def find(name: str, entries: Iterable[PluginEntry]) -> PluginEntry:
    """Return the plugin of that name. Raises Problems plugin.missing and plugin.faulty."""
    known = {entry.name: entry for entry in entries}
    if name not in known:
        raise Problem("plugin.missing", name=name, known=", ".join(known) or "–")
    if known[name].fault:
        raise Problem("plugin.faulty", name=name, reason=known[name].fault)
    return known[name]


def run(
    name: str,
    store: Store,
    publications: Publications,
    settings: Settings,
    *,
    plugins: Path | None = None,
    today: dt.date | None = None,
) -> Report:
    """Run a plugin over a fresh snapshot and return the stored report.

    Raises Problems plugin.missing, plugin.faulty, plugin.questionnaire, plugin.failed, plugin.timeout, plugin.output
    and snapshot.damaged. Whatever the plugin does, the caller and the store stay unharmed.
    """
    day = today or clock.today()
    entry = find(name, list_plugins(plugins))
    try:
        with Worker(settings.report_seconds) as worker:
            info = _introduce(worker, entry, settings)
            frozen = _freeze(entry, info, store, publications, settings)
            copy = worker.folder / "snapshot"
            shutil.copytree(frozen.folder, copy, copy_function=shutil.copyfile)
            answer = _answer(worker.ask({"snapshot": str(copy), "today": day.isoformat()}), entry)
            blocks = output.check_output(answer.get("output"))
    except Late:
        _log.warning("report plugin %s: stopped after %s s", name, settings.report_seconds)
        raise Problem("plugin.timeout", name=name, seconds=settings.report_seconds) from None
    except Ended as error:
        _log.warning("report plugin %s: %s", name, error.how)
        raise Problem("plugin.failed", name=name, reason=error.how) from None
    except Flooded:
        raise _unusable(entry, "more than 1 MB") from None
    except output.Unusable as error:
        raise _unusable(entry, str(error)) from None
    return save(store, entry.name, info, frozen, blocks, day)


def _introduce(worker: Worker, entry: PluginEntry, settings: Settings) -> dict[str, Any]:
    """Start the plugin and return what it says of itself."""
    request = {
        "module": entry.module,
        "folder": str(entry.folder) if entry.folder else None,
        "seconds": settings.report_seconds,
        "mebibytes": settings.report_memory,
    }
    info = output.check_info(_answer(worker.ask(request), entry).get("info"))
    if (info["name"], info["version"]) != (entry.name, entry.version):
        raise output.Unusable("info", "name or version is not the installed one")
    return info


def _answer(line: bytes, entry: PluginEntry) -> dict[str, Any]:
    """Return a worker's answer. Raises Unusable, and Problem plugin.failed if the plugin raised an exception."""
    answer = output.read_json(line)
    if not isinstance(answer, dict):
        raise output.Unusable("", "not an answer")
    if "refused" in answer:
        raise output.Unusable("", str(answer["refused"])[:60])
    if "failed" in answer:
        place = str(answer.get("place", ""))[:100]
        reason = f"{str(answer['failed'])[:60]} ({place})" if place else str(answer["failed"])[:60]
        _log.warning("report plugin %s: %s", entry.name, reason)
        raise Problem("plugin.failed", name=entry.name, reason=reason)
    return answer


def _freeze(
    entry: PluginEntry, info: Mapping[str, Any], store: Store, publications: Publications, settings: Settings
) -> snapshot.Snapshot:
    for questionnaire in info["questionnaires"]:
        if not publications.history(questionnaire):
            raise Problem("plugin.questionnaire", name=entry.name, questionnaire=questionnaire)
    folder = settings.instance / "snapshots"
    return snapshot.freeze(
        folder, store, publications, info["questionnaires"], offers=info["offers"], texts="texts" in info["permissions"]
    )


def _unusable(entry: PluginEntry, reason: str) -> Problem:
    _log.warning("report plugin %s: unusable output (%s)", entry.name, reason)
    return Problem("plugin.output", name=entry.name, reason=reason)
