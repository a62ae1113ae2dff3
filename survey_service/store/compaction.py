"""Keeping the journal short: a snapshot of everything, written in the background, replaces the files before it.

Order is what makes it safe: the new journal exists before the first line that isn't in the old one; the snapshot gets
its name when it is durable; the old files go when that name is. Whatever moment the power goes, either the old snapshot
and all journals since it are there, or the new one and the journals since that.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from survey_service.problems import Problem
from survey_service.store import frames, layout, recovery
from survey_service.store.commit import Rotation
from survey_service.store.disk import FULL, Disk
from survey_service.store.journal import Journal

LOG = logging.getLogger(__name__)
SYNC_EVERY = 8 << 20
"""Bytes of a snapshot between two syncs: one large sync at the end would hold up the journal's small ones."""
_BREATH = 0.0002
"""Seconds of rest after each frame, so that those who wait for the interpreter get it at once."""


class _Cancelled(Exception):
    """The store is being closed."""


class Compactor:
    """Compacts when the journal has grown by ``threshold`` bytes, or by half the snapshot if that is more.

    ``lines_of`` turns what the journal's owner has captured into frames of the snapshot.
    """

    def __init__(
        self,
        disk: Disk,
        journal: Journal,
        position: recovery.Position,
        lines_of: Callable[[Any], Iterator[Sequence[bytes]]],
        threshold: int,
    ) -> None:
        self._disk = disk
        self._journal = journal
        self._lines_of = lines_of
        self._threshold = threshold
        self._due_at = self._after(position.snapshot_size) if position.generation == position.snapshot else 0
        self._busy = threading.Lock()
        self._cancelled = False

    def consider(self) -> None:
        """Start to compact in the background if it is time."""
        if self._journal.end < self._due_at or not self._busy.acquire(blocking=False):
            return
        try:
            if not self._cancelled:
                threading.Thread(target=self._in_background, name="store compaction", daemon=True).start()
                return
        except RuntimeError as error:  # no room for a thread, or the interpreter is ending; it stays due
            LOG.warning("%s: the journal was not compacted: %s", self._disk.place, error)
        self._busy.release()

    def run(self) -> None:
        """Compact now. Raises Problem store.full, store.failed or store.closed."""
        with self._busy:
            self._compact()

    def stop(self) -> None:
        """Break off what is under way, wait for its end, and start nothing more."""
        self._cancelled = True
        with self._busy:
            pass

    def _after(self, snapshot_size: int) -> int:
        """Return to which size the journal may grow beside a snapshot: a start reads both, a compaction writes all."""
        return max(self._threshold, snapshot_size // 2)

    def _in_background(self) -> None:
        try:
            self._compact()
        except Problem as problem:
            if problem.code != "store.closed":
                LOG.warning("%s: the journal was not compacted: %s", self._disk.place, problem)
        except Exception:
            LOG.exception("%s: the journal was not compacted", self._disk.place)
        finally:
            self._busy.release()

    def _compact(self) -> None:
        self._due_at = self._journal.end + self._threshold  # if it fails, the next attempt waits for as much again
        with self._journal.lock:
            commit = self._journal.append((), rotates=True)
        self._journal.wait(commit)
        assert commit.rotation is not None, "a rotation without a Problem has an outcome"  # noqa: S101
        self._due_at = self._threshold
        try:
            size = self._write(commit.rotation)
        except _Cancelled:
            raise Problem("store.closed", folder=self._disk.place) from None
        except OSError as error:
            if error.errno not in FULL:
                self._journal.fail(error)
                raise Problem("store.failed", folder=self._disk.place, reason=str(error)) from error
            with contextlib.suppress(OSError):
                self._disk.remove(layout.SNAPSHOT_TMP)
            raise Problem("store.full", folder=self._disk.place) from error
        self._due_at = self._after(size)

    def _write(self, rotation: Rotation) -> int:
        """Write a snapshot, put it in the place of the older files, and return its size in bytes."""
        lines = self._unless_cancelled(self._lines_of(rotation.capture))
        size = write_snapshot(self._disk, rotation.generation, rotation.sequence, lines)
        layout.tidy(self._disk, rotation.generation, rotation.generation)
        return size

    def _unless_cancelled(self, lines_of: Iterator[Sequence[bytes]]) -> Iterator[Sequence[bytes]]:
        for lines in lines_of:
            if self._cancelled:
                raise _Cancelled
            time.sleep(_BREATH)
            yield lines


def write_snapshot(disk: Disk, generation: int, sequence: int, frames_of: Iterable[Sequence[bytes]]) -> int:
    """Write a snapshot of what the journal holds up to a frame, make it durable, and return its size in bytes.

    Raises OSError, and whatever the iterable raises; then the snapshot doesn't exist.
    """
    header = layout.new_header(frames.SNAPSHOT, generation, sequence)
    file = disk.create(layout.SNAPSHOT_TMP)
    try:
        file.write(0, header.encode())
        end = synced = frames.FILE_HEADER_SIZE
        for number, lines in enumerate(chain(frames_of, [()]), start=1):
            frame = frames.encode_frame(header.seed, number, lines)
            file.write(end, frame)
            end += len(frame)
            if end - synced >= SYNC_EVERY:
                file.sync()
                synced = end
        file.sync()
    finally:
        file.close()
    disk.rename(layout.SNAPSHOT_TMP, layout.snapshot_name(generation))
    disk.sync_names()
    return end
