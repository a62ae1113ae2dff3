"""What is done with a folder before it is used: make it, or read it and decide whether it may be trusted.

* The end of the journal may be torn: a frame that was being written when the power or the process went. Nobody was told
  that it is stored. It is put aside, cut off, and a warning is logged.
* Anything else that is not as the journal left it (a damaged frame before a good one, a gap, a file that is missing,
  less than the mark says) is damage. The folder is refused with Problem store.damaged and left as it is.
"""

from __future__ import annotations

import contextlib
import logging
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from survey_service.problems import Problem
from survey_service.store import frames, mark
from survey_service.store.disk import Disk
from survey_service.store.frames import FileHeader, FrameReader
from survey_service.store.mark import Mark

LOG = logging.getLogger(__name__)
SNAPSHOT_TMP = "snap.tmp"
MARK_TMP = "mark.tmp"
_NUMBERED = re.compile(r"(snap|wal)-([0-9]{8})")


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


def snapshot_name(generation: int) -> str:
    """Return the name of a snapshot file."""
    return f"snap-{generation:08d}"


def journal_name(generation: int) -> str:
    """Return the name of a journal file."""
    return f"wal-{generation:08d}"


def damaged(disk: Disk, file: str, offset: int, reason: str) -> Problem:
    """Return the Problem of a folder that may not be trusted."""
    return Problem("store.damaged", folder=disk.place, file=file, offset=offset, reason=reason)


def recover(disk: Disk, replay: Replay) -> Position:
    """Read a folder, making it if it is new, and return where to go on.

    Raises Problem store.damaged, and OSError. Afterwards the folder holds exactly the snapshot and its journals.
    """
    if mark.NAME not in disk.names():
        create(disk)
    known = read_mark(disk)
    snapshot, journals = _files_in_use(disk, known)
    sequence = _read_snapshot(disk, snapshot, replay)
    position = Position(snapshot, 0, 0, sequence, snapshot, disk.size(snapshot_name(snapshot)))
    rest = b""
    for generation in journals:
        position, rest = _read_journal(disk, generation, position, replay)
        if rest and generation != journals[-1]:
            raise damaged(disk, journal_name(generation), position.end, "more follows the last frame")
    _check_mark(disk, known, position)
    _cut(disk, position, rest)
    tidy(disk, snapshot, position.generation)
    return position


def create(disk: Disk) -> None:
    """Make an empty store. The mark comes last, so that a creation which was cut short is simply begun again.

    Raises Problem store.damaged if the folder holds files of a store that has lost its mark.
    """
    used = {name for name in disk.names() if _NUMBERED.fullmatch(name)}
    first = {snapshot_name(1): frames.FILE_HEADER_SIZE + frames.FRAME_HEADER_SIZE, journal_name(1): 0}
    for name in sorted(used):
        if name not in first or (disk.size(name) > first[name] and not _is_blank(disk, name)):
            raise damaged(disk, mark.NAME, 0, "the file is missing")
    header = new_header(frames.SNAPSHOT, 1, 0)
    write_new(disk, snapshot_name(1), header.encode() + frames.encode_frame(header.seed, 1, ()))
    write_new(disk, journal_name(1), new_header(frames.JOURNAL, 1, 0).encode())
    disk.sync_names()
    write_new(disk, MARK_TMP, mark.encode(1, frames.FILE_HEADER_SIZE, 0))
    disk.rename(MARK_TMP, mark.NAME)
    disk.sync_names()


def new_header(kind: str, generation: int, base: int) -> FileHeader:
    """Return the header of a new file, with a fresh salt."""
    return FileHeader(kind, generation, base, secrets.token_hex(16))


def write_new(disk: Disk, name: str, content: bytes) -> None:
    """Write a whole small file and sync it."""
    file = disk.create(name)
    try:
        file.write(0, content)
        file.sync()
    finally:
        file.close()


def tidy(disk: Disk, snapshot: int, newest: int) -> None:
    """Remove the files that are no longer, or never came, in use. One that can't be removed does no harm."""
    for name in disk.names():
        match = _NUMBERED.fullmatch(name)
        if name in (SNAPSHOT_TMP, MARK_TMP) or (match and not snapshot <= int(match[2]) <= newest):
            with contextlib.suppress(OSError):
                disk.remove(name)


def read_mark(disk: Disk) -> Mark:
    """Return the mark. Raises Problem store.damaged."""
    with disk.reader(mark.NAME) as stream:
        found = mark.decode(stream.read())
    if found is None:
        raise damaged(disk, mark.NAME, 0, "the mark is not readable")
    return found


def _files_in_use(disk: Disk, known: Mark) -> tuple[int, list[int]]:
    """Return the newest snapshot's generation and those of the journals that follow it, in order."""
    found: dict[str, set[int]] = {"snap": set(), "wal": set()}
    for match in filter(None, map(_NUMBERED.fullmatch, disk.names())):
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


def _is_blank(disk: Disk, name: str) -> bool:
    """Return whether a journal holds no frame: at most a header, perhaps torn, and the zeros of reserved room."""
    with disk.reader(name) as stream:
        stream.seek(frames.FILE_HEADER_SIZE)
        return not stream.read().strip(b"\0")


def _is_unbegun(disk: Disk, name: str) -> bool:
    """Return whether a journal is blank, and so is its header: nothing can have been written to it yet."""
    with disk.reader(name) as stream:
        header = frames.decode_file_header(stream.read(frames.FILE_HEADER_SIZE))
    return header is None and _is_blank(disk, name)


def _read_snapshot(disk: Disk, generation: int, replay: Replay) -> int:
    """Replay a snapshot, which must be whole, and return the number of the last frame that it holds."""
    name = snapshot_name(generation)
    with disk.reader(name) as stream:
        header = frames.decode_file_header(stream.read(frames.FILE_HEADER_SIZE))
        if header is None or (header.kind, header.generation) != (frames.SNAPSHOT, generation):
            raise damaged(disk, name, 0, "the header is not readable")
        reader = FrameReader(stream, header.seed, disk.size(name))
        whole = False
        for number, frame in enumerate(reader, start=1):
            if whole or frame.sequence != number:
                raise damaged(disk, name, reader.end, "a frame is out of place")
            whole = not frame.lines
            _replay(disk, name, reader.end, replay.load, frame.lines)
        if not whole or reader.end != disk.size(name):
            raise damaged(disk, name, reader.end, "the frame is not readable")
    return header.base


def _read_journal(disk: Disk, generation: int, before: Position, replay: Replay) -> tuple[Position, bytes]:
    """Replay a journal and return where it ends and what follows its last frame."""
    name = journal_name(generation)
    with disk.reader(name) as stream:
        header = frames.decode_file_header(stream.read(frames.FILE_HEADER_SIZE))
        if header is None or (header.kind, header.generation) != (frames.JOURNAL, generation):
            raise damaged(disk, name, 0, "the header is not readable")
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
        write_new(disk, aside, rest)
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
