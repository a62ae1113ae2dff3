"""The files of installed plugins: ``plugins/<name>/<key>/`` of the instance, and beside it the wheel, ``<key>.whl``.

A key is the version and the beginning of the wheel's hash. A folder is written completely or not at all and never
changed; before each run every file of it is read and compared with the hashes that were approved.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from survey_service.problems import Problem
from survey_service.reports import wheels
from survey_service.reports.wheels import Wheel
from survey_service.store import blobs
from survey_service.store.durable import sync

FOLDER = "plugins"
_log = logging.getLogger(__name__)


def folder_of(instance: Path, name: str, key: str) -> Path:
    """Return where the files of a version lie."""
    return instance / FOLDER / name / key


def _wheel_name(name: str, key: str) -> str:
    return f"{FOLDER}/{name}/{key}.whl"


def keep_wheel(instance: Path, wheel: Wheel, data: bytes) -> None:
    """Keep a wheel as it was sent. Raises Problems store.full and service.unavailable."""
    blobs.of(instance).put(_wheel_name(wheel.name, wheel.key), data)


def kept_wheel(instance: Path, name: str, key: str, digest: str) -> bytes:
    """Return a kept wheel. Raises Problem plugin.changed if it is gone or another one."""
    try:
        data = blobs.of(instance).get(_wheel_name(name, key))
    except OSError:
        data = b""
    if hashlib.sha256(data).hexdigest() != digest:
        raise Problem("plugin.changed", name=name, path=f"{key}.whl")
    return data


def bring(instance: Path, name: str, key: str, digest: str, filename: str) -> Path:
    """Return the folder of an approved version; it is unpacked here first if another machine has approved it.

    What cannot be had is left out: the folder is missing then, and nothing runs.
    """
    folder = folder_of(instance, name, key)
    if not folder.is_dir() and blobs.of(instance).shared:
        try:
            unpack(instance, wheels.read(kept_wheel(instance, name, key, digest), filename))
        except Problem as problem:
            _log.warning("the report plugin %s is not here: %s", name, problem.code)
    return folder


def unpack(instance: Path, wheel: Wheel) -> None:
    """Write the files of a wheel that was looked at. Raises Problem service.unavailable if that fails."""
    target = folder_of(instance, wheel.name, wheel.key)
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        scratch = Path(tempfile.mkdtemp(prefix=".new-", dir=target.parent))
        try:
            write(scratch, wheel.files)
            if target.exists():
                shutil.rmtree(target)
            os.rename(scratch, target)
            sync(target.parent)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    except OSError:
        raise Problem("service.unavailable") from None


def write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files below a folder, durable and for reading only."""
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        target.chmod(0o444)
        sync(target)


def verified(name: str, folder: Path, hashes: Mapping[str, str]) -> dict[str, bytes]:
    """Return path → content of a version's files, which are exactly those that were approved.

    Raises Problem plugin.changed if one is missing, was added, or is another one.
    """
    found: dict[str, bytes] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_dir():
            relative = path.relative_to(folder).as_posix()
            if path.is_symlink() or not path.is_file() or relative not in hashes:
                raise Problem("plugin.changed", name=name, path=relative)
            found[relative] = path.read_bytes()
    for relative, expected in hashes.items():
        if hashlib.sha256(found.get(relative, b"\0")).hexdigest() != expected:
            raise Problem("plugin.changed", name=name, path=relative)
    return found


def erase(instance: Path, name: str, key: str = "") -> None:
    """Erase one version of a plugin, or all of it; it is no fault if it is gone."""
    if key:
        blobs.of(instance).delete(_wheel_name(name, key))
        shutil.rmtree(folder_of(instance, name, key), ignore_errors=True)
    else:
        for blob in list(blobs.of(instance).find(f"{FOLDER}/{name}/")):
            if blob.name.endswith(".whl"):
                blobs.of(instance).delete(blob.name)
        shutil.rmtree(instance / FOLDER / name, ignore_errors=True)
