"""Finished reports: documents that never change, each with its plugin, version, snapshot and day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from survey_service import clock
from survey_service.problems import Problem
from survey_service.reports.snapshot import Snapshot
from survey_service.store.base import CollectionSpec, Store, Stored

REPORTS = CollectionSpec("reports", indexes=("plugin", "snapshot"))
DEMO = "demo"


@dataclass(frozen=True)
class Report:
    """A finished report. ``counts`` are the numbers behind it by questionnaire (``{"valid": …, "excluded": …,
    "withdrawn": …}``; for offers by state of moderation); ``synthetic`` is True if invented responses are among them;
    ``withdrawn`` if answers in it were withdrawn since, so that its snapshot is gone; ``blocks`` are JSON."""

    id: int
    plugin: str
    version: str
    title: Mapping[str, str]
    snapshot: str
    period: str
    day: dt.date
    synthetic: bool
    counts: Mapping[str, Mapping[str, int]]
    blocks: tuple[Mapping[str, Any], ...]
    withdrawn: bool = False
    basis: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By questionnaire the ``periods`` and ``revisions`` of the responses in the snapshot."""

    def to_json(self) -> dict[str, Any]:
        """Return the report as JSON data."""
        return {"id": self.id, **_body(self)}


def _body(report: Report) -> dict[str, Any]:
    return {
        "plugin": report.plugin,
        "version": report.version,
        "title": dict(report.title),
        "snapshot": report.snapshot,
        "period": report.period,
        "day": report.day.isoformat(),
        "synthetic": report.synthetic,
        "counts": {name: dict(counts) for name, counts in report.counts.items()},
        "blocks": [dict(block) for block in report.blocks],
        "withdrawn": report.withdrawn,
        "basis": {name: dict(facts) for name, facts in report.basis.items()},
    }


def _report(stored: Stored) -> Report:
    body = stored.body
    return Report(
        id=stored.id,
        plugin=body["plugin"],
        version=body["version"],
        title=body["title"],
        snapshot=body["snapshot"],
        period=body["period"],
        day=dt.date.fromisoformat(body["day"]),
        synthetic=body["synthetic"],
        counts=body["counts"],
        blocks=tuple(body["blocks"]),
        withdrawn=body.get("withdrawn", False),
        basis=body.get("basis", {}),
    )


def save(
    store: Store,
    plugin: str,
    info: Mapping[str, Any],
    snapshot: Snapshot,
    blocks: list[dict[str, Any]],
    day: dt.date,
) -> Report:
    """Store a finished report and return it; the same report of the same day is stored once."""
    tables = snapshot.manifest["tables"]
    report = Report(
        id=0,
        plugin=plugin,
        version=info["version"],
        title=info["title"],
        snapshot=snapshot.id,
        period=clock.period(day),
        day=day,
        synthetic=any(DEMO in table["counts"].get("modes", {}) for table in tables.values()),
        counts={
            name.removeprefix("responses-"): table["counts"]["statuses"]
            for name, table in tables.items()
            if "statuses" in table["counts"]
        },
        blocks=tuple(blocks),
        withdrawn=not snapshot.folder.exists(),  # a withdrawal came while the plugin ran
        basis={
            name.removeprefix("responses-"): {fact: list(table["counts"][fact]) for fact in ("periods", "revisions")}
            for name, table in tables.items()
            if name.startswith("responses-")
        },
    )
    body = _body(report)
    reports = store.collection(REPORTS)
    with store.transaction():
        same = [stored for stored in reports.find(snapshot=snapshot.id) if stored.body == body]
        return _report(same[0] if same else reports.add(body))


def all_reports(store: Store, plugin: str | None = None) -> list[Report]:
    """Return the reports, newest first; ``plugin`` names one plugin or None for all."""
    reports = store.collection(REPORTS)
    found = reports.find() if plugin is None else reports.find(plugin=plugin)
    return [_report(stored) for stored in reversed(found)]


def load(store: Store, id: int) -> Report:
    """Return a report. Raises Problem report.missing."""
    stored = store.collection(REPORTS).get(id)
    if stored is None:
        raise Problem("report.missing")
    return _report(stored)
