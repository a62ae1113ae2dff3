"""Bodies that arrive slowly: from a bad network, or on purpose.

A thread waits while it reads a body. So some threads never do: when all others wait for slow bodies, a further request
with a body is told to try again at once, and pages can still be read. When many come at once whose bodies are there
already, each has its turn. What is read is handed on as a whole.
"""

from __future__ import annotations

import contextlib
import io
import tempfile
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import IO, Any

from survey_service import clock
from survey_service.store.disk import FULL

BUSY = "survey_service.busy"
"""In the environment of a request whose body was not read, because too many others are being waited for."""
WHOLE = "survey_service.whole"
"""In the environment of a request whose body was read as a whole."""
MOMENT = 1.0
"""Seconds for which a body waits for its turn; one that takes longer to be read is slow."""
_TURNS = "survey_service.turns"
_PART = 64 * 1024
_IN_MEMORY = 1_000_000
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def patient(application: Wsgi, *, threads: int, most: int) -> Wsgi:
    """Return an application that reads bodies of at most so many bytes before it begins; larger ones it leaves to
    `read`."""
    turns = _Turns(max(1, threads - max(1, threads // 4)))

    def serve(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        environ[_TURNS] = turns
        size = _to_read(environ, most)
        if size:
            read(environ, size)
        return application(environ, start)

    return serve


def read(environ: dict[str, Any], size: int) -> None:
    """Read a body of at most so many bytes as a whole when it has its turn; without one, the request is BUSY.

    A large one is kept on disk meanwhile; where there is no room for it, the request is BUSY too.
    """
    turns: _Turns = environ[_TURNS]
    if not turns.take():
        environ[BUSY] = True
        return
    try:
        body, length = _copied(environ["wsgi.input"], size)
    except OSError as error:
        if error.errno not in FULL:
            raise
        environ[BUSY] = True
        return
    finally:
        turns.give_back()
    environ["wsgi.input"] = body
    environ["CONTENT_LENGTH"] = str(length)
    environ.pop("HTTP_TRANSFER_ENCODING", None)  # what came in parts is together now
    environ[WHOLE] = True


def _copied(source: Any, size: int) -> tuple[IO[bytes], int]:
    """Return a copy of at most so many bytes, to be read from its beginning, and their number."""
    if size <= _IN_MEMORY:
        content = source.read(size)
        return io.BytesIO(content), len(content)
    with contextlib.ExitStack() as failing:
        copy, length = failing.enter_context(tempfile.TemporaryFile()), 0
        while length < size and (part := source.read(min(_PART, size - length))):
            length += copy.write(part)
        copy.seek(0)
        failing.pop_all()  # the request reads it and closes it
    return copy, length


class _Turns:
    """Who reads a body: so many at once. A further one waits for a moment, but not if half of them are slow already."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._free = threading.BoundedSemaphore(most)
        self._since: dict[int, float] = {}

    def take(self) -> bool:
        """Begin to read, and return True; False if there is no turn."""
        if not self._free.acquire(blocking=False):
            late = clock.monotonic() - MOMENT
            slow = sum(since < late for since in list(self._since.values()))
            if 2 * slow >= self._most or not self._free.acquire(timeout=MOMENT):
                return False
        self._since[threading.get_ident()] = clock.monotonic()
        return True

    def give_back(self) -> None:
        """End to read."""
        del self._since[threading.get_ident()]
        self._free.release()


def _to_read(environ: Mapping[str, Any], most: int) -> int:
    """Return how many bytes to read: the length, or one more than allowed where none is given; 0 for nothing."""
    text = environ.get("CONTENT_LENGTH") or ""
    if text.isascii() and text.isdecimal():
        return int(text) if int(text) <= most else 0
    return most + 1 if "HTTP_TRANSFER_ENCODING" in environ and environ.get("wsgi.input_terminated") else 0
