"""A root of its own: a process sees the folders it may use and no others, so it cannot even ask if a file is there.

It needs a user namespace, which many machines forbid to users without rights; as root only a mount namespace. Without
it Landlock still keeps files closed, but their names, sizes and times can be asked for by name.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from survey_service.reports.sandbox_kernel import (
    NEW_NS,
    NEW_USER,
    Unable,
    change_root,
    drop_capabilities,
    mount,
    unshare,
)

_RDONLY, _NOSUID, _NODEV, _NOEXEC, _REMOUNT = 1, 2, 4, 8, 32
_BIND, _REC, _PRIVATE = 4096, 16384, 1 << 18
_KEPT = {os.ST_NOSUID: _NOSUID, os.ST_NODEV: _NODEV, os.ST_NOEXEC: _NOEXEC, os.ST_NOATIME: 1024} | {
    os.ST_NODIRATIME: 2048,
    os.ST_RELATIME: 1 << 21,
}
"""Flags of a mount that a user namespace may not take away, as ``statvfs`` has them → as ``mount`` wants them."""


def narrow(root: str, reading: Iterable[str], writing: Iterable[str]) -> bool:
    """Make ``root`` (an empty folder) the root, with the named folders and files at their own places in it.

    Return False if the kernel does not let this process do that; then everything looks as before. A process that was
    not root is in a user namespace afterwards, without capabilities.
    """
    user, group = os.geteuid(), os.getegid()
    try:
        unshare(NEW_NS if user == 0 else NEW_NS | NEW_USER)
    except Unable:
        return False
    try:
        if user != 0:
            _keep_numbers(user, group)
        mount(None, "/", None, _REC | _PRIVATE)
        mount("none", root, "tmpfs", _NOSUID | _NODEV, "size=1m,nr_inodes=4k,mode=0755")
        _show(root, reading, _NOSUID | _NODEV | _RDONLY)
        _show(root, writing, _NOSUID | _NODEV | _NOEXEC)
        change_root(root)
        mount(None, "/", None, _REMOUNT | _RDONLY | _NOSUID | _NODEV)
    except OSError:
        return False
    finally:
        if user != 0:
            drop_capabilities()
    return True


def count_alone() -> bool:
    """Go where only the own threads count towards a limit, into a user namespace; return False if that is forbidden."""
    try:
        unshare(NEW_USER)
    except Unable:
        return False
    drop_capabilities()
    return True


def _keep_numbers(user: int, group: int) -> None:
    """Map user and group of the new namespace to themselves."""
    for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        Path("/proc/self", name).write_text(text)


def _show(root: str, paths: Iterable[str], flags: int) -> None:
    shown: list[str] = []
    for path in sorted({os.path.abspath(path) for path in paths}):
        if any(path.startswith(f"{other}/") for other in shown) or not os.path.exists(path):
            continue
        shown.append(path)
        target = root + path
        if os.path.isdir(path):
            os.makedirs(target, exist_ok=True)
        else:
            os.makedirs(os.path.dirname(target), exist_ok=True)
            Path(target).touch()
        mount(path, target, None, _BIND | _REC)
        held = os.statvfs(target).f_flag
        kept = sum(mounting for held_as, mounting in _KEPT.items() if held & held_as)
        devices = _NODEV if path.startswith("/dev/") else 0
        mount(None, target, None, _BIND | _REMOUNT | kept | flags & ~devices)
