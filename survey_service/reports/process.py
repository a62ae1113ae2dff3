"""A worker process seen from its caller: started clean, spoken to in lines of JSON, and surely ended."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from survey_service import clock
from survey_service.reports import schema

_ROOT = Path(__file__).resolve().parents[2]
_START = (
    f"import sys; sys.path.insert(0, {str(_ROOT)!r}); "
    "from survey_service.reports.worker import main; sys.exit(main(int(sys.argv[1])))"
)
_LINE = schema.MAX_BYTES + 1_000


class Late(Exception):
    """The worker did not answer in time."""


class Flooded(Exception):
    """The worker sent more than an answer may have."""


class Ended(Exception):
    """The worker ended without an answer; ``how`` is the signal's name or the exit status."""

    def __init__(self, how: str) -> None:
        self.how = how
        super().__init__(how)


class Worker:
    """One worker process in a scratch folder of its own; a context manager that leaves neither behind.

    Its environment holds nothing of the caller's, its working folder is empty, and it gets no open file but its
    standard input and the pipe for its answers. ``seconds`` is the time that it may be waited for in all.
    """

    def __init__(self, seconds: float) -> None:
        self._left = seconds
        self._buffer = b""

    def __enter__(self) -> Worker:
        self.folder = Path(tempfile.mkdtemp(prefix="survey-report-"))
        (self.folder / "home").mkdir()
        self._answers, theirs = os.pipe()
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [sys.executable, "-I", "-B", "-c", _START, str(theirs)],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=self.folder / "home",
                env=_environment(self.folder / "home"),
                pass_fds=(theirs,),
                start_new_session=True,
            )
        except BaseException:
            os.close(self._answers)
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        finally:
            os.close(theirs)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)  # the whole group: a plugin may have left children
        self._process.wait()
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        os.close(self._answers)
        shutil.rmtree(self.folder, ignore_errors=True)

    def ask(self, request: Mapping[str, Any]) -> bytes:
        """Send one request and return the line that answers it. Raises Late, Flooded or Ended."""
        assert self._process.stdin is not None  # noqa: S101 - Popen was asked for a pipe
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(request).encode("utf-8") + b"\n")
            self._process.stdin.flush()
        started = clock.monotonic()
        try:
            return self._line(started + self._left)
        finally:
            self._left -= clock.monotonic() - started

    def _line(self, deadline: float) -> bytes:
        while b"\n" not in self._buffer:
            if len(self._buffer) > _LINE:
                raise Flooded
            ready, _, _ = select.select([self._answers], [], [], max(0.0, deadline - clock.monotonic()))
            if not ready:
                raise Late
            part = os.read(self._answers, 65_536)
            if not part:
                raise Ended(self._how())
            self._buffer += part
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line

    def _how(self) -> str:
        """Return how the process ended; one that only closed its pipe is ended here."""
        try:
            status = self._process.wait(timeout=1)
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
        "POLARS_MAX_THREADS": "2",
        "POLARS_TEMP_DIR": str(home),
    }
