"""A worker process seen from its caller: started clean, spoken to in lines of JSON, watched, and surely ended."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from survey_service import clock
from survey_service.reports import sandbox, schema, scratch
from survey_service.reports.sandbox import Shield, Support

_ROOT = Path(__file__).resolve().parents[2]
_START = (
    f"import os, sys; sys.path.insert(0, {str(_ROOT)!r}); "
    "from survey_service.reports.worker import main; sys.path.pop(0); os._exit(main(int(sys.argv[1])))"
)
_LINE = schema.MAX_BYTES + 1_000
_PULSE = 0.25
"""Seconds between two looks at what a worker writes and at whether it is still wanted."""
_MOST_PROGRESS = 5_000
_GRACE = 10
"""Seconds that a worker may take to end after its last answer."""

Progress = Callable[[int, int], None]


class Late(Exception):
    """The worker did not answer in time."""


class Flooded(Exception):
    """The worker sent more than an answer may have."""


class Unasked(Exception):
    """The worker sent an answer before it was asked, or went on after the last."""


class Ended(Exception):
    """The worker ended without an answer; ``how`` is the signal's name or the exit status."""

    def __init__(self, how: str) -> None:
        self.how = how
        super().__init__(how)


class Worker:
    """One worker process in a scratch folder of its own; a context manager that leaves neither behind.

    Its environment holds nothing of the caller's, its working folder is empty, and it gets no open file but its
    standard input and the pipe for its answers. ``seconds`` is the time that it may be waited for in all, ``room`` the
    MiB that it may write. ``told`` gets its progress; ``wanted`` is asked now and then, and may raise to end it.
    """

    def __init__(
        self, seconds: float, *, room: int = 64, told: Progress | None = None, wanted: Callable[[], None] | None = None
    ) -> None:
        self._left, self._room, self._told, self._wanted = seconds, room, told, wanted
        self._seconds = int(seconds)
        self._buffer, self._lines = b"", 0

    def __enter__(self) -> Worker:
        self.folder = Path(tempfile.mkdtemp(prefix="survey-report-"))
        try:
            self.home, self.snapshot = (self._make(name) for name in ("home", "snapshot"))
            (self.folder / "root").mkdir()
            self._answers, theirs = os.pipe()
        except BaseException:
            scratch.remove(self.folder)
            raise
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [sys.executable, "-I", "-S", "-B", "-c", _START, str(theirs)],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=self.home,
                env=_environment(self.home),
                pass_fds=(theirs,),
                start_new_session=True,
            )
            assert self._process.stdin is not None  # noqa: S101 - Popen was asked for a pipe
            self._requests = self._process.stdin.fileno()
            os.set_blocking(self._requests, False)
        except BaseException:
            os.close(self._answers)
            scratch.remove(self.folder)
            raise
        finally:
            os.close(theirs)
        return self

    def _make(self, name: str) -> Path:
        """Make a folder for the worker, which is the user nobody if we are root."""
        folder = self.folder / name
        folder.mkdir()
        if os.geteuid() == 0:
            self.folder.chmod(0o711)
            os.chown(folder, sandbox.NOBODY, sandbox.NOBODY)
        return folder

    def shield(self, support: Support, plugin: Path | None) -> dict[str, Any]:
        """Return what the worker is to put on before it imports a plugin: part of the first request."""
        packages, code = sandbox.code_folders()
        folder = [] if plugin is None else [str(plugin.resolve())]
        shield = Shield(
            landlock=support.landlock,
            calls=support.calls,
            view=support.view,
            root=str(self.folder / "root"),
            reading=(*code, *folder, str(self.snapshot)),
            writing=(str(self.home),),
            parent=os.getpid(),
            processor_seconds=self._seconds * max(1, len(os.sched_getaffinity(0))) + 1,
            scratch=self._room,
        )
        return {"packages": packages, "shield": shield.to_json()}

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)  # the whole group: outside the sandbox there may be children
        self._process.kill()  # it can't be caught, nor put off by SIGSTOP
        self._process.wait()
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        os.close(self._answers)
        scratch.remove(self.folder)

    def ask(self, request: Mapping[str, Any]) -> bytes:
        """Send one request and return the line that answers it.

        Raises Late, Flooded, Unasked, Ended and scratch.Full, and whatever ``wanted`` raises.
        """
        started = clock.monotonic()
        deadline = started + self._left
        try:
            if self._buffer or self._readable(0):
                self._refuse_unasked()
            self._send(json.dumps(request).encode("utf-8") + b"\n", deadline)
            return self._line(deadline)
        finally:
            self._left -= clock.monotonic() - started

    def end(self) -> None:
        """Wait until the worker has ended after its last answer. Raises Unasked if it said more, or did not end."""
        deadline = clock.monotonic() + _GRACE
        while not self._buffer and clock.monotonic() < deadline:
            if self._readable(_PULSE):
                part = os.read(self._answers, 65_536)
                if not part:
                    return
                self._buffer += part
        raise Unasked

    def _refuse_unasked(self) -> None:
        """Raise Unasked if something has come; what has come may be the end."""
        if not self._buffer:
            part = os.read(self._answers, 65_536)
            if not part:
                raise Ended(self._how())
            self._buffer = part
        raise Unasked

    def _send(self, data: bytes, deadline: float) -> None:
        with contextlib.suppress(BrokenPipeError):
            while data:
                _, ready, _ = select.select([], [self._requests], [], max(0.0, deadline - clock.monotonic()))
                if not ready:
                    raise Late
                data = data[os.write(self._requests, data) :]

    def _line(self, deadline: float) -> bytes:
        """Return the next line that is no progress."""
        looked = clock.monotonic()
        while True:
            line, found, rest = self._buffer.partition(b"\n")
            if found:
                self._buffer = rest
                if not self._is_progress(line):
                    return line
                continue
            if len(self._buffer) > _LINE:
                raise Flooded
            now = clock.monotonic()
            if now >= deadline:
                raise Late
            if now >= looked + _PULSE:
                looked = now
                self._look()
            if self._readable(min(_PULSE, deadline - now)):
                part = os.read(self._answers, 65_536)
                if not part:
                    raise Ended(self._how())
                self._buffer += part

    def _look(self) -> None:
        """See whether the worker is still wanted and keeps to its room."""
        if self._wanted is not None:
            self._wanted()
        scratch.measure(self.home, self._room)

    def _readable(self, seconds: float) -> bool:
        return bool(select.select([self._answers], [], [], max(0.0, seconds))[0])

    def _is_progress(self, line: bytes) -> bool:
        """Tell whether a line is one of progress, and pass that on. Raises Flooded if there are too many."""
        if not line.startswith(b'{"progress":') or len(line) > 100:
            return False
        try:
            done, total = json.loads(line)["progress"]
        except (ValueError, KeyError, TypeError):
            return False
        self._lines += 1
        if self._lines > _MOST_PROGRESS:
            raise Flooded
        if self._told is not None and type(done) is type(total) is int and 0 <= done <= total <= 10**9:
            self._told(done, total)
        return True

    def _how(self) -> str:
        """Return how the process ended; one that only closed its pipe is ended here."""
        try:
            status = self._process.wait(timeout=_GRACE / 2)
        except subprocess.TimeoutExpired:
            return "closed pipe"
        return signal.Signals(-status).name if status < 0 else f"exit status {status}"


def _environment(home: Path) -> dict[str, str]:
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": str(home),
        "TMPDIR": str(home),
        "LANG": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        "MALLOC_ARENA_MAX": "2",  # each reserves 64 MiB that count as used
        "POLARS_MAX_THREADS": "2",
        "POLARS_TEMP_DIR": str(home),
    }
