"""One process at a time: the lock on a store's folder."""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path

from survey_service.problems import Problem

NAME = "LOCK"


class FolderLock:
    """The exclusive right to a folder, held until `release` or the end of the process.

    The lock belongs to the open file, which a forked child shares: it lives on as long as the child does, even when the
    parent has gone. A program that the process starts doesn't inherit it.
    """

    def __init__(self, folder: Path) -> None:
        """Take the lock. Raises Problem store.locked, which names the process that has it."""
        self.owner = os.getpid()
        self._descriptor: int | None = os.open(folder / NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, b"%d\n" % self.owner, 0)
        except BlockingIOError:
            pid = _holder(folder / NAME, os.pread(self._descriptor, 32, 0).decode("ascii", "replace").strip())
            self.release()
            raise Problem("store.locked", folder=str(folder), pid=pid) from None
        except BaseException:
            self.release()
            raise

    def release(self) -> None:
        """Give the lock back, or only this process' share of it: closing the file does not unlock it for others."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _holder(path: Path, noted: str) -> str:
    """Return the process to name: that which took the lock, or if it has ended, a child that has the file open."""
    if Path("/proc", noted or "0").exists():
        return noted
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if process.name != str(os.getpid()) and any(link.samefile(path) for link in process.glob("fd/*")):
                return process.name
    return noted or "?"
