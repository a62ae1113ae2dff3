"""The sandbox of report plugins: what a worker gives up for good before it imports one. Needs no rights of its own.

The layers, outermost first: limits (`resource`); a root that shows nothing else, where namespaces are allowed
(`sandbox_view`); no new privileges and no looking into the process; Landlock (`sandbox_files`); a list of allowed
system calls (`sandbox_calls`). Landlock and the list are what is relied on: a machine that lacks one of them gives no
`complete` sandbox, and then plugins that are not bundled stay off. See docs/sandbox.md for what each layer keeps.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import os
import resource
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from survey_service.limits import limit
from survey_service.paths import bundled
from survey_service.reports import sandbox_calls, sandbox_files, sandbox_kernel, sandbox_view

MEBIBYTE = 1024 * 1024
OPEN_FILES = 128
MORE_TASKS = 48
"""Threads that a worker may have."""
NOBODY = 65534
NICE = 10
_SET_PARENT_DEATH, _SET_DUMPABLE, _NO_NEW_PRIVILEGES = 1, 4, 38
_SIGKILL = 9
_SYSTEM = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/share/zoneinfo", "/etc/localtime")
_SYSTEM_FILES = ("/etc/ld.so.cache", "/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")


@dataclass(frozen=True)
class Support:
    """What the kernel offers: the ABI of Landlock (0: none), and whether it filters system calls on this processor.

    ``view`` tells whether to try for a root of its own.
    """

    landlock: int
    calls: bool
    view: bool = True

    @property
    def complete(self) -> bool:
        """Tell whether a plugin can be shut in."""
        return self.landlock > 0 and self.calls

    @property
    def lacking(self) -> str:
        """Return what is missing, such as ``Landlock, seccomp``, or an empty text."""
        return ", ".join(
            name for name, there in (("Landlock", self.landlock > 0), ("seccomp", self.calls)) if not there
        )


@functools.cache
def support() -> Support:
    """Return what the kernel of this machine offers."""
    known = sandbox_kernel.machine() in sandbox_calls.PROCESSORS
    if not sys.platform.startswith("linux") or not known:
        return Support(0, False, False)
    return Support(sandbox_files.abi(), sandbox_kernel.seccomp_actions())


@dataclass(frozen=True)
class Shield:
    """What one worker is to put on: the layers, the folders it may read, those it may write to, the limits (MiB)."""

    landlock: int
    calls: bool
    view: bool
    root: str
    reading: tuple[str, ...]
    writing: tuple[str, ...]
    parent: int
    processor_seconds: int
    scratch: int

    def to_json(self) -> dict[str, Any]:
        """Return the shield as JSON data."""
        return asdict(self)

    @classmethod
    def of_json(cls, data: Mapping[str, Any]) -> Shield:
        """Return the shield that `to_json` described."""
        lists = {name: tuple(data[name]) for name in ("reading", "writing")}
        return cls(**{**data, **lists})


def code_folders() -> tuple[list[str], list[str]]:
    """Return the folders of installed packages (for ``sys.path``), and all that a worker may read to run code."""
    import sysconfig  # the caller needs it, a worker does not

    packages = [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
    packages += [sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    installed = [path for path in dict.fromkeys(packages) if os.path.isdir(path)]
    standard = [sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"), os.path.join(sys.base_prefix, "lib")]
    ours = [str(Path(__file__).resolve().parents[1]), str(bundled("translations") / "languages.yaml")]
    return installed, [*installed, *dict.fromkeys(standard), *ours, *_SYSTEM, *_SYSTEM_FILES]


def enter(shield: Shield) -> None:
    """Put on a shield for good. Call it first of all, while there is one thread.

    Raises OSError if a layer that was asked for can't be had; then nothing of a plugin may be run.
    """
    others = _put_apart(shield)
    limit(
        {
            resource.RLIMIT_CPU: shield.processor_seconds,
            resource.RLIMIT_FSIZE: shield.scratch * MEBIBYTE,
            resource.RLIMIT_CORE: 0,
            resource.RLIMIT_NOFILE: OPEN_FILES,
            resource.RLIMIT_NPROC: MORE_TASKS + others,
            resource.RLIMIT_MSGQUEUE: 0,
        }
    )
    os.nice(NICE)
    for folder in shield.writing:
        os.chdir(folder)
    sandbox_kernel.prctl(_NO_NEW_PRIVILEGES, 1)
    sandbox_kernel.prctl(_SET_DUMPABLE, 0)
    _end_with(shield.parent)
    if shield.landlock:
        sandbox_files.restrict(shield.landlock, shield.reading, shield.writing)
    if shield.calls:
        sandbox_kernel.seccomp(sandbox_calls.program(sandbox_kernel.machine(), os.getpid()))


def _put_apart(shield: Shield) -> int:
    """Give this process a root and a user of its own, as far as it may have them.

    Return how many other threads will count towards its limit of threads: in a user namespace none.
    """
    if os.geteuid() != 0:
        if shield.view and sandbox_view.narrow(shield.root, shield.reading, shield.writing):
            return 0
        return _tasks_of(os.getuid())
    others = _tasks_of(NOBODY)
    if shield.view:
        sandbox_view.narrow(shield.root, shield.reading, shield.writing)
    _be_nobody()
    _check_readable(shield.reading)
    return 0 if shield.view and sandbox_view.count_alone() else others


def limit_memory(statm: int, mebibytes: int) -> None:
    """Limit the memory that this process may have beyond what it has now, as ``/proc/self/statm``, opened, tells."""
    pages = int(os.pread(statm, 200, 0).split()[0])
    limit({resource.RLIMIT_AS: pages * resource.getpagesize() + mebibytes * MEBIBYTE})


def _be_nobody() -> None:
    """Let a worker of root be the user nobody: root owns the files of the service, so it could change their modes."""
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)


def _check_readable(paths: Sequence[str]) -> None:
    """Raise PermissionError that names the first of the paths that this process can't read."""
    for path in paths:
        try:
            os.stat(path)
        except FileNotFoundError:
            continue
        except PermissionError:
            raise PermissionError(errno.EACCES, path) from None
        if not os.access(path, os.R_OK):
            raise PermissionError(errno.EACCES, path)


def _end_with(parent: int) -> None:
    """Have the kernel end this process when the thread that started it ends."""
    sandbox_kernel.prctl(_SET_PARENT_DEATH, _SIGKILL)
    if os.getppid() != parent:
        raise ProcessLookupError("the caller has ended")


def _tasks_of(user: int) -> int:
    """Return how many threads a user has now, on the whole machine."""
    count = 0
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # a process may end while we look
            if folder.stat().st_uid == user:
                count += sum(1 for _ in (folder / "task").iterdir())
    return count
