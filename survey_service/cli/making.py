"""Making the reports that are due, and sending the mail that waits, while the service runs or from a timer."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Iterator

from survey_service import mail
from survey_service.reports import runs, schedules, telling
from survey_service.reports.report import Report
from survey_service.reports.schedules import Done
from survey_service.web.context import Context

EVERY = 60.0
"""Seconds between two looks at the schedules."""
log = logging.getLogger(__name__)


def make_due(context: Context) -> list[Done]:
    """Make the reports that are due and send what waits in the outbox; return what came of the reports."""

    def make(plugin: str) -> Report:
        run, ticket = runs.begin(context.store, context.settings, plugin, "service")
        return runs.carry_out(run, ticket, context.store, context.publications, context.settings)

    done = schedules.make_due(
        context.store,
        context.publications,
        context.settings,
        make,
        lambda found: telling.told(found, context.settings),
    )
    mail.deliver(context.settings)
    return done


@contextlib.contextmanager
def making(context: Context, every: float = EVERY) -> Iterator[None]:
    """Make what is due again and again, until the end of the block; of several processes one makes each report."""
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            try:
                make_due(context)
            except Exception as error:  # a full disk, a database away, whatever it is: the next round tries again
                log.warning("scheduled reports: %s", getattr(error, "code", type(error).__name__))
            stop.wait(every)

    thread = threading.Thread(target=work, name="reports", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(5)
