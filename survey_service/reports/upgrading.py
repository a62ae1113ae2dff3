"""Before an upgrade the candidate is run on the snapshot of the last report, and what would change is kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from survey_service import clock
from survey_service.problems import Problem
from survey_service.reports import catalogue, host, installed, snapshot
from survey_service.reports.comparing import Block, Change, compare
from survey_service.reports.finding import PluginEntry
from survey_service.reports.installed import Plugin
from survey_service.reports.process import Progress
from survey_service.reports.report import Report, all_reports, load
from survey_service.reports.snapshot import Snapshot
from survey_service.responses.revisions import Publications
from survey_service.settings import Settings
from survey_service.store.base import CollectionSpec, Store

COMPARISONS = CollectionSpec("plugin_comparisons", unique=("name",))
MOST_KEPT = 2_000
"""How many changes are kept; the number of all is."""


@dataclass(frozen=True)
class Comparison:
    """What a candidate would change. ``report`` is the number of the report that it is compared with, 0 if both
    versions were run anew; ``total`` counts all changes, ``changes`` holds the first MOST_KEPT."""

    name: str
    active: str
    candidate: str
    report: int
    snapshot: str
    day: str
    at: str
    by: str
    total: int
    changes: tuple[Change, ...]


def kept(store: Store, plugin: Plugin) -> Comparison | None:
    """Return the comparison of a plugin's present candidate with its active version, or None."""
    stored = store.collection(COMPARISONS).first(name=plugin.name)
    if stored is None or (stored.body["active"], stored.body["candidate"]) != (plugin.active, plugin.candidate):
        return None
    return Comparison(**{**stored.body, "changes": tuple(map(Change.from_json, stored.body["changes"]))})


def compare_candidate(
    name: str,
    by: str,
    store: Store,
    publications: Publications,
    settings: Settings,
    *,
    told: Progress | None = None,
    wanted: Callable[[], None] | None = None,
) -> Comparison:
    """Run the candidate beside the last report of the active version, and keep and return what would change.

    If that report's snapshot is gone, or the candidate reads something else, both versions are run on a new one.
    Raises Problem plugin.no_candidate, and those of `host.run` but for a count of failures.
    """
    plugin = installed.known(store, name)
    if not plugin.candidate:
        raise Problem("plugin.no_candidate", name=name)
    old, new = (catalogue.entry_of(settings.instance, plugin, plugin.of(key)) for key in _keys(plugin))
    for entry in (old, new):
        host.admit(catalogue.in_state(entry, settings), settings)
    last = _last(store, old)
    base = None if last is None or _reads(old) != _reads(new) else _snapshot_of(last, settings)

    def attempt(
        entry: PluginEntry, frozen: host.Freeze, today: dt.date | None = None, values: Mapping[str, Any] | None = None
    ) -> host.Attempt:
        return host.attempt(entry, settings, frozen, today=today, parameters=values, told=told, wanted=wanted)

    before: Sequence[Block]
    if last is not None and base is not None:
        values = {**plugin.values, **last.parameters}
        shadow, before, number = attempt(new, lambda _info: base, last.day, values), last.blocks, last.id
    else:
        before, number = attempt(old, _fresh(old, store, publications, settings)).blocks, 0
        shadow = attempt(new, _fresh(new, store, publications, settings))
    changes = compare(before, shadow.blocks)
    found = Comparison(
        name=name,
        active=plugin.active,
        candidate=plugin.candidate,
        report=number,
        snapshot=shadow.snapshot.id,
        day=shadow.day.isoformat(),
        at=clock.now().astimezone(dt.UTC).isoformat(timespec="seconds"),
        by=by,
        total=len(changes),
        changes=tuple(changes[:MOST_KEPT]),
    )
    _keep(store, found)
    return found


def _keys(plugin: Plugin) -> tuple[str, str]:
    return plugin.active, plugin.candidate


def _last(store: Store, entry: PluginEntry) -> Report | None:
    """Return the last report of a version that nothing was withdrawn from."""
    found = (one for one in all_reports(store, entry.name) if one.digest == entry.digest and not one.withdrawn)
    last = next(found, None)
    return None if last is None else load(store, last.id)


def _reads(entry: PluginEntry) -> tuple[Any, ...]:
    info = entry.info
    return sorted(info["questionnaires"]), info["offers"], "texts" in info["permissions"]


def _snapshot_of(report: Report, settings: Settings) -> Snapshot | None:
    try:
        return snapshot.fetch(settings.instance, report.snapshot)
    except Problem:
        return None


def _fresh(entry: PluginEntry, store: Store, publications: Publications, settings: Settings) -> host.Freeze:
    def make(info: Mapping[str, Any]) -> Snapshot:
        return host.freeze(entry, info, store, publications, settings)

    return make


def _keep(store: Store, found: Comparison) -> None:
    body = {**vars(found), "changes": [change.to_json() for change in found.changes]}
    comparisons = store.collection(COMPARISONS)
    with store.transaction():
        stored = comparisons.first(name=found.name)
        if stored is None:
            comparisons.add(body)
        else:
            comparisons.replace(stored.id, body, version=stored.version)
        installed.noted_comparison(store, found.name, found.by, found.total)
