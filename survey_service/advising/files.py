"""The instance's files: who may read them, and how much room there is."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from survey_service.advising.model import ADVICE, FAULT, WARNING, Finding, Look
from survey_service.settings import Settings
from survey_service.store import blobs
from survey_service.watching import machine

_PRIVATE = 0o077
_GIB = 1 << 30


def secrets(look: Look) -> Iterator[Finding]:
    """Nobody but the service may read the instance and what is secret in it."""
    folder = look.settings.instance
    if not folder.exists():
        return
    open_ones = [path for path in (folder, *_secret(folder)) if _mode(path) & _PRIVATE]
    if open_ones:
        listed = " ".join(map(str, open_ones))
        yield Finding(
            "secrets.readable", FAULT, f"others of this computer may read {', '.join(map(str, open_ones))}",
            "Answers, and what sessions and receipts are signed with, are for the service alone.",
            f"run: chmod go= {listed}",
        )  # fmt: skip
    owner = folder.stat().st_uid
    foreign = [path for path in _secret(folder) if path.stat().st_uid != owner]
    if foreign:
        yield Finding(
            "secrets.owner", WARNING, f"{', '.join(map(str, foreign))} belong to another user than {folder}",
            "A command was run by another user than the service, which may now be unable to read or replace them.",
            f"run: chown -R --reference={folder} {folder}; run commands as the user of the service",
        )  # fmt: skip
    if os.geteuid() == 0 and owner == 0:
        yield Finding(
            "service.root", WARNING, "the instance belongs to root, so the service runs as root",
            "A fault in any part of it would be one of the whole computer.",
            "give the service a user of its own, as docs/deploy/survey-service.service does",
        )  # fmt: skip


def _secret(folder: Path) -> list[Path]:
    """Return the files and folders that hold secrets and answers, as far as they are there."""
    names = (
        "config.toml",
        "store",
        "uploads",
        "snapshots",
        "outbox",
        *sorted(path.name for path in folder.glob("*.key")),
    )
    return [folder / name for name in names if (folder / name).exists()]


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def left(look: Look) -> Iterator[Finding]:
    """Nothing was left in the folder when files were moved elsewhere: there nobody erases what people withdraw."""
    settings = look.settings
    if settings.files == blobs.INSTANCE:
        return
    here = blobs.FolderBlobs(settings.instance)
    found = [name for name in ("uploads", "outbox") if any(blobs.is_kept(blob.name) for blob in here.find(f"{name}/"))]
    if found:
        yield Finding(
            "files.left", WARNING, f"files lie in {', '.join(found)} of the instance, but files are kept elsewhere",
            "What people withdraw stays there.",
            "if store files has copied them, remove them",
        )  # fmt: skip


def room(look: Look) -> Iterator[Finding]:
    """There is room on the disk, also for all the files that respondents may send."""
    settings = look.settings
    here = _existing(settings)
    found = machine.disk(here)
    said = f"{found.free / _GIB:.1f} of {found.total / _GIB:.1f} GiB are free where the instance lies"
    if found.state == machine.SCARCE:
        yield Finding("disk.scarce", FAULT, said, "When it is full nothing is saved any more.", "make room now")
    elif found.state == machine.LOW:
        yield Finding("disk.low", WARNING, said, "Backups, reports and uploads need room for a while.", "make room")
    elif found.free < settings.uploads_total:
        yield Finding(
            "disk.uploads", ADVICE, f"uploads_total allows {settings.uploads_total / _GIB:.1f} GiB; {said}",
            "Files of respondents could fill the disk.", "make room, or set uploads_total lower",
        )  # fmt: skip


def _existing(settings: Settings) -> Settings:
    """Return the settings with the nearest folder above the instance that is there."""
    folder = settings.instance
    while not folder.exists():
        folder = folder.parent
    return Settings(folder, settings.values)
