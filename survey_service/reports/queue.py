"""Who may run a report now: a line of tickets in the instance, over all threads and processes of a machine.

A ticket is an empty file that its holder keeps locked, from the moment it joins the line to the end of its run. The
kernel gives the lock back when the holder ends, however it ends, so a dead ticket is one that anybody can lock. Tickets
have growing numbers; the first MOST_AT_ONCE that live may run. Several machines with an instance each have a line each.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import socket
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

MOST_AT_ONCE = 2
_DOOR = "door"
_SUFFIX = ".ticket"


class Queue:
    """The line of a machine, in a folder of the instance, made at first use."""

    def __init__(self, instance: Path) -> None:
        self._folder = instance / "report-queue"

    @property
    def machine(self) -> str:
        """What tells this line from those of other machines."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        found = self._folder.stat()
        return f"{socket.gethostname()}:{found.st_dev:x}:{found.st_ino:x}"

    def join(self) -> Ticket:
        """Return a new ticket at the end of the line."""
        with self._closed_door():
            last = max((_number(name) for name in self._living()), default=0)
            name = f"{last + 1:08d}-{secrets.token_hex(8)}{_SUFFIX}"
            descriptor = os.open(self._folder / name, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return Ticket(self, self._folder / name, descriptor)

    def ahead(self, name: str) -> int | None:
        """Return how many living tickets stand before one; None if that one is dead or gone."""
        with self._closed_door():
            living = self._living()
        return living.index(name) if name in living else None

    def _living(self) -> list[str]:
        """Return the living tickets, first come first, and remove the dead ones. Call it with the door closed."""
        living = []
        for path in sorted(self._folder.glob(f"*{_SUFFIX}")):
            with contextlib.suppress(FileNotFoundError):
                if _is_locked(path):
                    living.append(path.name)
                else:
                    path.unlink()
        return living

    @contextlib.contextmanager
    def _closed_door(self) -> Iterator[None]:
        """Let nobody else join or look for the block; it never waits for a run."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self._folder / _DOOR, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


class Ticket:
    """A place in the line, held until `leave`; a context manager that leaves."""

    def __init__(self, queue: Queue, path: Path, descriptor: int) -> None:
        self._queue, self._path, self._descriptor = queue, path, descriptor
        self.name = path.name

    def may_run(self) -> bool:
        """Tell whether it is this ticket's turn."""
        ahead = self._queue.ahead(self.name)
        return ahead is not None and ahead < MOST_AT_ONCE

    def leave(self) -> None:
        """Leave the line; to leave twice is allowed."""
        if self._descriptor >= 0:
            self._path.unlink(missing_ok=True)
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Ticket:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.leave()


def _is_locked(path: Path) -> bool:
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(descriptor)


def _number(name: str) -> int:
    return int(name.partition("-")[0])
