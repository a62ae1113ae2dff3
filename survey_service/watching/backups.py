"""The record of backups: when one was made or put back, how large it is, and whether it is encrypted.

A backup is made beside the running service, which has an embedded store to itself, so the record is a file of the
instance, a line of JSON for each; with PostgreSQL it stands in the store too, for the desks of other machines.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from survey_service import clock
from survey_service.settings import Settings
from survey_service.store import is_postgres, open_store
from survey_service.store.base import CollectionSpec, Store

BACKUPS = CollectionSpec("backups")
FILE = "backups.jsonl"
MADE, RESTORED = "made", "restored"
MOST_READ = 1_000_000
"""Bytes from the end of the file that are read: some thousand entries."""


@dataclass(frozen=True)
class Backup:
    """One entry: ``at`` is UTC as ISO 8601 with seconds, ``act`` MADE or RESTORED; ``day`` is the day of a restored
    backup.
    """

    at: str
    act: str
    size: int = 0
    sealed: bool = False
    documents: int = 0
    files: int = 0
    day: str = ""

    @property
    def moment(self) -> dt.datetime:
        return dt.datetime.fromisoformat(self.at)


def made(settings: Settings, *, size: int, sealed: bool, documents: int, files: int) -> Backup:
    """Note that a backup was made."""
    return _note(settings, Backup(_now(), MADE, size, sealed, documents, files))


def restored(settings: Settings, *, day: str, documents: int, files: int) -> Backup:
    """Note that the backup of a day was put in the place of the instance."""
    return _note(settings, Backup(_now(), RESTORED, documents=documents, files=files, day=day))


def all_backups(store: Store, settings: Settings) -> list[Backup]:
    """Return what is noted, newest first; lines that cannot be read are left out."""
    noted = {_read(line) for line in _lines(settings.instance / FILE)}
    if is_postgres(settings.store):
        noted |= {Backup(**stored.body) for stored in store.collection(BACKUPS).iterate()}
    return sorted((entry for entry in noted if entry is not None), key=lambda entry: entry.at, reverse=True)


def newest(entries: Iterable[Backup], act: str = MADE) -> Backup | None:
    """Return the newest entry of a kind, or None."""
    return max((entry for entry in entries if entry.act == act), key=lambda entry: entry.at, default=None)


def age(entry: Backup, now: dt.datetime) -> int:
    """Return how many whole days ago that was; a moment to come counts as now."""
    return max(0, (now - entry.moment).days)


def _now() -> str:
    return clock.now().astimezone(dt.UTC).isoformat(timespec="seconds")


def _note(settings: Settings, entry: Backup) -> Backup:
    line = json.dumps(asdict(entry), separators=(",", ":")) + "\n"
    path = settings.instance / FILE
    with open(os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600), "a", encoding="utf-8") as file:
        file.write(line)
        file.flush()
        os.fsync(file.fileno())
    with contextlib.suppress(OSError):  # made by root, read by the service
        owner = settings.instance.stat()
        os.chown(path, owner.st_uid, owner.st_gid)
    if is_postgres(settings.store):
        store = open_store(settings.store, settings.instance)
        try:
            store.collection(BACKUPS).add(asdict(entry))
        finally:
            store.close()
    return entry


def _lines(path: Path) -> list[str]:
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - MOST_READ))
            return file.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return []


def _read(line: str) -> Backup | None:
    try:
        entry = Backup(**json.loads(line))
        _ = entry.moment
    except (ValueError, TypeError):
        return None
    return entry
