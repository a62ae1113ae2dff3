"""Can a report be made again, exactly? If so, it is made again on the snapshot it names, and compared; else why not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from survey_service.problems import Problem
from survey_service.reports import snapshot
from survey_service.reports.report import Report
from survey_service.reports.snapshot import Snapshot

Block = Mapping[str, Any]
_IDENTIFIED = ("id", "indicator", "period")


class Obstacle(StrEnum):
    """Why a report can't be made again."""

    WITHDRAWN = "withdrawn"
    """Answers in it were withdrawn, so its snapshot is gone."""
    GONE = "snapshot_gone"
    """Its snapshot is gone: it was kept as long as responses are kept, or somebody removed it."""
    DAMAGED = "snapshot_damaged"
    """Files of its snapshot are missing or were changed."""
    FORMAT = "snapshot_format"
    """Its snapshot was written by a version of the service that arranged columns and codebook in another way."""
    PLUGIN = "plugin_gone"
    """The plugin is not installed any more."""
    VERSION = "plugin_version"
    """The plugin is there, but not in the version that made it."""


@dataclass(frozen=True)
class Reproduction:
    """How a report that was made again compares. ``differing`` names what differs: type of block and identifier."""

    snapshot: str
    version: str
    differing: tuple[str, ...]

    @property
    def equal(self) -> bool:
        """Whether both are the same in all they say."""
        return not self.differing


def reproducible(report: Report, snapshots: Path, versions: Mapping[str, str]) -> Obstacle | None:
    """Return why a report can't be made again, or None if it can.

    ``snapshots`` is the folder of snapshots, ``versions`` are the plugins that can be run, by name.
    """
    if report.withdrawn:
        return Obstacle.WITHDRAWN
    if not (snapshots / report.snapshot).is_dir():
        return Obstacle.GONE
    try:
        opened = snapshot.open_snapshot(snapshots / report.snapshot)
    except Problem:
        return Obstacle.DAMAGED
    if opened.manifest["format"] != snapshot.FORMAT:
        return Obstacle.FORMAT
    if report.plugin not in versions:
        return Obstacle.PLUGIN
    return None if versions[report.plugin] == report.version else Obstacle.VERSION


def reproduce(
    report: Report, snapshots: Path, versions: Mapping[str, str], run: Callable[[Snapshot], Sequence[Block]]
) -> Reproduction | Obstacle:
    """Make a report again and compare it, or say why that can't be done.

    ``run`` runs the report's plugin on a snapshot, on the report's day with the report's parameters, and returns the
    blocks; nothing is stored. Raises what ``run`` raises.
    """
    obstacle = reproducible(report, snapshots, versions)
    if obstacle is not None:
        return obstacle
    blocks = run(snapshot.open_snapshot(snapshots / report.snapshot))
    return Reproduction(report.snapshot, report.version, differing(report.blocks, blocks))


def differing(old: Sequence[Block], new: Sequence[Block]) -> tuple[str, ...]:
    """Return what differs between two reports: blocks that are not equal, and those that only one of them has."""
    before, after = dict(_named(old)), dict(_named(new))
    return tuple(name for name in dict.fromkeys((*before, *after)) if before.get(name) != after.get(name))


def _named(blocks: Iterable[Block]) -> Iterable[tuple[str, Block]]:
    """Return blocks by type and identifier; those without one by their place among their like."""
    seen: dict[str, int] = {}
    for block in blocks:
        name = " ".join([block["type"], *(str(block[key]) for key in _IDENTIFIED if key in block)])
        seen[name] = seen.get(name, 0) + 1
        yield (name if seen[name] == 1 and name != block["type"] else f"{name} {seen[name]}"), block
