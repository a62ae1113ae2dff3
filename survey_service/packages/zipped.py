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
_VERSION, _UNIX, _DATE, _MODE = 20, 3 << 8 | 20, 0x21, 0o100644 << 16


def write(files: Mapping[str, bytes]) -> bytes:
    """Return the archive of files (path → content), in their order."""
    parts, central, at = [], [], 0
    for name, content in files.items():
        encoded = name.encode("ascii")
        facts = zlib.crc32(content), len(content), len(content), len(encoded), 0
        head = _LOCAL.pack(b"PK\x03\x04", _VERSION, 0, 0, 0, _DATE, *facts)
        central.append(
            _CENTRAL.pack(b"PK\x01\x02", _UNIX, _VERSION, 0, 0, 0, _DATE, *facts, 0, 0, 0, _MODE, at) + encoded
        )
        parts += [head, encoded, content]
        at += len(head) + len(encoded) + len(content)
    listed = b"".join(central)
    end = _END.pack(b"PK\x05\x06", 0, 0, len(files), len(files), len(listed), at, 0)
    return b"".join((*parts, listed, end))


def read(data: bytes) -> dict[str, bytes]:
    """Return path → content of an archive that `write` would write just so.

    Raises Problems package.size and package.damaged. Nothing is unpacked, and nothing is written anywhere.
    """
    if len(data) > MOST_BYTES:
        raise Problem("package.size", size=len(data), most=MOST_BYTES)
    if not data.startswith(b"PK\x03\x04"):
        raise _damaged(said(D_("it is no ZIP archive")))
    files: dict[str, bytes] = {}
    at = 0
    while data[at : at + 4] == b"PK\x03\x04":
        if len(data) - at < _LOCAL.size or len(files) == MOST_FILES:
            raise _damaged(said(D_("it ends too early, or has too many files")))
        *_, size, length, _ = _LOCAL.unpack_from(data, at)
        begin = at + _LOCAL.size + length
        name = data[at + _LOCAL.size : begin].decode("ascii", "replace")
        if not _NAME.fullmatch(name) or name in files:
            raise _damaged(said(D_("“%(path)s” is no path of a package, or stands there twice"), path=_shown(name)))
        files[name] = data[begin : begin + size]
        at = begin + size
    if write(files) != data:
        raise _damaged(said(D_("it is not as it was written: changed, or unpacked and packed again")))
    return files


def _damaged(reason: Said) -> Problem:
    return Problem("package.damaged", reason=reason)


def _shown(path: str) -> str:
    return "".join(sign if sign.isprintable() else "�" for sign in path[:100])
