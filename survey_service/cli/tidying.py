"""Erasing by itself what is kept too long, while the service runs."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Iterator

from survey_service import clock
from survey_service.accounts import audit, lockout
from survey_service.coding import upkeep
from survey_service.problems import Problem
from survey_service.reports import withdrawal
from survey_service.responses import access_codes, files, holder, media, retention
from survey_service.responses.loading import waiting
from survey_service.responses.retention import Erased
from survey_service.store import rounds
from survey_service.web.context import Context

EVERY = 3600.0
"""Seconds between two rounds."""

log = logging.getLogger(__name__)


def tidy(context: Context) -> Erased:
    """Erase what is too old by the settings, once, and note it in the audit log."""
    values = context.settings
    for rule in (access_codes.RULE, holder.RULE):
        lockout.forget_old(context.store, now=clock.now(), rule=rule)
    withdrawal.reach(context.store, values.instance / "snapshots")
    waiting.sweep(values.instance, clock.now())
    months = {"months": values.retention_months, "text_months": values.retention_text_months}
    erased = retention.apply(context.store, context.publications, clock.today(), **months)
    followed = upkeep.apply(context.store, context.publications, clock.today(), **months)
    withdrawal.expire(values.instance / "snapshots", context.publications, clock.today(), **months)
    files.sweep(context.store, values.instance, clock.now())
    media.sweep(context.store, values.instance, clock.now())
    if erased:
        details = {"drafts": erased.drafts, "responses": erased.responses, "texts": erased.texts}
        audit.append(context.store, "service", "retention.applied", "responses", details, now=clock.now())
    if followed:
        audit.append(context.store, "service", "coding.followed", "responses", dict(followed), now=clock.now())
    return erased


@contextlib.contextmanager
def tidying(context: Context, every: float = EVERY) -> Iterator[None]:
    """Tidy again and again, every so many seconds, until the end of the block; of several processes one does it."""
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            try:
                if rounds.claim(context.store, "tidying", every=every, now=clock.now().timestamp()):
                    tidy(context)
            except Problem as problem:  # a full disk, a database away: the next round tries again
                log.warning("tidying: %s", problem.code)
            stop.wait(every)

    thread = threading.Thread(target=work, name="tidying", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(5)
