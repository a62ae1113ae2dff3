"""Telling other systems what has happened, while the service runs or from a timer."""

from __future__ import annotations

from survey_service import clock
from survey_service.hooks import deliveries, work
from survey_service.hooks.noticing import Here
from survey_service.hooks.work import Way
from survey_service.store import rounds
from survey_service.watching import work as noting
from survey_service.web.context import Context

EVERY = 30.0
"""Seconds between two rounds."""
_FORGET_EVERY = 3_600.0


def tell(context: Context) -> int:
    """Notice what has happened and send the webhooks that are due; return how many arrived.

    Any number of processes may do so at once: each event is noticed once, each delivery taken by one of them.
    """
    if rounds.claim(context.store, "webhooks log", every=_FORGET_EVERY, now=clock.now().timestamp()):
        deliveries.forget_old(context.store, now=clock.now())
    with noting.noted(context.store, noting.WEBHOOKS):
        return work.do(Here(context.store, context.publications), Way(context.hook_key, context.hook_networks))
