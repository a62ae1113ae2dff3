"""Threads that start together, and must all come to an end."""

from __future__ import annotations

import faulthandler
import sys
import threading
from collections.abc import Callable, Sequence

PATIENCE = 60.0


def in_threads(works: Sequence[Callable[[], object]]) -> None:
    """Call all of these at once and wait for them. An exception in one of them is raised here; a hang fails."""
    faults: list[BaseException] = []
    start = threading.Barrier(len(works))

    def run(work: Callable[[], object]) -> None:
        try:
            start.wait()
            work()
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=run, args=(work,), daemon=True) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
        if thread.is_alive():
            faulthandler.dump_traceback(sys.__stderr__)
            raise AssertionError("a thread hangs")
    if faults:
        raise faults[0]
