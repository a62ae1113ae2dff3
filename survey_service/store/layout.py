"""The files of a store's folder: their names, how they are made, and how one finds that they are not whole."""

from __future__ import annotations

import contextlib
import re
import secrets

from survey_service.problems import Problem
from survey_service.store import frames, mark
from survey_service.store.disk import Disk
from survey_service.store.frames import FileHeader
from survey_service.store.mark import Mark

SNAPSHOT_TMP = "snap.tmp"
MARK_TMP = "mark.tmp"
NUMBERED = re.compile(r"(snap|wal)-([0-9]{8})")


def snapshot_name(generation: int) -> str:
    """Return the name of a snapshot file."""
    return f"snap-{generation:08d}"


def journal_name(generation: int) -> str:
    """Return the name of a journal file."""
    return f"wal-{generation:08d}"


def damaged(disk: Disk, file: str, offset: int, reason: str) -> Problem:
    """Return the Problem of a folder that may not be trusted."""
    return Problem("store.damaged", folder=disk.place, file=file, offset=offset, reason=reason)


def create(disk: Disk) -> None:
    """Make an empty store. The mark comes last, so that a creation which was cut short is simply begun again.

    Raises Problem store.damaged if the folder holds files of a store that has lost its mark.
    """
    used = {name for name in disk.names() if NUMBERED.fullmatch(name)}
    first = {snapshot_name(1): frames.FILE_HEADER_SIZE + frames.FRAME_HEADER_SIZE, journal_name(1): 0}
    for name in sorted(used):
        if name not in first or (disk.size(name) > first[name] and not is_blank(disk, name)):
            raise damaged(disk, mark.NAME, 0, "the file is missing")
    header = new_header(frames.SNAPSHOT, 1, 0)
    write_new(disk, snapshot_name(1), header.encode() + frames.encode_frame(header.seed, 1, ()))
    write_new(disk, journal_name(1), new_header(frames.JOURNAL, 1, 0).encode())
    disk.sync_names()
    write_mark(disk, 1, 0)


def write_mark(disk: Disk, generation: int, sequence: int) -> None:
    """Make the mark for a journal that was just begun."""
    write_new(disk, MARK_TMP, mark.encode(generation, frames.FILE_HEADER_SIZE, sequence))
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
        match = NUMBERED.fullmatch(name)
        if name in (SNAPSHOT_TMP, MARK_TMP) or (match and not snapshot <= int(match[2]) <= newest):
            with contextlib.suppress(OSError):
                disk.remove(name)


def read_mark(disk: Disk) -> Mark:
    """Return the mark. Raises Problem store.damaged."""
    found = None
    if mark.NAME in disk.names():
        with disk.reader(mark.NAME) as stream:
            found = mark.decode(stream.read())
    if found is None:
        raise damaged(disk, mark.NAME, 0, "the mark is not readable")
    return found


def is_blank(disk: Disk, name: str) -> bool:
    """Return whether a journal holds no frame: at most a header, perhaps torn, and the zeros of reserved room."""
    with disk.reader(name) as stream:
        stream.seek(frames.FILE_HEADER_SIZE)
        return not stream.read().strip(b"\0")
