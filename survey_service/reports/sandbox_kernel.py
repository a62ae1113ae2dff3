"""The kernel's calls that Python has no names for, by ctypes. Linux on x86_64 and aarch64."""

from __future__ import annotations

import ctypes
import os

NEW_NS = 0x00020000
NEW_USER = 0x10000000

_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_SECCOMP = {"x86_64": 317, "aarch64": 277}
_libc = ctypes.CDLL(None, use_errno=True)


class Unable(OSError):
    """The kernel refused; the message is the name of the call."""


def machine() -> str:
    """Return the processor's name as the kernel has it, such as ``x86_64``."""
    return os.uname().machine


def syscall(name: str, number: int, *arguments: int | ctypes.Array[ctypes.c_char] | None) -> int:
    """Make a system call by its number and return what it returns. Raises Unable."""
    given = [ctypes.c_long(each) if isinstance(each, int) else each for each in arguments]
    return _checked(name, int(_libc.syscall(ctypes.c_long(number), *given)))


def prctl(option: int, value: int) -> None:
    """Set an attribute of this process. Raises Unable."""
    zero = ctypes.c_ulong(0)
    _checked("prctl", _libc.prctl(ctypes.c_int(option), ctypes.c_ulong(value), zero, zero, zero))


def unshare(flags: int) -> None:
    """Leave the namespaces that this process has shared. Raises Unable."""
    _checked("unshare", _libc.unshare(ctypes.c_int(flags)))


def mount(source: str | None, target: str, kind: str | None, flags: int, data: str | None = None) -> None:
    """Mount. Raises Unable."""
    texts = [None if text is None else os.fsencode(text) for text in (source, target, kind)]
    more = None if data is None else data.encode("ascii")
    _checked("mount", _libc.mount(*texts, ctypes.c_ulong(flags), more))


def change_root(folder: str) -> None:
    """Make a mount the root of this process and leave the old one behind. Raises Unable."""
    os.chdir(folder)
    here = ctypes.create_string_buffer(b".")
    syscall("pivot_root", _PIVOT_ROOT[machine()], here, here)
    _checked("umount", _libc.umount2(b".", ctypes.c_int(2)))  # MNT_DETACH
    os.chdir("/")


def drop_capabilities() -> None:
    """Give up all capabilities for good. Raises Unable."""
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    none = (ctypes.c_uint32 * 6)()
    _checked("capset", _libc.capset(header, none))


def seccomp_actions() -> bool:
    """Tell whether the kernel filters system calls and can answer with an error."""
    number = _SECCOMP.get(machine())
    if number is None:
        return False
    errno_action = (ctypes.c_uint32 * 1)(0x00050000)
    return int(_libc.syscall(ctypes.c_long(number), ctypes.c_long(2), ctypes.c_long(0), errno_action)) == 0


def seccomp(program: bytes) -> None:
    """Put every thread under a filter program (``struct sock_filter`` after each other). Raises Unable."""

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))

    described = Program(len(program) // 8, program)
    arguments = (ctypes.c_long(1), ctypes.c_long(1), ctypes.byref(described))  # SET_MODE_FILTER, TSYNC
    _checked("seccomp", int(_libc.syscall(ctypes.c_long(_SECCOMP[machine()]), *arguments)))


def _checked(name: str, result: int) -> int:
    if result < 0:
        raise Unable(ctypes.get_errno(), name)
    return result
