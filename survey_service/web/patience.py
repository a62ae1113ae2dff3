"""Bodies that arrive slowly: from a bad network, or on purpose.

A thread waits while it reads a body. So some threads never do: when all others wait, a further request with a body is
told to try again at once, and pages can still be read. What is read is handed on as a whole.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any

BUSY = "survey_service.busy"
"""In the environment of a request whose body was not read, because too many others are being waited for."""
WHOLE = "survey_service.whole"
"""In the environment of a request whose body was read as a whole."""
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def patient(application: Wsgi, *, threads: int, most: int) -> Wsgi:
    """Return an application that reads bodies of at most so many bytes before it begins; larger ones it leaves."""
    waiting = threading.BoundedSemaphore(max(1, threads - max(1, threads // 4)))

    def serve(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        size = _to_read(environ, most)
        if size and not waiting.acquire(blocking=False):
            environ[BUSY] = True
        elif size:
            try:
                body = environ["wsgi.input"].read(size)
            finally:
                waiting.release()
            environ["wsgi.input"] = io.BytesIO(body)
            environ["CONTENT_LENGTH"] = str(len(body))
            environ[WHOLE] = True
        return application(environ, start)

    return serve


def _to_read(environ: Mapping[str, Any], most: int) -> int:
    """Return how many bytes to read: the length, or one more than allowed where none is given; 0 for nothing."""
    text = environ.get("CONTENT_LENGTH") or ""
    if text.isascii() and text.isdecimal():
        return int(text) if int(text) <= most else 0
    return most + 1 if "HTTP_TRANSFER_ENCODING" in environ and environ.get("wsgi.input_terminated") else 0
