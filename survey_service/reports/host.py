"""Finds report plugins without importing them, and runs one in a worker process over a fresh snapshot."""

from __future__ import annotations

import datetime as dt
import logging
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from survey_service import clock
from survey_service.problems import Problem
from survey_service.reports import output, snapshot
from survey_service.reports.finding import PluginEntry, find, list_plugins, read_entry
from survey_service.reports.process import Ended, Flooded, Late, Worker
from survey_service.reports.report import Report, save
from survey_service.responses.revisions import Publications
from survey_service.settings import Settings
from survey_service.store.base import Store

__all__ = ["PluginEntry", "find", "list_plugins", "read_entry", "run"]

_log = logging.getLogger(__name__)


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
    for key, stated in entry.info.items():
        if info[key] != stated:
            raise output.Unusable("info", f"{key} is not what plugin.toml says")
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
