"""What waits around reports and their plugins."""

from __future__ import annotations

from collections.abc import Iterator

from survey_service.reports import installed, runs, schedules
from survey_service.watching.model import Decision, Look, oldest


def failing(look: Look) -> Iterator[Decision]:
    """Plugins that failed so often that they were disabled, one each."""
    for plugin in installed.all_plugins(look.store):
        if plugin.off == installed.FAILING:
            last = plugin.history[-1].at if plugin.history else ""
            yield Decision(1, oldest([last]), subject=plugin.name)


def waiting(look: Look) -> Iterator[Decision]:
    """Plugins that wait for an approval, one each."""
    for plugin in installed.all_plugins(look.store):
        if plugin.waiting:
            yield Decision(len(plugin.waiting), oldest(each.at for each in plugin.waiting), subject=plugin.name)


def scheduled(look: Look) -> Iterator[Decision]:
    """Reports that should have been made by themselves and failed, one each."""
    for each in schedules.all_schedules(look.store):
        if each.fault:
            yield Decision(1, subject=each.plugin)


def failed(look: Look) -> Iterator[Decision]:
    """Reports that somebody asked for, of which the newest run failed, one each plugin."""
    told = {each.plugin for each in schedules.all_schedules(look.store) if each.fault}
    seen = set[str]()
    for run in runs.all_runs(look.store, look.settings):  # newest first
        if run.kind != runs.REPORT or not run.ended or run.state == runs.CANCELLED or run.plugin in seen:
            continue
        seen.add(run.plugin)
        if run.state in (runs.FAILED, runs.INTERRUPTED) and run.plugin not in told:
            yield Decision(1, subject=run.plugin, facts={"run": run.id})
