"""What is done with a folder before it is used: make it, or read it and decide whether it may be trusted.

* The end of the journal may be torn: a frame that was being written when the power or the process went. Nobody was told
  that it is stored. It is put aside, cut off, and a warning is logged.
* Anything else that is not as the journal left it (a damaged frame before a good one, a gap, a file that is missing,
  less than the mark says) is damage. The folder is refused with Problem store.damaged and left as it is.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from survey_service.problems import Problem
from survey_service.store import frames, layout, mark
from survey_service.store.disk import Disk
from survey_service.store.frames import FrameReader
from survey_service.store.layout import damaged, journal_name, snapshot_name
from survey_service.store.mark import Mark

LOG = logging.getLogger(__name__)


class Replay(Protocol):
    """Takes what the files hold, frame by frame."""

    def load(self, lines: Sequence[bytes]) -> None:
        """Take a frame of the snapshot. Raises ValueError if the lines make no sense."""
        ...

    def apply(self, lines: Sequence[bytes]) -> None:
        """Take a frame of the journal, a change to what was loaded. Raises ValueError likewise."""
        ...


@dataclass(frozen=True)
class Position:
    """Where the journal goes on: file, offset, checksum seed of the file, number of the last frame.

    ``snapshot`` is the generation of the snapshot before it, ``snapshot_size`` its bytes.
    """

    generation: int
    end: int
    seed: int
    sequence: int
    snapshot: int
    snapshot_size: int


def recover(disk: Disk, replay: Replay) -> Position:
    """Read a folder, making it if it is new, and return where to go on.

    Raises Problem store.damaged, and OSError. Afterwards the folder holds exactly the snapshot and its journals.
    """
    if mark.NAME not in disk.names():
        layout.create(disk)
    position, rest = read(disk, replay)
    _cut(disk, position, rest)
    layout.tidy(disk, position.snapshot, position.generation)
    return position


def read(disk: Disk, replay: Replay) -> tuple[Position, bytes]:
    """Read a folder without changing it; return where to go on, and the torn end behind that.

    Raises Problem store.damaged, and OSError.
    """
    known = layout.read_mark(disk)
    snapshot, journals = _files_in_use(disk, known)
    sequence = _read_snapshot(disk, snapshot, replay)
    position = Position(snapshot, 0, 0, sequence, snapshot, disk.size(snapshot_name(snapshot)))
    rest = b""
    for generation in journals:
        position, rest = _read_journal(disk, generation, position, replay)
        if rest and generation != journals[-1]:
            raise damaged(disk, journal_name(generation), position.end, "more follows the last frame")
    _check_mark(disk, known, position)
    return position, rest


def _files_in_use(disk: Disk, known: Mark) -> tuple[int, list[int]]:
    """Return the newest snapshot's generation and those of the journals that follow it, in order."""
    found: dict[str, set[int]] = {"snap": set(), "wal": set()}
    for match in filter(None, map(layout.NUMBERED.fullmatch, disk.names())):
        found[match[1]].add(int(match[2]))
    newest = max(found["snap"] | found["wal"] | {known.generation})
    snapshot = max(found["snap"], default=0)
    if not snapshot:
        raise damaged(disk, snapshot_name(known.generation), 0, "the file is missing")
    if newest > max(snapshot, known.generation) and _is_unbegun(disk, journal_name(newest)):
        newest -= 1  # a new journal was being begun
    for generation in range(snapshot, newest + 1):
        if generation not in found["wal"]:
            raise damaged(disk, journal_name(generation), 0, "the file is missing")
    return snapshot, list(range(snapshot, newest + 1))


def _is_unbegun(disk: Disk, name: str) -> bool:
    """Return whether a journal is blank, and so is its header: nothing can have been written to it yet."""
    with disk.reader(name) as stream:
        header = frames.decode_file_header(stream.read(frames.FILE_HEADER_SIZE))
    return header is None and layout.is_blank(disk, name)


def _read_snapshot(disk: Disk, generation: int, replay: Replay) -> int:
    """Replay a snapshot, which must be whole, and return the number of the last frame that it holds."""
    name = snapshot_name(generation)
    with disk.reader(name) as stream:
        line = stream.read(frames.FILE_HEADER_SIZE)
        header = frames.decode_file_header(line)
        if header is None or (header.kind, header.generation) != (frames.SNAPSHOT, generation):
            raise _unreadable(disk, name, line)
        reader = FrameReader(stream, header.seed, disk.size(name))
        whole = False
        for number, frame in enumerate(reader, start=1):
            if whole or frame.sequence != number:
                raise damaged(disk, name, reader.end, "a frame is out of place")
            whole = not frame.lines
            if not whole:
                _replay(disk, name, reader.end, replay.load, frame.lines)
        if not whole or reader.end != disk.size(name):
            raise damaged(disk, name, reader.end, "the frame is not readable")
    return header.base


def _read_journal(disk: Disk, generation: int, before: Position, replay: Replay) -> tuple[Position, bytes]:
    """Replay a journal and return where it ends and what follows its last frame."""
    name = journal_name(generation)
    with disk.reader(name) as stream:
        line = stream.read(frames.FILE_HEADER_SIZE)
        header = frames.decode_file_header(line)
        if header is None or (header.kind, header.generation) != (frames.JOURNAL, generation):
            raise _unreadable(disk, name, line)
        if header.base != before.sequence:
            raise damaged(disk, name, 0, f"it goes on after frame {header.base}, but the last one is {before.sequence}")
        sequence = before.sequence
        reader = FrameReader(stream, header.seed, disk.size(name))
        for frame in reader:
            if frame.sequence != sequence + 1:
                raise damaged(disk, name, reader.end, f"frame {frame.sequence} follows frame {sequence}")
            sequence = frame.sequence
            _replay(disk, name, reader.end, replay.apply, frame.lines)
        rest = reader.rest()
    if frames.holds_frame(rest, header.seed):
        raise damaged(disk, name, reader.end, "the frame is not readable, but later ones are")
    return replace(before, generation=generation, end=reader.end, seed=header.seed, sequence=sequence), rest


def _unreadable(disk: Disk, name: str, line: bytes) -> Problem:
    """Return the Problem of a file whose header isn't ours: that of a later version's format, or of damage."""
    found = frames.format_of(line)
    if found > frames.FORMAT:
        return Problem("store.newer", collection=disk.place, found=found, known=frames.FORMAT)
    return damaged(disk, name, 0, "the header is not readable")


def _replay(disk: Disk, name: str, end: int, take: Callable[[Sequence[bytes]], None], lines: Sequence[bytes]) -> None:
    try:
        take(lines)
    except (ValueError, LookupError, TypeError) as error:
        raise damaged(disk, name, end, f"the frame before makes no sense: {error}") from error


def _check_mark(disk: Disk, known: Mark, found: Position) -> None:
    """Raise Problem store.damaged if the journal does not reach the mark."""
    name = journal_name(found.generation)
    same_file = known.generation == found.generation
    if found.sequence < known.sequence or (same_file and found.end < known.end):
        reason = f"frames {found.sequence + 1} to {known.sequence} were stored and are missing or not readable"
        raise damaged(disk, name, found.end, reason)
    exact = same_file and (found.end, found.sequence) == (known.end, known.sequence) and disk.size(name) == known.end
    if known.clean and not exact:
        raise damaged(disk, name, found.end, "the file has changed since it was closed")


def _cut(disk: Disk, position: Position, rest: bytes) -> None:
    """Cut off what follows the last frame; unless it is but reserved room, keep it in a file of its own."""
    name = journal_name(position.generation)
    if disk.size(name) == position.end:
        return
    if rest:
        aside = f"torn-{position.generation:08d}-{position.end}"
        layout.write_new(disk, aside, rest)
        disk.sync_names()
        LOG.warning(
            "%s: the last change was being written when the service stopped; nobody was told that it is stored. "
            "Its %d bytes were moved from %s to %s.",
            disk.place,
            len(rest),
            name,
            aside,
        )
    file = disk.open(name)
    try:
        file.truncate(position.end)
        file.sync()
    finally:
        file.close()
