"""Disks for tests: in memory, and able to lose what was not synced, to fail, or to be full."""

from __future__ import annotations

import errno
import io
import random
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

BLOCK = 512


class PowerCut(OSError):
    """The power is gone: nothing reaches the disk any more."""


@dataclass
class Inode:
    """A file's content as programs see it, as it is certainly on the disk, and what happened to it since."""

    content: bytearray = field(default_factory=bytearray)
    durable: bytes = b""
    pending: list[tuple[int, bytes]] = field(default_factory=list)  # writes; offset -1: a new size, in the bytes


class SimDisk:
    """A `Disk` in memory that knows what a power cut would leave of it.

    ``cut_after`` counts what changes the disk (writes, syncs, names): the power goes before the next one. ``honest``
    false makes syncs do nothing. ``room`` is the number of bytes that all files together may have. ``fail_sync`` is the
    number of the sync, counted from 1, that ends with an input/output error.
    """

    place = "simulated"

    def __init__(self, *, honest: bool = True, room: int | None = None) -> None:
        self.files: dict[str, Inode] = {}
        self.honest = honest
        self.room = room
        self.cut_after: int | None = None
        self.fail_sync: int | None = None
        self.syncs = 0
        self._durable_names: dict[str, Inode] = {}
        self._pending_names: list[tuple[str, Inode | None, str | None]] = []  # name, file or None, name it had before
        self._lock = threading.RLock()

    # --- the Disk ---

    def names(self) -> set[str]:
        return set(self.files)

    def size(self, name: str) -> int:
        return len(self.files[name].content)

    def reader(self, name: str) -> BinaryIO:
        return io.BytesIO(bytes(self.files[name].content))

    def create(self, name: str) -> SimFile:
        with self._step():
            if name in self.files:
                inode = self.files[name]
                inode.content.clear()
                inode.pending.append((-1, b"0"))
            else:
                inode = self.files[name] = Inode()
                self._pending_names.append((name, inode, None))
            return SimFile(self, inode)

    def open(self, name: str) -> SimFile:
        return SimFile(self, self.files[name])

    def rename(self, old: str, new: str) -> None:
        with self._step():
            self.files[new] = self.files.pop(old)
            self._pending_names.append((new, self.files[new], old))

    def remove(self, name: str) -> None:
        with self._step():
            del self.files[name]
            self._pending_names.append((name, None, None))

    def sync_names(self) -> None:
        with self._step():
            self._count_sync()
            if self.honest:
                self._durable_names = dict(self.files)
                self._pending_names.clear()

    # --- for tests ---

    def copy(self) -> SimDisk:
        """Return another disk that holds what programs see on this one, all of it durable."""
        other = SimDisk(room=self.room)
        for name, inode in self.files.items():
            other.put(name, bytes(inode.content))
        return other

    def put(self, name: str, content: bytes) -> None:
        """Set a file's content, durably."""
        self.files[name] = self._durable_names[name] = Inode(bytearray(content), content)

    def after_power_cut(self, chance: random.Random) -> SimDisk:
        """Return a disk with what a power cut may leave: all that was synced, and of the rest any part."""
        with self._lock:
            names = dict(self._durable_names)
            for name, inode, old in self._pending_names:
                if chance.random() < 0.5:
                    if inode is None:
                        names.pop(name, None)
                    else:
                        names[name] = inode
                    if old is not None:
                        names.pop(old, None)
            left = SimDisk()
            for name, inode in names.items():
                left.put(name, _left_of(inode, chance))
            return left

    def _step(self) -> threading.RLock:
        with self._lock:
            if self.cut_after is not None:
                if self.cut_after <= 0:
                    raise PowerCut(errno.EIO, "the power is gone")
                self.cut_after -= 1
        return self._lock

    def _count_sync(self) -> None:
        self.syncs += 1
        if self.syncs == self.fail_sync:
            raise OSError(errno.EIO, "Input/output error")

    def take_room(self, inode: Inode, size: int) -> int:
        """Return the size up to which a file may grow."""
        if self.room is None:
            return size
        others = sum(len(other.content) for other in self.files.values()) - len(inode.content)
        return max(len(inode.content), min(size, self.room - others))


class SimFile:
    """A `File` on a `SimDisk`."""

    def __init__(self, disk: SimDisk, inode: Inode) -> None:
        self._disk = disk
        self._inode = inode

    def write(self, offset: int, data: bytes) -> None:
        with self._disk._step():
            end = self._disk.take_room(self._inode, offset + len(data))
            written = data[: max(0, end - offset)]
            content = self._inode.content
            content.extend(bytes(max(0, offset + len(written) - len(content))))
            content[offset : offset + len(written)] = written
            self._inode.pending.append((offset, bytes(written)))
            if len(written) < len(data):
                raise OSError(errno.ENOSPC, "No space left on device")

    def write_through(self, offset: int, data: bytes) -> None:
        self.write(offset, data)
        self.sync()

    def sync(self) -> None:
        with self._disk._step():
            self._disk._count_sync()
            if self._disk.honest:
                self._inode.durable = bytes(self._inode.content)
                self._inode.pending.clear()

    def truncate(self, size: int) -> None:
        with self._disk._step():
            self._resize(size)

    def reserve(self, begin: int, end: int) -> None:
        with self._disk._step():
            if self._disk.take_room(self._inode, end) == end:
                self.write(begin, bytes(end - begin))

    def _resize(self, size: int) -> None:
        content = self._inode.content
        del content[size:]
        content.extend(bytes(size - len(content)))
        self._inode.pending.append((-1, str(size).encode()))

    def poke(self, data: bytes) -> None:
        self.write(0, data)

    def close(self) -> None:
        pass


def _left_of(inode: Inode, chance: random.Random) -> bytes:
    """Return what is left of a file: each block written since the last sync may be new, old or, rarely, junk."""
    left = bytearray(inode.durable)
    for offset, data in inode.pending:
        if offset < 0:
            if chance.random() < 0.5:
                size = int(data)
                del left[size:]
                left.extend(bytes(size - len(left)))
            continue
        for begin, part in _blocks(offset, data):
            if chance.random() < 0.5:
                left.extend(bytes(max(0, begin + len(part) - len(left))))
                fresh = part if chance.random() < 0.9 else chance.randbytes(len(part))
                # Junk is what an earlier file has left where this one grows; a block that was there before never is.
                left[begin : begin + len(part)] = fresh if begin >= len(inode.durable) else part
    return bytes(left)


def _blocks(offset: int, data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the pieces of a write that lie in one block each."""
    begin = 0
    while begin < len(data):
        end = min(len(data), begin + BLOCK - (offset + begin) % BLOCK)
        yield offset + begin, data[begin:end]
        begin = end
