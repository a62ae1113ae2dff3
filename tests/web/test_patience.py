"""Slow bodies keep some threads waiting, but never all of them."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from survey_service import clock
from survey_service.web import patience


def application(environ: dict[str, Any], _start: Callable[..., Any]) -> Iterable[bytes]:
    if patience.BUSY in environ:
        return [b"busy"]
    return [environ["CONTENT_LENGTH"].encode(), b":", environ["wsgi.input"].read()]


def send(serve: patience.Wsgi, stream: Any, length: str | None, **more: str) -> bytes:
    environ = {
        "wsgi.input": stream,
        "wsgi.input_terminated": True,
        **({} if length is None else {"CONTENT_LENGTH": length}),
        **more,
    }
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


def test_no_more_is_read_than_was_announced() -> None:
    """What comes behind a body may be the next request, or nothing for a long time."""
    stream = io.BytesIO(b"hello, and more")
    assert send(patience.patient(application, threads=4, most=10), stream, "5") == b"5:hello"
    assert stream.tell() == 5


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


@pytest.mark.timeout(60)
def test_some_threads_are_never_kept_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    serve = patience.patient(application, threads=4, most=10)
    slow = [Slow() for _ in range(3)]
    answers: list[bytes] = []
    threads = [threading.Thread(target=lambda s=body: answers.append(send(serve, s, "4"))) for body in slow]
    for thread, body in zip(threads, slow, strict=True):
        thread.start()
        assert body.reading.wait(10)
    assert send(serve, io.BytesIO(b"hello"), "5") == b"busy"
    # From here on those who are slow are known: nobody waits for a moment that is longer than the test may take.
    later = clock.monotonic() + 7_200
    monkeypatch.setattr(clock, "monotonic", lambda: later)
    monkeypatch.setattr(patience, "MOMENT", 3_600.0)
    assert send(serve, io.BytesIO(b"hello"), "5") == b"busy"
    slow[0].let.set()
    threads[0].join(10)
    assert send(serve, io.BytesIO(b"hello"), "5") == b"5:hello"
    for body in slow:
        body.let.set()
    for thread in threads:
        thread.join(10)
    assert answers == [b"4:late"] * 3


def test_many_at_once_have_their_turn_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "MOMENT", 60.0)
    serve = patience.patient(application, threads=4, most=10)
    first = [Slow() for _ in range(3)]
    answers: list[bytes] = []
    threads = [threading.Thread(target=lambda s=body: answers.append(send(serve, s, "4"))) for body in first]
    for thread, body in zip(threads, first, strict=True):
        thread.start()
        assert body.reading.wait(10)
    more = [threading.Thread(target=lambda: answers.append(send(serve, io.BytesIO(b"more"), "4"))) for _ in range(5)]
    for thread in more:
        thread.start()
    time.sleep(0.1)
    assert answers == []
    first[0].let.set()
    for thread in more:
        thread.join(10)
    assert sorted(answers) == [b"4:late"] + [b"4:more"] * 5
    for body in first:
        body.let.set()
    for thread in threads:
        thread.join(10)
