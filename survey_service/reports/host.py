"""Finds report plugins without importing them, and runs one in a worker process over a fresh snapshot."""

from __future__ import annotations

import datetime as dt
import logging
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from survey_service import clock
from survey_service.problems import Problem
from survey_service.reports import installed, output, plugin_files, sandbox, scratch, snapshot
from survey_service.reports.catalogue import available
from survey_service.reports.finding import PluginEntry, find, list_plugins, read_entry
from survey_service.reports.process import Ended, Flooded, Late, Progress, Unasked, Worker
from survey_service.reports.report import Report, compose, save
from survey_service.reports.snapshot import Snapshot
from survey_service.responses.revisions import Publications
from survey_service.settings import Settings
from survey_service.store import blobs
from survey_service.store.base import Store

__all__ = ["PluginEntry", "admit", "attempt", "available", "find", "list_plugins", "read_entry", "run"]

COUNTED = ("plugin.failed", "plugin.timeout", "plugin.output", "plugin.scratch", "plugin.changed")
"""Problems that are the plugin's own fault."""
Freeze = Callable[[Mapping[str, Any]], Snapshot]
"""Makes a snapshot for a plugin, given what it says of itself."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Attempt:
    """What a plugin made, not stored yet: its blocks, and from which snapshot, day and parameters."""

    info: Mapping[str, Any]
    snapshot: Snapshot
    blocks: output.Blocks
    day: dt.date
    parameters: Mapping[str, Any]


def run(
    name: str,
    store: Store,
    publications: Publications,
    settings: Settings,
    *,
    plugins: Path | None = None,
    today: dt.date | None = None,
    parameters: Mapping[str, Any] | None = None,
    told: Progress | None = None,
    wanted: Callable[[], None] | None = None,
) -> Report:
    """Run a plugin over a fresh snapshot and return the stored report.

    ``parameters`` take the place of those that were set. ``told`` gets the plugin's progress; ``wanted`` is asked now
    and then, and may raise to end it. Raises Problems plugin.missing, plugin.faulty, plugin.disabled, plugin.safe_mode,
    plugin.unprotected, plugin.changed, plugin.questionnaire, plugin.failed, plugin.timeout, plugin.output,
    plugin.scratch and snapshot.damaged. Whatever the plugin does, the caller and the store stay unharmed. One that
    fails three times in a row is disabled.
    """
    entry = find(name, available(store, settings) if plugins is None else list_plugins(plugins))
    admit(entry, settings)

    def fresh(info: Mapping[str, Any]) -> Snapshot:
        return freeze(entry, info, store, publications, settings)

    try:
        made = attempt(entry, settings, fresh, today=today, parameters=parameters, told=told, wanted=wanted)
    except Problem as problem:
        if plugins is None and problem.code in COUNTED:
            installed.failed(store, name, problem.message(), clock.now())
        raise
    if plugins is None:
        installed.succeeded(store, name)
    report = compose(
        name, made.info, made.snapshot, made.blocks, made.day, parameters=made.parameters, digest=entry.digest
    )
    return save(store, report)


def attempt(
    entry: PluginEntry,
    settings: Settings,
    frozen: Freeze,
    *,
    today: dt.date | None = None,
    parameters: Mapping[str, Any] | None = None,
    told: Progress | None = None,
    wanted: Callable[[], None] | None = None,
) -> Attempt:
    """Run a plugin once and return what it made; nothing is stored, and no failure counted. Raises those of `run`."""
    day = today or clock.today()
    values = installed.values_for(entry.info, entry.parameters if parameters is None else parameters)
    try:
        with Worker(settings.report_seconds, room=settings.report_scratch, told=told, wanted=wanted) as worker:
            info = _introduce(worker, _at_hand(entry, worker), settings)
            taken = frozen(info)
            _hand_over(taken.folder, worker.snapshot)
            request = {"snapshot": str(worker.snapshot), "today": day.isoformat(), "parameters": values}
            answer = _answer(worker.ask(request), entry)
            worker.end()
            blocks = output.check_output(answer.get("output"))
    except (Late, Ended, Flooded, Unasked, scratch.Full, output.Unusable) as error:
        raise _problem(entry, error, settings) from None
    return Attempt(info, taken, blocks, day, values)


def _at_hand(entry: PluginEntry, worker: Worker) -> PluginEntry:
    """Return the entry of a copy of an installed plugin's files, each of which was found to be the approved one.

    A worker reads the copy, so that nobody can change a file between the look at it and its use.
    """
    if entry.source != "installed" or entry.folder is None:
        return entry
    copy = worker.folder / "plugin"
    plugin_files.write(copy, plugin_files.verified(entry.name, entry.folder, entry.files))
    return replace(entry, folder=copy)


def admit(entry: PluginEntry, settings: Settings) -> None:
    """Let a plugin be run if it is enabled and can be shut in.

    Raises Problems plugin.disabled, plugin.safe_mode and plugin.unprotected. Those of this package may run without the
    sandbox: whoever could change them could change the service itself. The others need the setting ``report_unsafe``
    then.
    """
    if entry.off:
        raise Problem("plugin.safe_mode" if entry.off == installed.SAFE_MODE else "plugin.disabled", name=entry.name)
    support = sandbox.support()
    if not (support.complete or entry.bundled or settings.report_unsafe):
        raise Problem("plugin.unprotected", name=entry.name, lacking=support.lacking)


def _problem(entry: PluginEntry, error: Exception, settings: Settings) -> Problem:
    """Return the Problem of a worker that did not do what it should."""
    if isinstance(error, Flooded):
        return _unusable(entry, "more than 1 MB")
    if isinstance(error, Unasked):
        return _unusable(entry, "an answer that was not asked for")
    if isinstance(error, output.Unusable):
        return _unusable(entry, str(error))
    if isinstance(error, Late):
        _log.warning("report plugin %s: stopped after %s s", entry.name, settings.report_seconds)
        return Problem("plugin.timeout", name=entry.name, seconds=settings.report_seconds)
    if isinstance(error, scratch.Full):
        _log.warning("report plugin %s: wrote more than %s MiB", entry.name, settings.report_scratch)
        return Problem("plugin.scratch", name=entry.name, mebibytes=settings.report_scratch, most=scratch.MOST_ENTRIES)
    _log.warning("report plugin %s: %s", entry.name, error)
    return Problem("plugin.failed", name=entry.name, reason=str(error))


def _hand_over(frozen: Path, copy: Path) -> None:
    """Copy a snapshot into the folder that a worker reads, whoever it is; that folder is open to nobody else."""
    for file in frozen.iterdir():
        shutil.copyfile(file, copy / file.name)
        (copy / file.name).chmod(0o444)


def _introduce(worker: Worker, entry: PluginEntry, settings: Settings) -> dict[str, Any]:
    """Start the plugin and return what it says of itself."""
    request = {
        "module": entry.module,
        "folder": str(entry.folder.resolve()) if entry.folder else None,
        "mebibytes": settings.report_memory,
        **worker.shield(sandbox.support(), entry.folder),
    }
    info = output.check_info(_answer(worker.ask(request), entry).get("info"))
    for key, stated in entry.info.items():
        if info[key] != stated:
            raise output.Unusable("info", f"{key} is not what plugin.toml says")
    return info


def _answer(line: bytes, entry: PluginEntry) -> dict[str, Any]:
    """Return a worker's answer. Raises Unusable, and Problems plugin.failed and plugin.unprotected."""
    answer = output.read_json(line)
    if not isinstance(answer, dict):
        raise output.Unusable("", "not an answer")
    if "unprotected" in answer:
        raise Problem("plugin.unprotected", name=entry.name, lacking=str(answer["unprotected"])[:200])
    if "refused" in answer:
        raise output.Unusable("", str(answer["refused"])[:60])
    if "failed" in answer:
        place = str(answer.get("place", ""))[:100]
        reason = f"{str(answer['failed'])[:60]} ({place})" if place else str(answer["failed"])[:60]
        _log.warning("report plugin %s: %s", entry.name, reason)
        raise Problem("plugin.failed", name=entry.name, reason=reason)
    return answer


def freeze(
    entry: PluginEntry, info: Mapping[str, Any], store: Store, publications: Publications, settings: Settings
) -> Snapshot:
    """Return a fresh snapshot of what a plugin reads. Raises Problem plugin.questionnaire, and those of a snapshot."""
    for questionnaire in info["questionnaires"]:
        if not publications.history(questionnaire):
            raise Problem("plugin.questionnaire", name=entry.name, questionnaire=questionnaire)
    return snapshot.freeze(
        settings.instance / snapshot.FOLDER,
        store,
        publications,
        info["questionnaires"],
        offers=info["offers"],
        texts="texts" in info["permissions"],
        confirmed_days=settings.reminder_days[-1],
        kept=blobs.of(settings.instance),
    )


def _unusable(entry: PluginEntry, reason: str) -> Problem:
    _log.warning("report plugin %s: unusable output (%s)", entry.name, reason)
    return Problem("plugin.output", name=entry.name, reason=reason)
