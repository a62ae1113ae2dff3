"""Installed report plugins: request → approval → active, a candidate beside → active, rolled back, removed.

One document a plugin, with all its versions and its history; every step is audited too. A bundled plugin has one when
it was disabled, failed or was given parameters. Nothing here runs a plugin.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from survey_service import clock
from survey_service.accounts import audit
from survey_service.accounts.audit import Detail
from survey_service.problems import Problem
from survey_service.reports import finding, plugin_files, wheels
from survey_service.reports.parameters import Parameter, complete
from survey_service.reports.wheels import Wheel
from survey_service.store.base import CollectionSpec, Store, Stored

PLUGINS = CollectionSpec("plugins", unique=("name",))
REQUESTED, APPROVED, REFUSED, REMOVED = "requested", "approved", "refused", "removed"
DISABLED, FAILING, SAFE_MODE = "disabled", "failing", "safe_mode"
MOST_FAILURES = 3
"""After so many failures in a row a plugin is disabled."""
SERVICE = "service"
"""Who disables a failing plugin, in the audit log."""
_MOST_STEPS = 500


@dataclass(frozen=True)
class Version:
    """One version: the wheel it came in, what it says of itself, the hashes of its files, and who decided on it."""

    key: str
    version: str
    digest: str
    filename: str
    size: int
    module: str
    info: Mapping[str, Any]
    hashes: Mapping[str, str]
    state: str
    by: str
    at: str
    decided_by: str = ""
    decided_at: str = ""


@dataclass(frozen=True)
class Step:
    """One step in a plugin's history; ``at`` is UTC as ISO 8601, ``version`` a version or an empty text."""

    at: str
    by: str
    step: str
    version: str = ""


@dataclass(frozen=True)
class Plugin:
    """A plugin as it stands. ``active``, ``candidate`` and ``earlier`` are keys of versions; ``off`` is why it does not
    run: ``disabled``, ``failing`` or an empty text. ``values`` are the parameters that were set."""

    name: str
    versions: tuple[Version, ...] = ()
    active: str = ""
    candidate: str = ""
    earlier: tuple[str, ...] = ()
    off: str = ""
    failures: int = 0
    failure: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    values_by: str = ""
    values_at: str = ""
    history: tuple[Step, ...] = ()

    def of(self, key: str) -> Version:
        """Return a version. Raises Problem plugin.version."""
        for version in self.versions:
            if version.key == key:
                return version
        raise Problem("plugin.version", name=self.name, version=key)

    @property
    def waiting(self) -> tuple[Version, ...]:
        """The versions that wait for approval."""
        return tuple(version for version in self.versions if version.state == REQUESTED)


@dataclass(frozen=True)
class Who:
    """Who takes a step, and when."""

    name: str
    now: dt.datetime

    @property
    def at(self) -> str:
        return self.now.astimezone(dt.UTC).isoformat(timespec="seconds")


def all_plugins(store: Store) -> list[Plugin]:
    """Return what is known of plugins, by name."""
    return sorted((_plugin(stored) for stored in store.collection(PLUGINS).iterate()), key=lambda one: one.name)


def known(store: Store, name: str) -> Plugin:
    """Return what is known of a plugin; of one without a document just its name."""
    stored = store.collection(PLUGINS).first(name=name)
    return Plugin(name) if stored is None else _plugin(stored)


def _plugin(stored: Stored) -> Plugin:
    body = dict(stored.body)
    body["versions"] = tuple(Version(**version) for version in body["versions"])
    body["history"] = tuple(Step(**step) for step in body["history"])
    return Plugin(**{**body, "earlier": tuple(body["earlier"])})


@contextmanager
def _changing(store: Store, name: str) -> Iterator[list[Plugin]]:
    """Yield a list with a plugin; at the end of the block what stands last in it is stored, in one transaction."""
    with store.transaction():
        stored = store.collection(PLUGINS).first(name=name)
        steps = [Plugin(name) if stored is None else _plugin(stored)]
        yield steps
        if len(steps) > 1:
            body = {**asdict(steps[-1]), "earlier": list(steps[-1].earlier)}
            body["versions"], body["history"] = list(body["versions"]), list(body["history"])
            if stored is None:
                store.collection(PLUGINS).add(body)
            else:
                store.collection(PLUGINS).replace(stored.id, body, version=stored.version)


def _note(store: Store, plugin: Plugin, who: Who, step: str, version: str = "", **details: Detail) -> Plugin:
    """Return the plugin with a step in its history, which is audited too."""
    if version:
        details["version"] = version
    audit.append(store, who.name, f"plugin.{step}", plugin.name, details, now=who.now)
    return replace(plugin, history=(*plugin.history, Step(who.at, who.name, step, version))[-_MOST_STEPS:])


def _with(plugin: Plugin, version: Version) -> Plugin:
    """Return the plugin with a version in the place of the one with its key, or after the others."""
    others = tuple(one for one in plugin.versions if one.key != version.key)
    return replace(plugin, versions=(*others, version))


def request(store: Store, instance: Path, data: bytes, filename: str, who: Who) -> Version:
    """Keep a wheel and ask for its approval. Raises those of `wheels.read`, plugin.taken, plugin.same_version."""
    wheel = wheels.read(data, filename)
    if wheel.name in {entry.name for entry in finding.list_plugins()}:
        raise Problem("plugin.taken", name=wheel.name)
    plugin_files.keep_wheel(instance, wheel, data)
    with _changing(store, wheel.name) as steps:
        _check_new(steps[-1], wheel)
        version = Version(
            key=wheel.key,
            version=wheel.version,
            digest=wheel.digest,
            filename=filename,
            size=wheel.size,
            module=wheel.module,
            info=wheel.info,
            hashes=wheel.hashes,
            state=REQUESTED,
            by=who.name,
            at=who.at,
        )
        plugin = _with(steps[-1], version)
        steps.append(_note(store, plugin, who, "requested", wheel.version, digest=wheel.digest))
    return version


def _check_new(plugin: Plugin, wheel: Wheel) -> None:
    """Refuse what is there already, and a version that would mean something else than before."""
    for version in plugin.versions:
        if version.key == wheel.key and version.state in (REQUESTED, APPROVED):
            raise Problem("plugin.there", name=plugin.name, version=wheel.version)
        if version.version == wheel.version and version.key != wheel.key and version.state == APPROVED:
            raise Problem("plugin.same_version", name=plugin.name, version=wheel.version)


def approve(store: Store, instance: Path, name: str, key: str, who: Who) -> Plugin:
    """Unpack a requested version. The first one becomes active, a later one the candidate beside the active one.

    Raises Problems plugin.version, plugin.changed and service.unavailable.
    """
    version = _requested(known(store, name), key)
    wheel = wheels.read(plugin_files.kept_wheel(instance, name, key, version.digest), version.filename)
    plugin_files.unpack(instance, wheel)
    with _changing(store, name) as steps:
        version = _requested(steps[-1], key)
        decided = replace(version, state=APPROVED, decided_by=who.name, decided_at=who.at)
        plugin = _with(steps[-1], decided)
        place = {"candidate": key} if plugin.active else {"active": key, "off": "", "failures": 0}
        plugin = replace(plugin, **place)
        steps.append(_note(store, plugin, who, "approved", version.version, digest=version.digest))
    return steps[-1]


def _requested(plugin: Plugin, key: str) -> Version:
    version = plugin.of(key)
    if version.state != REQUESTED:
        raise Problem("plugin.version", name=plugin.name, version=key)
    return version


def refuse(store: Store, instance: Path, name: str, key: str, who: Who) -> Plugin:
    """Turn a request down and erase its wheel. Raises Problem plugin.version."""
    with _changing(store, name) as steps:
        version = _requested(steps[-1], key)
        decided = replace(version, state=REFUSED, decided_by=who.name, decided_at=who.at)
        steps.append(_note(store, _with(steps[-1], decided), who, "refused", version.version))
    plugin_files.erase(instance, name, key)
    return steps[-1]


def activate(store: Store, name: str, who: Who) -> Plugin:
    """Put the candidate in the place of the active version. Raises Problem plugin.no_candidate."""
    with _changing(store, name) as steps:
        plugin = steps[-1]
        if not plugin.candidate:
            raise Problem("plugin.no_candidate", name=name)
        earlier = (*plugin.earlier, plugin.active) if plugin.active else plugin.earlier
        moved = replace(plugin, active=plugin.candidate, candidate="", earlier=earlier, off="", failures=0)
        steps.append(_note(store, moved, who, "activated", moved.of(moved.active).version))
    return steps[-1]


def roll_back(store: Store, name: str, who: Who) -> Plugin:
    """Make the version before active again; the present one becomes the candidate. Raises Problem plugin.no_earlier."""
    with _changing(store, name) as steps:
        plugin = steps[-1]
        if not plugin.earlier:
            raise Problem("plugin.no_earlier", name=name)
        *earlier, before = plugin.earlier
        moved = replace(
            plugin, active=before, candidate=plugin.active, earlier=tuple(earlier), off="", failures=0, failure=""
        )
        steps.append(_note(store, moved, who, "rolled_back", moved.of(before).version))
    return steps[-1]


def disable(store: Store, name: str, who: Who) -> Plugin:
    """Let a plugin not be run until it is enabled; its reports stay."""
    with _changing(store, name) as steps:
        steps.append(_note(store, replace(steps[-1], off=DISABLED), who, "disabled"))
    return steps[-1]


def enable(store: Store, name: str, who: Who) -> Plugin:
    """Let a plugin be run again, also one that failed."""
    with _changing(store, name) as steps:
        steps.append(_note(store, replace(steps[-1], off="", failures=0, failure=""), who, "enabled"))
    return steps[-1]


def remove(store: Store, instance: Path, name: str, who: Who) -> Plugin:
    """Erase all files of an installed plugin; its reports and its history stay. Raises Problem plugin.not_installed."""
    with _changing(store, name) as steps:
        plugin = steps[-1]
        if all(version.state == REMOVED for version in plugin.versions):
            raise Problem("plugin.not_installed", name=name)
        gone = tuple(replace(version, state=REMOVED) for version in plugin.versions)
        bare = Plugin(name, gone, values=plugin.values, values_by=plugin.values_by, values_at=plugin.values_at)
        steps.append(_note(store, replace(bare, history=plugin.history), who, "removed"))
    plugin_files.erase(instance, name)
    return steps[-1]


def set_values(store: Store, name: str, values: Mapping[str, Any], who: Who) -> Plugin:
    """Keep the values of a plugin's parameters, which were found to be allowed."""
    with _changing(store, name) as steps:
        changed = [key for key, value in values.items() if steps[-1].values.get(key, ...) != value]
        plugin = replace(steps[-1], values=dict(values), values_by=who.name, values_at=who.at)
        steps.append(_note(store, plugin, who, "set", parameters=" ".join(sorted(changed))[:200]))
    return steps[-1]


def noted_comparison(store: Store, name: str, by: str, changes: int) -> None:
    """Note in history and audit that a candidate was compared, and how much it would change."""
    with _changing(store, name) as steps:
        plugin = steps[-1]
        version = plugin.of(plugin.candidate).version
        steps.append(_note(store, plugin, Who(by, clock.now()), "compared", version, changes=changes))


def failed(store: Store, name: str, reason: str, now: dt.datetime) -> None:
    """Count a failure; with the third in a row the plugin is disabled."""
    with _changing(store, name) as steps:
        plugin = replace(steps[-1], failures=steps[-1].failures + 1, failure=reason[:200])
        if plugin.failures >= MOST_FAILURES and not plugin.off:
            plugin = replace(plugin, off=FAILING)
            plugin = _note(store, plugin, Who(SERVICE, now), "failing", failures=plugin.failures)
        steps.append(plugin)


def succeeded(store: Store, name: str) -> None:
    """Forget the failures of a plugin that has made a report."""
    if known(store, name).failures:
        with _changing(store, name) as steps:
            steps.append(replace(steps[-1], failures=0, failure=""))


def values_for(info: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return a value for each parameter that a plugin declares."""
    return complete([Parameter.from_json(row) for row in info.get("parameters", ())], given)
