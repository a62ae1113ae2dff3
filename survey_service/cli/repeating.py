"""Work that the running service does again and again by itself."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator

log = logging.getLogger(__name__)


@contextlib.contextmanager
def repeating(name: str, work: Callable[[], object], every: float, *, after: float = 0.0) -> Iterator[None]:
    """Do the work in a thread of its own, with so many seconds in between, until the end of the block.

    ``after`` are the seconds before the first time.

    Whatever goes wrong, a full disk or a database away, is logged by its code; the next round tries again.
    """
    stop = threading.Event()

    def rounds() -> None:
        stop.wait(after)
        while not stop.is_set():
            try:
                work()
            except Exception as error:
                log.warning("%s: %s", name, getattr(error, "code", type(error).__name__))
            stop.wait(every)

    thread = threading.Thread(target=rounds, name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(5)
