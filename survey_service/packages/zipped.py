"""The file of a package: a ZIP archive in which every byte is laid down, so that nothing hides beside what is signed.

Each file is stored as it is, not packed, in the order given, without any extra field, comment or gap, dated 1 January
1980. So a package can be read without unpacking anything, nothing in it can be larger than the file itself, and whoever
writes the same files gets the same bytes.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Mapping

from survey_service.problems import D_, Problem, Said, said

MOST_BYTES = 50_000_000
MOST_FILES = 500
_NAME = re.compile(r"(?:[a-z0-9][a-z0-9_-]{0,40}/)?[A-Za-z0-9_][A-Za-z0-9_.+!-]{0,149}")
_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_FILE, _ROW, _LAST = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_VERSION, _UNIX, _DATE, _MODE = 20, 3 << 8 | 20, 0x21, 0o100644 << 16


def write(files: Mapping[str, bytes]) -> bytes:
    """Return the archive of files (path → content), in their order."""
    parts = [part for name, content in files.items() for part in (_head(name, content), content)]
    return b"".join((*parts, _tail(files)))


def _facts(name: str, content: bytes) -> tuple[int, ...]:
    return zlib.crc32(content), len(content), len(content), len(name), 0


def _head(name: str, content: bytes) -> bytes:
    """Return what stands before a file."""
    return _LOCAL.pack(_FILE, _VERSION, 0, 0, 0, _DATE, *_facts(name, content)) + name.encode("ascii")


def _tail(files: Mapping[str, bytes]) -> bytes:
    """Return what stands behind all files: the directory and its end."""
    rows, at = [], 0
    for name, content in files.items():
        facts = _facts(name, content)
        rows.append(
            _CENTRAL.pack(_ROW, _UNIX, _VERSION, 0, 0, 0, _DATE, *facts, 0, 0, 0, _MODE, at) + name.encode("ascii")
        )
        at += _LOCAL.size + len(name) + len(content)
    listed = b"".join(rows)
    return listed + _END.pack(_LAST, 0, 0, len(files), len(files), len(listed), at, 0)


def read(data: bytes) -> dict[str, bytes]:
    """Return path → content of an archive that `write` would write just so.

    Raises Problems package.size and package.damaged. Nothing is unpacked, and nothing is written anywhere.
    """
    if len(data) > MOST_BYTES:
        raise Problem("package.size", size=len(data), most=MOST_BYTES)
    if not data.startswith(_FILE):
        raise _damaged(said(D_("it is no ZIP archive")))
    files: dict[str, bytes] = {}
    at = 0
    while data.startswith(_FILE, at):
        if len(data) - at < _LOCAL.size or len(files) == MOST_FILES:
            raise _damaged(said(D_("it ends too early, or has too many files")))
        *_, size, length, _ = _LOCAL.unpack_from(data, at)
        begin = at + _LOCAL.size + length
        name, content = data[at + _LOCAL.size : begin].decode("ascii", "replace"), data[begin : begin + size]
        if not _NAME.fullmatch(name) or name in files:
            raise _damaged(said(D_("“%(path)s” is no path of a package, or stands there twice"), path=_shown(name)))
        if data[at:begin] != _head(name, content):
            raise _changed()
        files[name] = content
        at = begin + size
    if data[at:] != _tail(files):
        raise _changed()
    return files


def _changed() -> Problem:
    return _damaged(said(D_("it is not as it was written: changed, or unpacked and packed again")))


def _damaged(reason: Said) -> Problem:
    return Problem("package.damaged", reason=reason)


def _shown(path: str) -> str:
    return "".join(sign if sign.isprintable() else "�" for sign in path[:100])
