"""Landlock: which files a process may open, whether it may use TCP, and whom it may signal; for good.

Source: the kernel's ``Documentation/userspace-api/landlock.rst``. An ABI is a version of Landlock; each handles more.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import struct
from collections.abc import Iterable

from survey_service.reports.sandbox_kernel import Unable, syscall

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the same on all processors
_VERSION = 1
_WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 1, 1 << 2, 1 << 3
_REMOVE, _MAKE_DIR, _MAKE_FILE = 1 << 4 | 1 << 5, 1 << 7, 1 << 8
_REFER, _TRUNCATE = 1 << 13, 1 << 14
_ON_FILES = _WRITE_FILE | _READ_FILE | _TRUNCATE
READ = _READ_FILE | _READ_DIR
WRITE = READ | _WRITE_FILE | _REMOVE | _MAKE_DIR | _MAKE_FILE | _REFER | _TRUNCATE
_FILE_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
"""ABI → the rights over files that exist from it on."""
_TCP, _SCOPES = 0b11, 0b11


def abi() -> int:
    """Return the kernel's ABI of Landlock; 0 if there is none or it is off."""
    try:
        return syscall("landlock", _CREATE, None, 0, _VERSION)
    except Unable:
        return 0


def handled(abi: int) -> int:
    """Return the rights over files that an ABI handles: all of these are denied where no rule grants them."""
    return max(rights for since, rights in _FILE_RIGHTS.items() if since <= abi)


def restrict(abi: int, reading: Iterable[str], writing: Iterable[str]) -> None:
    """Let this thread open nothing but what is named, and what is below; TCP never, from ABI 4 on; no abstract sockets
    and signals to processes outside, from ABI 6 on. What is named but does not exist is skipped. Raises Unable.
    """
    content = struct.pack("=QQQ", handled(abi), _TCP, _SCOPES)[: 8 if abi < 4 else 16 if abi < 6 else 24]
    rules = syscall("landlock", _CREATE, _buffer(content), len(content), 0)
    try:
        for rights, paths in ((READ, reading), (WRITE, writing)):
            for path in paths:
                _grant(rules, rights & handled(abi), path)
        syscall("landlock", _RESTRICT, rules, 0)
    finally:
        os.close(rules)


def _grant(rules: int, rights: int, path: str) -> None:
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            wanted = rights if os.path.isdir(path) else rights & _ON_FILES
            syscall("landlock", _ADD, rules, 1, _buffer(struct.pack("=Qi", wanted, place)), 0)
        finally:
            os.close(place)


def _buffer(content: bytes) -> ctypes.Array[ctypes.c_char]:
    return ctypes.create_string_buffer(content, len(content))
