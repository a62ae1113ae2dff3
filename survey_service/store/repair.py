"""Looking at a store that isn't in use, and saving what can be read of one that is damaged.

A repair takes every frame that is whole, of the newest snapshot and of all journals since, in their order. So each
document comes out in its newest state that could be read; one that was deleted in a frame that is lost comes back. The
files as they were are kept beside the new ones, their names beginning with ``damaged-``.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from survey_service.problems import Problem
from survey_service.store import frames, layout, mark, recovery
from survey_service.store.compaction import write_snapshot
from survey_service.store.contents import Contents, snapshot_frames
from survey_service.store.disk import Disk, OsDisk
from survey_service.store.frames import FrameReader
from survey_service.store.lock import FolderLock

LOG = logging.getLogger(__name__)
ID_GAP = 1_000_000
"""After a repair ids go on so far above, because the highest ones given may be among what was lost."""


@dataclass(frozen=True)
class Findings:
    """What a store holds: documents by collection, files and their sizes in bytes, and its fault, if it has one.

    ``torn`` is the size of a change that was being written when the service stopped. It is no fault.
    """

    documents: Mapping[str, int]
    files: Mapping[str, int]
    torn: int
    fault: Problem | None


@dataclass(frozen=True)
class Damage:
    """A part of a file that could not be read."""

    file: str
    offset: int
    size: int


@dataclass(frozen=True)
class Repair:
    """What a repair has kept: documents by collection; what was not readable; how many frames of the journal are
    missing (each held the changes of one moment); and the names of the files that were put aside."""

    documents: Mapping[str, int]
    damage: Sequence[Damage]
    missing: int
    aside: Sequence[str]


def check(folder: Path) -> Findings:
    """Read a store without changing it. Raises Problem store.locked if it is in use, store.unusable."""
    with _locked(folder) as disk:
        return examine(disk)


def repair(folder: Path) -> Repair | None:
    """Mend a damaged store, and return what was kept; None if there is nothing to mend.

    Raises Problem store.locked, store.unusable. If it is interrupted, it can be done again.
    """
    with _locked(folder) as disk:
        return None if examine(disk).fault is None else mend(disk)


@contextmanager
def _locked(folder: Path) -> Iterator[Disk]:
    if not folder.is_dir():
        raise Problem("store.unusable", folder=str(folder), reason="there is no such folder")
    try:
        lock = FolderLock(folder)
        try:
            yield OsDisk(folder)
        finally:
            lock.release()
    except OSError as error:
        raise Problem("store.unusable", folder=str(folder), reason=str(error)) from error


def examine(disk: Disk) -> Findings:
    """Return what a disk holds."""
    contents = Contents()
    torn, fault = b"", None
    files = {name: disk.size(name) for name in sorted(disk.names()) if _belongs(name)}
    try:
        if files:
            _, torn = recovery.read(disk, contents)
    except Problem as problem:
        fault = problem
    return Findings(_count(contents), files, len(torn), fault)


def mend(disk: Disk) -> Repair:
    """Put the old files aside and write new ones with all that can be read."""
    contents = Contents()
    salvage = _Salvage(disk, contents)
    salvage.read()
    for table in contents.tables.values():
        table.high += ID_GAP
    aside = _put_aside(disk)
    generation, sequence = salvage.newest + 1, salvage.sequence
    header = layout.new_header(frames.JOURNAL, generation, sequence)
    layout.write_new(disk, layout.journal_name(generation), header.encode())
    disk.sync_names()
    write_snapshot(disk, generation, sequence, snapshot_frames(contents.capture()))
    layout.write_mark(disk, generation, sequence)
    layout.tidy(disk, generation, generation)
    LOG.warning("%s: repaired; the files as they were are kept as %s", disk.place, ", ".join(aside))
    return Repair(_count(contents), tuple(salvage.damage), salvage.missing, tuple(aside))


def _count(contents: Contents) -> dict[str, int]:
    return {name: contents.table(name).count(newest=True) for name in contents.existing(newest=True)}


def _belongs(name: str) -> bool:
    return name == mark.NAME or layout.NUMBERED.fullmatch(name) is not None


def _put_aside(disk: Disk) -> list[str]:
    """Copy the files of the store; return the names of the copies."""
    number = 1 + max((int(name[8:12]) for name in disk.names() if name.startswith("damaged-")), default=0)
    copies = []
    for name in sorted(filter(_belongs, disk.names())):
        copies.append(f"damaged-{number:04d}-{name}")
        file = disk.create(copies[-1])
        try:
            with disk.reader(name) as stream:
                offset = 0
                while part := stream.read(1 << 20):
                    file.write(offset, part)
                    offset += len(part)
            file.sync()
        finally:
            file.close()
    disk.sync_names()
    return copies


class _Salvage:
    """Reads whatever is whole of a damaged store into ``contents``."""

    def __init__(self, disk: Disk, contents: Contents) -> None:
        self._disk = disk
        self._contents = contents
        self.damage: list[Damage] = []
        self.newest = 1
        self.sequence = 0
        self.missing = 0

    def read(self) -> None:
        """Read everything, in the order in which it was written."""
        found: dict[str, list[int]] = {"snap": [], "wal": []}
        for match in filter(None, map(layout.NUMBERED.fullmatch, sorted(self._disk.names()))):
            found[match[1]].append(int(match[2]))
        with contextlib.suppress(Problem):
            known = layout.read_mark(self._disk)
            self.newest, self.sequence = known.generation, known.sequence
        self.newest = max([self.newest, *found["snap"], *found["wal"]])
        snapshot = max(found["snap"], default=0)
        base = self._read_snapshot(snapshot) if snapshot else None
        changes: dict[int, Sequence[bytes]] = {}
        for generation in found["wal"]:
            if generation >= snapshot:
                for frame in self._frames(layout.journal_name(generation)):
                    changes.setdefault(frame.sequence, frame.lines)
        for sequence in sorted(changes):
            self._apply(changes[sequence])
        self._contents.name_all()
        first = base if base is not None else min(changes, default=1) - 1
        self.sequence = max([self.sequence, first, *changes])
        self.missing = self.sequence - first - len(changes)

    def _apply(self, lines: Sequence[bytes]) -> None:
        """Take a frame of the journal, also if the one that named a table is lost."""
        while True:
            try:
                self._contents.apply(lines)
                return
            except KeyError as error:
                number = error.args[0]
                self._contents.learn(number, f"table_{number}")

    def _read_snapshot(self, generation: int) -> int | None:
        """Read a snapshot, and return the number of the last frame before it if that can be read."""
        name = layout.snapshot_name(generation)
        for frame in self._frames(name):
            if frame.lines:
                self._contents.load(frame.lines)
        with self._disk.reader(name) as stream:
            header = frames.decode_file_header(stream.read(frames.FILE_HEADER_SIZE))
        return header.base if header else None

    def _frames(self, name: str) -> Iterator[frames.Frame]:
        """Yield the whole frames of a file, and note what stands between them."""
        with self._disk.reader(name) as stream:
            line = stream.read(frames.FILE_HEADER_SIZE)
            header = frames.decode_file_header(line)
            salt = header.salt if header else frames.salt_within(line)
            if header is None:
                self._note(name, 0, len(line))
            reader = FrameReader(stream, frames.seed_of(salt or ""), self._disk.size(name))
            yield from reader
            rest, begin = reader.rest(), reader.end
        read = 0
        for start, end, frame in frames.frames_within(rest, frames.seed_of(salt or "")):
            self._note(name, begin + read, start - read)
            yield frame
            read = end
        self._note(name, begin + read, len(rest) - read)

    def _note(self, name: str, offset: int, size: int) -> None:
        if size:
            self.damage.append(Damage(name, offset, size))
