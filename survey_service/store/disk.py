"""The only place that touches the disk: a folder of files, and what may be asked of them.

The journal sees a `Disk` and a `File`, so that tests can put one below it that loses what was not synced, fails, or is
full.
"""

from __future__ import annotations

import errno
import mmap
import os
from pathlib import Path
from typing import BinaryIO, Protocol

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""The errors that mean that there is no room: the write can be taken back, and a later one may succeed."""
UNKNOWN = frozenset({errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS})
"""The errors that mean that a file system or a kernel doesn't know how to write through."""

_BUFFER = 1 << 16
"""Bytes that are read ahead: much less than a frame of a snapshot, most of which is read to where it stays."""


class File(Protocol):
    """A file open for writing. All methods raise OSError."""

    def write(self, offset: int, data: bytes) -> None:
        """Write all of the data at an offset."""
        ...

    def write_through(self, offset: int, data: bytes) -> None:
        """Write all of the data at an offset, and return when that survives a power cut, as `write` and `sync` do."""
        ...

    def sync(self) -> None:
        """Return when all that was written, and the size, survives a power cut."""
        ...

    def truncate(self, size: int) -> None:
        """Cut the file, or lengthen it with zeros."""
        ...

    def reserve(self, begin: int, end: int) -> None:
        """Lengthen the file, which ends at ``begin``, with zeros, if there is room.

        To overwrite them later changes nothing but data: a sync need not wait for the file system's own journal too.
        """
        ...

    def poke(self, data: bytes) -> None:
        """Overwrite the beginning of the file, which is at least as long, in memory: the disk gets it later."""
        ...

    def close(self) -> None:
        """Close the file, without syncing it."""
        ...


class Disk(Protocol):
    """A folder of files. All methods raise OSError. New names and removals are durable only after `sync_names`."""

    @property
    def place(self) -> str:
        """The folder, for messages."""
        ...

    def names(self) -> set[str]:
        """Return the names of all files."""
        ...

    def size(self, name: str) -> int:
        """Return the size of a file in bytes."""
        ...

    def reader(self, name: str) -> BinaryIO:
        """Open a file for reading from its beginning."""
        ...

    def create(self, name: str) -> File:
        """Open a new, empty file; an old one of that name is emptied."""
        ...

    def open(self, name: str) -> File:
        """Open an existing file."""
        ...

    def rename(self, old: str, new: str) -> None:
        """Give a file a new name, in place of the file that had it."""
        ...

    def remove(self, name: str) -> None:
        """Remove a file."""
        ...

    def sync_names(self) -> None:
        """Return when all names survive a power cut."""
        ...


class OsFile:
    """A `File` of the operating system."""

    def __init__(self, path: Path, flags: int) -> None:
        self._descriptor = os.open(path, flags | os.O_RDWR | os.O_CLOEXEC, 0o600)
        self._map: mmap.mmap | None = None

    def write(self, offset: int, data: bytes) -> None:
        written = os.pwrite(self._descriptor, data, offset)
        if written < len(data):
            rest = memoryview(data)
            while written < len(data):
                written += os.pwrite(self._descriptor, rest[written:], offset + written)

    def write_through(self, offset: int, data: bytes) -> None:
        # One call to the system and not two: with many threads each call ends with a wait for the interpreter.
        try:
            written = os.pwritev(self._descriptor, (data,), offset, os.RWF_DSYNC)
        except OSError as error:
            if error.errno not in UNKNOWN:
                raise
            written = 0
        if written < len(data):
            self.write(offset + written, data[written:])
            self.sync()

    def sync(self) -> None:
        os.fdatasync(self._descriptor)

    def truncate(self, size: int) -> None:
        os.ftruncate(self._descriptor, size)

    def reserve(self, begin: int, end: int) -> None:
        try:
            self.write(begin, bytes(end - begin))
        except OSError as error:
            if error.errno not in FULL:
                raise
            self.truncate(begin)

    def poke(self, data: bytes) -> None:
        if self._map is None:
            self._map = mmap.mmap(self._descriptor, 0)
        self._map[: len(data)] = data

    def close(self) -> None:
        if self._map is not None:
            self._map.close()
        os.close(self._descriptor)


class OsDisk:
    """A `Disk` that is a folder of the operating system, made at first use and readable by its owner only."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder

    @property
    def place(self) -> str:
        return str(self._folder)

    def names(self) -> set[str]:
        return {entry.name for entry in os.scandir(self._folder) if entry.is_file(follow_symlinks=False)}

    def size(self, name: str) -> int:
        return (self._folder / name).stat().st_size

    def reader(self, name: str) -> BinaryIO:
        return open(self._folder / name, "rb", buffering=_BUFFER)

    def create(self, name: str) -> File:
        return OsFile(self._folder / name, os.O_CREAT | os.O_TRUNC)

    def open(self, name: str) -> File:
        return OsFile(self._folder / name, 0)

    def rename(self, old: str, new: str) -> None:
        os.replace(self._folder / old, self._folder / new)

    def remove(self, name: str) -> None:
        os.unlink(self._folder / name)

    def sync_names(self) -> None:
        descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
