"""Seccomp: which system calls a process may make, as a list of those allowed; all others fail.

A filter is a program for the kernel's small machine (classic BPF) over ``struct seccomp_data``: the call's number, the
processor, and the arguments. The list has what Python, polars and the C library need to compute, to read files and to
write into a folder that Landlock allows. What is not in it: processes (fork, exec), sockets, namespaces and mounts,
looking into other processes, changing owners, modes and times, truncating by name, links, memory files, io_uring,
keys, BPF. Calls newer than Linux 5.3 that are not listed do not exist, so that a C library takes the older one:
``clone3`` hides its flags from a filter, and so does ``openat2``.
"""

from __future__ import annotations

import errno
import os
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_LOAD, _AND, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x54, 0x15, 0x35, 0x06
_NUMBER, _PROCESSOR, _ARGUMENTS = 0, 4, 16
PROCESSORS: Mapping[str, tuple[int, int]] = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
"""Processor → its mark in ``seccomp_data``, and the column of its numbers in CALLS. Both are little-endian."""
_NEW = 434
"""The numbers from here on came after Linux 5.3; they are the same on all processors."""

CALLS: Mapping[str, tuple[int | None, int | None]] = {
    "access": (21, None),
    "brk": (12, 214),
    "clock_getres": (229, 114),
    "clock_gettime": (228, 113),
    "clock_nanosleep": (230, 115),
    "clone": (56, 220),
    "close": (3, 57),
    "close_range": (436, 436),
    "dup": (32, 23),
    "dup2": (33, None),
    "dup3": (292, 24),
    "epoll_create": (213, None),
    "epoll_create1": (291, 20),
    "epoll_ctl": (233, 21),
    "epoll_pwait": (281, 22),
    "epoll_pwait2": (441, 441),
    "epoll_wait": (232, None),
    "eventfd": (284, None),
    "eventfd2": (290, 19),
    "exit": (60, 93),
    "exit_group": (231, 94),
    "faccessat": (269, 48),
    "faccessat2": (439, 439),
    "fadvise64": (221, 223),
    "fallocate": (285, 47),
    "fcntl": (72, 25),
    "fdatasync": (75, 83),
    "fstat": (5, 80),
    "fsync": (74, 82),
    "ftruncate": (77, 46),
    "futex": (202, 98),
    "getcpu": (309, 168),
    "getcwd": (79, 17),
    "getdents": (78, None),
    "getdents64": (217, 61),
    "getegid": (108, 177),
    "geteuid": (107, 175),
    "getgid": (104, 176),
    "getpgrp": (111, None),
    "getpid": (39, 172),
    "getppid": (110, 173),
    "getrandom": (318, 278),
    "getrlimit": (97, 163),
    "getrusage": (98, 165),
    "gettid": (186, 178),
    "gettimeofday": (96, 169),
    "getuid": (102, 174),
    "ioctl": (16, 29),
    "kill": (62, 129),
    "lseek": (8, 62),
    "lstat": (6, None),
    "madvise": (28, 233),
    "membarrier": (324, 283),
    "mincore": (27, 232),
    "mkdir": (83, None),
    "mkdirat": (258, 34),
    "mmap": (9, 222),
    "mprotect": (10, 226),
    "mremap": (25, 216),
    "msync": (26, 227),
    "munmap": (11, 215),
    "nanosleep": (35, 101),
    "newfstatat": (262, 79),
    "open": (2, None),
    "openat": (257, 56),
    "pipe": (22, None),
    "pipe2": (293, 59),
    "poll": (7, None),
    "ppoll": (271, 73),
    "prctl": (157, 167),
    "pread64": (17, 67),
    "prlimit64": (302, 261),
    "pselect6": (270, 72),
    "pwrite64": (18, 68),
    "read": (0, 63),
    "readlink": (89, None),
    "readlinkat": (267, 78),
    "readv": (19, 65),
    "rename": (82, None),
    "renameat": (264, 38),
    "renameat2": (316, 276),
    "restart_syscall": (219, 128),
    "rmdir": (84, None),
    "rseq": (334, 293),
    "rt_sigaction": (13, 134),
    "rt_sigpending": (127, 136),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sched_getaffinity": (204, 123),
    "sched_yield": (24, 124),
    "select": (23, None),
    "set_robust_list": (273, 99),
    "set_tid_address": (218, 96),
    "sigaltstack": (131, 132),
    "stat": (4, None),
    "statx": (332, 291),
    "sysinfo": (99, 179),
    "tgkill": (234, 131),
    "time": (201, None),
    "times": (100, 153),
    "uname": (63, 160),
    "unlink": (87, None),
    "unlinkat": (263, 35),
    "write": (1, 64),
    "writev": (20, 66),
}
"""The calls that are allowed, with their numbers on x86_64 and aarch64 (None: the call does not exist there)."""


@dataclass(frozen=True)
class Rule:
    """A call is allowed only if an argument (its low 32 bits, through a mask) has one of these values."""

    argument: int
    values: tuple[int, ...]
    mask: int = 0xFFFFFFFF


_THREAD = 0x00000100 | 0x00000800 | 0x00010000  # VM, SIGHAND, THREAD
_NAMESPACES = 0x00020000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000 | 0x00000080
_OPEN_MODES = (os.O_RDONLY, os.O_WRONLY, os.O_RDWR, os.O_WRONLY | os.O_TRUNC, os.O_RDWR | os.O_TRUNC)
"""To open for reading and truncate is not among them: before Landlock's ABI 3 it truncates what may only be read."""


def rules(own: int) -> Mapping[str, Rule]:
    """Return the rules for arguments; ``own`` is the number of the process to be filtered."""
    return {
        "clone": Rule(0, (_THREAD,), _THREAD | _NAMESPACES),
        "kill": Rule(0, (own,)),
        "tgkill": Rule(0, (own,)),
        "prlimit64": Rule(0, (0,)),
        "prctl": Rule(0, (15, 16, 0x53564D41)),  # SET_NAME, GET_NAME, SET_VMA: names of threads and of memory
        "fcntl": Rule(1, (0, 1, 2, 3, 4, 1030)),  # DUPFD, GETFD, SETFD, GETFL, SETFL, DUPFD_CLOEXEC
        "ioctl": Rule(1, (0x5401, 0x541B, 0x5421, 0x5450, 0x5451)),  # TCGETS, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX
        "open": Rule(1, _OPEN_MODES, os.O_ACCMODE | os.O_TRUNC),
        "openat": Rule(2, _OPEN_MODES, os.O_ACCMODE | os.O_TRUNC),
    }


def program(processor: str, own: int) -> bytes:
    """Return the filter for a processor and the process ``own``. Raises KeyError for a processor without a column."""
    mark, column = PROCESSORS[processor]
    limits = rules(own)
    steps = [
        _step(_LOAD, _PROCESSOR),
        _step(_EQUAL, mark, 1, 0),
        _step(_RETURN, _KILL),
        _step(_LOAD, _NUMBER),
    ]
    for name, numbers in CALLS.items():
        number = numbers[column]
        if number is not None:
            body = list(_body(limits.get(name)))
            steps += [_step(_EQUAL, number, 0, len(body)), *body]
    steps += [_step(_AT_LEAST, _NEW, 0, 1), _step(_RETURN, _ERRNO | errno.ENOSYS), _step(_RETURN, _ERRNO | errno.EPERM)]
    return b"".join(steps)


def _body(rule: Rule | None) -> Iterator[bytes]:
    """Yield what is to be done once the number of a call is known."""
    if rule is None:
        yield _step(_RETURN, _ALLOW)
        return
    yield _step(_LOAD, _ARGUMENTS + 8 * rule.argument)
    yield _step(_AND, rule.mask)
    for place, value in enumerate(rule.values):
        yield _step(_EQUAL, value & rule.mask, len(rule.values) - place, 0)
    yield _step(_RETURN, _ERRNO | errno.EPERM)
    yield _step(_RETURN, _ALLOW)


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)
