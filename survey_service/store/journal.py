"""A crash-safe, append-only journal: many threads append, one sync serves all that came meanwhile.

It knows lines of bytes and an owner that understands them; nothing of documents. The rules of its files stand in
`frames`, `recovery` and `mark`. The promise: when `wait` returns, a power cut can't undo the lines. When it raises
Problem store.full, they are nowhere. When it raises store.failed, nobody knows before the next start.

Group commit: the first thread to append becomes the leader. In `wait` it writes what everybody has appended so far as
one frame, syncs once, tells the owner, wakes each waiter by a lock of its own (a shared condition would wake them all
for each), and hands the lead to the first of those who came meanwhile. Changing to a new file is one more thing that a
leader does on somebody's behalf, so that nobody ever waits for the lead while holding a lock.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

from survey_service.problems import Problem
from survey_service.store import frames, layout, mark, recovery
from survey_service.store.disk import FULL, Disk

LOG = logging.getLogger(__name__)
RESERVE = 1 << 20
"""The file grows by this many bytes at a time."""


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


@dataclass(frozen=True)
class Rotation:
    """What a commit that ``rotates`` gets: the new file's generation, the last frame before, the owner's capture."""

    generation: int
    sequence: int
    capture: Any


class Commit:
    """Lines that become durable together, and what their owner wants to be told with them."""

    rotation: Rotation | None = None
    outcome: Callable[[], Problem] | None = None
    pending = True
    # Of the thread that waits for it: its lock and number, whether it is to lead, whether it has gone, whom it wakes.
    gate: threading.Lock | None = None
    thread: int | None = None
    leads = False
    gone = False
    following: Commit | None = None

    def __init__(self, lines: Sequence[bytes], changes: Any, rotates: bool) -> None:
        self.lines = lines
        self.changes = changes
        self.rotates = rotates

    def wait_at_gate(self, thread: int) -> threading.Lock:
        """Return a closed gate, at which a thread will wait until it is woken."""
        self.thread, self.leads, self.following = thread, False, None
        self.gate = threading.Lock()
        self.gate.acquire()
        return self.gate


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
        self._mark.write(0, mark.encode(self._generation, self._end, self._sequence))
        self._mark.sync()

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
        while commit.pending:
            gate = None
            with self.lock:
                # A leader that finds itself here was interrupted on its way to lead, and takes it up again.
                leads = not self._leading and self._leader in (None, me)
                if leads:
                    self._leader = me
                elif commit.pending:
                    gate = commit.wait_at_gate(me)
            if leads or (gate is not None and self._sleep(commit, gate)):
                self._lead()
        if commit.outcome is not None:
            raise commit.outcome()

    def _sleep(self, commit: Commit, gate: threading.Lock) -> bool:
        """Return when somebody has opened the gate: True if the lead is handed over, False if the commit is done."""
        try:
            gate.acquire()
        except BaseException:
            # An interrupted thread goes, but what it would have passed on must not be lost: whoever takes the opened
            # gate, this thread or the one that opens it later, does it.
            commit.gone = True
            if gate.acquire(blocking=False):
                self._wake(commit.following)
                if commit.leads:
                    self._lead()
            raise
        self._wake(commit.following)
        return commit.leads

    def _wake(self, commit: Commit | None) -> None:
        """Wake the thread that waits for a commit; if it has gone, do what it would have done."""
        leads = False
        while commit is not None and commit.gate is not None:
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
            first = _chain([commit for commit in told if commit.gate is not None and not commit.leads])
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
        """Store what has been appended so far, and hand the lead over."""
        with self.lock:
            if self._leading:
                return  # in the name of this thread, which was thought to have gone
            self._leading, self._leader = True, threading.get_ident()
            batch, self._queue = self._queue, []
        fault: BaseException | None = None
        try:
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
        for commit in batch:
            commit.pending = commit.rotates
        return [commit for commit in batch if commit.rotates]

    def _hand_over(self, batch: Sequence[Commit]) -> Commit | None:
        """Let the first who waits for the next batch lead; return the first of a chain of those to be woken.

        The next leader wakes first, so that the next sync begins while the others wake up. One thread wakes the next:
        if all were woken at once, they would only queue for the interpreter, at the price of two more switches each.
        """
        waiting = [commit for commit in batch if commit.gate is not None and not commit.leads]
        successor = next((c for c in self._queue if c.gate is not None and not c.gone), None) if self._queue else None
        self._leading, self._leader = False, None
        if successor is not None:
            successor.leads = True
            self._leader = successor.thread
            waiting.insert(0, successor)
        return _chain(waiting)

    def _write(self, frame: bytes) -> None:
        """Append one frame durably. Raises _NoRoom if it could be taken back, else OSError: then nothing is certain."""
        if self._end + len(frame) > self._reserved:
            self._reserved = self._end + len(frame) + RESERVE
            self._file.reserve(self._end, self._reserved)
        try:
            self._file.write(self._end, frame)
        except OSError as error:
            if error.errno not in FULL:
                raise
            self._reserved = self._end
            self._file.truncate(self._end)
            self._file.sync()
            raise _NoRoom from error
        self._file.sync()
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


def _chain(waiting: Sequence[Commit]) -> Commit | None:
    """Tie commits together so that who waits for one wakes who waits for the next, and return the first."""
    for commit, following in pairwise(waiting):
        commit.following = following
    return waiting[0] if waiting else None
