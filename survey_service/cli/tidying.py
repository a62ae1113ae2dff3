"""Erasing by itself what is kept too long, while the service runs."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

from survey_service import clock
from survey_service.cli.repeating import repeating
from survey_service.privacy import rounds as retention
from survey_service.privacy.instance import Instance
from survey_service.store import rounds
from survey_service.web.context import Context

EVERY = 3600.0
"""Seconds between two rounds."""


def tidy(context: Context) -> Mapping[str, int]:
    """Erase what is too old by the rules (`privacy.rules`), once; return how much by rule. The record and the audit log
    note it.
    """
    return retention.apply(Instance(context.store, context.publications, context.settings), clock.now())


def tidying(context: Context, every: float = EVERY) -> contextlib.AbstractContextManager[None]:
    """Tidy again and again, every so many seconds, until the end of the block; of several processes one does it."""

    def work() -> None:
        if rounds.claim(context.store, "tidying", every=every, now=clock.now().timestamp()):
            tidy(context)

    return repeating("tidying", work, every)
