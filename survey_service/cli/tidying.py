"""Erasing by itself what is kept too long, while the service runs."""

from __future__ import annotations

from collections.abc import Mapping

from survey_service import clock
from survey_service.privacy import rounds as retention
from survey_service.privacy.instance import Instance
from survey_service.store import rounds
from survey_service.watching import chain, work
from survey_service.web.context import Context

EVERY = 3600.0
"""Seconds between two rounds."""


def tidy(context: Context) -> Mapping[str, int]:
    """Erase what is too old by the rules (`privacy.rules`), once; return how much by rule. The record and the audit log
    note it.
    """
    return retention.apply(Instance(context.store, context.publications, context.settings), clock.now())


def tidy_due(context: Context) -> None:
    """Tidy if it is due, and once a day see whether the audit log is whole; of several processes one does it."""
    if rounds.claim(context.store, "tidying", every=EVERY, now=clock.now().timestamp()):
        with work.noted(context.store, work.TIDYING):
            tidy(context)
    chain.check_daily(context.store)
