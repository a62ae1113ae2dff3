"""The format of a backup: lines of JSON, compressed with zstd, and encrypted with age if a key is given.

The first line is ``{"survey-service backup": 1, "day": …}``. A collection is a line with its facts, a line
``[id, version, {body}]`` for each document, and an end. A file of the instance is a line with its path, and lines with
parts of it. Then comes the manifest, with the number of documents of each collection and the SHA-256 of each file, and
as the last line the SHA-256 of all lines before. A backup that doesn't end with that is not used.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import io
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Literal, Protocol

import orjson
import zstandard

from survey_service.problems import Problem
from survey_service.store.base import Schema
from survey_service.store.sealing import Keys, opened, seal
from survey_service.store.transfer import Dump, Facts, Row

VERSION = 1
_FORMAT = "survey-service backup"
_PART = 48 * 1024
_LEVEL = 6


@dataclass
class Manifest:
    """What a backup holds: documents by collection, and the SHA-256 of each file by its path."""

    day: str = ""
    collections: dict[str, int] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)


# --- writing ---


class Readable(Protocol):
    """A file of the instance: a path, or what is kept elsewhere."""

    def open(self, mode: Literal["rb"]) -> BinaryIO:
        """Return its content to be read. Raises FileNotFoundError."""
        ...


def write(path: Path, day: str, dumps: Iterable[Dump], files: Mapping[str, Readable], keys: Keys) -> Manifest:
    """Write a backup, which appears when it is whole, readable by its owner only. Raises OSError, Problem file.exists,
    backup.recipient."""
    if path.exists():
        raise Problem("file.exists", path=str(path))
    keys.check()
    manifest = Manifest(day)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            lines: Any = _Reader(_lines(manifest, dumps, files))
            stream = zstandard.ZstdCompressor(level=_LEVEL).stream_reader(lines)
            seal(stream, file, keys)
            file.flush()
            os.fsync(file.fileno())
        os.link(temporary, path)  # unlike a rename, this never takes the place of another file
    except FileExistsError:
        raise Problem("file.exists", path=str(path)) from None
    finally:
        temporary.unlink(missing_ok=True)
    return manifest


def _lines(manifest: Manifest, dumps: Iterable[Dump], files: Mapping[str, Readable]) -> Iterator[bytes]:
    """Yield the lines, and fill the manifest on the way."""
    total = hashlib.sha256()
    for line in _content(manifest, dumps, files):
        total.update(line)
        yield line
    facts = {"collections": manifest.collections, "files": manifest.files}
    last = orjson.dumps({"manifest": facts}) + b"\n"
    total.update(last)
    yield last
    yield orjson.dumps({"sha256": total.hexdigest()}) + b"\n"


def _content(manifest: Manifest, dumps: Iterable[Dump], files: Mapping[str, Readable]) -> Iterator[bytes]:
    yield orjson.dumps({_FORMAT: VERSION, "day": manifest.day}) + b"\n"
    for dump in dumps:
        facts = dump.facts
        head = {
            "collection": facts.name,
            "indexes": facts.indexes,
            "unique": facts.unique,
            "tracked": facts.tracked,
            "version": facts.schema.version,
            "migrated": facts.schema.migrated,
            "high": facts.high,
        }
        yield orjson.dumps(head) + b"\n"
        count = 0
        for id, version, encoded in dump.rows:
            yield b"[%d,%d,%b]\n" % (id, version, encoded)
            count += 1
        yield b'{"end":%d}\n' % count
        manifest.collections[facts.name] = count
    for name, path in files.items():
        digest = hashlib.sha256()
        try:
            file = path.open("rb")
        except FileNotFoundError:  # removed since it was listed: a file of a respondent who has erased it
            continue
        with file:
            yield orjson.dumps({"file": name}) + b"\n"
            while part := file.read(_PART):
                digest.update(part)
                yield orjson.dumps(base64.b64encode(part).decode()) + b"\n"
        manifest.files[name] = digest.hexdigest()


class _Reader(io.RawIOBase):
    """Lines as a file to read from."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines = lines
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        room = len(buffer)
        parts, size = [self._rest], len(self._rest)
        while size < room and (line := next(self._lines, b"")):
            parts.append(line)
            size += len(line)
        content = b"".join(parts)
        self._rest = content[room:]
        buffer[: min(size, room)] = content[:room]
        return min(size, room)


# --- reading ---


class Archive:
    """A backup that has been verified. It can be read any number of times."""

    def __init__(self, path: Path, keys: Keys) -> None:
        """Read it once, from beginning to end.

        Raises Problem backup.damaged, backup.newer, backup.locked, backup.recipient, and OSError.
        """
        self._path = path
        self._keys = keys
        self.manifest = Manifest()
        with self._reading() as lines:
            self._verify(lines)

    @contextlib.contextmanager
    def dumps(self) -> Iterator[Iterator[Dump]]:
        """Yield the collections, to be read in their order."""
        with self._reading() as lines:
            yield self._dumps(lines)

    def files(self) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Yield path and parts of each file, to be read in their order."""
        with self._reading() as lines:
            for line in lines:
                if line.startswith(b'{"file":'):
                    yield orjson.loads(line)["file"], _parts(lines)

    def _dumps(self, lines: _Lines) -> Iterator[Dump]:
        for line in lines:
            if line.startswith(b'{"collection":'):
                head = orjson.loads(line)
                facts = Facts(
                    name=head["collection"],
                    indexes=tuple(head["indexes"]),
                    unique=tuple(head["unique"]),
                    tracked=head["tracked"],
                    schema=Schema(head["version"], head["migrated"]),
                    high=head["high"],
                )
                yield Dump(facts, _rows(lines))

    def _verify(self, lines: _Lines) -> None:
        total = hashlib.sha256()
        first = orjson.loads(next(iter(lines), b"{}"))
        if not isinstance(first, dict) or not isinstance(first.get(_FORMAT), int):
            raise self._damaged("it does not begin like a backup")
        if first[_FORMAT] > VERSION:
            raise Problem("backup.newer", path=str(self._path), found=first[_FORMAT], known=VERSION)
        self.manifest.day = str(first.get("day", ""))
        total.update(lines.last)
        manifest, found = {}, ""
        for line in lines:
            if line.startswith(b'{"sha256":'):
                found = orjson.loads(line)["sha256"]
                break
            if line.startswith(b'{"manifest":'):
                manifest = orjson.loads(line)["manifest"]
            total.update(line)
        if not found:
            raise self._damaged("its end is missing")
        if found != total.hexdigest():
            raise self._damaged("its content does not agree with its checksum")
        if next(iter(lines), None) is not None:
            raise self._damaged("something follows its end")
        self.manifest.collections, self.manifest.files = manifest["collections"], manifest["files"]

    @contextlib.contextmanager
    def _reading(self) -> Iterator[_Lines]:
        """Yield the lines, whatever the file is wrapped in."""
        try:
            with self._path.open("rb") as file, opened(file, self._path, self._keys) as stream:
                yield _Lines(zstandard.ZstdDecompressor().stream_reader(stream, read_across_frames=True))
        except (zstandard.ZstdError, orjson.JSONDecodeError, KeyError, TypeError, ValueError, EOFError) as error:
            raise self._damaged(type(error).__name__) from None

    def _damaged(self, reason: str) -> Problem:
        return Problem("backup.damaged", path=str(self._path), reason=reason)


class _Lines:
    """The lines of a stream, one after the other; ``last`` is the one that was read last."""

    def __init__(self, stream: Any) -> None:
        self._stream = io.BufferedReader(stream, 1 << 20)
        self._again = b""
        self.last = b""

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> bytes:
        self.last, self._again = self._again or self._stream.readline(), b""
        if not self.last:
            raise StopIteration
        if not self.last.endswith(b"\n"):
            raise ValueError("the last line is cut off")
        return self.last

    def back(self) -> None:
        """Read the last line once more."""
        self._again = self.last


def _rows(lines: _Lines) -> Iterator[Row]:
    for line in lines:
        if line.startswith(b"{"):
            lines.back()
            return
        id, version, body = line[1:-2].split(b",", 2)
        yield int(id), int(version), body


def _parts(lines: _Lines) -> Iterator[bytes]:
    for line in lines:
        if line.startswith(b"{"):
            lines.back()
            return
        yield base64.b64decode(orjson.loads(line), validate=True)
