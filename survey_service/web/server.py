"""The HTTP server: granian in processes of their own, ended gracefully.

Measured on two cores beside waitress and gunicorn's gthread, it answers about twice as many requests a second (see
docs/operating.md). The embedded store belongs to one process, so there is one then, with many threads; on PostgreSQL
there may be several. Each process loads the application by itself, after this one has let go of the store.

SIGHUP loads the application anew, with the settings and files as they are now. Where the store belongs to one process,
the old one ends before the new one begins, and the reverse proxy waits meanwhile; else one process after the other is
replaced, as soon as its successor takes requests.
"""

from __future__ import annotations

import ctypes
import functools
import logging
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType
from typing import Any

from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.server.mp import MPServer

from survey_service.problems import Problem
from survey_service.settings import Settings

GRACE = 8
"""Seconds that requests in flight get to end after SIGTERM."""

_HEADER_MS = 15_000
_BACKLOG = 1_024
_TURN = 0.02
_PR_SET_PDEATHSIG = 1
_LISTEN = "0A"  # the state of such a socket in the kernel's tables
Application = Callable[..., Iterable[bytes]]
Load = Callable[[], Application]
"""Makes the application in its process: a function of a module, or a partial one, because it is sent there."""


def run(
    load: Load,
    settings: Settings,
    host: str,
    port: int,
    *,
    announce: Callable[[str], None],
    reload: Callable[[], bool] = lambda: True,
    alone: bool = True,
) -> int:
    """Serve until SIGTERM or SIGINT; call ``announce`` with the address as soon as every process takes requests.

    SIGHUP loads the application anew if ``reload`` returns True, which it is asked first. ``alone`` means that two
    processes must not have the application at a time.

    Then no connection is taken any more, and each request in flight is answered or, after GRACE seconds, cut off. A
    second signal ends at once. Return the exit code: 1 if a process could not load the application or ended by itself.
    Call it from the main thread. Raises Problem service.address.
    """
    port = _free(host, port)
    os.environ.setdefault("MALLOC_ARENA_MAX", "2")  # many threads with a heap each would keep a third more memory
    multiprocessing.set_start_method("spawn", force=True)  # a forked process would share locks and files with this one
    processes = settings.processes
    there, here = multiprocessing.Pipe(duplex=False)
    server = _Server(
        target="survey-service",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=processes,
        blocking_threads=settings.threads,
        backlog=_BACKLOG,
        http1_settings=HTTP1Settings(header_read_timeout=_HEADER_MS),
        websockets=False,
        workers_kill_timeout=GRACE,
        log_enabled=False,
    )
    server.there, server.may_reload, server.alone = there, reload, alone
    logging.getLogger("_granian").setLevel(logging.CRITICAL)  # what goes wrong is said by the application
    say = functools.partial(_announce, there, processes, host, port, announce)
    threading.Thread(target=say, daemon=True).start()
    try:
        server.serve(target_loader=functools.partial(_loaded, load, here), wrap_loader=False)
    except SystemExit as end:
        return 1 if end.code else 0
    finally:
        here.close()
    return 0


class _Server(MPServer):
    """Granian's server, for whom a second signal means: now; and which is reloaded with nothing cut off."""

    there: Connection
    may_reload: Callable[[], bool]
    alone: bool

    def signal_handler_interrupt(self, *_args: Any, **_kwargs: Any) -> None:
        if self.interrupt_signal:
            for worker in self.wrks:
                worker.inner.kill()
        self.interrupt_signal = True
        self.main_loop_interrupt.set()

    def _reload(self, spawn_target: Any, target_loader: Any) -> None:
        self.reload_signal = False
        self.main_loop_interrupt.clear()
        if not self.may_reload():
            return
        for index in range(self.workers):
            old: Any = self.wrks[index]
            new: Any = self._spawn_worker(index, spawn_target, target_loader)
            if self.alone:
                self._end(old)
            self.wrks[index] = new
            new.start()
            self._until_ready(new)
            if not new.inner.is_alive():
                return  # it has said why; if it was the only one, the service ends
            if not self.alone:
                self._end(old)

    def _until_ready(self, worker: Any) -> None:
        """Wait until a process has loaded the application, or has ended instead."""
        while worker.inner.is_alive() and not self.interrupt_signal:
            if self.there.poll(_TURN):
                self.there.recv()
                return

    def _end(self, worker: Any) -> None:
        """End a process as SIGTERM ends the service: what is in flight is answered first."""
        worker.terminate()
        worker.join(GRACE)
        if worker.inner.is_alive():
            worker.kill()
            worker.join()


def _loaded(load: Load, ready: Connection) -> Application:
    """Load the application in its process and say so; a Problem ends the process with its message."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)  # it must not live on when the first process is killed
    signal.signal(signal.SIGINT, _wait_for_parent)  # Ctrl-C reaches all processes; the first one ends the others
    try:
        application = load()
    except Problem as problem:
        print(f"Error: {problem.message()}", file=sys.stderr)
        sys.stderr.flush()
        os._exit(1)
    ready.send(None)
    return application


def _wait_for_parent(_number: int, _frame: FrameType | None) -> None:
    pass


def _announce(ready: Connection, processes: int, host: str, port: int, announce: Callable[[str], None]) -> None:
    try:
        for _ in range(processes):
            ready.recv()
    except (EOFError, OSError):  # one has ended instead
        return
    while _listening(port) < processes:
        time.sleep(_TURN)
    announce(_address(host, port))


def _listening(port: int) -> int:
    """Return how many sockets listen on a port: each process has its own, and heeds signals by the time it has it."""
    tables = [table for name in ("tcp", "tcp6") if (table := Path("/proc/net", name)).exists()]
    rows = [line.split() for table in tables for line in table.read_text("ascii").splitlines()[1:]]
    return sum(row[3] == _LISTEN and int(row[1].rpartition(":")[2], 16) == port for row in rows)


def _free(host: str, port: int) -> int:
    """Return the port, or a free one for 0. Raises Problem service.address if it can't be listened on.

    The processes share the port, so none of them would notice that another program has it.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            return int(probe.getsockname()[1])
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Problem("service.address", host=host, port=port, reason=reason) from None


def _address(host: str, port: int) -> str:
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
