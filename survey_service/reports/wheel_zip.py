"""The files of a zip archive that nobody has vouched for, read in memory: nothing is unpacked, nothing is run."""

from __future__ import annotations

import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import PurePosixPath

from survey_service.problems import Problem

MOST_BYTES = 5_000_000
MOST_FILES = 500
MOST_UNPACKED = 20_000_000
MOST_TIMES = 200
"""How many times a file may be packed, beyond the first EASY bytes."""
EASY = 100_000
_LONGEST_PATH = 200
_PART = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.+!-]*[A-Za-z0-9_+!-])?")
_BROKEN = (
    *(zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, struct.error, EOFError, OSError, NotImplementedError),
    *(RuntimeError, ValueError, OverflowError, IndexError),
)
_ENCRYPTED = 0x1
_LOCAL, _END = b"PK\x03\x04", b"PK\x05\x06"
_LOCAL_SIZE, _END_SIZE = 30, 22


def read(data: bytes) -> dict[str, bytes]:
    """Return path → content of every file in the archive.

    Raises Problems wheel.size, wheel.damaged, wheel.count, wheel.unpacked, wheel.ratio, wheel.path, wheel.twice,
    wheel.link and wheel.locked. No more than MOST_UNPACKED bytes are ever unpacked.
    """
    if len(data) > MOST_BYTES:
        raise Problem("wheel.size", size=len(data), most=MOST_BYTES)
    if not data.startswith(_LOCAL) or data.rfind(_END) != len(data) - _END_SIZE:
        raise _damaged("it does not begin and end as one")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            _check_sizes(entries)
            _check_places(entries, data)
            for entry in entries:
                _check_entry(entry)
            _check_unique(entry.filename for entry in entries)
            return {entry.filename: _content(archive, entry) for entry in entries if not entry.is_dir()}
    except _BROKEN as error:
        raise _damaged(type(error).__name__) from None


def _damaged(reason: str) -> Problem:
    return Problem("wheel.damaged", reason=reason)


def _check_sizes(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MOST_FILES:
        raise Problem("wheel.count", count=len(entries), most=MOST_FILES)
    if sum(entry.file_size for entry in entries) > MOST_UNPACKED:
        raise Problem("wheel.unpacked", most=MOST_UNPACKED)


def _check_places(entries: list[zipfile.ZipInfo], data: bytes) -> None:
    """Refuse files that share bytes: a small archive could else unpack to any size."""
    free = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < free:
            raise _damaged("two files share the same bytes")
        lengths = struct.unpack_from("<HH", data, entry.header_offset + _LOCAL_SIZE - 4)
        free = entry.header_offset + _LOCAL_SIZE + sum(lengths) + entry.compress_size


def _check_entry(entry: zipfile.ZipInfo) -> None:
    name = entry.filename
    parts = name.removesuffix("/").split("/")
    if entry.orig_filename != name or len(name) > _LONGEST_PATH or not all(map(_PART.fullmatch, parts)):
        raise Problem("wheel.path", path=_shown(entry.orig_filename))
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFDIR if entry.is_dir() else stat.S_IFREG):
        raise Problem("wheel.link", path=name)
    if entry.flag_bits & _ENCRYPTED:
        raise Problem("wheel.locked", path=name)
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise _damaged("a packing other than deflate")
    if entry.file_size > EASY + MOST_TIMES * entry.compress_size:
        raise Problem("wheel.ratio", path=name, most=MOST_TIMES)


def _check_unique(names: Iterable[str]) -> None:
    """Refuse paths that would meet on some disk: equal, equal but for their case, or a file where a folder is."""
    files: set[str] = set()
    folders: set[str] = set()
    for name in names:
        path = PurePosixPath(name.casefold())
        above = {str(parent) for parent in path.parents}
        seen = str(path) in files or (not name.endswith("/") and str(path) in folders) or files & above
        if seen:
            raise Problem("wheel.twice", path=name)
        if not name.endswith("/"):
            files.add(str(path))
        folders |= above | ({str(path)} if name.endswith("/") else set())


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """Return what is in a file; zipfile gives no more than the size that was added up, and checks the CRC."""
    content = archive.read(entry)
    if len(content) != entry.file_size:
        raise _damaged("a file is shorter than it should be")
    return content


def _shown(path: str) -> str:
    """Return a path as it may be shown."""
    return "".join(sign if sign.isprintable() else "�" for sign in path[:_LONGEST_PATH])
