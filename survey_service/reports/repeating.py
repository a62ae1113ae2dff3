"""Making a finished report once more, with the version that made it, on the snapshot and the day it names."""

from __future__ import annotations

from survey_service.problems import Problem
from survey_service.reports import catalogue, host, reproduce, snapshot
from survey_service.reports.report import Report
from survey_service.settings import Settings
from survey_service.store.base import Store


def repeat(store: Store, settings: Settings, report: Report) -> tuple[str, ...]:
    """Make a report again, store nothing, and return what differs: none of it if the report can be trusted.

    Raises Problems report.not_again with the reason, snapshot.damaged, and those of `host.run` for a plugin that fails
    now.
    """
    reason = catalogue.why_not_again(store, settings, report)
    entry = catalogue.maker(store, settings, report)
    if reason is not None or entry is None:
        raise Problem("report.not_again", number=report.id, reason=reason)
    host.admit(entry, settings)
    frozen = snapshot.fetch(settings.instance, report.snapshot)
    made = host.attempt(entry, settings, lambda _info: frozen, today=report.day, parameters=report.parameters)
    return reproduce.differing(report.blocks, made.blocks)
