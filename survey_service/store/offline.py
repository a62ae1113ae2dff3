"""Reading an embedded store from outside, also while another process has it open.

The files of a store are only ever appended to, and the mark says how far they are durable. So a reader that holds links
to the files can take its time: what stands before the mark does not change any more, whatever the writer does
meanwhile, compaction included. All that was acknowledged before the mark was read is before the mark.

Memory holds what the journal has changed since the snapshot; the snapshot itself is read frame by frame.
"""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import BinaryIO

import orjson

from survey_service.problems import Problem
from survey_service.store import frames, layout, mark, recovery
from survey_service.store.contents import Contents
from survey_service.store.disk import Disk, OsDisk
from survey_service.store.frames import FrameReader
from survey_service.store.lock import FolderLock
from survey_service.store.mark import Mark
from survey_service.store.tables import Table, from_entry
from survey_service.store.transfer import Dump, Facts, Row

_TRIES = 20
"""How often links are taken before files that don't fit together count as damage."""


@contextlib.contextmanager
def reading(folder: Path) -> Iterator[Iterator[Dump]]:
    """Yield the collections of the embedded store in a folder, as they are now, to be read in their order.

    Raises Problem store.damaged, and store.unusable for an error of the operating system.
    """
    with contextlib.ExitStack() as stack:
        try:
            disk, overlay, snapshot = stack.enter_context(_files(folder))
        except OSError as error:
            raise Problem("store.unusable", folder=str(folder), reason=str(error)) from error
        yield overlay.dumps(disk, snapshot)


@contextlib.contextmanager
def _files(folder: Path) -> Iterator[tuple[Disk, _Overlay, int]]:
    """Yield the files, what the journal says, and the generation of the snapshot.

    The files are taken as they are, under the store's lock, if nobody else has it, and else as links up to the mark.
    """
    if not folder.is_dir():
        raise Problem("store.unusable", folder=str(folder), reason="there is no such folder")
    try:
        lock = FolderLock(folder)
    except Problem as problem:
        if problem.code != "store.locked":
            raise
    else:
        try:
            yield _read(OsDisk(folder))
        finally:
            lock.release()
        return
    with tempfile.TemporaryDirectory(prefix=".reading-", dir=folder.parent) as links:
        yield _read_links(folder, Path(links))


def _read(disk: Disk) -> tuple[Disk, _Overlay, int]:
    overlay = _Overlay()
    position, _ = recovery.read(disk, overlay)
    return disk, overlay, position.snapshot


def _read_links(folder: Path, links: Path) -> tuple[Disk, _Overlay, int]:
    """Link the files that belong together, and read them. Raises Problem store.damaged if they never do."""
    for turn in range(1, _TRIES):
        place = links / str(turn)
        place.mkdir()
        with contextlib.suppress(FileNotFoundError, Problem):  # a compaction has just taken a file away
            return _read(_linked(folder, place))
        time.sleep(0.05)
    return _read(_linked(folder, links))


def _linked(folder: Path, place: Path) -> UpToMark:
    known = layout.read_mark(OsDisk(folder))
    for name in sorted(os.listdir(folder)):
        if layout.NUMBERED.fullmatch(name):
            os.link(folder / name, place / name)
    return UpToMark(place, known)


class UpToMark(OsDisk):
    """A disk whose journal ends at the mark that was read first. For reading only."""

    def __init__(self, folder: Path, known: Mark) -> None:
        super().__init__(folder)
        self._known = Mark(known.generation, known.end, known.sequence)
        self._last = layout.journal_name(known.generation)

    def names(self) -> set[str]:
        found = ((name, layout.NUMBERED.fullmatch(name)) for name in super().names())
        return {mark.NAME, *(name for name, match in found if match and int(match[2]) <= self._known.generation)}

    def size(self, name: str) -> int:
        return self._known.end if name == self._last else super().size(name)

    def reader(self, name: str) -> BinaryIO:
        if name == mark.NAME:
            return io.BytesIO(mark.encode(self._known.generation, self._known.end, self._known.sequence))
        if name != self._last:
            return super().reader(name)
        with super().reader(name) as stream:
            return io.BytesIO(stream.read(self._known.end))


class _Overlay(Contents):
    """What the journal says, and what the snapshot says beside its documents."""

    def __init__(self) -> None:
        super().__init__()
        self._touched: dict[int, set[int]] = {}

    def load(self, lines: Sequence[bytes]) -> None:
        head = orjson.loads(lines[0])
        if "table" in head and head["table"] != self.catalogue.number:
            table = self.tables.get(head["table"]) or self.learn(head["table"], head["name"])
            table.high = max(table.high, max(head["ids"], default=0))
        elif "history" not in head:
            super().load(lines)

    def apply(self, lines: Sequence[bytes]) -> None:
        for line in lines:
            number, id, *_ = line.split(b",", 2)
            self._touched.setdefault(int(number[1:]), set()).add(int(id.rstrip(b"]")))
        super().apply(lines)

    def dumps(self, disk: Disk, snapshot: int) -> Iterator[Dump]:
        """Yield all collections; the snapshot is read once, so each must be read before the next."""
        left = {table.number: table for table in map(self.table, self.existing(newest=True))}
        for number, portions in groupby(_documents(disk, snapshot), key=itemgetter(0)):
            if number in left:
                yield self._dump(left.pop(number), (rows for _, rows in portions))
        for table in left.values():
            yield self._dump(table, ())

    def _dump(self, table: Table, portions: Iterable[list[Row]]) -> Dump:
        label = orjson.loads(table.label)
        facts = Facts(
            name=table.name,
            indexes=tuple(label.get("indexes", ())),
            unique=tuple(label.get("unique", ())),
            tracked="epoch" in label,
            schema=table.schema(),
            high=table.high,
        )
        return Dump(facts, self._rows(table, portions))

    def _rows(self, table: Table, portions: Iterable[list[Row]]) -> Iterator[Row]:
        touched = self._touched.get(table.number, set())
        for rows in portions:
            yield from (row for row in rows if row[0] not in touched) if touched else rows
        for id, entry in table.entries.items():
            version, encoded = from_entry(entry)
            yield id, version, encoded


def _documents(disk: Disk, generation: int) -> Iterator[tuple[int, list[Row]]]:
    """Yield the documents of a snapshot, which is known to be whole, some at a time with their table's number."""
    name = layout.snapshot_name(generation)
    with disk.reader(name) as stream:
        header = frames.decode_file_header(stream.read(frames.FILE_HEADER_SIZE))
        if header is None:
            raise layout.damaged(disk, name, 0, "the header is not readable")
        for frame in FrameReader(stream, header.seed, disk.size(name)):
            head = orjson.loads(frame.lines[0]) if frame.lines else {}
            if "table" in head:
                versions, ids = head["versions"], head["ids"]
                numbers = [versions.get(str(id), 1) for id in ids] if versions else [1] * len(ids)
                yield head["table"], list(zip(ids, numbers, frame.lines[1:], strict=True))
