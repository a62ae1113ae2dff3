"""Contents of files in folders of the instance, each written durably and as a whole, readable by the service only."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from survey_service.problems import Problem
from survey_service.store.disk import FULL


def write(path: Path, content: bytes) -> None:
    """Write a file that survives a power cut once this returns. Raises Problems store.full and service.unavailable."""
    with refusing(path):
        _write(path, content)


@contextlib.contextmanager
def refusing(path: Path) -> Iterator[None]:
    """Turn what the disk refuses while a file is written into Problems store.full and service.unavailable."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise Problem("store.full", folder=str(path.parent.parent)) from error
        raise Problem("service.unavailable") from error


def _write(path: Path, content: bytes) -> None:
    for made in (path.parent.parent, path.parent):
        if not made.exists():
            made.mkdir(mode=0o700, parents=True, exist_ok=True)
            sync(made.parent)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(os.open(temporary, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)  # where there is no room, half a file takes some
        raise
    sync(path.parent)


def sync(path: Path) -> None:
    """Make a file, or the names in a folder, durable. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
