"""Letters to the integration team: invitations, links for a new password, and that a way to sign in was changed."""

from __future__ import annotations

import datetime as dt
import logging

from survey_service import letters
from survey_service.accounts import lost
from survey_service.accounts.accounts import Account
from survey_service.problems import Problem
from survey_service.settings import Settings
from survey_service.store.base import Store

_log = logging.getLogger(__name__)


def send_lost(store: Store, settings: Settings, key: str, *, now: dt.datetime) -> int:
    """Answer those who asked for a new password, and return how many letters were written."""
    written = 0
    for stored, asking in lost.waiting(store):
        with store.transaction():
            for account, token in lost.answer(store, stored, asking, key, now=now):
                link = password_address(asking.site, token)
                letters.post(settings, account.email, "team_password", asking.language, link=link)
                written += 1
    return written


def tell_changed(settings: Settings, account: Account, language: str) -> None:
    """Tell somebody that a way to sign in was changed; that it could not be written is logged, the change stands."""
    if not account.email:
        return
    try:
        letters.post(settings, account.email, "team_changed", language)
    except (OSError, Problem) as error:
        _log.error("a letter to the team could not be written: %s", type(error).__name__)


def password_address(site: str, token: str) -> str:
    """Return the address where a link's holder chooses a new password."""
    return f"{site.rstrip('/')}/manage/new-password/{token}"


def invitation_address(site: str, token: str) -> str:
    """Return the address where somebody who is invited makes an account."""
    return f"{site.rstrip('/')}/manage/invited/{token}"
