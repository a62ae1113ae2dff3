"""Can a report be made again on the snapshot that it names, and what would differ? See `repeating` for the making."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

from survey_service.reports import snapshot
from survey_service.reports.report import Report
from survey_service.store.blobs import Blobs, FolderBlobs

Block = Mapping[str, Any]
_IDENTIFIED = ("id", "indicator", "period")


class Obstacle(StrEnum):
    """What stands against making a report again from its snapshot."""

    WITHDRAWN = "withdrawn"
    """Answers in it were withdrawn, so its snapshot is gone."""
    GONE = "snapshot_gone"
    """Its snapshot is gone: it was kept as long as responses are kept, or somebody removed it."""
    DAMAGED = "snapshot_damaged"
    """Files of its snapshot are missing or were changed."""
    FORMAT = "snapshot_format"
    """Its snapshot was written by a version of the service that arranged columns and codebook in another way."""


def snapshot_obstacle(report: Report, snapshots: Path, kept: Blobs | None = None) -> Obstacle | None:
    """Return what stands against making a report again from its snapshot below the folder, or None.

    ``kept`` is where the files of the instance are kept, if not in the folder. A page asks this, so only the manifest
    is read; files whose content was changed are found by `open_snapshot`.
    """
    if report.withdrawn:
        return Obstacle.WITHDRAWN
    if kept is None or not kept.shared:
        kept = FolderBlobs(snapshots.parent)
    prefix = f"{snapshots.name}/{report.snapshot}/"
    there = {blob.name.removeprefix(prefix) for blob in kept.find(prefix)}
    if not there and not (snapshots / report.snapshot).is_dir():
        return Obstacle.GONE
    try:
        manifest = json.loads(kept.get(f"{prefix}manifest.json"))
        whole = there.issuperset(manifest["files"])
        known = manifest["format"] == snapshot.FORMAT
    except (OSError, ValueError, KeyError, TypeError):
        return Obstacle.DAMAGED
    if not whole:
        return Obstacle.DAMAGED
    return None if known else Obstacle.FORMAT


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
