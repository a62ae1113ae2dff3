"""Sending the links that providers and members of bodies have asked for, while the service runs."""

from __future__ import annotations

from survey_service import letters
from survey_service.cli.making import exchange
from survey_service.consulting import asked as consulting
from survey_service.offers import asked, organisations
from survey_service.offers.asked import Asking
from survey_service.offers.contacts import Contact
from survey_service.web.context import Context

EVERY = 2.0
"""Seconds between two looks: somebody waits for the letter."""


def send_asked(context: Context) -> int:
    """Write the letters that were asked for and send them; return how many.

    An entry is gone once its letter is in the outbox; if the disk is full it waits for the next round.
    """
    written = 0
    for stored, asking in asked.waiting(context.store):
        with context.store.transaction():
            for contact, token in asked.answer(context.store, stored, asking):
                _write(context, asking, contact, token)
                written += 1
    written += consulting.answer(context.store, context.settings)
    if written:
        exchange(context)
    return written


def _write(context: Context, asking: Asking, contact: Contact, token: str) -> None:
    values = {
        "link": f"{asking.site}/provider/{asking.language}/open/{token}",
        "organisation": organisations.find(context.store, contact.organisation).name,
    }
    if asking.kind == asked.INVITED:
        values["by"] = asking.by
    letters.post(context.settings, contact.email, asking.kind, asking.language, **values)
