"""What each machine does for itself while the service runs: say that it is there, and keep its own copies clean."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from importlib import metadata

from survey_service import clock
from survey_service.reports import withdrawal
from survey_service.reports.snapshot import FOLDER
from survey_service.store import blobs, hosts
from survey_service.web.context import Context

UPKEEP = 3600.0
"""Seconds between two looks at the copies on this machine."""


def facts(context: Context) -> Mapping[str, str]:
    """Return what all machines must agree on, in a form that may be shown: no secret can be found from it."""
    told = hmac.new(context.receipt_key.encode(), b"the same on all machines", hashlib.sha256).hexdigest()
    return {"files": context.settings.files.partition("?")[0], "secrets": told[:8]}


def keep_clean(context: Context) -> int:
    """Remove the copies of files that are gone, and what this machine has made of withdrawn and old responses; return
    how many copies went. On a machine that shares nothing, `tidying` does all of it."""
    kept = blobs.of(context.settings.instance)
    if not kept.shared:
        return 0
    folder, values = context.settings.instance / FOLDER, context.settings
    months = {"months": values.retention_months, "text_months": values.retention_text_months}
    withdrawal.follow(context.store, folder)
    withdrawal.expire(folder, context.publications, clock.today(), **months)
    return kept.forget_copies()


def beat(context: Context) -> None:
    """Say that this machine is there."""
    now = clock.now().timestamp()
    hosts.beat(context.store, hosts.here(), metadata.version("survey-service"), facts(context), now)
    hosts.forget_old(context.store, now)
