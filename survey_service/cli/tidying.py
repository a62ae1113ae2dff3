"""Erasing by itself what is kept too long, while the service runs."""

from __future__ import annotations

import contextlib

from survey_service import clock
from survey_service.accounts import audit, challenges, lockout, lost, tickets, tokens
from survey_service.cli.repeating import repeating
from survey_service.coding import upkeep
from survey_service.consulting import asked as consulting
from survey_service.consulting import keeping
from survey_service.network import erasing
from survey_service.offers import asked, contacts, links, notices
from survey_service.reports import withdrawal
from survey_service.responses import access_codes, contact_wishes, files, holder, media, retention, reviewing
from survey_service.responses.loading import waiting
from survey_service.responses.retention import Erased
from survey_service.store import rounds
from survey_service.watching import chain, work
from survey_service.web.context import Context

EVERY = 3600.0
"""Seconds between two rounds."""


def tidy(context: Context) -> Erased:
    """Erase what is too old by the settings, once, and note it in the audit log."""
    values = context.settings
    for rule in (access_codes.RULE, holder.RULE, tokens.RULE, *lockout.RULES):
        lockout.forget_old(context.store, now=clock.now(), rule=rule)
    for forget in (challenges.forget_old, lost.forget_old, tickets.forget_old, tokens.forget_old):
        forget(context.store, now=clock.now())
    asked.forget_old(context.store)
    consulting.forget_old(context.store)
    rounds_erased = keeping.forget_old(context.store, clock.today())
    links.forget_old(context.store)
    notices.forget_old(context.store, clock.today(), months=values.retention_text_months)
    contacts.forget_left(context.store, clock.today())
    gone = erasing.forget_left(context.store, clock.today())
    withdrawal.reach(context.store, values.instance / "snapshots")
    waiting.sweep(values.instance, clock.now())
    contact_wishes.forget_old(context.store, clock.today())
    reviewing.forget_old(context.store, clock.now())
    months = {"months": values.retention_months, "text_months": values.retention_text_months}
    erased = retention.apply(context.store, context.publications, clock.today(), **months)
    followed = upkeep.apply(context.store, context.publications, clock.today(), **months)
    withdrawal.expire(values.instance / "snapshots", context.publications, clock.today(), **months)
    files.sweep(context.store, values.instance, clock.now())
    media.sweep(context.store, values.instance, clock.now())
    if erased:
        details = {"drafts": erased.drafts, "responses": erased.responses, "texts": erased.texts}
        audit.append(context.store, "service", "retention.applied", "responses", details, now=clock.now())
    if gone:
        audit.append(context.store, "service", "network.erased", "members", {"count": gone}, now=clock.now())
    if rounds_erased:
        details = {"count": rounds_erased}
        audit.append(context.store, "service", "consulting.erased", "rounds", details, now=clock.now())
    if followed:
        audit.append(context.store, "service", "coding.followed", "responses", dict(followed), now=clock.now())
    return erased


def tidying(context: Context, every: float = EVERY) -> contextlib.AbstractContextManager[None]:
    """Tidy again and again, every so many seconds, until the end of the block; of several processes one does it."""

    def round_of_work() -> None:
        if rounds.claim(context.store, "tidying", every=every, now=clock.now().timestamp()):
            with work.noted(context.store, work.TIDYING):
                tidy(context)
        chain.check_daily(context.store)

    return repeating("tidying", round_of_work, every)
