"""Finished reports: documents that never change, each with its plugin, version, snapshot and day.

What a report says, its blocks, can be hundreds of kilobytes, and is a document of its own: who lists reports does not
read it. The same blocks of several reports are kept once.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any

import orjson

from survey_service import clock
from survey_service.problems import Problem
from survey_service.reports.snapshot import Snapshot
from survey_service.store.base import CollectionSpec, Document, Store, Stored

REPORTS = CollectionSpec("reports", indexes=("plugin", "snapshot"))
BLOCKS = CollectionSpec("report_blocks", unique=("hash",))
DEMO = "demo"


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A finished report without its blocks. ``counts`` are the numbers behind it by questionnaire (``{"valid": …,
    "excluded": …, "withdrawn": …}``; for offers by state of moderation); ``synthetic`` is True if invented responses
    are among them; ``withdrawn`` if answers in it were withdrawn since, so that its snapshot is gone; ``parameters``
    the values it was made with; ``digest`` the hash of the plugin's wheel, empty without one."""

    id: int
    plugin: str
    version: str
    title: Mapping[str, str]
    snapshot: str
    period: str
    day: dt.date
    synthetic: bool
    counts: Mapping[str, Mapping[str, int]]
    withdrawn: bool = False
    parameters: Mapping[str, Any] = field(default_factory=dict)
    digest: str = ""
    basis: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By questionnaire the ``periods`` and ``revisions`` of the responses in the snapshot."""


@dataclass(frozen=True, kw_only=True)
class Report(Listed):
    """A finished report with all that it says; its blocks are JSON."""

    blocks: tuple[Mapping[str, Any], ...]

    def to_json(self) -> dict[str, Any]:
        """Return the report as JSON data."""
        return {"id": self.id, **_facts(self), "blocks": [dict(block) for block in self.blocks]}


def _facts(report: Listed) -> dict[str, Any]:
    return {
        "plugin": report.plugin,
        "version": report.version,
        "title": dict(report.title),
        "snapshot": report.snapshot,
        "period": report.period,
        "day": report.day.isoformat(),
        "synthetic": report.synthetic,
        "counts": {name: dict(counts) for name, counts in report.counts.items()},
        "withdrawn": report.withdrawn,
        "parameters": dict(report.parameters),
        "digest": report.digest,
        "basis": {name: dict(facts) for name, facts in report.basis.items()},
    }


def _known(id: int, body: Document) -> dict[str, Any]:
    """Return the facts in a stored report."""
    facts = {each.name: body[each.name] for each in fields(Listed) if each.name != "id"}
    return {**facts, "id": id, "day": dt.date.fromisoformat(body["day"])}


def _report(store: Store, stored: Stored) -> Report:
    kept = store.collection(BLOCKS).first(hash=stored.body["blocks"])
    if kept is None:
        raise Problem("report.missing")
    return Report(**_known(stored.id, stored.body), blocks=tuple(kept.body["blocks"]))


def compose(
    plugin: str,
    info: Mapping[str, Any],
    snapshot: Snapshot,
    blocks: list[dict[str, Any]],
    day: dt.date,
    *,
    parameters: Mapping[str, Any] = MappingProxyType({}),
    digest: str = "",
) -> Report:
    """Return a finished report that is not stored yet; its number is 0."""
    tables = snapshot.manifest["tables"]
    return Report(
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
        parameters=parameters,
        digest=digest,
        basis={
            name.removeprefix("responses-"): {fact: list(table["counts"][fact]) for fact in ("periods", "revisions")}
            for name, table in tables.items()
            if name.startswith("responses-")
        },
    )


def save(store: Store, report: Report) -> Report:
    """Store a finished report and return it with its number; the same report of the same day is stored once."""
    reports, kept = store.collection(REPORTS), store.collection(BLOCKS)
    hashed = hashlib.sha256(orjson.dumps(report.blocks, option=orjson.OPT_SORT_KEYS)).hexdigest()
    types = sorted({block["type"] for block in report.blocks})
    body = {**_facts(report), "types": types, "blocks": hashed}
    with store.transaction():
        if kept.first(hash=hashed) is None:
            kept.add({"hash": hashed, "blocks": list(report.blocks)})
        same = [stored for stored in reports.find(snapshot=report.snapshot) if stored.body == body]
        return _report(store, same[0] if same else reports.add(body))


def all_reports(store: Store, plugin: str | None = None) -> list[Listed]:
    """Return the reports, newest first; ``plugin`` names one plugin or None for all."""
    return [Listed(**_known(stored.id, stored.body)) for stored in _newest_first(store, plugin)]


def with_blocks(store: Store, type: str, plugin: str | None = None) -> Iterator[Report]:
    """Yield the reports that have blocks of a type, newest first, each read when it is its turn."""
    return (_report(store, stored) for stored in _newest_first(store, plugin) if type in stored.body["types"])


def _newest_first(store: Store, plugin: str | None) -> Sequence[Stored]:
    reports = store.collection(REPORTS)
    return (reports.find() if plugin is None else reports.find(plugin=plugin))[::-1]


def load(store: Store, id: int) -> Report:
    """Return a report. Raises Problem report.missing."""
    stored = store.collection(REPORTS).get(id)
    if stored is None:
        raise Problem("report.missing")
    return _report(store, stored)
