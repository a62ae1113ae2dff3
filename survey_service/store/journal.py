"""A crash-safe, append-only journal: many threads append, one sync serves all that came meanwhile.

It knows lines of bytes and an owner that understands them; nothing of documents. The rules of its files stand in
`frames`, `recovery` and `mark`. The promise: when `wait` returns, a power cut can't undo the lines. When it raises
Problem store.full, they are nowhere. When it raises store.failed, nobody knows before the next start.

Group commit: the first thread to wait becomes the leader. It writes what everybody has appended so far as one frame,
syncs once, tells the owner, hands the lead to the first of those who came meanwhile, and wakes those who waited, each
by a lock of its own and one by the other. Changing to a new file is one more thing that a leader does on somebody's
behalf, so that nobody ever waits for the lead while holding a lock.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from survey_service.problems import Problem
from survey_service.store import frames, layout, mark, recovery
from survey_service.store.commit import Commit, Rotation, chain
from survey_service.store.disk import FULL, Disk

LOG = logging.getLogger(__name__)
RESERVE = 1 << 20
"""The file grows by this many bytes at a time."""
PATIENCE = 1.0
"""Seconds after which a waiting thread looks for itself, in case that the one to wake it was interrupted."""


class Owner(Protocol):
    """Whose lines these are. Each method is called with the journal's lock held, and is quick."""

    def durable(self, commits: Sequence[Commit]) -> None:
        """These commits are durable now, in this order."""
        ...

    def refused(self) -> None:
        """All commits that aren't durable by now have failed and must be undone, and what is built on them too."""
        ...

    def capture(self) -> Any:
        """Return what is durable now, to be written as a snapshot later; it must not change any more."""
        ...


class _NoRoom(Exception):
    """The disk is full, and what had been written of the frame is cut off again."""


class Journal:
    """The open journal of a folder. ``lock`` guards the queue; the owner uses it for its own state too.

    ``epoch`` changes whenever commits are refused: what was worked out before on top of them is void.
    """

    def __init__(self, disk: Disk, owner: Owner, position: recovery.Position) -> None:
        """Go on where `recovery.recover` has found the end. Raises OSError."""
        self.lock = threading.Lock()
        self.epoch = 0
        self.failed = False
        self._disk = disk
        self._owner = owner
        self._generation = position.generation
        self._seed = position.seed
        self._sequence = position.sequence
        self._end = self._reserved = position.end
        self._queue: list[Commit] = []
        self._leader: int | None = None
        self._leading = False
        self._trouble: Callable[[], Problem] | None = None
        self._file = disk.open(layout.journal_name(position.generation))
        self._mark = disk.open(mark.NAME)
        try:
            self._mark.write(0, mark.encode(self._generation, self._end, self._sequence))
            self._mark.sync()
        except BaseException:
            self.abandon()
            raise

    @property
    def end(self) -> int:
        """The size of the current file's durable part, in bytes."""
        return self._end

    def append(self, lines: Sequence[bytes], changes: Any = (), *, rotates: bool = False) -> Commit:
        """Append lines, to be followed by `wait`. Call with the lock held.

        Raises Problem store.closed or store.failed if the journal takes nothing more.
        """
        if self._trouble is not None:
            raise self._trouble()
        return self._append(lines, changes, rotates)

    def barrier(self) -> Commit | None:
        """Return a commit to `wait` for until all that was appended is durable; None if it is. With the lock held."""
        return self._append((), (), False) if self._leader is not None or self._queue else None

    def wait(self, commit: Commit) -> None:
        """Return when a commit is durable. Raises Problem store.full or store.failed. Call without the lock."""
        me = threading.get_ident()
        woken = True
        while commit.pending:
            gate = None
            with self.lock:
                # The lead may be free, or this thread's own, or promised to one that was interrupted on its way.
                leads = not self._leading and (self._leader in (None, me) or not woken)
                if leads:
                    self._leader = me
                elif commit.pending:
                    gate = commit.wait_at_gate(me)
            if gate is not None:
                woken = self._sleep(commit, gate)
                leads = woken and commit.leads
            if leads:
                self._lead()
        if commit.outcome is not None:
            raise commit.outcome()

    def _sleep(self, commit: Commit, gate: threading.Lock) -> bool:
        """Return True when somebody has opened the gate, False after a while: then one has to look for oneself."""
        try:
            woken = gate.acquire(timeout=PATIENCE)
            if not woken:
                commit.gone = True
                woken = gate.acquire(blocking=False)
        except BaseException:
            # An interrupted thread goes, but what it would have passed on must not be lost: whoever takes the opened
            # gate, this thread or the one that opens it later, does it.
            commit.gone = True
            if gate.acquire(blocking=False):
                self._wake(commit.following)
                if commit.leads:
                    self._lead()
            raise
        if woken:
            self._wake(commit.following)
        return woken

    def _wake(self, commit: Commit | None) -> None:
        """Wake the thread that waits for a commit; if it has gone, do what it would have done."""
        leads = False
        while commit is not None and commit.gate is not None:
            if commit.gate.locked():
                commit.gate.release()
            if not (commit.gone and commit.gate.acquire(blocking=False)):
                break
            leads = leads or commit.leads
            commit = commit.following
        if leads:
            self._lead()

    def fail(self, error: BaseException) -> None:
        """Take nothing more: an error has made it unknown what is stored. Call without the lock."""
        with self.lock:
            told = self._refuse([], self._poison(error))
            first = chain(told)
        self._wake(first)

    def close(self) -> None:
        """Wait for what was appended, refuse what comes later, and mark the end as clean unless it is unknown."""
        with self.lock:
            last = self._append((), (), False)
            self._trouble = self._trouble or self._closed
        with contextlib.suppress(Problem):
            self.wait(last)
        try:
            if not self.failed:
                self._file.truncate(self._end)
                self._file.sync()
                self._mark.write(0, mark.encode(self._generation, self._end, self._sequence, clean=True))
                self._mark.sync()
        except OSError as error:
            LOG.warning("%s: closed, but could not be marked as closed: %s", self._disk.place, error)
        self.abandon()

    def abandon(self) -> None:
        """Close the files as they are; all that a forked child may do."""
        self._file.close()
        self._mark.close()

    def _append(self, lines: Sequence[bytes], changes: Any, rotates: bool) -> Commit:
        commit = Commit(lines, changes, rotates)
        self._queue.append(commit)
        return commit

    # --- the leader's work ---

    def _lead(self) -> None:
        """Store what has been appended so far, and hand the lead over; nothing if another thread leads already."""
        batch: list[Commit] = []
        fault: BaseException | None = None
        try:
            with self.lock:
                if self._leading:
                    return
                self._leading, self._leader = True, threading.get_ident()
                batch, self._queue = self._queue, []
            lines = batch[0].lines if len(batch) == 1 else [line for commit in batch for line in commit.lines]
            if lines:
                self._write(frames.encode_frame(self._seed, self._sequence + 1, lines))
            with self.lock:
                rotating = self._publish(batch)
                first = None if rotating else self._hand_over(batch)
            if rotating:
                for commit in rotating:
                    self._rotate(commit)
                with self.lock:
                    first = self._hand_over(batch)
        except BaseException as error:
            fault = error
            with self.lock:
                if not self._leading or self._leader != threading.get_ident():
                    raise  # interrupted before it led, or after it had handed over
                told = self._refuse(batch, self._full if isinstance(fault, _NoRoom) else self._poison(fault))
                first = self._hand_over(told)
        self._wake(first)
        if fault is not None and not isinstance(fault, (_NoRoom, OSError)):
            raise fault

    def _publish(self, batch: Sequence[Commit]) -> list[Commit]:
        """Tell the owner that a batch is durable; return the commits that want the file to be changed."""
        if self.failed:
            raise OSError("the journal has failed")
        self._owner.durable(batch)
        rotating: list[Commit] = []
        for commit in batch:
            if commit.rotates:
                rotating.append(commit)
            else:
                commit.pending = False
        return rotating

    def _hand_over(self, batch: Sequence[Commit]) -> Commit | None:
        """Let the first who waits for the next batch lead; return the first of those to be woken."""
        successor = next((c for c in self._queue if c.gate is not None and not c.gone), None) if self._queue else None
        self._leading, self._leader = False, None
        others = chain(batch)
        if successor is None:
            return others
        successor.leads = True
        successor.following = others
        self._leader = successor.thread
        return successor

    def _write(self, frame: bytes) -> None:
        """Append one frame durably. Raises _NoRoom if it could be taken back, else OSError: then nothing is certain."""
        if self._end + len(frame) > self._reserved:
            self._reserved = self._end + len(frame) + RESERVE
            self._file.reserve(self._end, self._reserved)
        try:
            self._file.write_through(self._end, frame)
        except OSError as error:
            if error.errno not in FULL:
                raise
            # What was durable before is so still: whether the room was missed while writing or while syncing, the new
            # frame is cut off, and that must be synced without fault.
            self._reserved = self._end
            self._file.truncate(self._end)
            self._file.sync()
            raise _NoRoom from error
        self._sequence += 1
        self._end += len(frame)
        self._mark.poke(mark.encode(self._generation, self._end, self._sequence))

    def _rotate(self, commit: Commit) -> None:
        """Go on in a new file, and let the commit have what all files before it hold together."""
        header = layout.new_header(frames.JOURNAL, self._generation + 1, self._sequence)
        name = layout.journal_name(header.generation)
        file = None
        try:
            file = self._disk.create(name)
            file.write(0, header.encode())
        except OSError as error:
            if error.errno not in FULL:
                raise
            if file is not None:
                file.close()
            with contextlib.suppress(OSError):
                self._disk.remove(name)
            commit.outcome, commit.pending = self._full, False
            return
        file.sync()
        self._disk.sync_names()
        with self.lock:
            commit.rotation = Rotation(header.generation, self._sequence, self._owner.capture())
            commit.pending = False
            old, old_end = self._file, self._end
            self._file, self._seed, self._generation = file, header.seed, header.generation
            self._end = self._reserved = frames.FILE_HEADER_SIZE
        self._mark.poke(mark.encode(self._generation, self._end, self._sequence))
        with contextlib.suppress(OSError):  # reserved room behind the last frame does no harm
            old.truncate(old_end)
        old.close()

    # --- troubles; each with the lock held ---

    def _refuse(self, batch: list[Commit], outcome: Callable[[], Problem]) -> list[Commit]:
        """Give up whatever is not durable, and return all commits that must be told so."""
        told, self._queue = batch + self._queue, []
        self.epoch += 1
        self._owner.refused()
        for commit in told:
            if commit.pending:
                commit.outcome, commit.pending = outcome, False
        return told

    def _poison(self, error: BaseException) -> Callable[[], Problem]:
        if not self.failed:
            reason = str(error) or type(error).__name__
            LOG.error("%s: nothing more is saved until the next start: %s", self._disk.place, reason)
            self.failed = True
            self._trouble = lambda: Problem("store.failed", folder=self._disk.place, reason=reason)
        return self._trouble or self._closed

    def _full(self) -> Problem:
        return Problem("store.full", folder=self._disk.place)

    def _closed(self) -> Problem:
        return Problem("store.closed", folder=self._disk.place)
