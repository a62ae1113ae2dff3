"""Becoming an unprivileged user, for good, with the interpreter still readable."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from survey_service.reports.sandbox import NOBODY
from survey_service.reports.sandbox_kernel import NEW_NS, mount, prctl, unshare

_DUMPABLE = 4
_BIND_ALL, _PRIVATE_ALL = 4096 | 16384, (1 << 18) | 16384


def become_nobody(folder: Path) -> None:
    """Become the user nobody, who owns ``folder`` then; nothing happens to who is not root.

    Interpreter and checkout may lie in a folder that only root enters. Such folders are replaced, for this process and
    its children only, by empty ones that hold nothing but what is needed.
    """
    if os.geteuid() != 0:
        return
    needed = [Path(sys.base_prefix), Path(sys.prefix), Path(__file__).resolve().parents[2], folder]
    unshare(NEW_NS)
    mount(None, "/", None, _PRIVATE_ALL)
    shut = {gate for gate in map(_gate, needed) if gate is not None}
    for gate in sorted(shut):
        inside = [path for path in needed if gate in path.parents]
        kept = [os.open(path, os.O_PATH) for path in inside]
        mount("none", str(gate), "tmpfs", 0, "mode=0755")
        for path, descriptor in zip(inside, kept, strict=True):
            path.mkdir(parents=True)
            mount(f"/proc/self/fd/{descriptor}", str(path), None, _BIND_ALL)
            os.close(descriptor)
    os.chown(folder, NOBODY, NOBODY)
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    prctl(_DUMPABLE, 1)  # as a service that is started as this user
    os.environ["HOME"] = str(folder)
    os.chdir(folder)


def _gate(path: Path) -> Path | None:
    """Return the outermost folder on the way to a path that others may not enter."""
    for parent in reversed(path.parents):
        if not parent.stat().st_mode & 0o001:
            return parent
    return None
