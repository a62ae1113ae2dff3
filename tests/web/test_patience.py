"""Slow bodies keep some threads waiting, but never all of them."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from survey_service.web import patience


def application(environ: dict[str, Any], _start: Callable[..., Any]) -> Iterable[bytes]:
    if patience.BUSY in environ:
        return [b"busy"]
    return [environ["CONTENT_LENGTH"].encode(), b":", environ["wsgi.input"].read()]


def send(serve: patience.Wsgi, stream: Any, length: str | None, **more: str) -> bytes:
    environ = {"wsgi.input": stream, **({} if length is None else {"CONTENT_LENGTH": length}), **more}
    return b"".join(serve(environ, lambda *_: None))


class Slow(io.RawIOBase):
    """A body that comes when it is let."""

    def __init__(self) -> None:
        self.reading, self.let = threading.Event(), threading.Event()

    def read(self, size: int = -1) -> bytes:
        self.reading.set()
        assert self.let.wait(10)
        return b"late"


def test_a_body_is_read_as_a_whole() -> None:
    serve = patience.patient(application, threads=4, most=10)
    assert send(serve, io.BytesIO(b"hello"), "5") == b"5:hello"


def test_without_a_length_it_is_counted() -> None:
    serve = patience.patient(application, threads=4, most=10)
    assert send(serve, io.BytesIO(b"hello"), None, HTTP_TRANSFER_ENCODING="chunked") == b"5:hello"
    assert send(serve, io.BytesIO(b"x" * 50), None, HTTP_TRANSFER_ENCODING="chunked") == b"11:" + b"x" * 11


@pytest.mark.parametrize("length", ["11", "99999999999"])
def test_a_large_body_is_left_unread(length: str) -> None:
    stream = io.BytesIO(b"x" * 20)
    serve = patience.patient(lambda _environ, _start: [b"refused"], threads=4, most=10)
    assert send(serve, stream, length) == b"refused"
    assert stream.tell() == 0


def test_some_threads_are_never_kept_waiting() -> None:
    serve = patience.patient(application, threads=4, most=10)
    slow = [Slow() for _ in range(3)]
    answers: list[bytes] = []
    threads = [threading.Thread(target=lambda s=body: answers.append(send(serve, s, "4"))) for body in slow]
    for thread, body in zip(threads, slow, strict=True):
        thread.start()
        assert body.reading.wait(10)
    assert send(serve, io.BytesIO(b"hello"), "5") == b"busy"
    slow[0].let.set()
    threads[0].join(10)
    assert send(serve, io.BytesIO(b"hello"), "5") == b"5:hello"
    for body in slow:
        body.let.set()
    for thread in threads:
        thread.join(10)
    assert answers == [b"4:late"] * 3
