"""The HTTP server: waitress, ended gracefully."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

import waitress
from flask import Flask
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer

from survey_service import clock
from survey_service.problems import Problem
from survey_service.settings import Settings

GRACE = 8.0
"""Seconds that requests in flight get to end after SIGTERM."""

_TURN = 0.05
_CONNECTIONS = 1_000
_BACKLOG = 1_024
_QUEUE_LOG = "waitress.queue"

Map = dict[int, Any]
"""What waitress watches, by file descriptor: listening sockets, connections, and its own wake-up pipe."""


def run(app: Flask, settings: Settings, host: str, port: int, *, announce: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT; call ``announce`` with the address as soon as requests are taken.

    Then no connection is taken any more, and each request in flight is answered or, after GRACE seconds, cut off. A
    second signal ends at once. Call it from the main thread. Raises Problem service.address.
    """
    watched: Map = {}
    _create(app, settings, host, port, watched)
    listening = [entry for entry in watched.values() if isinstance(entry, BaseWSGIServer)]
    stop = threading.Event()
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()
        for number, handler in before.items():
            signal.signal(number, handler)
        listening[0].pull_trigger()  # wakes the loop, which would sleep on

    for number in before:
        signal.signal(number, end)
    announce(_address(host, listening[0].effective_port))
    try:
        while not stop.is_set():
            wasyncore.loop(timeout=1, map=watched, count=1, use_poll=True)
        _drain(listening, watched)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        listening[0].task_dispatcher.shutdown(timeout=1)
        wasyncore.close_all(watched)


def _create(app: Flask, settings: Settings, host: str, port: int, watched: Map) -> None:
    """Listen; the sockets are in ``watched`` then. Raises Problem service.address."""
    logging.getLogger(_QUEUE_LOG).setLevel(logging.ERROR)  # a full queue is no event, it is load
    try:
        waitress.create_server(
            app,
            watched,
            host=host,
            port=port,
            threads=settings.threads,
            connection_limit=_CONNECTIONS,
            backlog=_BACKLOG,
            # The application refuses large bodies with a page that says so; this stops only what is beyond talking.
            max_request_body_size=4 * settings.max_body,
            url_scheme="https" if settings.secure else "http",
            clear_untrusted_proxy_headers=settings.proxies == 0,
            ident=None,
        )
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Problem("service.address", host=host, port=port, reason=reason) from None


def _drain(listening: list[BaseWSGIServer], watched: Map) -> None:
    """Stop listening and let the requests in flight end; idle connections are closed."""
    for entry in listening:
        wasyncore.dispatcher.close(entry)  # the socket only: its wake-up pipe is still needed
    deadline = clock.monotonic() + GRACE
    while clock.monotonic() < deadline:
        channels = [entry for entry in watched.values() if isinstance(entry, HTTPChannel)]
        if not channels:
            return
        for channel in channels:
            if not (channel.requests or channel.request or channel.total_outbufs_len):
                channel.will_close = True
        wasyncore.loop(timeout=_TURN, map=watched, count=1, use_poll=True)


def _address(host: str, port: int) -> str:
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
