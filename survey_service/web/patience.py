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
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def patient(application: Wsgi, *, threads: int, most: int) -> Wsgi:
    """Return an application that reads bodies of at most so many bytes before it begins; larger ones it leaves."""
    waiting = threading.BoundedSemaphore(max(1, threads - max(1, threads // 4)))

    def serve(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if _has_body(environ) and _length(environ) <= most:
            if waiting.acquire(blocking=False):
                try:
                    body = environ["wsgi.input"].read(most + 1)
                finally:
                    waiting.release()
                environ["wsgi.input"] = io.BytesIO(body)
                environ["CONTENT_LENGTH"] = str(len(body))
            else:
                environ[BUSY] = True
        return application(environ, start)

    return serve


def _has_body(environ: Mapping[str, Any]) -> bool:
    return environ.get("CONTENT_LENGTH", "0") not in ("", "0") or "HTTP_TRANSFER_ENCODING" in environ


def _length(environ: Mapping[str, Any]) -> int:
    text = environ.get("CONTENT_LENGTH") or "0"
    return int(text) if text.isascii() and text.isdecimal() else 0
