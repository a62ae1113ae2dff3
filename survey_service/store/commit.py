"""What is handed to the journal to be made durable, and the threads that wait for it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from survey_service.problems import Problem


@dataclass(frozen=True)
class Rotation:
    """What a commit that ``rotates`` gets: the new file's generation, the last frame before, the owner's capture."""

    generation: int
    sequence: int
    capture: Any


class Commit:
    """Lines that become durable together, and what their owner wants to be told with them."""

    rotation: Rotation | None = None
    outcome: Callable[[], Problem] | None = None
    pending = True
    # Of the thread that waits for it: its lock and number, whether it is to lead, whether it has gone, whom it wakes.
    gate: threading.Lock | None = None
    thread: int | None = None
    leads = False
    gone = False
    following: Commit | None = None

    def __init__(self, lines: Sequence[bytes], changes: Any, rotates: bool) -> None:
        self.lines = lines
        self.changes = changes
        self.rotates = rotates

    def wait_at_gate(self, thread: int) -> threading.Lock:
        """Return a closed gate, at which a thread will wait until it is woken."""
        self.thread, self.leads, self.gone, self.following = thread, False, False, None
        self.gate = threading.Lock()
        self.gate.acquire()
        return self.gate


def chain(commits: Sequence[Commit]) -> Commit | None:
    """Tie the commits that somebody waits for together, and return the first: who waits for one wakes the next.

    If all were woken at once, they would only queue for the interpreter, at the price of two more switches each.
    """
    first = last = None
    for commit in commits:
        if commit.gate is not None and not commit.leads:
            if last is None:
                first = commit
            else:
                last.following = commit
            last = commit
    return first
