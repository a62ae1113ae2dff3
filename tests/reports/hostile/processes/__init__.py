"""Tries to start processes, and to look into, signal and slow down those that are there."""

import ctypes
import os
import resource
import signal
import subprocess
from pathlib import Path

from survey_service.reports.plugin import ReportInfo, ReportOutput, TextBlock, hookimpl, words

libc = ctypes.CDLL(None, use_errno=True)
PR_SET_DUMPABLE, PTRACE_ATTACH = 4, 16


def checked(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return result


def fork(given):
    if os.fork() == 0:
        os._exit(0)


def clone_without_threads(given):
    """The raw call with SIGCHLD alone is a fork."""
    if checked(libc.syscall(56 if os.uname().machine == "x86_64" else 220, 17, 0, 0, 0, 0)) == 0:
        os._exit(0)


def clone3_is_not_there(given):
    arguments = (ctypes.c_uint64 * 11)()
    arguments[4] = 17  # exit signal
    if checked(libc.syscall(435, arguments, ctypes.sizeof(arguments))) == 0:
        os._exit(0)


def daemonise(given):
    if os.fork() == 0:
        os.setsid()
        os._exit(0)


def read_memory(given):
    with open(f"/proc/{given['other']}/mem", "rb") as file:
        file.seek(0)


def read_memory_by_call(given):
    buffer = ctypes.create_string_buffer(8)

    class Vector(ctypes.Structure):
        _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))

    local, remote = Vector(ctypes.addressof(buffer), 8), Vector(int(given["address"]), 8)
    checked(libc.process_vm_readv(given["other"], ctypes.byref(local), 1, ctypes.byref(remote), 1, 0))


def look_by_kcmp(given):
    checked(libc.syscall(312 if os.uname().machine == "x86_64" else 272, os.getpid(), given["other"], 0, 0, 0))


def send_a_signal_by_descriptor(given):
    signal.pidfd_send_signal(os.pidfd_open(given["other"]), signal.SIGTERM)


def ask_for_signals_of_files(given):
    """F_SETOWN would let the kernel send SIGIO to somebody else."""
    import fcntl

    reading, _ = os.pipe()
    fcntl.fcntl(reading, fcntl.F_SETOWN, given["other"])


ATTEMPTS = {
    "fork": fork,
    "vfork and exec": lambda given: subprocess.run(["/bin/true"], check=True),
    "spawn": lambda given: os.posix_spawn("/bin/true", ["true"], {}),
    "clone": clone_without_threads,
    "clone3": clone3_is_not_there,
    "daemonise": daemonise,
    "run a shell": lambda given: int("no") if os.system("true") else None,
    "read the caller's environment": lambda given: Path(f"/proc/{given['caller']}/environ").read_bytes(),
    "read the caller's memory": lambda given: open(f"/proc/{given['caller']}/mem", "rb"),
    "read the caller's maps": lambda given: Path(f"/proc/{given['caller']}/maps").read_bytes(),
    "see the caller's files": lambda given: os.listdir(f"/proc/{given['caller']}/fd"),
    "read the caller's command": lambda given: Path(f"/proc/{given['caller']}/cmdline").read_bytes(),
    "list processes": lambda given: os.listdir("/proc"),
    "read another's environment": lambda given: Path(f"/proc/{given['other']}/environ").read_bytes(),
    "read another's memory": read_memory,
    "read another's memory by call": read_memory_by_call,
    "compare with another": look_by_kcmp,
    "attach to another": lambda given: checked(libc.ptrace(PTRACE_ATTACH, given["other"], 0, 0)),
    "signal the caller": lambda given: os.kill(given["caller"], signal.SIGCONT),
    "signal the own group": lambda given: os.kill(0, signal.SIGCONT),
    "signal everybody": lambda given: os.kill(-1, signal.SIGCONT),
    "signal a group": lambda given: os.killpg(os.getpgid(given["caller"]), signal.SIGCONT),
    "signals of files": ask_for_signals_of_files,
    "slow another down": lambda given: os.setpriority(os.PRIO_PROCESS, given["other"], 19),
    "move another": lambda given: os.sched_setaffinity(given["other"], {0}),
    "limit another": lambda given: resource.prlimit(given["other"], resource.RLIMIT_CORE, (0, 0)),
    "become visible": lambda given: checked(libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)),
    "become root": lambda given: os.setuid(0) if os.getuid() else None,
    "outlive the caller": lambda given: checked(libc.prctl(1, 0, 0, 0, 0)),
    "a session of its own": lambda given: os.setsid(),
    "a signal by descriptor": send_a_signal_by_descriptor,
    "end another": lambda given: os.kill(given["other"], signal.SIGKILL),
}
"""What must fail; the last ends what the others need."""


@hookimpl
def report_info():
    return ReportInfo.read(__file__)


@hookimpl
def report_run(context):
    given = context.parameters
    if given["only"]:
        ATTEMPTS[given["only"]](given)
    found = []
    for name, attempt in ATTEMPTS.items():
        try:
            attempt(given)
            outcome = "done"
        except Exception as error:
            outcome = type(error).__name__
        values = {"attempt": words({"*": name}), "outcome": words({"*": outcome})}
        found.append(TextBlock({"*": "%(attempt)s %(outcome)s"}, values=values))
    return ReportOutput(tuple(found))
